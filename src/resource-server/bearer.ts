import type { OAuthErrorCode } from '../errors.ts'

/** What a request presents to a protected resource. */
export type Presented =
  | { readonly kind: 'token'; readonly token: string; readonly scheme: 'Bearer' | 'DPoP' }
  /** No credentials, or credentials of another kind. */
  | { readonly kind: 'none' }
  /** The token was sent in an unsupported way, or in several. */
  | { readonly kind: 'malformed' }

/**
 * Finds the access token of a request: only in the Authorization header (RFC 6750 2.1). A token in the URL would end up in
 * logs, so it is never read, and a request with one in both places is malformed (RFC 6750 2, 3.1).
 * @param takesProofs
 * whether to accept the scheme of tokens that are bound to a key (RFC 9449 7.1)
 */
export function readBearer(request: Request, takesProofs = false): Presented {
  const authorization = request.headers.get('Authorization')
  const [, scheme = '', credentials = ''] = /^(\S+) *(.*)$/.exec(authorization ?? '') ?? []
  const isBearer = scheme.toLowerCase() === 'bearer'
  if (!isBearer && !(takesProofs && scheme.toLowerCase() === 'dpop')) return { kind: 'none' }
  const { url } = request
  const inUrl = url.includes('?') && new URL(url).searchParams.has('access_token')
  return inUrl || !/^[\w.~+/-]+=*$/.test(credentials)
    ? { kind: 'malformed' }
    : { kind: 'token', token: credentials, scheme: isBearer ? 'Bearer' : 'DPoP' }
}

/** The content of a challenge (RFC 6750 3, RFC 9728 5.1). */
export interface Challenge {
  readonly error?: OAuthErrorCode
  readonly description?: string
  /** The required scope. */
  readonly scope?: string
  /** URL of the protected resource's metadata. */
  readonly resourceMetadata?: string | undefined
  /** Signature algorithms of proofs, which make it a challenge for a proof (RFC 9449 7.1). */
  readonly algorithms?: readonly string[] | undefined
}

/** Returns the value of `WWW-Authenticate`. Values contain neither quotes nor backslashes. */
export function bearerChallenge(challenge: Challenge): string {
  const { algorithms, description, error, resourceMetadata, scope } = challenge
  const parameters = {
    realm: 'oauth2',
    error,
    error_description: description,
    scope,
    resource_metadata: resourceMetadata,
    algs: algorithms?.join(' '),
  }
  const written = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value}"`],
  )
  return `${algorithms ? 'DPoP' : 'Bearer'} ${written.join(', ')}`
}
