import type { Provider } from '../concepts.ts'
import { accessTokenNameOf, readTokenReference } from './reference.ts'

/** An access token that is valid, as a protected resource sees it. */
export interface AccessToken {
  /** Null where another server told of it (RFC 7662), which names no id. */
  readonly id: string | null
  readonly clientId: string
  /** Null where a client acts for itself. */
  readonly user: { readonly id: string; readonly username: string } | null
  /** Names separated by spaces. */
  readonly scope: string
  readonly scopes: readonly string[]
  /** Seconds since 1970. */
  readonly expiresAt: number
  /** When the user gave the password, in seconds since 1970; null or left out where that is not known. */
  readonly authTime?: number | null
}

/**
 * Verifies an access token. One round trip; none for a token that we did not mint, unless imported ones are taken.
 * @returns null if it is forged, expired, revoked, or its client, grant or user is gone or disabled
 */
export async function verifyAccessToken(
  token: string,
  provider: Pick<
    Provider,
    'featureSettings' | 'issuer' | 'keys' | 'request' | 'settings' | 'store' | 'tokenFormats'
  >,
): Promise<AccessToken | null> {
  const found = await readTokenReference(token, provider)
  const name = found && accessTokenNameOf(found)
  const live = name && (await provider.store.readAccessToken(name, provider.request.now))
  return (
    live && {
      id: `${live.grantId}.${live.sequence}`,
      clientId: live.clientId,
      user: live.user && { id: live.user.id, username: live.user.username },
      scope: live.scope,
      scopes: live.scope.split(' '),
      expiresAt: live.expiresAt,
      authTime: live.authTime,
    }
  )
}
