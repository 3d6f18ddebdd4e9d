import * as v from 'valibot'
import { sha256Base64url } from '../crypto/bytes.ts'
import type { AccessToken } from '../tokens/verify.ts'

/** Where, and as which client, to ask about tokens. */
export interface IntrospectionOptions {
  /** The provider's introspection endpoint. */
  readonly endpoint: string
  readonly clientId: string
  readonly clientSecret: string
  /** Seconds for which an answer is remembered, never beyond the token's expiry; 0 asks each time. Defaults to 30. */
  readonly cacheFor?: number
  /** For tests, or a service binding's `fetch`. */
  readonly fetch?: typeof fetch
}

const response = v.object({
  active: v.boolean(),
  client_id: v.optional(v.string(), ''),
  scope: v.optional(v.string(), ''),
  exp: v.optional(v.number()),
  sub: v.optional(v.string()),
  username: v.optional(v.string(), ''),
  token_type: v.optional(v.string()),
  cnf: v.optional(v.object({ jkt: v.optional(v.string()) })),
  aud: v.optional(v.union([v.string(), v.array(v.string())]), []),
  auth_time: v.optional(v.number()),
  acr: v.optional(v.string()),
})

interface Remembered {
  readonly token: AccessToken
  /** Milliseconds since 1970. */
  readonly until: number
}

/** The most remembered answers; the oldest is dropped first. */
const MAX_REMEMBERED = 1000

/**
 * Creates a verifier that asks the provider (RFC 7662), for a Worker that has no service binding to it. Valid tokens are
 * remembered for a short time, by their hash, so a revoked one may be accepted for that long; others are checked each time.
 */
export function introspectionVerifier(
  options: IntrospectionOptions,
): (token: string) => Promise<AccessToken | null> {
  const remembered = new Map<string, Remembered>()
  return async (token) => {
    const key = await sha256Base64url(token)
    const known = remembered.get(key)
    if (known && known.until > Date.now()) return known.token
    remembered.delete(key)
    const live = await introspect(token, options)
    if (live) {
      const oldest = remembered.keys().next().value
      if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
      const until = Math.min(Date.now() + (options.cacheFor ?? 30) * 1000, live.expiresAt * 1000)
      remembered.set(key, { token: live, until })
    }
    return live
  }
}

async function introspect(token: string, options: IntrospectionOptions): Promise<AccessToken | null> {
  const ask = options.fetch ?? fetch
  const credentials = [options.clientId, options.clientSecret].map(encodeURIComponent).join(':')
  const answer = await ask(options.endpoint, {
    method: 'POST',
    body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
    headers: { Authorization: `Basic ${btoa(credentials)}`, Accept: 'application/json' },
    redirect: 'manual',
  })
  if (!answer.ok) throw new Error(`The introspection endpoint answered ${answer.status}.`)
  const found = v.parse(response, await answer.json())
  // A refresh token is not an access token, even if its own client asks (RFC 7662 2.2: token_type).
  if (!found.active || found.exp === undefined || found.token_type === undefined) return null
  return {
    id: null,
    clientId: found.client_id,
    user: found.sub === undefined ? null : { id: found.sub, username: found.username },
    scope: found.scope,
    scopes: found.scope.split(' ').filter(Boolean),
    expiresAt: found.exp,
    authTime: found.auth_time ?? null,
    acr: found.acr ?? null,
    jkt: found.cnf?.jkt ?? null,
    audience: [found.aud].flat(),
  }
}
