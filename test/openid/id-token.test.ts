import { decodeProtectedHeader } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { type IdTokenFacts, idTokenClaims, signIdToken } from '../../src/openid/id-token.ts'
import { openOwnJwt, signJwt } from '../../src/openid/jwt.ts'
import { createKeyRing } from '../../src/openid/keys/key-ring.ts'
import { must } from '../support/must.ts'
import { clearKeys, contextAt, settle, START } from './support.ts'

const FACTS: IdTokenFacts = {
  issuer: 'https://id.example',
  subject: 'alice',
  clientId: 'web',
  now: START,
  lifetime: 3600,
  authTime: null,
  nonce: null,
}

describe('the claims of an ID token', () => {
  must(
    'OpenID Connect Core',
    '2',
    'an ID token has the claims that it must have, and no others',
    async () => {
      expect(await idTokenClaims(FACTS, 'RS256')).toEqual({
        iss: 'https://id.example',
        sub: 'alice',
        aud: 'web',
        iat: START,
        exp: START + 3600,
      })
    },
  )

  must(
    'OpenID Connect Core',
    '2',
    'an ID token says nonce, sign-in, its way and its session as they are',
    async () => {
      const nonce = 'n'.repeat(384)
      const facts = {
        ...FACTS,
        nonce,
        authTime: START - 60,
        acr: 'urn:acr:pwd',
        amr: ['pwd'],
        sessionId: 's1',
      }
      expect(await idTokenClaims(facts, 'RS256')).toMatchObject({
        nonce,
        auth_time: START - 60,
        acr: 'urn:acr:pwd',
        amr: ['pwd'],
        sid: 's1',
      })
    },
  )

  must(
    'OpenID Connect Core',
    '2',
    'an ID token names the authorized party where there are more audiences',
    async () => {
      expect(await idTokenClaims({ ...FACTS, otherAudiences: ['api'] }, 'RS256')).toMatchObject({
        aud: ['web', 'api'],
        azp: 'web',
      })
    },
  )

  // The values of the specification's own examples (appendix A).
  must(
    'OpenID Connect Core',
    '3.1.3.6',
    'at_hash is the left half of the hash of the access token',
    async () => {
      const accessToken = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y'
      const { at_hash: hash } = await idTokenClaims({ ...FACTS, accessToken }, 'RS256')
      expect(hash).toBe('77QmUPtjPfzWtF2AnpK9RQ')
    },
  )

  must('OpenID Connect Core', '3.3.2.11', 'c_hash is the left half of the hash of the code', async () => {
    const code = 'Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk'
    const { c_hash: hash } = await idTokenClaims({ ...FACTS, code }, 'ES256')
    expect(hash).toBe('LDktKdoQak3Pk0cnXxCltA')
  })

  it('hashes for EdDSA have 256 bits, as they are the half of SHA-512', async () => {
    const { at_hash: hash } = await idTokenClaims({ ...FACTS, accessToken: 'at_1' }, 'EdDSA')
    expect(hash).toMatch(/^[\w-]{43}$/)
  })

  it('a claim of the user never takes the place of one of the protocol, nor adds one that is left out', async () => {
    const claims = {
      sub: 'mallory',
      iss: 'https://evil.example',
      aud: 'other',
      nonce: 'n',
      acr: 'high',
      name: 'Alice',
    }
    const token = await idTokenClaims({ ...FACTS, claims }, 'RS256')
    expect(token).toEqual({ ...(await idTokenClaims(FACTS, 'RS256')), name: 'Alice' })
  })
})

describe('a signed ID token', () => {
  beforeEach(clearKeys)

  it.each(['RS256', 'ES256', 'EdDSA'] as const)(
    'names its key, and is verified with it: %s',
    async (algorithm) => {
      const ring = createKeyRing([algorithm], 3600)
      const context = await contextAt(START)
      const key = await ring.signingKey(algorithm, context)
      const token = await signIdToken(FACTS, key)
      expect(decodeProtectedHeader(token)).toEqual({ alg: algorithm, kid: key.kid, typ: 'JWT' })
      expect(await openOwnJwt(token, { issuer: FACTS.issuer }, ring, context)).toEqual(
        await idTokenClaims(FACTS, algorithm),
      )
      await settle()
    },
    60_000,
  )

  it('is still known as ours when it has expired, as a hint may be', async () => {
    const ring = createKeyRing(['ES256'], 3600)
    const token = await signIdToken(FACTS, await ring.signingKey('ES256', await contextAt(START)))
    const later = await contextAt(START + 7200)
    expect(await openOwnJwt(token, { issuer: FACTS.issuer }, ring, later)).toMatchObject({ sub: 'alice' })
  })

  it('is not ours if another issuer, or another type of token, is expected', async () => {
    const ring = createKeyRing(['ES256'], 3600)
    const context = await contextAt(START)
    const key = await ring.signingKey('ES256', context)
    const token = await signIdToken(FACTS, key)
    expect(await openOwnJwt(token, { issuer: 'https://other.example' }, ring, context)).toBeNull()
    expect(await openOwnJwt(token, { issuer: FACTS.issuer, type: 'logout+jwt' }, ring, context)).toBeNull()
    const logout = await signJwt({ iss: FACTS.issuer }, key, 'logout+jwt')
    expect(await openOwnJwt(logout, { issuer: FACTS.issuer }, ring, context)).toBeNull()
  })
})
