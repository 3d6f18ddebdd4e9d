import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import { describe, expect, it } from 'vitest'
import { concat, fromBase64url, randomBytes, toBase64url } from '../../src/crypto/bytes.ts'
import { readAuthenticatorData } from '../../src/passkeys/authenticator-data.ts'
import { readCbor } from '../../src/passkeys/cbor.ts'
import {
  parseAssertion,
  parseAttestation,
  verifyAssertion,
  verifyAttestation,
} from '../../src/passkeys/ceremony.ts'
import type { Passkey } from '../../src/store/passkey-store.ts'
import {
  type Algorithm,
  type Authenticator,
  cbor,
  newAuthenticator,
  type Twist,
} from '../support/authenticator.ts'
import { must } from '../support/must.ts'

const ORIGIN = 'https://id.example'
const RP_ID = 'id.example'
const PARTY = { id: RP_ID, origins: [ORIGIN] }
const USER = { id: 'aGFuZGxl' }
const challengeOf = (): string => toBase64url(randomBytes(32))

/** A passkey that was made by the rules, and the authenticator that has it. */
async function given(
  algorithm: Algorithm = 'ES256',
  fields: { readonly synced?: boolean; readonly counts?: boolean } = {},
): Promise<{
  readonly authenticator: Authenticator
  readonly passkey: Passkey
  readonly cose: Uint8Array<ArrayBuffer>
}> {
  const authenticator = await newAuthenticator({ origin: ORIGIN, rpId: RP_ID, algorithm, ...fields })
  const challenge = challengeOf()
  const text = await authenticator.create({ challenge, user: USER })
  const attestation = parseAttestation(text)
  if (!attestation) throw new Error('the authenticator made nothing')
  const made = await verifyAttestation(attestation, { challenge, ...PARTY })
  const theirs = await verifyRegistrationResponse({
    response: JSON.parse(text) as never,
    expectedChallenge: challenge,
    expectedOrigin: ORIGIN,
    expectedRPID: RP_ID,
  })
  if (!theirs.verified) throw new Error('the library refuses what is right')
  const { credential, credentialBackedUp, credentialDeviceType } = theirs.registrationInfo
  // What we read is what the library reads.
  expect(made).toMatchObject({
    credentialId: credential.id,
    signCount: credential.counter,
    backedUp: credentialBackedUp,
    synced: credentialDeviceType === 'multiDevice',
  })
  const passkey = { ...made, name: 'Laptop', createdAt: 0, lastUsedAt: null }
  return { authenticator, passkey, cose: credential.publicKey }
}

/** Whether we take an assertion, and whether @simplewebauthn/server does. */
async function verdicts(
  text: string,
  challenge: string,
  { cose, passkey }: Awaited<ReturnType<typeof given>>,
): Promise<{ readonly ours: boolean; readonly theirs: boolean }> {
  const assertion = parseAssertion(text)
  const problem =
    assertion &&
    (await verifyAssertion(assertion, passkey, { challenge, ...PARTY }).then(
      () => null,
      (error: unknown) => error,
    ))
  // Whatever else is thrown is a fault of ours.
  if (problem !== null && !(problem instanceof TypeError)) throw problem
  const ours = assertion !== null && problem === null
  const theirs = await verifyAuthenticationResponse({
    response: JSON.parse(text) as never,
    expectedChallenge: challenge,
    expectedOrigin: ORIGIN,
    expectedRPID: RP_ID,
    credential: { id: passkey.credentialId, publicKey: new Uint8Array(cose), counter: passkey.signCount },
  }).then(
    ({ verified }) => verified,
    () => false,
  )
  return { ours, theirs }
}

describe('a signed challenge', () => {
  it.each<Algorithm>(['ES256', 'EdDSA', 'RS256'])(
    'of a passkey with %s is taken, by us as by @simplewebauthn/server',
    async (algorithm) => {
      const made = await given(algorithm)
      for (let round = 0; round < 5; round++) {
        const challenge = challengeOf()
        const text = await made.authenticator.get({ challenge })
        expect(await verdicts(text, challenge, made)).toEqual({ ours: true, theirs: true })
      }
    },
  )

  const refused: readonly (readonly [section: string, what: string, twist: Twist])[] = [
    ['7.2', 'an answer of another kind is refused', { type: 'webauthn.create' }],
    ['7.2', 'an answer at another origin is refused', { origin: 'https://id.example.evil' }],
    ['7.2', 'an answer at another port is refused', { origin: 'https://id.example:8443' }],
    [
      '7.2',
      'an answer in a frame of another site is refused',
      { crossOrigin: true, topOrigin: 'https://evil.example' },
    ],
    ['7.2', 'an answer for another relying party is refused', { rpId: 'evil.example' }],
    ['7.2', 'an answer without user verification is refused', { flags: 0x19 }],
    ['7.2', 'an answer without user presence is refused', { flags: 0x1c }],
    ['7.2', 'a backup without backup eligibility is refused', { flags: 0x15 }],
    ['7.2', 'a counter that went back is refused', { signCount: 1 }],
    ['6.1', 'bytes behind the authenticator data are refused', { behind: new Uint8Array([0]) }],
    ['6.1', 'authenticator data that announces what is not there is refused', { flags: 0x5d }],
    ['7.2', 'a signature of something else is refused', { signed: new Uint8Array([1, 2, 3]) }],
  ]
  for (const [section, what, twist] of refused) {
    must('WebAuthn Level 3', section, what, async () => {
      for (const algorithm of ['ES256', 'EdDSA'] as const) {
        const made = await given(algorithm)
        const challenge = challengeOf()
        const text = await made.authenticator.get({ challenge }, twist)
        expect(await verdicts(text, challenge, made)).toEqual({ ours: false, theirs: false })
        // The authenticator itself is in order.
        const right = await made.authenticator.get({ challenge })
        expect(await verdicts(right, challenge, made)).toEqual({ ours: true, theirs: true })
      }
    })
  }

  must('WebAuthn Level 3', '7.2', 'an answer to another challenge is refused', async () => {
    const made = await given()
    const text = await made.authenticator.get({ challenge: challengeOf() })
    expect(await verdicts(text, challengeOf(), made)).toEqual({ ours: false, theirs: false })
  })

  must(
    'WebAuthn Level 3',
    '7.2',
    'a frame is refused whether or not the browser names its page',
    async () => {
      // The library lets a frame pass whose page the browser does not name; we are never in a frame.
      const made = await given()
      const challenge = challengeOf()
      const text = await made.authenticator.get({ challenge }, { crossOrigin: true })
      expect(await verdicts(text, challenge, made)).toEqual({ ours: false, theirs: true })
    },
  )

  must('WebAuthn Level 3', '7.2', 'a changed backup eligibility is refused', async () => {
    const made = await given('ES256', { synced: false })
    const challenge = challengeOf()
    const text = await made.authenticator.get({ challenge }, { flags: 0x0d })
    expect(await verdicts(text, challenge, made)).toEqual({ ours: false, theirs: true })
  })

  must('WebAuthn Level 3', '6.1.1', 'an authenticator without a counter may always say 0', async () => {
    const made = await given('ES256', { counts: false })
    for (let round = 0; round < 3; round++) {
      const challenge = challengeOf()
      const text = await made.authenticator.get({ challenge })
      expect(await verdicts(text, challenge, made)).toEqual({ ours: true, theirs: true })
    }
  })

  it('is refused with any bit of it flipped, by us as by @simplewebauthn/server', async () => {
    const made = await given()
    const challenge = challengeOf()
    const text = await made.authenticator.get({ challenge })
    const answer = JSON.parse(text) as { response: Record<string, string> }
    for (const part of ['authenticatorData', 'signature', 'clientDataJSON']) {
      const bytes = fromBase64url(answer.response[part] ?? '') ?? new Uint8Array()
      for (let at = 0; at < bytes.length; at += 3) {
        const changed = new Uint8Array(bytes)
        changed[at] = (changed[at] ?? 0) ^ 0x10
        const forged = { ...answer, response: { ...answer.response, [part]: toBase64url(changed) } }
        const { ours, theirs } = await verdicts(JSON.stringify(forged), challenge, made)
        expect({ part, at, ours, theirs }).toEqual({ part, at, ours: false, theirs: false })
      }
    }
  })

  it('is taken a hundred times of a hundred, whatever the lengths of the numbers in its DER', async () => {
    const made = await given('ES256', { counts: false })
    const lengths = new Set<number>()
    for (let round = 0; round < 100; round++) {
      const challenge = challengeOf()
      const text = await made.authenticator.get({ challenge })
      const { response } = JSON.parse(text) as { response: { signature: string } }
      lengths.add(fromBase64url(response.signature)?.length ?? 0)
      expect(await verdicts(text, challenge, made)).toEqual({ ours: true, theirs: true })
    }
    expect(lengths.size).toBeGreaterThan(1)
  })
})

describe('a new credential', () => {
  const refused: readonly (readonly [what: string, twist: Twist])[] = [
    ['of another kind of answer is refused', { type: 'webauthn.get' }],
    ['made at another origin is refused', { origin: 'http://id.example' }],
    ['made for another relying party is refused', { rpId: 'example' }],
    ['made without user verification is refused', { flags: 0x19 }],
    ['made in a frame of another site is refused', { crossOrigin: true, topOrigin: 'https://evil.example' }],
    ['under an id that is not its own is refused', { id: 'AAAA' }],
    ['with bytes behind its data is refused', { behind: new Uint8Array([0xf6]) }],
  ]
  for (const [what, twist] of refused) {
    must('WebAuthn Level 3', '7.1', `a credential ${what}`, async () => {
      const authenticator = await newAuthenticator({ origin: ORIGIN, rpId: RP_ID })
      const challenge = challengeOf()
      const attestation = parseAttestation(await authenticator.create({ challenge, user: USER }, twist))
      if (!attestation) throw new Error('the authenticator made nothing')
      await expect(verifyAttestation(attestation, { challenge, ...PARTY })).rejects.toThrow(TypeError)
    })
  }

  must(
    'WebAuthn Level 3',
    '7.1',
    'a credential of an algorithm that was not asked for is refused',
    async () => {
      const authenticator = await newAuthenticator({ origin: ORIGIN, rpId: RP_ID })
      const challenge = challengeOf()
      const text = await authenticator.create({ challenge, user: USER })
      const answer = JSON.parse(text) as { response: { attestationObject: string } }
      const bytes = fromBase64url(answer.response.attestationObject) ?? new Uint8Array()
      // { 1: 2, 3: -7 } becomes { 1: 2, 3: -9 }.
      const at = bytes.findIndex((byte, index) => byte === 3 && bytes[index + 1] === 0x26)
      bytes[at + 1] = 0x28
      const changed = { ...answer, response: { ...answer.response, attestationObject: toBase64url(bytes) } }
      const attestation = parseAttestation(JSON.stringify(changed))
      if (!attestation) throw new Error('the answer is malformed')
      await expect(verifyAttestation(attestation, { challenge, ...PARTY })).rejects.toThrow(/algorithm/)
    },
  )
})

describe('CBOR', () => {
  it('is read as it was written', () => {
    const map = new Map<number | string, number | string>([
      [1, 2],
      [-257, 65_535],
      ['text', 'ä'],
    ])
    const bytes = cbor(map)
    expect(readCbor(bytes, 0)).toEqual([map, bytes.length])
    expect(readCbor(new Uint8Array([0x83, 0xf4, 0xf5, 0xf6]), 0)).toEqual([[false, true, null], 4])
  })

  it.each<readonly [string, readonly number[]]>([
    ['nothing', []],
    ['a text that ends too soon', [0x63, 0x61]],
    ['bytes of a length that is not there', [0x5b, 0, 0, 0, 0, 0, 0, 0, 1, 0]],
    ['a map with a key twice', [0xa2, 1, 1, 1, 2]],
    ['a map with a list as a key', [0xa1, 0x80, 1]],
    ['an unknown length', [0x9f, 1, 0xff]],
    ['a fraction', [0xf9, 0, 0]],
    ['a list of four thousand million items', [0x9a, 0xff, 0xff, 0xff, 0xff]],
    ['lists within each other', Array.from({ length: 50 }, () => 0x81)],
  ])('is refused where it is %s', (_what, bytes) => {
    expect(() => readCbor(new Uint8Array(bytes), 0)).toThrow(TypeError)
  })

  it('of random bytes is read or refused, and never anything else', () => {
    let refused = 0
    for (let round = 0; round < 2000; round++) {
      const bytes = concat(randomBytes(60))
      for (const read of [() => readCbor(bytes, 0), () => readAuthenticatorData(bytes)]) {
        const thrown = thrownBy(read)
        if (thrown !== null && !(thrown instanceof TypeError)) throw thrown
        refused += thrown === null ? 0 : 1
      }
    }
    expect(refused).toBeGreaterThan(1000)
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    work()
    return null
  } catch (error) {
    return error
  }
}
