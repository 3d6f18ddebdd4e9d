import { sql, type SQL } from 'drizzle-orm'
import { fromBase64url, toHex } from '../../../crypto/bytes.ts'
import type { ClientProof, RequestMark } from '../../records.ts'
import { aliasTarget, isAlias } from '../aliases.ts'
import { auditStatement } from '../audit.ts'
import { clientProven } from '../client-guard.ts'

// An authorization code is unspent while no grant has its id, and spent by the insert of that grant: see `issue.ts`.

/**
 * Revokes what a code was redeemed for when the same client presents it again (RFC 6749 4.1.2): the grant that it created,
 * and the grant whose tokens it shares. A grant that this request created is no replay.
 * @param codeId the id of the code; for the first format, the id under which storage knows it
 */
export function replayedCodeStatements(
  proof: ClientProof,
  codeId: string,
  deleteExpired: boolean,
  request: RequestMark,
): SQL[] {
  const spent = sql`g.id IN (${grantIdsOf(codeId)}) AND g.client_id = ${proof.clientId} AND g.refresh_op IS NOT ${request.id}`
  const proven = clientProven(proof, request.now)
  const deleted = deleteExpired ? sql`, access_expires_at = NULL` : sql``
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
    sql`UPDATE grants SET revoked_at = ${request.now}, revoke_reason = 'code_replayed'${deleted}
      WHERE revoked_at IS NULL AND ${proven} AND id IN (SELECT g.id FROM grants g WHERE ${spent}
        UNION ALL SELECT g.tokens_of FROM grants g WHERE ${spent} AND g.tokens_of IS NOT NULL)`,
  ]
}

/** The grants that a code may have created: its own, and for the first format the earlier one. */
function grantIdsOf(codeId: string): SQL {
  if (!isAlias(codeId)) return sql`${codeId}`
  return sql`${toHex(fromBase64url(codeId) ?? new Uint8Array())}, ${aliasTarget(sql`${codeId}`)}`
}
