import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import type { Keys } from '../../crypto/keys.ts'
import { seal, unseal } from '../../crypto/seal.ts'
import type { NewSigningKey, SigningAlgorithm, SigningKeyRecord } from '../../store/signing-keys.ts'

/** Bits of an RSA key: what RFC 7518 3.3 asks for at least, and what every client can check. */
const MODULUS_LENGTH = 2048

/** Makes a key pair, whose private part only this provider can open. An RSA pair takes a tenth of a second and more. */
export async function makeSigningKey(
  algorithm: SigningAlgorithm,
  state: NewSigningKey['state'],
  keys: Keys,
): Promise<NewSigningKey> {
  const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: MODULUS_LENGTH })
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
 * @returns JSON of the private JWK; null where it was sealed with a SECRET_KEY that is no longer known, or for another key
 */
export async function openSigningKey(
  { kid, sealedPrivateKey }: Pick<SigningKeyRecord, 'kid' | 'sealedPrivateKey'>,
  keys: Keys,
): Promise<string | null> {
  return unseal(sealedPrivateKey, contextOf(kid), keys)
}

function contextOf(kid: string): string {
  return `signing key ${kid}`
}
