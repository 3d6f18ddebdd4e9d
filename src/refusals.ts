import { OAuthError } from './errors.ts'

/**
 * The refusal of a client: the same for an unknown client as for a wrong secret. The endpoint's row adds status 401 and the
 * challenge where they belong (RFC 6749 5.2).
 * @param detail the reason, for the log
 */
export function invalidClient(detail?: string): OAuthError {
  return new OAuthError(
    'invalid_client',
    'Client authentication failed.',
    detail === undefined ? {} : { detail },
  )
}

/**
 * The refusal of a grant (RFC 6749 5.2). One sentence for every reason: an attacker learns none of them.
 * @param detail the reason, for the log
 */
export function invalidGrant(detail: string): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The grant is invalid, expired, revoked or was issued to another client.',
    { detail },
  )
}

/** The refusal of a grant type that the client is not registered for (RFC 6749 5.2). */
export function unauthorizedGrantType(): OAuthError {
  return new OAuthError('unauthorized_client', 'The client may not use this grant type.', {
    reason: 'grant_type_not_registered',
  })
}

/** The refusal of a scope that is unknown, too wide, or of which nothing is left (RFC 6749 5.2). */
export function invalidScope(): OAuthError {
  return new OAuthError('invalid_scope', 'Invalid scope.')
}
