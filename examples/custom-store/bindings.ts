import type { GrantDetails, IssueCommit } from 'edge-oauth2-provider'
import type { SeedClient } from 'edge-oauth2-provider/testing'
import type { GrantRecord } from './records.ts'

/** The key that the tokens of a grant are bound to; null of bearer tokens. */
function boundKey(details: GrantDetails | null): unknown {
  const cnf = details?.['cnf']
  return typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : null
}

/** The tokens may be bound as the commit says (RFC 9449 5). See `IssueVerdict.bindingHolds`. */
export function bindingHolds(
  client: SeedClient | null,
  { jkt }: IssueCommit,
  refreshed: GrantRecord | null = null,
): boolean {
  const key = boundKey(refreshed?.details ?? null)
  if (jkt === null) return key === null && client?.metadata['dpop_bound_access_tokens'] !== true
  return client?.type === 'confidential' || key === null || key === jkt
}

/** What a grant keeps once its tokens are bound to the key of a refresh. */
export function rebound(details: GrantDetails | null, { jkt }: IssueCommit): GrantDetails | null {
  return jkt === null ? details : { ...details, cnf: { jkt } }
}

/** The current tokens of a grant are bound to the key of a commit, or to none where it has none. */
export function isBoundTo({ details }: GrantRecord, { jkt }: IssueCommit): boolean {
  return boundKey(details) === jkt
}
