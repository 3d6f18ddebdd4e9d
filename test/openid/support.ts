import { env } from 'cloudflare:workers'
import { deriveKeys } from '../../src/crypto/keys.ts'
import { Secret } from '../../src/crypto/secret.ts'
import type { KeyContext } from '../../src/openid/keys/key-ring.ts'
import type { OperatorMark } from '../../src/store/admin-store.ts'
import { createSigningKeyStore } from '../../src/store/d1/signing-keys.ts'
import type { SigningKeyStore } from '../../src/store/signing-keys.ts'

/** When these tests begin, in seconds since 1970. */
export const START = 1_900_000_000
/** Seconds that an id token counts. */
export const TOKEN_LIFETIME = 3600

export const SECRETS = [
  new Secret('the-first-secret-key-of-these-tests-0123456789'),
  new Secret('the-second-secret-key-of-these-tests-012345678'),
] as const

const pending: Promise<unknown>[] = []

/** What a request at a time reads and makes keys with. */
export async function contextAt(
  now: number,
  options: { readonly secrets?: readonly [Secret, ...Secret[]]; readonly db?: D1Database } = {},
): Promise<KeyContext & { readonly store: SigningKeyStore }> {
  return {
    store: createSigningKeyStore(options.db ?? env.DB),
    keys: await deriveKeys(options.secrets ?? [SECRETS[0]]),
    now,
    defer: (work) => pending.push(work.catch(() => {})),
  }
}

/** Waits for what goes on after the answers. */
export async function settle(): Promise<void> {
  while (pending.length > 0) await pending.pop()
}

/** Marks a write of an operator at a time. */
export function markAt(now: number, id = `request-${now}`): OperatorMark {
  return { id, now, network: null, actor: 'cli' }
}

/** Removes every key. */
export async function clearKeys(): Promise<void> {
  await settle()
  await env.DB.batch(
    ['signing_keys', 'pairwise_salt', 'audit_events'].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  )
}

/** A row of the table of keys. */
export interface KeyRow {
  readonly kid: string
  readonly algorithm: string
  readonly state: string
  readonly public_key: string
  readonly sealed_private_key: string
  readonly published_until: number | null
}

/** The rows of the table of keys, oldest first. */
export async function keyRows(): Promise<readonly KeyRow[]> {
  const { results } = await env.DB.prepare(
    'SELECT * FROM signing_keys ORDER BY created_at, state',
  ).all<KeyRow>()
  return results
}
