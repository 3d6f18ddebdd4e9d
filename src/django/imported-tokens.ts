import type { TokenFormat } from '../concepts.ts'
import { sha256, toBase64url } from '../crypto/bytes.ts'
import { takesImported } from './settings.ts'

/** The prefixes of tokens that we mint. */
const OURS = /^(?:at|rt|ac|se)_/

/** The aliases under which storage knows an imported token, whose kind is unknown. */
export interface ImportedToken {
  /** The alias of an access token: SHA-256 of the token, base64url. */
  readonly access: string
  /** The alias of the first refresh token of a grant: the first half of the SHA-256. */
  readonly refresh: string
}

/**
 * Returns the aliases of a token that another provider issued (OAUTH_IMPORTED_TOKENS). It has at least 128 bits of entropy,
 * so its hash reveals nothing.
 * @returns null if the token looks like one of ours, which is self-authenticating or forged
 */
export async function readImportedToken(token: string): Promise<ImportedToken | null> {
  if (token === '' || OURS.test(token)) return null
  const hash = await sha256(token)
  return { access: toBase64url(hash), refresh: toBase64url(hash.slice(0, 16)) }
}

/** Accepts tokens that another provider issued (OAUTH_IMPORTED_TOKENS). */
export const importedTokenFormat: TokenFormat = {
  async open(token, provider) {
    const imported = takesImported(provider) ? await readImportedToken(token) : null
    return imported && { kind: 'imported', ...imported }
  },
}
