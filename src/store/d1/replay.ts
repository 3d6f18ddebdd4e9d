import { sql, type SQL } from 'drizzle-orm'
import type { ClientProof, RequestMark } from '../records.ts'
import { auditStatement } from './audit.ts'
import { clientProven } from './client-guard.ts'

/**
 * Ends what a code was redeemed for before, when the same client presents it again (RFC 6749 4.1.2): the grant that it
 * made, and the grant whose tokens were given again for it. All tokens hang from these.
 * @param grantId the grant that this request makes of the code, which is no replay; null where it makes none
 */
export function revokeReplayedCode(
  proof: ClientProof,
  codeId: string,
  grantId: string | null,
  deleteExpired: boolean,
  request: RequestMark,
): SQL[] {
  const spent = sql`g.code_id = ${codeId} AND g.client_id = ${proof.clientId} AND g.id <> ${grantId ?? ''}`
  const replayed = sql`(SELECT g.id FROM grants g WHERE ${spent}
    UNION ALL SELECT g.tokens_of FROM grants g WHERE ${spent} AND g.tokens_of IS NOT NULL)`
  const proven = clientProven(proof, request.now)
  return [
    auditStatement(
      {
        type: 'code_replayed',
        actor: null,
        userId: sql`g.user_id`,
        clientId: proof.clientId,
        subject: sql`g.id`,
      },
      request,
      sql`FROM grants g WHERE ${spent} AND g.revoked_at IS NULL AND ${proven}`,
    ),
    sql`UPDATE grants SET revoked_at = ${request.now}, revoke_reason = 'code_replayed'
      WHERE revoked_at IS NULL AND id IN ${replayed} AND ${proven}`,
    ...(deleteExpired ? [sql`DELETE FROM access_tokens WHERE grant_id IN ${replayed} AND ${proven}`] : []),
  ]
}
