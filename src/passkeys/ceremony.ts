import * as v from 'valibot'
import { concat, sha256, toBase64url, utf8 } from '../crypto/bytes.ts'
import type { Passkey } from '../store/passkey-store.ts'
import { type AuthenticatorData, readAuthenticatorData } from './authenticator-data.ts'
import { mapOf, readCbor } from './cbor.ts'
import { bytesOf, importKey, toJwk, verifySignature } from './public-key.ts'
import type { RelyingParty } from './relying-party.ts'

const base64url = v.pipe(v.string(), v.regex(/^[\w-]+$/), v.maxLength(20_000))
/** Longest id, in characters: 1,023 bytes (WebAuthn Level 3 4, credential id). */
const credentialId = v.pipe(base64url, v.maxLength(1364))
const common = { id: credentialId, type: v.literal('public-key') }

const assertion = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    ...common,
    response: v.object({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: base64url,
    }),
  }),
)
const attestation = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    ...common,
    response: v.object({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: v.fallback(v.array(v.pipe(v.string(), v.regex(/^[a-z-]{1,20}$/))), []),
    }),
  }),
)
const clientData = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    type: v.string(),
    challenge: v.string(),
    origin: v.string(),
    crossOrigin: v.optional(v.boolean(), false),
    topOrigin: v.optional(v.string()),
  }),
)

/** A signed challenge as the browser writes it (WebAuthn Level 3 5.1.8, `toJSON`), not yet verified. */
export type Assertion = v.InferOutput<typeof assertion>
/** A new credential, not yet verified. */
export type Attestation = v.InferOutput<typeof attestation>

/** Reads a signed challenge; null if the text is not one. */
export function parseAssertion(text: string | undefined): Assertion | null {
  const parsed = v.safeParse(assertion, text)
  return parsed.success ? parsed.output : null
}

/** Reads a new credential; null if the text is not one. */
export function parseAttestation(text: string | undefined): Attestation | null {
  const parsed = v.safeParse(attestation, text)
  return parsed.success ? parsed.output : null
}

/** Returns the challenge that an answer names; empty if it names none. */
export function challengeOf({ response }: Assertion | Attestation): string {
  const text = new TextDecoder().decode(bytesOf(response.clientDataJSON))
  const parsed = v.safeParse(clientData, text)
  return parsed.success ? parsed.output.challenge : ''
}

/** The expected challenge, origin and relying party. */
export interface Expected extends RelyingParty {
  readonly challenge: string
}

/** A verified use of a passkey. */
export interface VerifiedUse {
  readonly signCount: number
  readonly backedUp: boolean
  /** How the user was authenticated, by the names of RFC 8176. */
  readonly amr: readonly string[]
}

/**
 * Verifies a signed challenge (WebAuthn Level 3 7.2, steps 7 to 22).
 * @throws {TypeError} the check that failed
 */
export async function verifyAssertion(
  { response }: Assertion,
  passkey: Passkey,
  expected: Expected,
): Promise<VerifiedUse> {
  const clientBytes = bytesOf(response.clientDataJSON)
  checkClientData(clientBytes, 'webauthn.get', expected)
  const authenticatorBytes = bytesOf(response.authenticatorData)
  const said = readAuthenticatorData(authenticatorBytes)
  await checkAuthenticator(said, expected)
  require(said.backupEligible === passkey.synced, 'the backup eligibility has changed')
  require((said.signCount === 0 && passkey.signCount === 0) ||
    said.signCount > passkey.signCount, 'the counter went back: the passkey may have been copied')
  const signed = concat(authenticatorBytes, await sha256(clientBytes))
  require(await verifySignature(
    passkey.publicKey,
    bytesOf(response.signature),
    signed,
  ), 'the signature is wrong')
  return {
    signCount: said.signCount,
    backedUp: said.backedUp,
    amr: [said.backupEligible ? 'swk' : 'hwk', 'user', 'mfa'],
  }
}

/**
 * Verifies a new credential (WebAuthn Level 3 7.1, steps 7 to 24). The model of the authenticator was not requested
 * (`attestation` is `none`), so a statement about it is ignored; a false one would harm only the user's own account.
 * @throws {TypeError} the check that failed
 */
export async function verifyAttestation(
  { id, response }: Attestation,
  expected: Expected,
): Promise<Omit<Passkey, 'name' | 'createdAt' | 'lastUsedAt'>> {
  checkClientData(bytesOf(response.clientDataJSON), 'webauthn.create', expected)
  const [object] = readCbor(bytesOf(response.attestationObject), 0)
  const authenticatorBytes = mapOf(object)?.get('authData')
  if (!(authenticatorBytes instanceof Uint8Array))
    throw new TypeError('the attestation holds no authenticator data')
  const said = readAuthenticatorData(new Uint8Array(authenticatorBytes))
  await checkAuthenticator(said, expected)
  if (!said.credential) throw new TypeError('the authenticator data holds no credential')
  require(said.credential.id === id, 'the credential has another id')
  const jwk = toJwk(said.credential.key)
  await importKey(jwk)
  return {
    credentialId: id,
    publicKey: JSON.stringify(jwk),
    signCount: said.signCount,
    transports: response.transports,
    synced: said.backupEligible,
    backedUp: said.backedUp,
  }
}

/** Checks the browser's data: the ceremony, our challenge, and one of our pages outside any frame. */
function checkClientData(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  { challenge, origins }: Expected,
): void {
  const parsed = v.safeParse(clientData, new TextDecoder().decode(bytes))
  if (!parsed.success) throw new TypeError('the client data is malformed')
  const said = parsed.output
  require(said.type === type, 'it is an answer of another kind')
  require(said.challenge === challenge, 'it is an answer to another challenge')
  require(origins.includes(said.origin), 'it was given at another origin')
  require(!said.crossOrigin && said.topOrigin === undefined, 'it was given in a frame')
}

/** Checks the authenticator's data: our relying party, and a person who is present and verified by finger, face or PIN. */
async function checkAuthenticator(said: AuthenticatorData, { id }: RelyingParty): Promise<void> {
  require(said.rpIdHash === toBase64url(await sha256(utf8(id))), 'it is for another relying party')
  require(said.userPresent && said.userVerified, 'the user was not verified')
}

function require(holds: boolean, problem: string): void {
  if (!holds) throw new TypeError(problem)
}
