import { OAuthError } from '../errors.ts'

/** Returns the refusal of a client's metadata (RFC 7591 3.2.2), with the rule that it breaks. */
export function invalidMetadata(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description.slice(0, 500))
}

/** Returns the refusal of redirect URIs (RFC 7591 3.2.2), with the rule that they break. */
export function invalidRedirectUri(description: string): OAuthError {
  return new OAuthError('invalid_redirect_uri', description.slice(0, 500))
}

/** Returns the refusal of a caller who may not register, read or change a client (RFC 7592 2, RFC 6750 3.1). */
export function invalidToken(): OAuthError {
  const description = 'The token is missing, invalid, or not for this client.'
  return new OAuthError('invalid_token', description, {
    headers: {
      'WWW-Authenticate': `Bearer realm="oauth2", error="invalid_token", error_description="${description}"`,
    },
  })
}
