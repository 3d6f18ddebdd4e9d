import { base64url, SignJWT } from 'jose'
import { beforeEach, describe, expect } from 'vitest'
import { givenCast, SECRET } from '../support/fixture.ts'
import { type Answer, introspect, ORIGIN } from '../support/http.ts'
import { must } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { assertionOf, givenSigner, makeKey, signedBy, type Signer, tokenBy } from '../support/signer.ts'

let signer: Signer

beforeEach(async () => {
  await givenCast()
  signer = await givenSigner()
})

const ask = async (claims: Readonly<Record<string, unknown>> = {}, by: Signer = signer): Promise<Answer> =>
  tokenBy(signedBy(await assertionOf(by, claims)))

const REFUSED = { status: 400, error: 'invalid_client' }

describe('a client that acts for itself and signs', () => {
  must('RFC 7523', '3', 'gets a token for an assertion whose audience is the issuer alone', async () => {
    const { access_token, status } = await ask()
    expect(status).toBe(200)
    const told = await introspect(access_token)
    expect(told).toMatchObject({ active: true, client_id: signer.clientId })
    expect(told).not.toHaveProperty('sub')
  })

  must('RFC 7523', '3', 'threat 83: is refused with any other audience', async () => {
    for (const aud of [
      `${ORIGIN}/oauth2/token`,
      `${ORIGIN}/`,
      'https://other.example',
      [ORIGIN, 'https://other.example'],
      [],
      undefined,
    ]) {
      expect(await ask({ aud })).toMatchObject(REFUSED)
    }
  })

  must(
    'RFC 7523',
    '3',
    'threat 83: gets one token for one assertion, of fifty times at the same moment',
    async () => {
      const form = signedBy(await assertionOf(signer))
      const answers = await Promise.all(Array.from({ length: 50 }, async () => tokenBy(form)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(answers.filter(({ error }) => error === 'invalid_client')).toHaveLength(49)
      expect(await tokenBy(form)).toMatchObject(REFUSED)
      expect(await all(`SELECT id FROM grants WHERE client_id = '${signer.clientId}'`)).toHaveLength(1)
    },
  )

  must(
    'RFC 7523',
    '3',
    'is refused when its assertion has expired, never does, or comes from the future',
    async () => {
      const now = Math.floor(Date.now() / 1000)
      for (const times of [
        { exp: now - 60 },
        { exp: undefined },
        { exp: now + 7200 },
        { nbf: now + 600 },
        { iat: now + 600 },
      ]) {
        expect(await ask(times)).toMatchObject(REFUSED)
      }
    },
  )

  must('RFC 7523', '3', 'is refused by a foreign key, also under the name of its own', async () => {
    const foreign = await makeKey('ES256', signer.jwk.kid)
    expect(await ask({}, { ...foreign, clientId: signer.clientId })).toMatchObject(REFUSED)
    const other = await givenSigner()
    expect(await ask({}, { ...other, clientId: signer.clientId })).toMatchObject(REFUSED)
    expect(await ask({ iss: other.clientId, sub: other.clientId })).toMatchObject(REFUSED)
  })

  must(
    'RFC 8725',
    '3.1',
    'is refused with alg none, with HS256, and with an algorithm that is not its key’s',
    async () => {
      const [, payload = ''] = (await assertionOf(signer)).split('.')
      const none = `${base64url.encode(JSON.stringify({ alg: 'none', kid: signer.jwk.kid }))}.${payload}.`
      expect(await tokenBy(signedBy(none))).toMatchObject(REFUSED)
      const claims = { iss: signer.clientId, sub: signer.clientId, aud: ORIGIN, jti: 'x' }
      for (const secret of [JSON.stringify(signer.jwk), SECRET]) {
        const confused = await new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256', kid: signer.jwk.kid ?? '' })
          .setExpirationTime('1m')
          .sign(new TextEncoder().encode(secret))
        expect(await tokenBy(signedBy(confused))).toMatchObject(REFUSED)
      }
      const rsa = await makeKey('RS256', signer.jwk.kid)
      expect(await ask({}, { ...rsa, clientId: signer.clientId })).toMatchObject(REFUSED)
    },
  )

  must('RFC 7523', '3', 'is refused without a jti, an issuer or a subject', async () => {
    for (const missing of ['jti', 'iss', 'sub'])
      expect(await ask({ [missing]: undefined })).toMatchObject(REFUSED)
  })
})
