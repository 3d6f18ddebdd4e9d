import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import * as v from 'valibot'
import { readHeader, typeOf } from '../crypto/signed.ts'
import { identifierKey } from '../resource-identifier.ts'
import type { AccessToken } from '../tokens/verify.ts'
import { issuerMetadataUrl } from '../well-known.ts'
import { type IntrospectionOptions, introspectionVerifier } from './introspection-verifier.ts'

/** Whose tokens are accepted, and for what. */
export interface JwtVerifierOptions {
  /** The provider's issuer identifier, whose metadata leads to its keys. */
  readonly issuer: string
  /** The API's resource identifier, which tokens must name (RFC 9068 4). */
  readonly audience: string
  /** Accepted signature algorithms; defaults to ES256 and RS256. */
  readonly algorithms?: readonly ('ES256' | 'RS256')[]
  /** Also asks the provider, as this client, whether a token is still valid. */
  readonly introspect?: Omit<IntrospectionOptions, 'endpoint' | 'fetch'>
  /** For tests, or a service binding's `fetch`. */
  readonly fetch?: typeof fetch
}

/** Seconds for which keys are used before they are fetched again. */
const FRESH = 300
/** Seconds between two searches for an unknown key. */
const PATIENCE = 10
/** Seconds by which clocks may differ. */
const TOLERANCE = 5

const metadata = v.object({
  issuer: v.string(),
  jwks_uri: v.string(),
  introspection_endpoint: v.optional(v.string()),
})
const keySet = v.object({ keys: v.array(v.looseObject({ kid: v.string(), kty: v.string() })) })
const claimsOf = v.looseObject({
  sub: v.string(),
  exp: v.number(),
  aud: v.union([v.string(), v.array(v.string())]),
  client_id: v.string(),
  iat: v.number(),
  jti: v.string(),
  scope: v.optional(v.string(), ''),
  auth_time: v.optional(v.number()),
  acr: v.optional(v.string()),
  cnf: v.optional(v.object({ jkt: v.optional(v.string()) })),
})

interface Keys {
  readonly at: number
  readonly set: JSONWebKeySet
  readonly introspection: string | undefined
}

/**
 * Creates a verifier of JWT access tokens (RFC 9068 4) for an API elsewhere: once it has the provider's keys, it needs no
 * requests. A revoked token is accepted until it expires, unless `introspect` is set.
 * @example
 * const verify = jwtVerifier({ issuer: 'https://id.example', audience: 'https://api.example/mcp' })
 * app.use('/mcp', requireScope('read', { verify, resource: 'https://api.example/mcp' }))
 */
export function jwtVerifier(options: JwtVerifierOptions): (token: string) => Promise<AccessToken | null> {
  const { algorithms = ['ES256', 'RS256'], audience, introspect, issuer } = options
  const ask = options.fetch ?? fetch
  let kept: Keys | null = null

  async function read(now: number): Promise<Keys> {
    const described = v.parse(metadata, await readJson(issuerMetadataUrl(issuer), ask))
    if (described.issuer !== issuer) throw new Error(`The metadata of ${issuer} belongs to another issuer.`)
    const set = v.parse(keySet, await readJson(described.jwks_uri, ask))
    kept = { at: now, set, introspection: described.introspection_endpoint }
    return kept
  }

  async function keysFor(kid: string): Promise<Keys> {
    const now = Math.floor(Date.now() / 1000)
    const known = kept
    if (!known || now - known.at >= FRESH) {
      // Recent keys stay in use while the provider does not answer.
      return read(now).catch((error: unknown) => {
        if (known) return known
        throw error
      })
    }
    if (known.set.keys.some((key) => key.kid === kid) || now - known.at < PATIENCE) return known
    return read(now)
  }

  return async (token) => {
    const kid = keyIdOf(token)
    if (kid === null) return null
    const keys = await keysFor(kid)
    const live = await verify(token, keys.set, { issuer, audience, algorithms })
    if (!live || !introspect) return live
    if (keys.introspection === undefined)
      throw new Error(`The metadata of ${issuer} names no introspection endpoint.`)
    const told = await introspectionVerifier({
      ...introspect,
      endpoint: keys.introspection,
      fetch: ask,
      cacheFor: introspect.cacheFor ?? 0,
    })(token)
    return told && live
  }
}

/** Returns the key that a token names, if it is an access token rather than an ID token (RFC 9068 5). */
function keyIdOf(token: string): string | null {
  const header = readHeader(token)
  return typeOf(header) === 'at+jwt' ? (header?.kid ?? null) : null
}

async function verify(
  token: string,
  set: JSONWebKeySet,
  { algorithms, audience, issuer }: Required<Pick<JwtVerifierOptions, 'algorithms' | 'audience' | 'issuer'>>,
): Promise<AccessToken | null> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(set), {
      issuer,
      algorithms: [...algorithms],
      clockTolerance: TOLERANCE,
      requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
    })
    const claims = v.safeParse(claimsOf, payload)
    if (!claims.success) return null
    const { acr, aud, auth_time, client_id, cnf, exp, jti, scope, sub } = claims.output
    const named = [aud].flat()
    const key = identifierKey(audience)
    if (!named.some((name) => identifierKey(name) === key)) return null
    return {
      id: jti,
      clientId: client_id,
      user: sub === client_id && auth_time === undefined ? null : { id: sub, username: '' },
      scope,
      scopes: scope.split(' ').filter(Boolean),
      expiresAt: exp,
      authTime: auth_time ?? null,
      acr: acr ?? null,
      audience: named,
      jkt: cnf?.jkt ?? null,
    }
  } catch (error) {
    if (error instanceof errors.JOSEError) return null
    throw error
  }
}

async function readJson(url: string, ask: typeof fetch): Promise<unknown> {
  const answer = await ask(url, { headers: { Accept: 'application/json' }, redirect: 'manual' })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`)
  return answer.json()
}
