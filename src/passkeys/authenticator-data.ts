import { toBase64url } from '../crypto/bytes.ts'
import { type CborMap, mapOf, readCbor } from './cbor.ts'

/** The data from an authenticator (WebAuthn Level 3 6.1). */
export interface AuthenticatorData {
  /** SHA-256 of the relying party's id, base64url. */
  readonly rpIdHash: string
  readonly userPresent: boolean
  readonly userVerified: boolean
  /** Whether the credential may be, and is, on several devices. */
  readonly backupEligible: boolean
  readonly backedUp: boolean
  readonly signCount: number
  /** Only for a new credential: its id, base64url, and its COSE key. */
  readonly credential: { readonly id: string; readonly key: CborMap } | null
}

const FIXED_LENGTH = 37
const AAGUID_LENGTH = 16
const FLAGS = { up: 1, uv: 4, be: 8, bs: 16, at: 64, ed: 128 } as const

/**
 * Reads authenticator data.
 * @throws {TypeError} it is malformed: too short, too long, or without the parts that its flags announce
 */
export function readAuthenticatorData(bytes: Uint8Array<ArrayBuffer>): AuthenticatorData {
  if (bytes.length < FIXED_LENGTH) throw new TypeError('the authenticator data is too short')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const flags = view.getUint8(32)
  const has = (flag: number): boolean => (flags & flag) !== 0
  if (has(FLAGS.bs) && !has(FLAGS.be)) throw new TypeError('what cannot be backed up says that it is')
  const [credential, afterCredential] = has(FLAGS.at) ? readCredential(bytes, view) : [null, FIXED_LENGTH]
  const end = has(FLAGS.ed) ? readCbor(bytes, afterCredential)[1] : afterCredential
  if (end !== bytes.length) throw new TypeError('something follows the authenticator data')
  return {
    rpIdHash: toBase64url(bytes.slice(0, 32)),
    userPresent: has(FLAGS.up),
    userVerified: has(FLAGS.uv),
    backupEligible: has(FLAGS.be),
    backedUp: has(FLAGS.bs),
    signCount: view.getUint32(33),
    credential,
  }
}

/** Attested credential data (WebAuthn Level 3 6.5.1). */
function readCredential(
  bytes: Uint8Array<ArrayBuffer>,
  view: DataView,
): readonly [NonNullable<AuthenticatorData['credential']>, number] {
  const lengthAt = FIXED_LENGTH + AAGUID_LENGTH
  if (bytes.length < lengthAt + 2) throw new TypeError('the authenticator data is too short')
  const idAt = lengthAt + 2
  const keyAt = idAt + view.getUint16(lengthAt)
  const [item, end] = readCbor(bytes, keyAt)
  const key = mapOf(item)
  if (!key) throw new TypeError('the authenticator data holds no key')
  return [{ id: toBase64url(bytes.slice(idAt, keyAt)), key }, end]
}
