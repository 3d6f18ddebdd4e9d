import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import * as v from 'valibot'
import { fromBase64url, toBase64url } from '../crypto/bytes.ts'
import { legible } from '../refusals.ts'
import type { Passkey } from '../store/passkey-store.ts'
import { ALGORITHMS } from './options.ts'
import { checkPublicKey } from './public-key.ts'
import type { RelyingParty } from './relying-party.ts'

const base64url = v.pipe(v.string(), v.regex(/^[\w-]+$/), v.maxLength(20_000))
/** Longest id, in characters: 1,023 bytes (WebAuthn Level 3 4, credential id). */
const credentialId = v.pipe(base64url, v.maxLength(1364))
const common = {
  id: credentialId,
  rawId: credentialId,
  type: v.literal('public-key'),
  clientExtensionResults: v.fallback(v.object({}), {}),
}

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
    challenge: v.string(),
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
export function challengeOf(answer: Assertion | Attestation): string {
  return clientDataOf(answer)?.challenge ?? ''
}

function clientDataOf({ response }: Assertion | Attestation): v.InferOutput<typeof clientData> | null {
  const bytes = fromBase64url(response.clientDataJSON)
  const parsed = v.safeParse(clientData, bytes && new TextDecoder().decode(bytes))
  return parsed.success ? parsed.output : null
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
  answer: Assertion,
  { credentialId: id, publicKey, signCount, synced }: Passkey,
  expected: Expected,
): Promise<VerifiedUse> {
  checkFrame(answer)
  const key = fromBase64url(publicKey)
  if (!key) throw new TypeError('the stored key is malformed')
  const credential = { id, publicKey: key, counter: signCount }
  const { authenticationInfo: said, verified } = await verifyAuthenticationResponse({
    response: answer,
    credential,
    ...libraryNames(expected),
  }).catch(refuse)
  check(verified, 'the signature is wrong')
  const backupEligible = said.credentialDeviceType === 'multiDevice'
  check(backupEligible === synced, 'the backup eligibility has changed')
  return {
    signCount: said.newCounter,
    backedUp: said.credentialBackedUp,
    amr: [backupEligible ? 'swk' : 'hwk', 'user', 'mfa'],
  }
}

/**
 * Verifies a new credential (WebAuthn Level 3 7.1, steps 7 to 24). The model of the authenticator was not requested
 * (`attestation` is `none`).
 * @throws {TypeError} the check that failed
 */
export async function verifyAttestation(
  answer: Attestation,
  expected: Expected,
): Promise<Omit<Passkey, 'name' | 'createdAt' | 'lastUsedAt'>> {
  checkFrame(answer)
  const { registrationInfo: said } = await verifyRegistrationResponse({
    response: answer,
    supportedAlgorithmIDs: [...ALGORITHMS],
    ...libraryNames(expected),
  }).catch(refuse)
  if (!said) throw new TypeError('the attestation is wrong')
  const { counter, id, publicKey } = said.credential
  check(id === answer.id, 'the credential has another id')
  await checkPublicKey(publicKey).catch(refuse)
  return {
    credentialId: id,
    publicKey: toBase64url(publicKey),
    signCount: counter,
    transports: answer.response.transports,
    synced: said.credentialDeviceType === 'multiDevice',
    backedUp: said.credentialBackedUp,
  }
}

/** What is expected, by the names of the library. */
function libraryNames({ challenge, id, origins }: Expected): {
  readonly expectedChallenge: string
  readonly expectedOrigin: string[]
  readonly expectedRPID: string
} {
  return { expectedChallenge: challenge, expectedOrigin: [...origins], expectedRPID: id }
}

/** Checks that the page was in no frame; the library takes one whose page the browser does not name. */
function checkFrame(answer: Assertion | Attestation): void {
  const said = clientDataOf(answer)
  if (!said) throw new TypeError('the client data is malformed')
  check(!said.crossOrigin && said.topOrigin === undefined, 'it was given in a frame')
}

/** Longest refusal, in characters: the library repeats what the browser sent, line breaks and all. */
const REFUSAL_LENGTH = 200

/** Makes a refusal of whatever the library throws at an answer. */
function refuse(error: unknown): never {
  const problem = error instanceof Error ? error.message : 'it is malformed'
  throw new TypeError(legible(problem, REFUSAL_LENGTH), { cause: error })
}

function check(holds: boolean, problem: string): void {
  if (!holds) throw new TypeError(problem)
}
