import { exportJWK, UnsecuredJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { sha256Base64url } from '../../src/crypto/bytes.ts'
import { boundHeaders, boundUserInfo, type ProofFields } from '../support/dpop.ts'
import { authorizeFapi, FAPI, type FapiClient, givenFapiClient, redeemFapi } from '../support/fapi.ts'
import { givenCast } from '../support/fixture.ts'
import { ORIGIN, send } from '../support/http.ts'

const USERINFO = '/oauth2/userinfo'

let client: FapiClient
let second: FapiClient
let token = ''

beforeEach(async () => {
  const { alice } = await givenCast()
  client = await givenFapiClient()
  second = await givenFapiClient()
  const { code } = await authorizeFapi(client, alice)
  token = (await redeemFapi(client, code)).access_token
})

const now = (): number => Math.floor(Date.now() / 1000)

async function statusWith(headers: Readonly<Record<string, string>> | Headers): Promise<number> {
  return (await send(USERINFO, { headers }, FAPI)).status
}

async function statusBy(fields: ProofFields, key = client.key): Promise<number> {
  return (await boundUserInfo(key, token, fields, FAPI)).status
}

describe('a resource under the profile fapi2', () => {
  it.each(['DPoP', 'dpop', 'DPOP', 'dPoP'])(
    'takes the token by the scheme %s (fapi2-security-profile-final-access-token-type-header-case-sensitivity)',
    async (scheme) => {
      const headers = await boundHeaders(client.key, token, 'GET', USERINFO)
      expect(await statusWith({ ...headers, Authorization: `${scheme} ${token}` })).toBe(200)
    },
  )

  it.each<[string, () => ProofFields]>([
    ['a query', () => ({ claims: { htu: `${ORIGIN}${USERINFO}?x=1` } })],
    ['a fragment', () => ({ claims: { htu: `${ORIGIN}${USERINFO}#x` } })],
    ['its host in capitals', () => ({ claims: { htu: `HTTPS://ID.EXAMPLE${USERINFO}` } })],
    ['its usual port', () => ({ claims: { htu: `https://id.example:443${USERINFO}` } })],
    ['members that nobody knows', () => ({ claims: { extra: true }, header: { extra: true } })],
  ])('takes a proof with %s (fapi2-security-profile-final-dpop-negative-tests)', async (_, fieldsOf) => {
    expect(await statusBy(fieldsOf())).toBe(200)
  })

  it.each<[string, () => ProofFields]>([
    ['without a jti', () => ({ claims: { jti: undefined } })],
    ['without a method', () => ({ claims: { htm: undefined } })],
    ['without a URL', () => ({ claims: { htu: undefined } })],
    ['without a time', () => ({ claims: { iat: undefined } })],
    ['of no token', () => ({ claims: { ath: undefined } })],
    ['of another method', () => ({ claims: { htm: 'POST' } })],
    ['of another URL', () => ({ claims: { htu: `${ORIGIN}/oauth2/token` } })],
    ['of another host', () => ({ claims: { htu: `https://evil.example${USERINFO}` } })],
    ['of another token', () => ({ claims: { ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' } })],
    ['of an hour ago', () => ({ claims: { iat: now() - 3600 } })],
    ['of the next hour', () => ({ claims: { iat: now() + 3600 } })],
    ['of another type', () => ({ header: { typ: 'JWT' } })],
    ['without a type', () => ({ header: { typ: undefined } })],
    ['without a key', () => ({ header: { jwk: undefined } })],
    ['that another key signed', () => ({ by: second.key.privateKey })],
  ])('refuses a proof %s (fapi2-security-profile-final-dpop-negative-tests)', async (_, fieldsOf) => {
    expect(await statusBy(fieldsOf())).toBe(401)
    expect(await statusBy({})).toBe(200)
  })

  it('refuses what is no proof at all (fapi2-security-profile-final-dpop-negative-tests)', async () => {
    const { DPoP = '', ...headers } = await boundHeaders(client.key, token, 'GET', USERINFO)
    const [header = '', payload = '', signature = ''] = DPoP.split('.')
    const forged = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    const ath = await sha256Base64url(token)
    const unsigned = new UnsecuredJWT({ htm: 'GET', htu: `${ORIGIN}${USERINFO}`, jti: 'j', iat: now(), ath })
    for (const other of [
      'no JWT',
      '',
      `${header}.${payload}.${forged}`,
      `${header}.${payload}.`,
      unsigned.encode(),
    ]) {
      expect([other, await statusWith({ ...headers, DPoP: other })]).toEqual([other, 401])
    }
    expect(await statusBy({ header: { jwk: await exportJWK(client.key.privateKey) } })).toBe(401)
  })

  it('refuses two proofs, none, and a proof twice (fapi2-security-profile-final-dpop-negative-tests)', async () => {
    const headers = await boundHeaders(client.key, token, 'GET', USERINFO)
    const { Authorization = '', DPoP = '' } = headers
    const other = await boundHeaders(client.key, token, 'GET', USERINFO)
    const twice = new Headers(headers)
    twice.append('DPoP', other['DPoP'] ?? '')
    expect(await statusWith(twice)).toBe(401)
    expect(await statusWith({ Authorization })).toBe(401)
    expect(await statusWith({ Authorization, DPoP })).toBe(200)
    expect(await statusWith({ Authorization, DPoP })).toBe(401)
  })

  it('refuses the token by the scheme Bearer, and by the proof of another (fapi2-security-profile-final-dpop-negative-tests)', async () => {
    const { DPoP = '' } = await boundHeaders(client.key, token, 'GET', USERINFO)
    const Authorization = `Bearer ${token}`
    expect(await statusWith({ Authorization })).toBe(401)
    expect(await statusWith({ Authorization, DPoP })).toBe(401)
    expect(await statusBy({}, second.key)).toBe(401)
    expect(await statusBy({})).toBe(200)
  })
})
