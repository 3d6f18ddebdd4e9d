import { utf8 } from './bytes.ts'
import type { Secret } from './secret.ts'

/** The purpose of a key. Each has its own, so that nothing created for one purpose is accepted for another. */
export type MacPurpose = 'at' | 'rt' | 'ac' | 'se' | 'ra' | 'pr' | 'dc' | 'ml' | 'form' | 'nonce' | 'throttle'

/** Keys derived from one value of SECRET_KEY. */
export interface KeySet {
  readonly mac: Readonly<Record<MacPurpose, CryptoKey>>
  readonly seal: CryptoKey
}

/** Key sets, newest first: the first one creates, all verify, so that SECRET_KEY can be rotated. */
export type Keys = readonly [KeySet, ...KeySet[]]

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
  const derive = (
    purpose: string,
    algorithm: { readonly name: string; readonly hash?: string; readonly length: number },
    usages: string[],
  ): Promise<CryptoKey> =>
    crypto.subtle.deriveKey(
      {
        name: 'HKDF',
        hash: 'SHA-256',
        salt: new Uint8Array(),
        info: utf8(`edge-oauth2-provider ${purpose}`),
      },
      material,
      algorithm,
      false,
      usages,
    )
  const mac = (purpose: MacPurpose): Promise<CryptoKey> =>
    derive(purpose, { name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign', 'verify'])
  const [at, rt, ac, se, ra, pr, dc, ml, form, nonce, throttle] = await Promise.all([
    mac('at'),
    mac('rt'),
    mac('ac'),
    mac('se'),
    mac('ra'),
    mac('pr'),
    mac('dc'),
    mac('ml'),
    mac('form'),
    mac('nonce'),
    mac('throttle'),
  ])
  return {
    mac: { at, rt, ac, se, ra, pr, dc, ml, form, nonce, throttle },
    seal: await derive('seal', { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']),
  }
}
