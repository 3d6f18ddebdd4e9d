import type { Provider } from '../concepts.ts'
import type { TokenReference } from '../store/records.ts'
import { openRefreshToken, openToken } from './opaque.ts'

/**
 * What a token that somebody sends to us stands for: one of our own form, which says its kind by its prefix, so that a wrong
 * `token_type_hint` does no harm (RFC 7009 2.1, RFC 7662 2.1), or one of a feature's form.
 * @returns null where it is neither an access nor a refresh token
 */
export async function readTokenReference(
  token: string,
  provider: Pick<Provider, 'issuer' | 'keys' | 'settings' | 'tokenFormats'>,
): Promise<TokenReference | null> {
  const id = await openToken('at', token, provider.keys)
  if (id !== null) return { kind: 'access', id }
  const refresh = await openRefreshToken(token, provider.keys)
  if (refresh) return { kind: 'refresh', ...refresh }
  for (const format of provider.tokenFormats) {
    const found = await format.open?.(token, provider)
    if (found) return found
  }
  return null
}
