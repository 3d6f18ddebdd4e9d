import type { FormatProvider, Provider } from '../concepts.ts'
import type { AccessTokenName, TokenName, TokenReference } from '../store/records.ts'
import { openEarlierId, openEarlierRefreshToken } from './earlier-format.ts'
import { openToken } from './opaque.ts'

/**
 * Returns what a token refers to, in our own format or a feature's. Its prefix shows its kind, so a wrong `token_type_hint`
 * does no harm (RFC 7009 2.1, RFC 7662 2.1).
 * @returns null if neither we nor a feature's format made it
 */
export async function readTokenReference(
  token: string,
  provider: FormatProvider & Pick<Provider, 'tokenFormats'>,
): Promise<TokenReference | null> {
  const { keys } = provider
  const access = await openToken('at', token, keys)
  if (access) return { kind: 'access', ...access }
  const refresh = (await openToken('rt', token, keys)) ?? (await openEarlierRefreshToken(token, keys))
  if (refresh) return { kind: 'refresh', ...refresh }
  const earlier = await openEarlierId('at', token, keys)
  if (earlier !== null) return { kind: 'access', grantId: earlier, sequence: null }
  for (const format of provider.tokenFormats) {
    const opened = await format.open?.(token, provider)
    if (opened) return opened
  }
  return null
}

/** Returns the key to look up an access token; null if it is a refresh token. */
export function accessTokenNameOf(reference: TokenReference): AccessTokenName | null {
  switch (reference.kind) {
    case 'access':
      return { grantId: reference.grantId, sequence: reference.sequence }
    case 'imported':
      return { grantId: reference.access, sequence: null }
    case 'refresh':
      return null
  }
}

/**
 * Returns the key to look up a refresh token; null if it is an access token. A token from another provider is the first of
 * its grant, so that the same rules apply to it as to ours.
 */
export function refreshTokenNameOf(reference: TokenReference): TokenName | null {
  switch (reference.kind) {
    case 'access':
      return null
    case 'imported':
      return { grantId: reference.refresh, sequence: 0 }
    case 'refresh':
      return { grantId: reference.grantId, sequence: reference.sequence }
  }
}
