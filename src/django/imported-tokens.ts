import type { TokenFormat } from '../concepts.ts'
import { sha256, toBase64url } from '../crypto/bytes.ts'

/** What the tokens that we mint begin with. */
const OURS = /^(?:at|rt|ac|se)_/

/** What an imported token may be in storage: its kind does not show. */
export interface ImportedToken {
  /** As an access token: SHA-256 of the token, base64url. It is longer than any id of ours, so it can be none of them. */
  readonly id: string
  /** As the first refresh token of a grant: the id of that grant, the first half of the SHA-256. */
  readonly grantId: string
}

/**
 * Says what storage knows a token by that another provider made (OAUTH_IMPORTED_TOKENS). It has at least 128 bits of entropy,
 * so that its hash gives nothing away.
 * @returns null where the token looks like one of ours, which vouches for itself or is none
 */
export async function readImportedToken(token: string): Promise<ImportedToken | null> {
  if (token === '' || OURS.test(token)) return null
  const hash = await sha256(token)
  return { id: toBase64url(hash), grantId: toBase64url(hash.slice(0, 16)) }
}

/** Takes tokens that another provider made (OAUTH_IMPORTED_TOKENS). */
export const importedTokenFormat: TokenFormat = {
  async open(token, { settings }) {
    const imported = settings.importedTokens ? await readImportedToken(token) : null
    return imported && { kind: 'imported', ...imported }
  },
}
