import { OAuthError } from '../errors.ts'
import { invalidClient } from '../oauth/invalid-client.ts'
import type { IssuedTokens, IssueOutcome } from '../store/records.ts'

/**
 * The refusal of a grant (RFC 6749 5.2). One sentence for every reason: an attacker learns none of them.
 * @param detail the reason, for the log
 */
export function invalidGrant(detail: string): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The grant is invalid, expired, revoked or was issued to another client.',
    { detail },
  )
}

/**
 * Says what a commit's verdict means. It alone orders the refusals: who you are, what you may use, what you present, what
 * you ask for.
 * @param usedHeader the client used the Authorization header
 * @throws {OAuthError} invalid_client, unauthorized_client, invalid_grant or invalid_scope
 */
export function explainOutcome({ issued, verdict }: IssueOutcome, usedHeader: boolean): IssuedTokens {
  if (!verdict.authenticated) throw invalidClient(usedHeader)
  if (!verdict.hasGrantType) {
    throw new OAuthError('unauthorized_client', 'The client may not use this grant type.')
  }
  if (!verdict.userLives || !verdict.claimHolds) {
    throw invalidGrant(verdict.userLives ? 'the claim does not hold' : 'the user may not sign in')
  }
  if (!verdict.scopeAllowed) throw new OAuthError('invalid_scope', 'Invalid scope.')
  if (!issued) throw invalidGrant('revoked while it was used')
  return issued
}
