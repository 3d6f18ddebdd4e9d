import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { readAssertion, verifyAssertion } from '../../src/private-key-jwt/assertion.ts'
import { must, threat } from '../support/must.ts'

const ISSUER = 'https://id.example'
const NOW = 1_900_000_000
const EXPECTED = { clientId: 'web', audiences: [ISSUER], now: NOW }

type Pair = Awaited<ReturnType<typeof generateKeyPair>>
let pair: Pair
let key: JWK
let stranger: Pair

beforeAll(async () => {
  pair = await generateKeyPair('ES256', { extractable: true })
  stranger = await generateKeyPair('ES256', { extractable: true })
  key = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }
})

function claims(changed: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { iss: 'web', sub: 'web', aud: ISSUER, iat: NOW, exp: NOW + 60, jti: 'first', ...changed }
}

function sign(
  payload: Record<string, unknown>,
  header: Record<string, unknown> = {},
  by: Pair = pair,
): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'one', ...header }).sign(by.privateKey)
}

const refused = expect.objectContaining({ code: 'invalid_client' }) as Error

describe('A client assertion', () => {
  must('RFC 7523', '3', 'accepts an assertion that the client has signed for this issuer', async () => {
    const assertion = await sign(claims())
    expect(readAssertion(assertion)).toEqual({ clientId: 'web', kid: 'one' })
    const verified = await verifyAssertion(assertion, [key], EXPECTED)
    expect(verified.expiresAt).toBe(NOW + 90)
    expect(verified.jtiHash).toMatch(/^[\w-]{43}$/)
  })

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('may be signed with %s', async (alg) => {
    const made = await generateKeyPair(alg, { extractable: true })
    const assertion = await new SignJWT(claims()).setProtectedHeader({ alg }).sign(made.privateKey)
    await expect(
      verifyAssertion(assertion, [await exportJWK(made.publicKey)], EXPECTED),
    ).resolves.toBeDefined()
  })

  it('names its jti by client, so that two clients may use the same', async () => {
    const web = await verifyAssertion(await sign(claims()), [key], EXPECTED)
    const other = await verifyAssertion(await sign(claims({ iss: 'other', sub: 'other' })), [key], {
      ...EXPECTED,
      clientId: 'other',
    })
    expect(web.jtiHash).not.toBe(other.jtiHash)
  })

  it.each<[string, Record<string, unknown>]>([
    ['for another server', { aud: 'https://other.example' }],
    ['for this server and another one', { aud: [ISSUER, 'https://other.example'] }],
    ['for nobody', { aud: undefined }],
    ['for an empty list', { aud: [] }],
    ['for the issuer with a slash', { aud: `${ISSUER}/` }],
    ['for the token endpoint, where the issuer alone is expected', { aud: `${ISSUER}/oauth2/token` }],
    ['that has expired', { exp: NOW - 31 }],
    ['that never expires', { exp: undefined }],
    ['that expires in more than an hour', { exp: NOW + 3700 }],
    ['whose exp is a text', { exp: '2000000000' }],
    ['that is not yet valid', { nbf: NOW + 60 }],
    ['that was issued in the future', { iat: NOW + 60 }],
    ['without a jti', { jti: undefined }],
    ['with an empty jti', { jti: '' }],
    ['with a jti that is a number', { jti: 7 }],
    ['with a jti of 256 characters', { jti: 'x'.repeat(256) }],
  ])('is refused %s', async (_, changed) => {
    await expect(verifyAssertion(await sign(claims(changed)), [key], EXPECTED)).rejects.toEqual(refused)
  })

  threat(84, 'is refused if iss and sub differ', async () => {
    const assertion = await sign(claims({ iss: 'other' }))
    expect(() => readAssertion(assertion)).toThrow(refused)
  })

  must(
    'RFC 8725',
    '3.1',
    'threat 85: refuses no signature, a symmetric one, and keys that the header brings along',
    async () => {
      const none = new UnsecuredJWT(claims()).encode()
      expect(() => readAssertion(none)).toThrow(refused)
      const spki = new TextEncoder().encode(await exportSPKI(pair.publicKey))
      const jwk = new TextEncoder().encode(JSON.stringify(key))
      for (const secret of [spki, jwk]) {
        const confused = await new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', kid: 'one' })
          .sign(secret)
        expect(() => readAssertion(confused)).toThrow(refused)
        await expect(verifyAssertion(confused, [key], EXPECTED)).rejects.toEqual(refused)
      }
      const own = {
        jwk: await exportJWK(stranger.publicKey),
        jku: 'https://evil.example/jwks',
        x5u: 'https://evil.example',
      }
      await expect(verifyAssertion(await sign(claims(), own, stranger), [key], EXPECTED)).rejects.toEqual(
        refused,
      )
    },
  )

  it('is refused if another key has signed it, or its text was changed', async () => {
    await expect(verifyAssertion(await sign(claims(), {}, stranger), [key], EXPECTED)).rejects.toEqual(
      refused,
    )
    await expect(verifyAssertion(await sign(claims()), [], EXPECTED)).rejects.toEqual(refused)
    const [header = '', , signature = ''] = (await sign(claims())).split('.')
    const [, payload = ''] = (await sign(claims({ jti: 'second' }))).split('.')
    await expect(verifyAssertion(`${header}.${payload}.${signature}`, [key], EXPECTED)).rejects.toEqual(
      refused,
    )
  })

  it.each([
    '',
    'x',
    'a.b.c',
    '..',
    'x'.repeat(8001),
    'eyJhbGciOiJFUzI1NiJ9.bnVsbA.AA',
    'eyJhbGciOiJFUzI1NiJ9.W10.AA',
  ])('is refused if it cannot be read: %.20s', async (text) => {
    expect(() => readAssertion(text)).toThrow(refused)
    await expect(verifyAssertion(text, [key], EXPECTED)).rejects.toEqual(refused)
  })
})
