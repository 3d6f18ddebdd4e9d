import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import {
  createLocalJWKSet,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  type ProtectedHeaderParameters,
} from 'jose'
import { expect } from 'vitest'
import * as schema from '../../schema/index.ts'
import { ORIGIN, send } from './http.ts'

/** What a client finds in an ID token that it has verified. */
export interface VerifiedIdToken {
  readonly claims: JWTPayload
  readonly header: ProtectedHeaderParameters
}

/** Verifies an ID token as a client does (OpenID Connect Core 3.1.3.7): with the keys that the provider publishes. */
export async function verifyIdToken(idToken: unknown, clientId = 'web'): Promise<VerifiedIdToken> {
  expect(idToken).toBeTypeOf('string')
  const metadata = await json('/.well-known/openid-configuration')
  const keys = await json(String(metadata['jwks_uri']).slice(ORIGIN.length))
  const keySet = createLocalJWKSet(keys as unknown as JSONWebKeySet)
  const { payload, protectedHeader } = await jwtVerify(String(idToken), keySet, {
    issuer: String(metadata['issuer']),
    audience: clientId,
    requiredClaims: ['sub', 'exp', 'iat'],
  })
  return { claims: payload, header: protectedHeader }
}

const db = drizzle(env.DB)
let made: Promise<SigningRows> | undefined

/** Puts keys that sign into D1, the same for each test of a file: to make an RSA pair takes a tenth of a second and more. */
export async function givenSigningKeys(): Promise<void> {
  made ??= makeSigningKeys()
  const { keys, salts } = await made
  await db.batch([
    db.insert(schema.signingKeys).values(keys).onConflictDoNothing(),
    db.insert(schema.pairwiseSalt).values(salts).onConflictDoNothing(),
  ])
}

interface SigningRows {
  readonly keys: (typeof schema.signingKeys.$inferSelect)[]
  readonly salts: (typeof schema.pairwiseSalt.$inferSelect)[]
}

/** Lets the provider make its keys, as it does when they are first asked for. */
async function makeSigningKeys(): Promise<SigningRows> {
  await json('/oauth2/jwks')
  const [keys, salts] = await db.batch([
    db.select().from(schema.signingKeys),
    db.select().from(schema.pairwiseSalt),
  ])
  return { keys, salts }
}

/** Gets a JSON document. */
export async function json(
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const response = await send(path, { headers })
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toMatch(/^application\/json/)
  return response.json()
}

/** Asks UserInfo with a token in the header. */
export async function userInfo(accessToken: unknown): Promise<Record<string, unknown>> {
  return json('/oauth2/userinfo', { Authorization: `Bearer ${String(accessToken)}` })
}
