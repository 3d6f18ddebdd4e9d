import { cose, decodeCredentialPublicKey, verifySignature } from '@simplewebauthn/server/helpers'

const { COSEALG, COSECRV, COSEKEYS, COSEKTY } = cose

/** The shortest RSA modulus, in bytes; below 2,048 bits it would be insecure. */
const LEAST_MODULUS = 256

/**
 * Our algorithms, with the type and the curve of their keys (RFC 9053 7, RFC 8230 4), and a signature of nothing: well formed,
 * and wrong.
 */
const KINDS = [
  {
    algorithm: COSEALG.ES256,
    type: COSEKTY.EC2,
    curve: COSECRV.P256,
    // Two numbers in DER.
    signature: new Uint8Array([0x30, 6, 2, 1, 1, 2, 1, 1]),
  },
  {
    algorithm: COSEALG.EdDSA,
    type: COSEKTY.OKP,
    curve: COSECRV.ED25519,
    signature: new Uint8Array(64),
  },
  { algorithm: COSEALG.RS256, type: COSEKTY.RSA, curve: null, signature: new Uint8Array(LEAST_MODULUS) },
] as const

/**
 * Checks the key of a new passkey: the library compares only its algorithm with ours. Type and curve must be those of the
 * algorithm, RSA must be long enough, and WebCrypto must accept the key.
 * @param coseKey as the authenticator wrote it
 * @throws {TypeError} the key fits no algorithm of ours
 * @throws an error of the library or of WebCrypto if it is no key
 */
export async function checkPublicKey(coseKey: Uint8Array<ArrayBuffer>): Promise<void> {
  const key = decodeCredentialPublicKey(coseKey)
  const kind = KINDS.find(
    ({ algorithm, type }) => key.get(COSEKEYS.alg) === algorithm && key.get(COSEKEYS.kty) === type,
  )
  if (!kind) throw new TypeError('the key is of no algorithm that was asked for')
  // Under the label that is the curve of other keys, RSA has its modulus.
  const value: unknown =
    cose.isCOSEPublicKeyEC2(key) || cose.isCOSEPublicKeyOKP(key) ? key.get(COSEKEYS.crv) : null
  if (value !== kind.curve) throw new TypeError('the key is of another curve than its algorithm')
  const modulus = cose.isCOSEPublicKeyRSA(key) ? (key.get(COSEKEYS.n)?.length ?? 0) : LEAST_MODULUS
  if (modulus < LEAST_MODULUS) throw new TypeError('the key is too short')
  // Whether the signature is right is no question; only a key can be asked.
  await verifySignature({ signature: kind.signature, data: new Uint8Array(), credentialPublicKey: coseKey })
}
