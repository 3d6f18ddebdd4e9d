import { calculateJwkThumbprint, exportJWK } from 'jose'
import type { Keys } from '../../crypto/keys.ts'
import { seal, unseal } from '../../crypto/seal.ts'
import type { NewSigningKey, SigningAlgorithm, SigningKeyRecord } from '../../store/signing-keys.ts'

/** What the platform calls each algorithm. An RSA key has the bits that RFC 7518 3.3 asks for at least, and every client can check. */
const PARAMETERS = {
  RS256: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
}

/** Creates a key pair whose private part only this provider can open. An RSA pair takes a tenth of a second and more. */
export async function makeSigningKey(
  algorithm: SigningAlgorithm,
  state: NewSigningKey['state'],
  keys: Keys,
): Promise<NewSigningKey> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- keys of these algorithms come in pairs
  const pair = (await crypto.subtle.generateKey(PARAMETERS[algorithm], true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair
  const publicKey = await exportJWK(pair.publicKey)
  const kid = await calculateJwkThumbprint(publicKey)
  return {
    kid,
    algorithm,
    state,
    publicKey: JSON.stringify(publicKey),
    sealedPrivateKey: await seal(JSON.stringify(await exportJWK(pair.privateKey)), contextOf(kid), keys),
  }
}

/**
 * Opens the private part of a key.
 * @returns JSON of the private JWK; null if it was sealed with a SECRET_KEY that is no longer known, or for another key
 */
export async function openSigningKey(
  { kid, sealedPrivateKey }: Pick<SigningKeyRecord, 'kid' | 'sealedPrivateKey'>,
  keys: Keys,
): Promise<string | null> {
  return unseal(sealedPrivateKey, contextOf(kid), keys)
}

/** The key of a private JWK, for signing alone. */
export async function importSigningKey(json: string, algorithm: SigningAlgorithm): Promise<CryptoKey> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was sealed is a private JWK
  return crypto.subtle.importKey('jwk', JSON.parse(json) as JsonWebKey, PARAMETERS[algorithm], false, [
    'sign',
  ])
}

function contextOf(kid: string): string {
  return `signing key ${kid}`
}
