import { createHash } from 'node:crypto'

/** A parsed hash of another provider: how to check a password against it, or why that is impossible. */
export type Reading =
  | { readonly check: (password: string) => Promise<boolean> }
  | { readonly problem: string }

/**
 * Parses the hashes of one algorithm.
 * @param parts of the hash, between its `$`
 * @returns null if the hash is malformed
 */
export type HashFormat = (parts: readonly string[], encoded: string) => Reading | null

/** Formats by the names with which their hashes begin. */
export type HashFormats = Readonly<Record<string, HashFormat>>

/** Returns the format of a hash; null if none of these has its name. */
export function formatOf(encoded: string, formats: HashFormats): HashFormat | null {
  const [algorithm = '', rest] = encoded.split('$', 2)
  return rest !== undefined && Object.hasOwn(formats, algorithm) ? (formats[algorithm] ?? null) : null
}

/** Returns the digest of a text, in hexadecimal. */
export function hexDigest(digest: 'md5' | 'sha1' | 'sha256', text: string): string {
  return createHash(digest).update(text, 'utf8').digest('hex')
}

/** Decodes base64, with or without padding; null if the text is invalid. */
export function fromBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    return null
  }
}
