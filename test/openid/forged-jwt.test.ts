import { CompactSign, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { toBase64url, utf8 } from '../../src/crypto/bytes.ts'
import { openOwnJwt } from '../../src/openid/jwt.ts'
import { createKeyRing, type KeyRing, type SigningKey } from '../../src/openid/keys/key-ring.ts'
import { must, threat } from '../support/must.ts'
import { clearKeys, contextAt, START } from './support.ts'

const ISSUER = 'https://id.example'
const CLAIMS = { iss: ISSUER, sub: 'alice', exp: START + 3600 }

let ring: KeyRing
let key: SigningKey

beforeAll(async () => {
  await clearKeys()
  ring = createKeyRing(['RS256', 'ES256'], 3600)
  key = await ring.signingKey('RS256', await contextAt(START))
}, 60_000)

async function isOurs(token: string): Promise<boolean> {
  return (await openOwnJwt(token, { issuer: ISSUER }, ring, await contextAt(START))) !== null
}

const encode = (value: unknown): string => toBase64url(utf8(JSON.stringify(value)))

describe('a JWT that we did not sign', () => {
  it('is told from one that we did', async () => {
    const header = { alg: key.algorithm, kid: key.kid, typ: 'JWT' }
    const token = await new SignJWT(CLAIMS).setProtectedHeader(header).sign(key.privateKey)
    expect(await isOurs(token)).toBe(true)
    const [head = '', body = '', signature = ''] = token.split('.')
    expect(await isOurs(`${head}.${encode({ ...CLAIMS, sub: 'mallory' })}.${signature}`)).toBe(false)
    expect(await isOurs(`${head}.${body}.${signature.slice(0, -8)}AAAAAAAA`)).toBe(false)
  })

  must(
    'RFC 8725',
    '3.1',
    'threat 66: refuses alg none, with and without our kid, however it is spelled',
    async () => {
      for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
        for (const kid of [key.kid, undefined]) {
          expect(await isOurs(`${encode({ alg, kid, typ: 'JWT' })}.${encode(CLAIMS)}.`)).toBe(false)
        }
      }
    },
  )

  must('RFC 8725', '3.1', 'threat 66: refuses an HMAC whose secret is our public key', async () => {
    const published = await ring.publishedKey(key.kid, await contextAt(START))
    for (const secret of [JSON.stringify(published?.publicKey), String(published?.publicKey.n)]) {
      const header = { alg: 'HS256', kid: key.kid, typ: 'JWT' }
      const token = await new SignJWT(CLAIMS).setProtectedHeader(header).sign(utf8(secret))
      expect(await isOurs(token)).toBe(false)
    }
  })

  must(
    'RFC 8725',
    '3.1',
    'refuses another algorithm of the same key, and a foreign key under our kid',
    async () => {
      const { privateKey } = await generateKeyPair('ES256')
      for (const alg of ['ES256', 'RS256'] as const) {
        const pair = alg === 'ES256' ? { privateKey } : await generateKeyPair('RS256')
        const header = { alg, kid: key.kid, typ: 'JWT' }
        expect(await isOurs(await new SignJWT(CLAIMS).setProtectedHeader(header).sign(pair.privateKey))).toBe(
          false,
        )
      }
    },
  )

  must(
    'RFC 8725',
    '3.10',
    'threat 67: looks at no key that the header brings along or points to',
    async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
      const jwk = await exportJWK(publicKey)
      for (const extra of [
        { jwk },
        { jku: 'https://evil.example/keys' },
        { x5u: 'https://evil.example/c' },
      ]) {
        for (const kid of [key.kid, 'evil', '../../etc/passwd', `' OR 1=1 --`]) {
          const header = { alg: 'ES256', typ: 'JWT', kid, ...extra }
          expect(await isOurs(await new SignJWT(CLAIMS).setProtectedHeader(header).sign(privateKey))).toBe(
            false,
          )
        }
      }
    },
  )

  threat(
    67,
    'critical headers that we do not know, and payloads that are no claims, are refused',
    async () => {
      const sign = (payload: string, extra: object): Promise<string> =>
        new CompactSign(utf8(payload))
          .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'JWT', ...extra })
          .sign(key.privateKey, { crit: { 'urn:unknown': true } })
      expect(
        await isOurs(await sign(JSON.stringify(CLAIMS), { crit: ['urn:unknown'], 'urn:unknown': 1 })),
      ).toBe(false)
      for (const payload of ['', 'null', '[]', '"text"', '{', '1', '[{"iss":"https://id.example"}]'])
        expect(await isOurs(await sign(payload, {}))).toBe(false)
    },
  )

  it.each(['', '.', '..', '...', 'a.b.c', 'x'.repeat(100_000), 'a.'.repeat(50_000), '\u0000.\u0000.\u0000'])(
    'is refused without an error: %#',
    async (token) => {
      expect(await isOurs(token)).toBe(false)
    },
  )
})
