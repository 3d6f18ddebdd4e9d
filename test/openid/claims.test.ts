import { describe, expect, it } from 'vitest'
import { OAuthError } from '../../src/errors.ts'
import { parseClaimsRequest, requestedAcr, requestedSubject } from '../../src/openid/claims-request.ts'
import {
  CLAIM_SCOPES,
  CLAIMS_SUPPORTED,
  releaseClaims,
  scopesOfRequests,
  type UserClaims,
} from '../../src/openid/claims.ts'
import { must } from '../support/must.ts'

const ALICE: UserClaims = {
  name: 'Alice Example',
  given_name: 'Alice',
  preferred_username: 'alice',
  email: 'alice@example.org',
  email_verified: false,
  address: { locality: 'Graz' },
  phone_number: '+43 1',
  updated_at: 0,
}

const parse = (value: unknown): ReturnType<typeof parseClaimsRequest> =>
  parseClaimsRequest(JSON.stringify(value))

function refusal(text: string): string {
  try {
    parseClaimsRequest(text)
  } catch (error) {
    if (error instanceof OAuthError) return error.code
    throw error
  }
  return 'none'
}

describe('claims by scope', () => {
  must('OpenID Connect Core', '5.4', 'a scope releases its claims and no other', async () => {
    expect(releaseClaims(ALICE, ['openid'])).toEqual({})
    expect(releaseClaims(ALICE, ['openid', 'email'])).toEqual({
      email: 'alice@example.org',
      email_verified: false,
    })
    expect(releaseClaims(ALICE, ['phone'])).toEqual({ phone_number: '+43 1' })
    expect(releaseClaims(ALICE, ['address'])).toEqual({ address: { locality: 'Graz' } })
    expect(releaseClaims(ALICE, ['profile'])).toEqual({
      name: 'Alice Example',
      given_name: 'Alice',
      preferred_username: 'alice',
      updated_at: 0,
    })
  })

  must('OpenID Connect Core', '5.3.2', 'a claim that is not known is left out, not null', async () => {
    const user: unknown = { name: null, email: undefined }
    expect(releaseClaims(user as UserClaims, ['profile', 'email'])).toEqual({})
  })

  it('release nothing that is no standard claim, whatever a record of a user holds', () => {
    const user: unknown = { ...ALICE, password_hash: 'x', is_staff: true, sub: 'mallory' }
    const asked = parse({ userinfo: { password_hash: null, is_staff: null, sub: null } }).userinfo
    expect(Object.keys(releaseClaims(user as UserClaims, Object.values(CLAIM_SCOPES), asked))).toEqual(
      Object.keys(releaseClaims(ALICE, Object.values(CLAIM_SCOPES))),
    )
  })

  it('are named by discovery, each claim once', () => {
    expect(new Set(CLAIMS_SUPPORTED).size).toBe(CLAIMS_SUPPORTED.length)
    expect(CLAIMS_SUPPORTED).toEqual(
      expect.arrayContaining(['sub', 'auth_time', 'name', 'phone_number_verified']),
    )
  })
})

describe('the claims parameter', () => {
  must(
    'OpenID Connect Core',
    '5.5',
    'a claim that is asked for by name is released at that place alone',
    async () => {
      const { idToken, userinfo } = parse({
        userinfo: { name: { essential: true } },
        id_token: { email: null },
      })
      expect(releaseClaims(ALICE, ['openid'], userinfo)).toEqual({ name: 'Alice Example' })
      expect(releaseClaims(ALICE, [], idToken)).toEqual({ email: 'alice@example.org' })
      expect(userinfo.get('name')).toEqual({ essential: true, values: null })
    },
  )

  must('OpenID Connect Core', '5.5.1', 'a value that is asked for is confirmed or left out', async () => {
    const asked = (wanted: object): object =>
      releaseClaims(ALICE, [], parse({ userinfo: { email: wanted } }).userinfo)
    expect(asked({ value: 'alice@example.org' })).toEqual({ email: 'alice@example.org' })
    expect(asked({ values: ['bob@example.org', 'alice@example.org'] })).toEqual({
      email: 'alice@example.org',
    })
    expect(asked({ value: 'bob@example.org' })).toEqual({})
    const { userinfo } = parse({ userinfo: { email: { value: 'bob@example.org' } } })
    expect(releaseClaims(ALICE, ['email'], userinfo)).toMatchObject({ email: 'alice@example.org' })
  })

  must(
    'OpenID Connect Core',
    '5.5',
    'claims that nobody knows are ignored, in the list and beside it',
    async () => {
      const { userinfo } = parse({
        userinfo: { 'name#de': null, __proto__: null, toString: null },
        other: { a: 1 },
      })
      expect(releaseClaims(ALICE, [], userinfo)).toEqual({})
      expect(parse({ userinfo: { name: { essential: true, purpose: 'x' } } }).userinfo.has('name')).toBe(true)
    },
  )

  it('asks for nothing where it is missing, or its places are null', () => {
    for (const text of [undefined, '{}', '{"userinfo":null}', '{"userinfo":null,"id_token":null}'])
      expect(parseClaimsRequest(text)).toEqual({ userinfo: new Map(), idToken: new Map() })
  })

  it.each([
    '',
    'null',
    '[]',
    '"userinfo"',
    '{',
    '{"userinfo":[]}',
    '{"userinfo":"name"}',
    '{"userinfo":{"name":true}}',
    '{"userinfo":{"name":[]}}',
    '{"userinfo":{"name":{"essential":"true"}}}',
    '{"id_token":{"acr":{"values":"high"}}}',
    JSON.stringify({ userinfo: { name: { value: 'x'.repeat(9000) } } }),
    JSON.stringify({
      userinfo: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`c${index}`, null])),
    }),
    JSON.stringify({ userinfo: { name: { values: Array.from({ length: 101 }, () => 1) } } }),
    '['.repeat(8000),
  ])('is refused as invalid_request: %#', (text) => {
    expect(refusal(text)).toBe('invalid_request')
  })

  it('is covered by the consent to scopes that follow from its claims', () => {
    const { idToken, userinfo } = parse({
      userinfo: { name: null, email: null },
      id_token: { nickname: null },
    })
    expect(scopesOfRequests(userinfo, idToken)).toEqual(['profile', 'email'])
    expect(scopesOfRequests(parse({ id_token: { acr: null, sub: null } }).idToken)).toEqual([])
  })

  must('OpenID Connect Core', '5.5.1', 'a request may insist on one subject, not on two', async () => {
    expect(requestedSubject(parse({}))).toBeNull()
    expect(requestedSubject(parse({ id_token: { sub: null } }))).toBeNull()
    expect(requestedSubject(parse({ id_token: { sub: { value: 'alice' } } }))).toBe('alice')
    expect(
      requestedSubject(parse({ userinfo: { sub: { value: 'a' } }, id_token: { sub: { value: 'a' } } })),
    ).toBe('a')
    expect(() =>
      requestedSubject(parse({ userinfo: { sub: { value: 'a' } }, id_token: { sub: { value: 'b' } } })),
    ).toThrow(OAuthError)
  })

  must(
    'OpenID Connect Core',
    '5.5.1.1',
    'the wanted ways of authentication are read with their urgency',
    async () => {
      const asked = { id_token: { acr: { essential: true, values: ['urn:high', 'urn:low'] } } }
      expect(requestedAcr(parse(asked))).toEqual({ essential: true, values: ['urn:high', 'urn:low'] })
      expect(requestedAcr(parse({ userinfo: { acr: null } }))).toBeNull()
    },
  )
})
