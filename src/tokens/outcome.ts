import { invalidClient, invalidGrant, invalidScope, unauthorizedGrantType } from '../refusals.ts'
import type { IssuedTokens, IssueOutcome } from '../store/records.ts'

/**
 * Says what a commit's verdict means. It alone orders the refusals: who you are, what you may use, what you present, what
 * you ask for.
 * @throws {OAuthError} invalid_client, unauthorized_client, invalid_grant or invalid_scope
 */
export function explainOutcome({ issued, verdict }: IssueOutcome): IssuedTokens {
  if (!verdict.authenticated) throw invalidClient()
  if (!verdict.hasGrantType) throw unauthorizedGrantType()
  if (!verdict.userLives || !verdict.claimHolds) {
    throw invalidGrant(verdict.userLives ? 'the claim does not hold' : 'the user may not sign in')
  }
  if (!verdict.scopeAllowed) throw invalidScope()
  if (!issued) throw invalidGrant('revoked while it was used')
  return issued
}
