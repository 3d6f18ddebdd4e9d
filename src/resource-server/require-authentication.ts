import type { Env, MiddlewareHandler } from 'hono'
import type { AccessToken } from '../concepts.ts'
import { satisfiesLevel } from '../tokens/authentication-level.ts'
import type { ProtectedEnv } from './require-scope.ts'

/** How the user of a request must have been authenticated (RFC 9470). */
export interface AuthenticationDemand {
  /** Levels of authentication, of which one is enough; so is a stronger one of the provider's. */
  readonly acrValues?: readonly string[]
  /** The most seconds since the user was authenticated. */
  readonly maxAge?: number
}

/**
 * Middleware after `requireScope`: admits a request whose user was authenticated as required. Others get the challenge of
 * RFC 9470 3, with which their client asks the provider again.
 * @example
 * app.use('/api/payments/*', provider.requireScope('pay'), requireAuthentication({ acrValues: ['2'], maxAge: 600 }))
 */
export function requireAuthentication<E extends Env>({
  acrValues = [],
  maxAge,
}: AuthenticationDemand): MiddlewareHandler<E & ProtectedEnv> {
  return async (c, next) => {
    const { acr, authTime }: AccessToken = c.get('oauth2')
    const reached = acrValues.length === 0 || acrValues.some((asked) => satisfiesLevel(acr ?? '', asked))
    const age = Math.floor(Date.now() / 1000) - (authTime ?? 0)
    if (reached && (maxAge === undefined || age <= maxAge)) return next()
    const error = 'insufficient_user_authentication'
    const description = 'A different authentication level, or a newer sign-in, is required.'
    const parameters = {
      error,
      error_description: description,
      ...(acrValues.length > 0 && { acr_values: acrValues.join(' ') }),
      ...(maxAge !== undefined && { max_age: String(maxAge) }),
    }
    const written = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`)
    return Response.json(
      { error, error_description: description },
      {
        status: 401,
        headers: { 'Cache-Control': 'no-store', 'WWW-Authenticate': `Bearer ${written.join(', ')}` },
      },
    )
  }
}
