import { OAuthError } from '../errors.ts'

/**
 * The refusal of a client: the same for an unknown client as for a wrong secret.
 * @param challenge answer 401 with `WWW-Authenticate` (RFC 6749 5.2)
 */
export function invalidClient(challenge: boolean, detail?: string): OAuthError {
  return new OAuthError('invalid_client', 'Client authentication failed.', {
    ...(challenge ? { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="oauth2"' } } : {}),
    ...(detail === undefined ? {} : { detail }),
  })
}
