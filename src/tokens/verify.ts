import type { AccessToken, FormatProvider, Provider } from '../concepts.ts'
import type { LiveToken } from '../store/records.ts'
import { amrOf, authTimeOf, reachedLevels } from './authentication-level.ts'
import { jktOf } from './binding.ts'
import { accessTokenNameOf, readTokenReference } from './reference.ts'

export type { AccessToken } from '../concepts.ts'

/**
 * Verifies an access token. The caller must check that the sender holds the key that the token may be bound to. It takes one
 * round trip, or none for a token that we did not mint, unless imported ones are accepted.
 * @returns null if it is forged, expired or revoked, or if its client, grant or user is gone or disabled
 */
export async function verifyAccessToken(
  token: string,
  provider: FormatProvider & Pick<Provider, 'store' | 'tokenFormats'>,
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
      authTime: authTimeOf(live),
      acr: live.user ? (reachedLevels(amrOf(live.details))[0] ?? null) : null,
      jkt: jktOf(live.details),
      audience: live.resource,
    }
  )
}

/** Returns whether a token is for the provider itself, as it names no resource or the provider's origin (RFC 8707). */
export function isForProvider(
  { resource }: Pick<LiveToken, 'resource'>,
  { origin }: Pick<Provider, 'origin'>,
): boolean {
  return resource.length === 0 || resource.includes(origin)
}

/**
 * Verifies an access token without asking the storage, if its format is self-contained. It may have been revoked.
 * @returns null if it is not valid
 */
export async function readAccessToken(
  token: string,
  provider: FormatProvider & Pick<Provider, 'tokenFormats'>,
): Promise<AccessToken | null> {
  for (const format of provider.tokenFormats) {
    const read = await format.read?.(token, provider)
    if (read) return read
  }
  return null
}
