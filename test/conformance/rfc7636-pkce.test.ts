import { beforeEach, describe, expect, it } from 'vitest'
import { parseParams } from '../../src/oauth/params.ts'
import { checkCodeChallenge, verifyCodeVerifier } from '../../src/oauth/pkce.ts'
import { givenCast, givenClient } from '../support/fixture.ts'
import {
  authorizationUrl,
  codeIn,
  type Fields,
  givenCode,
  authorize,
  PKCE,
  redeem,
  signedIn,
  VERIFIER,
} from '../support/flow.ts'
import { send } from '../support/http.ts'
import { must } from '../support/must.ts'
import { expectRefusal } from '../support/refusal.ts'

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

async function refusal(fields: Fields): Promise<string | null> {
  const response = await send(authorizationUrl(fields))
  const answer = URL.parse(response.headers.get('Location') ?? '')?.searchParams
  return answer?.get('error') ?? null
}

describe('the challenge', () => {
  must('RFC 7636', '4.4.1', 'is needed of a public client', async () => {
    expect(await refusal({ client_id: 'native' })).toBe('invalid_request')
    expect(await refusal({ client_id: 'native', code_challenge: '' })).toBe('invalid_request')
    expect(await refusal({ client_id: 'native', code_challenge_method: 'S256' })).toBe('invalid_request')
    expect(await refusal({ client_id: 'native', ...PKCE })).toBeNull()
  })

  must('RFC 9700', '2.1.1', 'is needed of a confidential client that was made with it', async () => {
    await givenClient('strict', { requirePkce: true })
    expect(await refusal({ client_id: 'strict' })).toBe('invalid_request')
    expect(await refusal({ client_id: 'strict', ...PKCE })).toBeNull()
    const code = await givenCode(alice, { client_id: 'strict', ...PKCE })
    expect(await redeem(code, { client_id: 'strict' })).toMatchObject({ error: 'invalid_grant' })
    const again = await givenCode(alice, { client_id: 'strict', ...PKCE })
    expect(await redeem(again, { client_id: 'strict', code_verifier: VERIFIER })).toMatchObject({
      status: 200,
    })
    expect(await refusal({ client_id: 'web' })).toBeNull()
  })

  must('RFC 7636', '4.4.1', 'is not needed of a public client that was made without', async () => {
    await givenClient('old', { type: 'public', grantTypes: ['authorization_code'], requirePkce: false })
    const code = await givenCode(alice, { client_id: 'old' })
    expect(await redeem(code, { client_id: 'old', client_secret: undefined })).toMatchObject({ status: 200 })
  })

  must('RFC 7636', '4.3', 'is refused with any method but S256', async () => {
    for (const client_id of ['web', 'native']) {
      for (const code_challenge_method of [undefined, '', 'plain', 's256', 'S512', 'S256 ', 'none']) {
        const error = await refusal({ ...PKCE, client_id, code_challenge_method })
        expect({ code_challenge_method, error }).toEqual({ code_challenge_method, error: 'invalid_request' })
      }
    }
  })

  must('RFC 7636', '4.2', 'is refused where it is not a SHA-256 in base64url', async () => {
    const { code_challenge: right } = PKCE
    for (const code_challenge of [
      right.slice(1),
      `${right}A`,
      `${right.slice(1)}=`,
      `${right.slice(1)}+`,
      `${right.slice(1)}/`,
      `${right.slice(1)}\n`,
      'A'.repeat(129),
      VERIFIER.slice(0, 42),
    ]) {
      expect(await refusal({ ...PKCE, code_challenge })).toBe('invalid_request')
    }
  })
})

describe('the verifier', () => {
  must('RFC 7636', '4.6', 'redeems the code whose challenge it matches', async () => {
    for (const client_id of ['web', 'native']) {
      const code = await givenCode(alice, { client_id, ...PKCE })
      expect(await redeem(code, { client_id, code_verifier: VERIFIER })).toMatchObject({ status: 200 })
    }
  })

  must(
    'RFC 7636',
    '4.6',
    'is refused where it is missing, malformed or another one; the code stays unspent',
    async () => {
      const code = await givenCode(alice, PKCE)
      for (const code_verifier of [
        undefined,
        '',
        'another-verifier-which-is-long-enough-to-be-one',
        PKCE.code_challenge,
        VERIFIER.slice(1),
        VERIFIER.slice(0, 42),
        `${VERIFIER}k`,
        `${VERIFIER} `,
        VERIFIER.toLowerCase(),
        'a'.repeat(129),
        'ü'.repeat(43),
        `${'a'.repeat(42)}\u0000`,
      ]) {
        expectRefusal(await redeem(code, { code_verifier }), 'invalid_grant')
      }
      expect(await redeem(code, { code_verifier: VERIFIER })).toMatchObject({ status: 200 })
    },
  )

  must('RFC 9700', '4.8.2', 'is refused where the request had no challenge', async () => {
    const code = await givenCode(alice)
    expectRefusal(await redeem(code, { code_verifier: VERIFIER }), 'invalid_grant')
    expect(await redeem(code)).toMatchObject({ status: 200 })
  })

  must(
    'RFC 7636',
    '4.5',
    'belongs to one code: that of one tab does not redeem that of another',
    async () => {
      const browser = await signedIn(alice)
      const first = codeIn(await authorize(browser, PKCE))
      const second = codeIn(await authorize(browser, { ...PKCE, code_challenge: 'A'.repeat(43) }))
      expectRefusal(await redeem(second, { code_verifier: VERIFIER }), 'invalid_grant')
      expect(await redeem(first, { code_verifier: VERIFIER })).toMatchObject({ status: 200 })
    },
  )
})

describe('as functions', () => {
  it.each([
    [PKCE.code_challenge, VERIFIER, true],
    [PKCE.code_challenge, PKCE.code_challenge, false],
    [PKCE.code_challenge, undefined, false],
    [null, undefined, true],
    [null, VERIFIER, false],
    [null, '', false],
  ])('verifyCodeVerifier(%j, %j) is %j', async (challenge, verifier, expected) => {
    expect(await verifyCodeVerifier(challenge, verifier)).toBe(expected)
  })

  it('checkCodeChallenge gives back the challenge, or null where none is needed', () => {
    const client = {
      clientId: 'x',
      type: 'confidential',
      name: 'x',
      url: null,
      grantTypes: [],
      responseTypes: [],
      scope: null,
      redirectUris: [],
      autoAuthorize: false,
      authorizeEveryTime: false,
      requirePkce: true,
      metadata: {},
      disabled: false,
    } as const
    const sent = parseParams(new URLSearchParams(PKCE).toString())
    expect(checkCodeChallenge(sent, client)).toBe(PKCE.code_challenge)
    expect(checkCodeChallenge(parseParams(''), { ...client, requirePkce: false })).toBeNull()
    expect(() => checkCodeChallenge(parseParams(''), client)).toThrow('code_challenge')
  })
})
