import type { Provider } from '../concepts.ts'
import { openToken } from './opaque.ts'

/** An access token that lives, as a protected resource sees it. */
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
}

/**
 * Opens an access token of our own form or of a feature's.
 * @returns the id that the storage knows it by; null where it is none
 */
export async function openAccessToken(
  token: string,
  provider: Pick<Provider, 'issuer' | 'keys' | 'settings' | 'tokenFormats'>,
): Promise<string | null> {
  let id = await openToken('at', token, provider.keys)
  for (const format of provider.tokenFormats) id ??= (await format.open?.(token, provider)) ?? null
  return id
}

/**
 * Verifies an access token. One round trip; none for a token that we did not mint, unless imported ones are taken.
 * @returns null where it is forged, expired, revoked, or its client, grant or user no longer lives
 */
export async function verifyAccessToken(
  token: string,
  provider: Pick<Provider, 'issuer' | 'keys' | 'request' | 'settings' | 'store' | 'tokenFormats'>,
): Promise<AccessToken | null> {
  const id = await openAccessToken(token, provider)
  const live = id === null ? null : await provider.store.readAccessToken(id, provider.request.now)
  return (
    live && {
      id: live.id,
      clientId: live.clientId,
      user: live.user && { id: live.user.id, username: live.user.username },
      scope: live.scope,
      scopes: live.scope.split(' '),
      expiresAt: live.expiresAt,
    }
  )
}
