import { describe, expect, it } from 'vitest'
import { fromBase64url, randomBytes, toBase64url } from '../../src/crypto/bytes.ts'
import {
  parseAssertion,
  parseAttestation,
  verifyAssertion,
  verifyAttestation,
} from '../../src/passkeys/ceremony.ts'
import { checkPublicKey } from '../../src/passkeys/public-key.ts'
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
interface Given {
  readonly authenticator: Authenticator
  readonly passkey: Passkey
}

async function given(
  algorithm: Algorithm = 'ES256',
  fields: { readonly synced?: boolean; readonly counts?: boolean } = {},
): Promise<Given> {
  const authenticator = await newAuthenticator({ origin: ORIGIN, rpId: RP_ID, algorithm, ...fields })
  const challenge = challengeOf()
  const attestation = parseAttestation(await authenticator.create({ challenge, user: USER }))
  if (!attestation) throw new Error('the authenticator made nothing')
  const made = await verifyAttestation(attestation, { challenge, ...PARTY })
  const { synced = true } = fields
  expect(made).toMatchObject({ credentialId: authenticator.id, synced, backedUp: synced })
  return { authenticator, passkey: { ...made, name: 'Laptop', createdAt: 0, lastUsedAt: null } }
}

/** Whether an assertion is taken: false where it is refused, and whatever else is thrown is a fault of ours. */
async function isTaken(text: string, challenge: string, passkey: Passkey): Promise<boolean> {
  const assertion = parseAssertion(text)
  if (!assertion) return false
  return refusedOr(verifyAssertion(assertion, passkey, { challenge, ...PARTY }))
}

async function isMade(text: string, challenge: string): Promise<boolean> {
  const attestation = parseAttestation(text)
  if (!attestation) return false
  return refusedOr(verifyAttestation(attestation, { challenge, ...PARTY }))
}

async function refusedOr(verified: Promise<unknown>): Promise<boolean> {
  return verified.then(
    () => true,
    (error: unknown) => {
      if (!(error instanceof TypeError)) throw error
      expect(error.message.length).toBeLessThanOrEqual(200)
      return false
    },
  )
}

describe('a signed challenge', () => {
  it.each<Algorithm>(['ES256', 'EdDSA', 'RS256'])('of a passkey with %s is taken', async (algorithm) => {
    const made = await given(algorithm)
    for (let round = 0; round < 5; round++) {
      const challenge = challengeOf()
      const text = await made.authenticator.get({ challenge })
      expect(await isTaken(text, challenge, made.passkey)).toBe(true)
    }
  })

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
        expect(await isTaken(text, challenge, made.passkey)).toBe(false)
        // The authenticator itself is in order.
        const right = await made.authenticator.get({ challenge })
        expect(await isTaken(right, challenge, made.passkey)).toBe(true)
      }
    })
  }

  must('WebAuthn Level 3', '7.2', 'an answer to another challenge is refused', async () => {
    const made = await given()
    const text = await made.authenticator.get({ challenge: challengeOf() })
    expect(await isTaken(text, challengeOf(), made.passkey)).toBe(false)
  })

  must(
    'WebAuthn Level 3',
    '7.2',
    'a frame is refused whether or not the browser names its page',
    async () => {
      const made = await given()
      const challenge = challengeOf()
      const text = await made.authenticator.get({ challenge }, { crossOrigin: true })
      expect(await isTaken(text, challenge, made.passkey)).toBe(false)
    },
  )

  must('WebAuthn Level 3', '7.2', 'a changed backup eligibility is refused', async () => {
    const made = await given('ES256', { synced: false })
    const challenge = challengeOf()
    const text = await made.authenticator.get({ challenge }, { flags: 0x0d })
    expect(await isTaken(text, challenge, made.passkey)).toBe(false)
  })

  must('WebAuthn Level 3', '6.1.1', 'an authenticator without a counter may always say 0', async () => {
    const made = await given('ES256', { counts: false })
    for (let round = 0; round < 3; round++) {
      const challenge = challengeOf()
      const text = await made.authenticator.get({ challenge })
      expect(await isTaken(text, challenge, made.passkey)).toBe(true)
    }
  })

  it('is refused with any bit of it flipped', async () => {
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
        const taken = await isTaken(JSON.stringify(forged), challenge, made.passkey)
        expect({ part, at, taken }).toEqual({ part, at, taken: false })
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
      expect(await isTaken(text, challenge, made.passkey)).toBe(true)
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
      await expect(verifyAttestation(attestation, { challenge, ...PARTY })).rejects.toThrow(/public key alg/)
    },
  )
})

describe('the reason of a refusal', () => {
  it('repeats no line break and no long text of the browser, for it is logged', async () => {
    const { authenticator, passkey } = await given()
    const challenge = challengeOf()
    const origin = `https://evil.example/\nSigned in: alice ${'x'.repeat(1000)}`
    const assertion = parseAssertion(await authenticator.get({ challenge }, { origin }))
    if (!assertion) throw new Error('the answer is malformed')
    const refused = verifyAssertion(assertion, passkey, { challenge, ...PARTY })
    await expect(refused).rejects.toThrow(/^Unexpected[^\n]{50,300}$/)
  })
})

describe('the key of a new passkey', () => {
  type Entry = readonly [number, number | Uint8Array<ArrayBuffer>]
  const bytes = (length: number, value = 0): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(value)
  const point = (length: number): readonly Entry[] => [
    [-2, bytes(length)],
    [-3, bytes(length)],
  ]
  const modulus = (length: number): readonly Entry[] => [
    [-1, bytes(length, 255)],
    [-2, new Uint8Array([1, 0, 1])],
  ]
  it.each<[string, readonly Entry[], RegExp]>([
    ['is an algorithm and nothing else', [[3, -7]], /no algorithm/],
    ['is of another curve', [[1, 2], [3, -7], [-1, 2], ...point(48)], /another curve/],
    ['is of another type than its algorithm', [[1, 2], [3, -257], [-1, 1], ...point(32)], /no algorithm/],
    ['is no point of its curve', [[1, 2], [3, -7], [-1, 1], ...point(32)], /./],
    [
      'is too short for Ed25519',
      [
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, bytes(31)],
      ],
      /./,
    ],
    ['is RSA of 512 bits', [[1, 3], [3, -257], ...modulus(64)], /too short/],
  ])('is refused if it %s', async (_what, entries, problem) => {
    await expect(checkPublicKey(cbor(new Map(entries)))).rejects.toThrow(problem)
  })
})

describe('a stored key', () => {
  it.each<Algorithm>(['ES256', 'EdDSA', 'RS256'])(
    'of %s verifies what its authenticator signed, and nothing of another one',
    async (algorithm) => {
      const { authenticator, passkey } = await given(algorithm)
      const challenge = challengeOf()
      const text = await authenticator.get({ challenge })
      expect(await isTaken(text, challenge, passkey)).toBe(true)
      const other = await given(algorithm)
      const foreign = await other.authenticator.get({ challenge })
      expect(await isTaken(foreign, challenge, passkey)).toBe(false)
    },
  )

  it.each([
    '',
    'text',
    '{}',
    'oA',
    '{"kty":"EC","crv":"P-256","x":"AA"}',
    '{"kty":"RSA","n":"AQAB","e":"="}',
  ])('that is %o refuses every answer', async (publicKey) => {
    const { authenticator, passkey } = await given()
    const challenge = challengeOf()
    const text = await authenticator.get({ challenge })
    expect(await isTaken(text, challenge, { ...passkey, publicKey })).toBe(false)
  })
})

describe('what is malformed', () => {
  /** An answer with a part of its response changed. */
  function changed(text: string, part: string, value: unknown): string {
    const answer = JSON.parse(text) as { readonly response: object }
    return JSON.stringify({ ...answer, response: { ...answer.response, [part]: value } })
  }

  /** Bytes that an authenticator never writes. */
  const strange: readonly Uint8Array<ArrayBuffer>[] = [
    new Uint8Array(),
    // A map that promises more than there is, a list that never ends, and lists within each other.
    new Uint8Array([0xbf]),
    new Uint8Array([0x9a, 0xff, 0xff, 0xff, 0xff]),
    new Uint8Array(5000).fill(0x81),
    cbor('text'),
    cbor(new Map([['authData', 'text']])),
    cbor(
      new Map([
        ['fmt', 'none'],
        ['authData', 'text'],
      ]),
    ),
  ]

  it('is refused as a new credential, and nothing else is thrown', async () => {
    const authenticator = await newAuthenticator({ origin: ORIGIN, rpId: RP_ID })
    const challenge = challengeOf()
    const text = await authenticator.create({ challenge, user: USER })
    expect(await isMade(text, challenge)).toBe(true)
    const random = Array.from({ length: 200 }, () => randomBytes(60))
    for (const bytes of [...strange, ...random])
      expect(await isMade(changed(text, 'attestationObject', toBase64url(bytes)), challenge)).toBe(false)
    for (const value of ['', 'ü', 'AAAA', toBase64url(new TextEncoder().encode('null')), null, 1])
      expect(await isMade(changed(text, 'clientDataJSON', value), challenge)).toBe(false)
  })

  it('is refused as a signed challenge, and nothing else is thrown', async () => {
    const { authenticator, passkey } = await given()
    const challenge = challengeOf()
    const text = await authenticator.get({ challenge })
    for (const part of ['authenticatorData', 'signature'])
      for (const bytes of [...strange, ...Array.from({ length: 100 }, () => randomBytes(72))])
        expect(await isTaken(changed(text, part, toBase64url(bytes)), challenge, passkey)).toBe(false)
    for (const value of ['', 'ü', 'AAAA', toBase64url(new TextEncoder().encode('[]')), null, 1])
      expect(await isTaken(changed(text, 'clientDataJSON', value), challenge, passkey)).toBe(false)
    expect(await isTaken(text, challenge, passkey)).toBe(true)
  })

  it.each(['packed', 'fido-u2f', 'tpm', 'apple', 'android-key', 'android-safetynet', 'of-nobody'])(
    'is refused as an attestation of format %s without what that format needs',
    async (fmt) => {
      const authenticator = await newAuthenticator({ origin: ORIGIN, rpId: RP_ID })
      const challenge = challengeOf()
      expect(await isMade(await authenticator.create({ challenge, user: USER }, { fmt }), challenge)).toBe(
        false,
      )
    },
  )

  it('is refused at the sign-in where its key is of another type than its algorithm', async () => {
    const { authenticator, passkey } = await given('EdDSA')
    const key = fromBase64url(passkey.publicKey) ?? new Uint8Array()
    // { 1: 1, 3: -8 } becomes { 1: 2, 3: -8 }.
    key[2] = 2
    const challenge = challengeOf()
    const text = await authenticator.get({ challenge })
    expect(await isTaken(text, challenge, passkey)).toBe(true)
    expect(await isTaken(text, challenge, { ...passkey, publicKey: toBase64url(key) })).toBe(false)
  })
})
