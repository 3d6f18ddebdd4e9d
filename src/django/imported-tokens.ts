import type { TokenFormat } from '../concepts.ts'
import { sha256, toBase64url } from '../crypto/bytes.ts'
import { takesImported } from './settings.ts'

/** What the tokens that we mint begin with. */
const OURS = /^(?:at|rt|ac|se)_/

/** What storage knows an imported token by: its kind does not show. */
export interface ImportedToken {
  /** The alias of an access token: SHA-256 of the token, base64url. */
  readonly access: string
  /** The alias of the first refresh token of a grant: the first half of the SHA-256. */
  readonly refresh: string
}

/**
 * Says what storage knows a token by that another provider made (OAUTH_IMPORTED_TOKENS). It has at least 128 bits of entropy,
 * so that its hash gives nothing away.
 * @returns null if the token looks like one of ours, which vouches for itself or is none
 */
export async function readImportedToken(token: string): Promise<ImportedToken | null> {
  if (token === '' || OURS.test(token)) return null
  const hash = await sha256(token)
  return { access: toBase64url(hash), refresh: toBase64url(hash.slice(0, 16)) }
}

/** Takes tokens that another provider made (OAUTH_IMPORTED_TOKENS). */
export const importedTokenFormat: TokenFormat = {
  async open(token, provider) {
    const imported = takesImported(provider) ? await readImportedToken(token) : null
    return imported && { kind: 'imported', ...imported }
  },
}
