import type { Provider } from '../concepts.ts'
import { readImportedToken } from '../django/imported-tokens.ts'
import type { TokenReference } from '../store/records.ts'
import { openRefreshToken, openToken } from '../tokens/opaque.ts'

/**
 * What a token that a client sends to us stands for. Its prefix says its kind, so a wrong `token_type_hint` does no harm
 * (RFC 7009 2.1, RFC 7662 2.1).
 * @returns null where we did not mint it as an access or refresh token, and imported ones are not taken either
 */
export async function readTokenReference(
  token: string,
  { keys, settings }: Pick<Provider, 'keys' | 'settings'>,
): Promise<TokenReference | null> {
  const id = await openToken('at', token, keys)
  if (id !== null) return { kind: 'access', id }
  const refresh = await openRefreshToken(token, keys)
  if (refresh) return { kind: 'refresh', ...refresh }
  const imported = settings.importedTokens ? await readImportedToken(token) : null
  return imported && { kind: 'imported', ...imported }
}
