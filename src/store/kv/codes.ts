import { StorageError } from '../../errors.ts'
import type { AuthorizationCode } from '../records.ts'

/** KV refuses a shorter lifetime; the code's own `expiresAt` decides. */
const LEAST_TTL = 60

/** A code as stored in KV; one of the first format has fewer members. */
type KeptCode = Omit<AuthorizationCode, 'details' | 'sessionId'> &
  Partial<Pick<AuthorizationCode, 'details' | 'sessionId'>>

/** See `Store.putCode`. The key is the code's id, from which nobody can derive the code. */
export async function putCode(
  kv: KVNamespace,
  id: string,
  code: AuthorizationCode,
  lifetime: number,
): Promise<void> {
  const options = { expirationTtl: Math.max(LEAST_TTL, lifetime) }
  await twice(() => kv.put(codeKey(id), JSON.stringify(code), options))
}

/** See `Store.readCode`. */
export async function readCode(kv: KVNamespace, id: string): Promise<AuthorizationCode | null> {
  const code = await twice(() => kv.get<KeptCode>(codeKey(id), 'json'))
  return code && { sessionId: null, details: null, ...code }
}

/** Reads a key that never exists, to find out whether KV answers. */
export async function probe(kv: KVNamespace): Promise<void> {
  await kv.get('health')
}

function codeKey(id: string): string {
  return `code:${id}`
}

/** Repeats a call that may be made twice if it fails. */
async function twice<T>(call: () => Promise<T>): Promise<T> {
  return call().catch(() =>
    call().catch((cause: unknown) => {
      throw new StorageError('KV', cause)
    }),
  )
}
