import { sql, type SQL } from 'drizzle-orm'
import type { RequestMark } from '../records.ts'
import type { LinkedSignIn, LinkedUser, NewLinkedUser } from '../sign-in-provider-store.ts'
import { auditStatement, auditWritten } from './audit.ts'
import { hasAddress } from './email-keys.ts'
import { insertLink, isFree, isFreshEnough, linkOf, mayUse } from './linked-accounts.ts'
import { run } from './run.ts'
import { insertSession } from './sessions.ts'

interface UserRow {
  readonly userId: string
  readonly username: string
  readonly created: number
  readonly linked: number
}

/** See `SignInProviderStore.signIn`. */
export async function signInLinked(
  db: D1Database,
  signIn: LinkedSignIn,
  request: RequestMark,
): Promise<LinkedUser | null> {
  const { address, label, newUser, provider, session } = signIn
  const may = mayUse(signIn, request)
  const owner = sql`(SELECT l.user_id FROM linked_accounts l WHERE ${linkOf(signIn)})`
  const used = sql`EXISTS (SELECT 1 FROM linked_accounts l WHERE ${linkOf(signIn)} AND l.op = ${request.id})`
  const vouchedAt = sql`CASE WHEN EXISTS (SELECT 1 FROM sign_in_providers p WHERE p.id = ${provider.id} AND ${isFreshEnough(signIn)})
    THEN ${session.vouchedAt ?? null} ELSE 0 END`
  const signedIn = sql`FROM sessions n WHERE n.id = ${session.id}`
  const results = await run<UserRow[]>(db, [
    // A link from another issuer under the same provider id belongs to another person.
    sql`UPDATE linked_accounts AS l SET last_used_at = ${request.now}, label = ${label}, op = ${request.id}
      WHERE ${linkOf(signIn)} AND l.issuer = ${provider.issuer} AND EXISTS (SELECT 1 FROM sign_in_providers p WHERE ${may})
        AND EXISTS (SELECT 1 FROM users u WHERE u.id = l.user_id AND u.is_active = 1)`,
    ...(address ? linkByAddress(signIn, address, request) : []),
    ...(newUser ? makeUser(signIn, newUser, request) : []),
    ...insertSession({ ...session, userId: owner, vouchedAt }, used, request),
    sql`UPDATE users SET last_sign_in_at = ${request.now} WHERE id = ${owner} AND EXISTS (SELECT 1 ${signedIn})`,
    auditStatement(
      { type: 'signed_in', actor: sql`n.user_id`, userId: sql`n.user_id`, subject: session.id },
      request,
      signedIn,
    ),
    sql`SELECT u.id AS userId, u.username AS username, ${auditWritten('user_created', request)} AS created,
        ${auditWritten('account_linked', request)} AS linked
      FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ${session.id} AND s.revoked_at IS NULL`,
  ])
  const user = results.at(-1)?.[0]
  return user
    ? {
        userId: user.userId,
        username: user.username,
        created: user.created === 1,
        linked: user.linked === 1,
      }
    : null
}

/**
 * Links the active user who has proved the address, if the provider is trusted with addresses. Mailbox names that are equal
 * only after Unicode folding are different mailboxes: apart from the case of ASCII letters, the only ones that SQLite's
 * `lower` changes, they must be equal.
 */
function linkByAddress(
  signIn: LinkedSignIn,
  { email, emailKey }: NonNullable<LinkedSignIn['address']>,
  request: RequestMark,
): SQL[] {
  const mailbox = email.slice(0, email.lastIndexOf('@') + 1)
  const source = sql`FROM users u JOIN sign_in_providers p WHERE ${hasAddress(sql`u`, { email, emailKey })} AND u.email_verified_at IS NOT NULL
    AND lower(substr(u.email, 1, instr(u.email, '@'))) = lower(${mailbox}) AND u.is_active = 1
    AND p.trusts_addresses = 1 AND ${mayUse(signIn, request)} AND ${isFree(signIn)}`
  return [
    auditStatement(
      { type: 'account_linked', actor: sql`u.id`, userId: sql`u.id`, subject: signIn.provider.id },
      request,
      source,
    ),
    insertLink(signIn, request.now, request, source),
  ]
}

/** Creates a user under the first free name, unless the address belongs to somebody, and links it. */
function makeUser(signIn: LinkedSignIn, { email, id, names }: NewLinkedUser, request: RequestMark): SQL[] {
  const { address } = signIn
  const emailKey = address?.emailKey ?? null
  const verifiedAt = address && request.now
  const mayHold = address
    ? sql`p.trusts_addresses = 1 AND NOT EXISTS (SELECT 1 FROM users h WHERE ${hasAddress(sql`h`, address)})`
    : sql`1`
  return [
    ...names.map(
      ({ username, usernameKey, usernameSkeleton }) =>
        sql`INSERT INTO users (id, username, username_key, username_skeleton, email, email_key, email_verified_at, password_hash,
            password_changed_at, created_at, last_sign_in_at)
          SELECT ${id}, ${username}, ${usernameKey}, ${usernameSkeleton}, ${email}, ${emailKey}, ${verifiedAt}, '!', ${request.now},
            ${request.now}, ${request.now}
          FROM sign_in_providers p WHERE p.creates_accounts = 1 AND ${mayUse(signIn, request)} AND ${isFree(signIn)}
            AND ${mayHold} AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = ${id} OR u.username_key = ${usernameKey}
              OR u.username_skeleton = ${usernameSkeleton})
          ON CONFLICT DO NOTHING`,
    ),
    auditStatement(
      { type: 'user_created', actor: id, userId: id },
      request,
      sql`FROM users WHERE id = ${id}`,
    ),
    insertLink(signIn, request.now, request, sql`FROM users u WHERE u.id = ${id}`),
  ]
}
