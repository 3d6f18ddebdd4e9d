import type { Context, Env, MiddlewareHandler } from 'hono'
import { type OAuthErrorCode, StorageError } from '../errors.ts'
import { createScope, DEFAULT_SCOPES, type ScopeBits } from '../scope.ts'
import type { AccessToken } from '../tokens/verify.ts'
import { bearerChallenge, readBearer } from './bearer.ts'

/**
 * Verifies a bearer token for `requireScope`. `provider.requireScope` has one of its own; another Worker takes
 * `introspectionVerifier` or `rpcVerifier`.
 * @returns null if the token is not valid
 */
export type TokenVerifier<E extends Env = Env> = (token: string, c: Context<E>) => Promise<AccessToken | null>

/** What `requireScope` adds to Hono's context: `c.get('oauth2')`. */
export interface ProtectedEnv {
  Variables: { oauth2: AccessToken }
}

/** How a resource is protected. */
export interface RequireScopeOptions<E extends Env = Env> {
  readonly verify: TokenVerifier<E>
  /** Scope names with their bits: a token with `write` also reads. `{ read: 2, write: 6 }`, if left out. */
  readonly scopes?: ScopeBits | ((c: Context<E>) => ScopeBits)
  /** URL of this resource's metadata (RFC 9728), or false for none; the well-known address of its origin, if left out. */
  readonly resourceMetadata?: string | false | ((c: Context<E>) => string)
}

/**
 * Middleware: lets a request through whose access token has every scope that is named, and puts the token into
 * `c.get('oauth2')`. Others get the challenges of RFC 6750 3.1: 401 without credentials (no error code), 401 `invalid_token`,
 * 403 `insufficient_scope`, 400 `invalid_request`.
 * @param scopes one name or several, all of which are needed; none for any live token
 */
export function requireScope<E extends Env>(
  scopes: string | readonly string[],
  options: RequireScopeOptions<E>,
): MiddlewareHandler<E & ProtectedEnv> {
  const needed = [scopes].flat()
  return protect(needed, (held) => needed.every(held), options)
}

/** The same where one of the scopes is enough. */
export function requireAnyScope<E extends Env>(
  scopes: readonly string[],
  options: RequireScopeOptions<E>,
): MiddlewareHandler<E & ProtectedEnv> {
  return protect(scopes, (held) => scopes.some(held), options)
}

/**
 * Tells whether a token's scopes satisfy one that is needed: by name, or by bits, so that `write` satisfies `read`.
 * @param held names that the token has
 */
export function satisfiesScope(
  held: readonly string[],
  needed: string,
  bits: ScopeBits = DEFAULT_SCOPES,
): boolean {
  if (held.includes(needed)) return true
  const wants = Object.hasOwn(bits, needed) ? bits[needed] : undefined
  const { check, toInt } = createScope(bits)
  return wants !== undefined && check(wants, toInt(...held))
}

function protect<E extends Env>(
  needed: readonly string[],
  enough: (held: (name: string) => boolean) => boolean,
  options: RequireScopeOptions<E>,
): MiddlewareHandler<E & ProtectedEnv> {
  return async (c, next) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same context, without the variable that is set below
    const own = c as unknown as Context<E>
    const presented = readBearer(c.req.raw)
    const refuse = (status: 400 | 401 | 403, error?: OAuthErrorCode, description?: string): Response =>
      refusal(own, options, status, needed, error, description)
    if (presented.kind === 'none') return refuse(401)
    if (presented.kind === 'malformed')
      return refuse(400, 'invalid_request', 'The access token must come in the Authorization header alone.')
    const token = await options.verify(presented.token, own).catch(busy)
    if (token instanceof Response) return token
    if (!token) return refuse(401, 'invalid_token', 'The access token is invalid, expired or revoked.')
    const bits = typeof options.scopes === 'function' ? options.scopes(own) : options.scopes
    if (!enough((name) => satisfiesScope(token.scopes, name, bits))) {
      return refuse(403, 'insufficient_scope', 'The access token lacks a scope.')
    }
    c.set('oauth2', token)
    return next()
  }
}

/** A storage that does not answer says nothing of the token: the client may try again. */
function busy(error: unknown): Response {
  if (!(error instanceof StorageError)) throw error
  const body = { error: 'temporarily_unavailable', error_description: 'The service is busy. Try again.' }
  return Response.json(body, { status: 503, headers: { 'Cache-Control': 'no-store', 'Retry-After': '1' } })
}

function refusal<E extends Env>(
  c: Context<E>,
  { resourceMetadata }: RequireScopeOptions<E>,
  status: 400 | 401 | 403,
  needed: readonly string[],
  error?: OAuthErrorCode,
  description?: string,
): Response {
  const described = typeof resourceMetadata === 'function' ? resourceMetadata(c) : resourceMetadata
  const wellKnown = new URL('/.well-known/oauth-protected-resource', c.req.url).href
  const challenge = bearerChallenge({
    ...(error && { error }),
    ...(description && { description }),
    ...(error === 'insufficient_scope' && { scope: needed.join(' ') }),
    resourceMetadata: described === false ? undefined : (described ?? wellKnown),
  })
  const headers = { 'WWW-Authenticate': challenge, 'Cache-Control': 'no-store' }
  return error
    ? c.json({ error, error_description: description }, status, headers)
    : c.body(null, status, headers)
}
