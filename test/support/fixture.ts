import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import * as schema from '../../schema/index.ts'
import { randomId, sha256Base64url } from '../../src/crypto/bytes.ts'
import { deriveKeys, type Keys } from '../../src/crypto/keys.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { hashPassword } from '../../src/identity/passwords.ts'
import { usernameSkeleton } from '../../src/identity/skeleton.ts'
import { usernameKey } from '../../src/identity/usernames.ts'
import { mintSession } from '../../src/tokens/opaque.ts'

const db = drizzle(env.DB)

/** Every grant type that a client may have. */
export const ALL_GRANTS = [
  'authorization_code',
  'client_credentials',
  'implicit',
  'password',
  'refresh_token',
]
export const SECRET = 'the-secret-of-a-client'
export const PASSWORD = 'correct horse battery staple'
export const REDIRECT_URI = 'https://app.example/cb'

let passwordHash: Promise<string> | undefined

type ClientFields = Partial<Omit<typeof schema.clients.$inferInsert, 'grantTypes' | 'responseTypes'>> & {
  readonly grantTypes?: readonly string[]
  readonly secret?: string | null
  readonly redirectUris?: readonly string[]
}

/** Puts a client into D1: confidential, with every grant type, unless told otherwise. Its secret is `SECRET`. */
export async function givenClient(clientId: string, fields: ClientFields = {}): Promise<void> {
  const { grantTypes = ALL_GRANTS, redirectUris = [REDIRECT_URI], secret = SECRET, ...rest } = fields
  const type = rest.type ?? 'confidential'
  const responseTypes = [
    ...(grantTypes.includes('authorization_code') ? ['code'] : []),
    ...(grantTypes.includes('implicit') ? ['token'] : []),
  ]
  await db.insert(schema.clients).values({
    name: `Application ${clientId}`,
    createdAt: 0,
    updatedAt: 0,
    requirePkce: type === 'public',
    ...rest,
    clientId,
    type,
    grantTypes: JSON.stringify(
      grantTypes.filter((name) => type === 'confidential' || name !== 'client_credentials'),
    ),
    responseTypes: JSON.stringify(responseTypes),
  })
  for (const [position, uri] of redirectUris.entries()) {
    await db.insert(schema.clientRedirectUris).values({ clientId, uri, position })
  }
  if (type === 'confidential' && secret !== null) await givenSecret(clientId, secret)
}

/** Adds a live secret to a client. */
export async function givenSecret(
  clientId: string,
  secret: string,
  expiresAt: number | null = null,
): Promise<void> {
  const secretHash = await sha256Base64url(secret)
  await db.insert(schema.clientSecrets).values({ clientId, secretHash, createdAt: 0, expiresAt })
}

/** Puts a user into D1, whose password is `PASSWORD`. Returns its id. */
export async function givenUser(
  username: string,
  fields: Partial<typeof schema.users.$inferInsert> = {},
): Promise<string> {
  passwordHash ??= hashPassword(PASSWORD)
  const id = fields.id ?? randomId()
  await db.insert(schema.users).values({
    username,
    usernameKey: usernameKey(username),
    usernameSkeleton: usernameSkeleton(username),
    passwordHash: await passwordHash,
    passwordChangedAt: 0,
    createdAt: 0,
    ...fields,
    id,
  })
  return id
}

let keys: Promise<Keys> | undefined

/** A sign-in: its row and the cookie that a browser would hold. */
export interface GivenSession {
  readonly id: string
  readonly name: string
  readonly value: string
}

/** Signs a user in without the slow password: a row in D1 and the cookie that goes with it. */
export async function givenSession(
  userId: string,
  fields: Partial<typeof schema.sessions.$inferInsert> = {},
): Promise<GivenSession> {
  keys ??= deriveKeys([new Secret(env.SECRET_KEY ?? '')])
  const id = fields.id ?? randomId()
  const now = Math.floor(Date.now() / 1000)
  await db.insert(schema.sessions).values({
    userId,
    authTime: now,
    lastSeenAt: now,
    expiresAt: now + 86_400,
    ...fields,
    id,
  })
  return { id, name: '__Host-oauth_session', value: await mintSession(id, await keys) }
}

/** Two clients, a public one, a service and two users: the cast of most tests. */
export async function givenCast(): Promise<{ readonly alice: string; readonly bob: string }> {
  await givenClient('web')
  await givenClient('other')
  await givenClient('native', { type: 'public', grantTypes: ['authorization_code', 'password', 'implicit'] })
  await givenClient('service', { grantTypes: ['client_credentials'], redirectUris: [] })
  return { alice: await givenUser('alice'), bob: await givenUser('bob') }
}
