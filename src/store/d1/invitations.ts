import { sql } from 'drizzle-orm'
import type { Invitation, InvitationStore } from '../invitations.ts'
import { countAttempt, type CountRow } from './attempts.ts'
import { auditStatement, auditWritten } from './audit.ts'
import { run } from './run.ts'

interface InvitationRow {
  readonly id: string
  readonly email: string | null
  readonly created_at: number
  readonly expires_at: number
  readonly spent_at: number | null
}

function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    email: row.email,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.spent_at,
  }
}

/** Creates the storage of invitations in D1: mail links that do not belong to anybody yet. */
export function createInvitationStore(db: D1Database): InvitationStore {
  return {
    async readInvitation(id, now) {
      const [rows] = await run<[InvitationRow]>(db, [
        sql`SELECT id, email, created_at, expires_at, spent_at FROM mail_links
          WHERE id = ${id} AND kind = 'invite' AND spent_at IS NULL AND expires_at > ${now}`,
      ])
      return rows[0] ? toInvitation(rows[0]) : null
    },
    async listInvitations(limit) {
      const [rows] = await run<[InvitationRow]>(db, [
        sql`SELECT id, email, created_at, expires_at, spent_at FROM mail_links
          WHERE kind = 'invite' ORDER BY expires_at DESC LIMIT ${limit}`,
      ])
      return rows.map(toInvitation)
    },
    async invite({ email, expiresAt, id }, mark) {
      await run(db, [
        auditStatement({ type: 'invitation_created', actor: mark.actor, subject: id }, mark),
        sql`INSERT INTO mail_links (id, kind, email, created_at, expires_at)
          VALUES (${id}, 'invite', ${email}, ${mark.now}, ${expiresAt}) ON CONFLICT DO NOTHING`,
      ])
    },
    async askForInvitation({ email, expiresAt, id }, limits, request) {
      const within = limits.map(
        ({ key, most }) => sql`(SELECT t.count FROM throttle t WHERE t.key = ${key}) <= ${most}`,
      )
      const results = await run<CountRow[]>(db, [
        ...limits.map(({ key, window }) => countAttempt(key, window, sql`1`, request)),
        sql`INSERT INTO mail_links (id, kind, email, created_at, expires_at)
          SELECT ${id}, 'invite', ${email}, ${request.now}, ${expiresAt} WHERE ${sql.join(within, sql` AND `)}
          ON CONFLICT DO NOTHING`,
      ])
      return limits.map(({ most }, at) => {
        const row = results[at]?.[0]
        return row && row.count > most ? row.reset_at : null
      })
    },
    async withdrawInvitation(id, mark) {
      const waits = sql`l.id = ${id} AND l.kind = 'invite' AND l.spent_at IS NULL`
      const rows = await run<{ written: number }[]>(db, [
        auditStatement(
          { type: 'invitation_withdrawn', actor: mark.actor, subject: id },
          mark,
          sql`FROM mail_links l WHERE ${waits}`,
        ),
        sql`DELETE FROM mail_links AS l WHERE ${waits}`,
        sql`SELECT ${auditWritten('invitation_withdrawn', mark)} AS written`,
      ])
      return rows.at(-1)?.[0]?.written === 1
    },
  }
}
