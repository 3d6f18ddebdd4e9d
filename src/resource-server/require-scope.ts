import type { Context, Env, MiddlewareHandler } from 'hono'
import type { ProvenKey } from '../concepts.ts'
import { OAuthError, type OAuthErrorCode, StorageError } from '../errors.ts'
import { identifierKey, isBelow } from '../resource-identifier.ts'
import { createScope, DEFAULT_SCOPES, type ScopeBits } from '../scope.ts'
import type { AccessToken } from '../tokens/verify.ts'
import { bearerChallenge, readBearer } from './bearer.ts'
import { resourceMetadataUrl } from './protected-resource.ts'

/**
 * Verifies a bearer token for `requireScope`. `provider.requireScope` has its own; another Worker uses
 * `introspectionVerifier` or `rpcVerifier`.
 * @returns null if the token is not valid
 */
export type TokenVerifier<E extends Env = Env> = (token: string, c: Context<E>) => Promise<AccessToken | null>

/**
 * Verifies the proof of a request whose token is bound to a key (RFC 9449 7). `provider.requireScope` has its own; another
 * Worker uses `dpopProofs`.
 */
export interface ProofVerifier<E extends Env = Env> {
  /** Accepted signature algorithms, for challenges. */
  readonly algorithms: readonly string[]
  /** @throws {OAuthError} invalid_dpop_proof, use_dpop_nonce */
  verify(request: Request, token: string, c: Context<E>): Promise<ProvenKey>
}

/** What `requireScope` adds to Hono's context: `c.get('oauth2')`. */
export interface ProtectedEnv {
  Variables: { oauth2: AccessToken }
}

/** How a resource is protected. */
export interface RequireScopeOptions<E extends Env = Env> {
  readonly verify: TokenVerifier<E>
  /** Accepts tokens that are bound to a key, with a proof of it; by default they are refused. */
  readonly proofs?: ProofVerifier<E> | ((c: Context<E>) => ProofVerifier<E> | undefined) | undefined
  /** Scope names with their bits, so that a token with `write` also reads. Defaults to `{ read: 2, write: 6 }`. */
  readonly scopes?: ScopeBits | ((c: Context<E>) => ScopeBits | Promise<ScopeBits>)
  /**
   * The API's resource identifier (RFC 8707), which tokens must name as their audience. By default, a token may name none,
   * or one whose address the request is at or below.
   */
  readonly resource?: string | ((c: Context<E>) => Promise<AskedResource>)
  /**
   * URL of this resource's metadata (RFC 9728), or false for none; defaults to the well-known address of the resource, or of
   * the request's origin.
   */
  readonly resourceMetadata?: string | false | ((c: Context<E>) => string)
}

/** The resource that a request is for. */
export interface AskedResource {
  readonly identifier: string
  /** Whether tokens must name it; those that name none are not for it. */
  readonly isNamed: boolean
  /** URL of its metadata. */
  readonly metadata: string
}

/**
 * Middleware: admits a request whose access token has all named scopes, and puts the token into `c.get('oauth2')`.
 * Others get the challenges of RFC 6750 3.1: 401 without credentials (no error code), 401 `invalid_token`,
 * 403 `insufficient_scope`, 400 `invalid_request`.
 * @param scopes one name or several, all of which are required; none for any valid token
 */
export function requireScope<E extends Env>(
  scopes: string | readonly string[],
  options: RequireScopeOptions<E>,
): MiddlewareHandler<E & ProtectedEnv> {
  const needed = [scopes].flat()
  return protect(needed, (held) => needed.every(held), options)
}

/** The same, but one of the scopes is enough. */
export function requireAnyScope<E extends Env>(
  scopes: readonly string[],
  options: RequireScopeOptions<E>,
): MiddlewareHandler<E & ProtectedEnv> {
  return protect(scopes, (held) => scopes.some(held), options)
}

/**
 * Returns whether a token's scopes satisfy a required one, by name or by bits, so that `write` satisfies `read`.
 * @param
 * held names that the token has
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
    const proofs = typeof options.proofs === 'function' ? options.proofs(own) : options.proofs
    const presented = readBearer(c.req.raw, proofs !== undefined)
    const refuse = (refused: Refused): Promise<Response> =>
      refusal(own, options, needed, refused, refused.wantsProof ? proofs?.algorithms : undefined)
    if (presented.kind === 'none') return refuse({ status: 401 })
    if (presented.kind === 'malformed')
      return refuse({
        status: 400,
        error: 'invalid_request',
        description: 'The access token must be only in the Authorization header.',
      })
    const wantsProof = presented.scheme === 'DPoP'
    const key = wantsProof ? await prove(own, proofs, presented.token) : null
    if (key && 'error' in key) return refuse(key)
    const token = await options.verify(presented.token, own).catch(busy)
    if (token instanceof Response) return token
    if (!token) return refuse({ ...INVALID_TOKEN, wantsProof })
    if ((token.jkt ?? null) !== (key?.jkt ?? null)) return refuse({ ...WRONG_KEY, wantsProof: true })
    if (!isFor(token, own.req.url, await askedResource(own, options))) {
      return refuse({
        ...INVALID_TOKEN,
        description: 'The access token is for another resource.',
        wantsProof,
      })
    }
    const bits = typeof options.scopes === 'function' ? await options.scopes(own) : options.scopes
    if (!enough((name) => satisfiesScope(token.scopes, name, bits))) {
      const description = 'The access token lacks a scope.'
      return refuse({ status: 403, error: 'insufficient_scope', description, wantsProof })
    }
    for (const [name, value] of Object.entries(key?.headers ?? {})) c.header(name, value)
    c.set('oauth2', token)
    return next()
  }
}

async function askedResource<E extends Env>(
  c: Context<E>,
  { resource }: RequireScopeOptions<E>,
): Promise<AskedResource | null> {
  if (typeof resource === 'function') return resource(c)
  if (resource === undefined) return null
  return { identifier: resource, isNamed: true, metadata: resourceMetadataUrl(resource) }
}

/** Returns whether a token is for a resource; if none is named, the address decides. */
function isFor({ audience = [] }: AccessToken, url: string, asked: AskedResource | null): boolean {
  if (audience.length === 0) return asked?.isNamed !== true
  if (!asked) return audience.some((identifier) => isBelow(url, identifier))
  const key = identifierKey(asked.identifier)
  return audience.some((identifier) => identifierKey(identifier) === key)
}

/** A storage failure says nothing about the token, so the client may try again. */
function busy(error: unknown): Response {
  if (!(error instanceof StorageError)) throw error
  const body = { error: 'temporarily_unavailable', error_description: 'The service is busy. Try again.' }
  return Response.json(body, { status: 503, headers: { 'Cache-Control': 'no-store', 'Retry-After': '1' } })
}

/** Why a request is refused. */
interface Refused {
  readonly status: 400 | 401 | 403
  readonly error?: OAuthErrorCode
  readonly description?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Whether the challenge is that for bound tokens. */
  readonly wantsProof?: boolean
}

const INVALID_TOKEN = {
  status: 401,
  error: 'invalid_token',
  description: 'The access token is invalid, expired or revoked.',
} as const
const WRONG_KEY = {
  ...INVALID_TOKEN,
  description: 'The access token is valid only with a proof of the key that it is bound to.',
} as const

/** Returns the key that a request proves to hold, or the refusal (RFC 9449 7.1). */
async function prove<E extends Env>(
  c: Context<E>,
  proofs: ProofVerifier<E> | undefined,
  token: string,
): Promise<ProvenKey | (Refused & { readonly error: OAuthErrorCode }) | null> {
  try {
    return (await proofs?.verify(c.req.raw, token, c)) ?? null
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const { code, description, headers } = error
    return { status: 401, error: code, description, headers, wantsProof: true }
  }
}

async function refusal<E extends Env>(
  c: Context<E>,
  options: RequireScopeOptions<E>,
  needed: readonly string[],
  { description, error, headers: further, status }: Refused,
  algorithms: readonly string[] | undefined,
): Promise<Response> {
  const challenge = bearerChallenge({
    ...(error && { error }),
    ...(description && { description }),
    // A client without a token learns at once which scope to request (RFC 6750 3).
    ...(status !== 400 && needed.length > 0 && { scope: needed.join(' ') }),
    resourceMetadata: await describedAt(c, options),
    algorithms,
  })
  const headers = { 'WWW-Authenticate': challenge, 'Cache-Control': 'no-store', ...further }
  return error
    ? c.json({ error, error_description: description }, status, headers)
    : c.body(null, status, headers)
}

async function describedAt<E extends Env>(
  c: Context<E>,
  options: RequireScopeOptions<E>,
): Promise<string | undefined> {
  const { resourceMetadata } = options
  const described = typeof resourceMetadata === 'function' ? resourceMetadata(c) : resourceMetadata
  if (described === false) return undefined
  return (
    described ?? (await askedResource(c, options))?.metadata ?? resourceMetadataUrl(new URL(c.req.url).origin)
  )
}
