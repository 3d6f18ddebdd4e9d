import type { OAuthErrorCode } from '../errors.ts'

/** What a request presents to a protected resource. */
export type Presented =
  | { readonly kind: 'token'; readonly token: string }
  /** No credentials, or credentials of another kind. */
  | { readonly kind: 'none' }
  /** The token came in a way that we do not take, or in several. */
  | { readonly kind: 'malformed' }

/**
 * Finds the bearer token of a request: in the Authorization header and nowhere else (RFC 6750 2.1). A token in the URL would
 * end up in logs, so it is never read, and a request that has it in both places is malformed (RFC 6750 2, 3.1).
 */
export function readBearer(request: Request): Presented {
  const authorization = request.headers.get('Authorization')
  const [, scheme = '', credentials = ''] = /^(\S+) *(.*)$/.exec(authorization ?? '') ?? []
  if (scheme.toLowerCase() !== 'bearer') return { kind: 'none' }
  const { url } = request
  const inUrl = url.includes('?') && new URL(url).searchParams.has('access_token')
  return inUrl || !/^[\w.~+/-]+=*$/.test(credentials)
    ? { kind: 'malformed' }
    : { kind: 'token', token: credentials }
}

/** What a challenge says (RFC 6750 3, RFC 9728 5.1). */
export interface Challenge {
  readonly error?: OAuthErrorCode
  readonly description?: string
  /** The scope that is needed. */
  readonly scope?: string
  /** URL of the protected resource's metadata. */
  readonly resourceMetadata?: string | undefined
}

/** The value of `WWW-Authenticate`. Values hold neither quotes nor backslashes. */
export function bearerChallenge({ description, error, resourceMetadata, scope }: Challenge): string {
  const parameters = {
    realm: 'oauth2',
    error,
    error_description: description,
    scope,
    resource_metadata: resourceMetadata,
  }
  const written = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value}"`],
  )
  return `Bearer ${written.join(', ')}`
}
