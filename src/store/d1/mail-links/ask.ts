import { sql, type SQL } from 'drizzle-orm'
import type { AskedMail, MailAsk, MailLimit, Recipient } from '../../mail-links.ts'
import type { RequestMark } from '../../records.ts'
import { countAttempt, type CountRow } from '../attempts.ts'
import { byRight, hasAddress } from '../email-keys.ts'
import { run } from '../run.ts'

/** A recipient as `recipientColumns` reads it. */
export interface RecipientRow {
  readonly user_id: string
  readonly username: string
  readonly email: string | null
  readonly locale: string | null
}

/** The user `u` of the link `l` as the recipient of its mail. */
export const recipientColumns = sql`u.id AS user_id, u.username AS username, l.email AS email, u.profile ->> 'locale' AS locale`

/** The recipient of a row. */
export function toRecipient(row: RecipientRow | undefined): Recipient | null {
  return row
    ? { userId: row.user_id, username: row.username, email: row.email ?? '', locale: row.locale }
    : null
}

/** See `MailLinkStore.askForMail`. */
export async function askForMail(
  db: D1Database,
  { expiresAt, id, kind, limits, to }: MailAsk,
  request: RequestMark,
): Promise<AskedMail> {
  const within = limits.map(
    (limit) => sql`(SELECT t.count FROM throttle t WHERE t.key = ${keyOf(limit, to)}) <= ${limit.most}`,
  )
  const results = await run<object[]>(db, [
    ...limits.map((limit) => countAttempt(keyOf(limit, to), limit.window, sql`1`, request)),
    sql`INSERT INTO mail_links (id, kind, user_id, email, created_at, expires_at)
      SELECT ${id}, ${kind}, u.id, ${'email' in to ? sql`${to.email}` : sql`u.email`}, ${request.now}, ${expiresAt}
      FROM users u WHERE u.id = ${userOf(to)} AND u.is_active = 1 AND ${'email' in to ? sql`1` : sql`u.email IS NOT NULL`}
        AND ${sql.join(within, sql` AND `)} ON CONFLICT DO NOTHING`,
    sql`SELECT ${recipientColumns} FROM mail_links l JOIN users u ON u.id = l.user_id WHERE l.id = ${id}`,
  ])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the SQL knows the shape of its rows
  const counts = results.slice(0, limits.length) as CountRow[][]
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- likewise
  const recipients = results.at(-1) as RecipientRow[] | undefined
  return {
    limitedUntil: limits.map(({ most }, at) => {
      const [row] = counts[at] ?? []
      return row && row.count > most ? row.reset_at : null
    }),
    recipient: toRecipient(recipients?.[0]),
  }
}

/** Returns the key of a limit. A browser that knows a name has no separate limit for the address that the name looks like. */
function keyOf({ key, keyOfName }: MailLimit, to: MailAsk['to']): SQL {
  if (keyOfName === undefined || 'userId' in to) return sql`${key}`
  return sql`CASE WHEN EXISTS (SELECT 1 FROM users a WHERE ${hasAddress(sql`a`, to.address)}) THEN ${key} ELSE ${keyOfName} END`
}

/**
 * The owner of an address takes precedence over a user of that name, so that nobody receives another's mail with a name that
 * looks like an address.
 */
function userOf(to: MailAsk['to']): SQL {
  if ('userId' in to) return sql`${to.userId}`
  return sql`COALESCE((SELECT a.id FROM users a WHERE ${hasAddress(sql`a`, to.address)} ${byRight(sql`a`)}),
    (SELECT n.id FROM users n WHERE n.username_key = ${to.usernameKey}))`
}
