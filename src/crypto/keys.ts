import type { Secret } from './secret.ts'
import { utf8 } from './bytes.ts'

/** What a key is for. Each purpose has its own, so that nothing made for one is accepted for another. */
export type MacPurpose = 'at' | 'rt' | 'ac' | 'se' | 'form' | 'throttle'

/** Keys made from one value of SECRET_KEY. */
export interface KeySet {
  readonly mac: Readonly<Record<MacPurpose, CryptoKey>>
  readonly seal: CryptoKey
}

/** Key sets, newest first: the first one makes, each one checks, so that SECRET_KEY can be rotated. */
export type Keys = readonly [KeySet, ...KeySet[]]

const PURPOSES: readonly MacPurpose[] = ['at', 'rt', 'ac', 'se', 'form', 'throttle']

/**
 * Derives the keys of each purpose from SECRET_KEY with HKDF-SHA-256 (RFC 5869).
 * @param secrets the values of SECRET_KEY, newest first
 */
export async function deriveKeys(secrets: readonly [Secret, ...Secret[]]): Promise<Keys> {
  const [newest, ...older] = secrets
  return [await deriveKeySet(newest), ...(await Promise.all(older.map(deriveKeySet)))]
}

async function deriveKeySet(secret: Secret): Promise<KeySet> {
  const material = await crypto.subtle.importKey('raw', utf8(secret.reveal()), 'HKDF', false, ['deriveKey'])
  const derive = (purpose: string, algorithm: HmacKeyGenParams | AesKeyGenParams, usages: KeyUsage[]): Promise<CryptoKey> =>
    crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(`edge-oauth2-provider ${purpose}`) },
      material,
      algorithm,
      false,
      usages,
    )
  const macs = PURPOSES.map(async (purpose) => {
    const key = await derive(purpose, { name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign', 'verify'])
    return [purpose, key] as const
  })
  return {
    mac: Object.fromEntries(await Promise.all(macs)) as Record<MacPurpose, CryptoKey>,
    seal: await derive('seal', { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']),
  }
}
type KeyUsage = 'sign' | 'verify' | 'encrypt' | 'decrypt'
interface HmacKeyGenParams {
  readonly name: 'HMAC'
  readonly hash: 'SHA-256'
  readonly length: number
}
interface AesKeyGenParams {
  readonly name: 'AES-GCM'
  readonly length: number
}
