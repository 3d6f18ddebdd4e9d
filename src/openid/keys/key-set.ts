import type { PublishedKey } from './key-ring.ts'

/** A key as the key set shows it (RFC 7517 4). */
export type KeySetMember = Readonly<Record<string, unknown>> & {
  readonly kid: string
  readonly alg: string
  readonly use: 'sig'
}

/** Returns the document at `jwks_uri` (RFC 7517 5): only the public parts, each key with its own id. */
export function keySetDocument(keys: readonly PublishedKey[]): { readonly keys: readonly KeySetMember[] } {
  return {
    keys: keys.map(({ algorithm, kid, publicKey }) => ({ ...publicKey, kid, alg: algorithm, use: 'sig' })),
  }
}
