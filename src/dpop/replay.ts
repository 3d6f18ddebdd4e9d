/** The most proofs that an isolate remembers; the oldest is forgotten first. */
const MAX_KEPT = 20_000

/** When each used proof expires, in seconds since 1970, by a hash of its key and `jti`. */
const used = new Map<string, number>()

/**
 * Records the use of a proof (RFC 9449 11.1) in the memory of the isolate. The database would cost each API call a round
 * trip and a row; a proof is for one method, one URL and one token, for a minute, and nonces can be turned on for stricter
 * checks.
 * @param hash of its key and `jti`
 * @param expiresAt in seconds since 1970
 * @returns false if it was used before
 */
export function useProof(hash: string, expiresAt: number, now: number): boolean {
  const known = used.get(hash)
  if (known !== undefined && known > now) return false
  used.delete(hash)
  used.set(hash, expiresAt)
  for (const [oldest, end] of used) {
    if (used.size <= MAX_KEPT && end > now) break
    used.delete(oldest)
  }
  return true
}
