import { exportJWK, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { timesAsked } from '../support/documents.ts'
import { givenCast, givenClient, REDIRECT_URI } from '../support/fixture.ts'
import {
  answerIn,
  authorize,
  authorizationUrl,
  codeIn,
  expectPage,
  type Fields,
  MISMATCH,
  PKCE,
  redeem,
  signedIn,
  VERIFIER,
} from '../support/flow.ts'
import { ORIGIN, send } from '../support/http.ts'
import { must } from '../support/must.ts'
import { json, verifyIdToken } from '../support/openid.ts'
import { travel } from '../support/time.ts'

const OWN_TYPE = 'oauth-authz-req+jwt'
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']
type Pair = Awaited<ReturnType<typeof generateKeyPair>>

const pairs = new Map<string, Pair>()
let stranger: Pair
let keys: JWK[]
let alice = ''
let bob = ''

beforeAll(async () => {
  for (const alg of ALGORITHMS) pairs.set(alg, await generateKeyPair(alg, { extractable: true }))
  stranger = await generateKeyPair('ES256', { extractable: true })
  keys = await Promise.all(
    [...pairs].map(async ([alg, { publicKey }]) => ({ ...(await exportJWK(publicKey)), alg, kid: alg })),
  )
})

beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
  await givenSigner({})
})

async function givenSigner(more: Readonly<Record<string, unknown>>, clientId = 'signer'): Promise<void> {
  const metadata = JSON.stringify({ jwks: { keys }, ...more })
  await givenClient(clientId, { metadata, redirectUris: [REDIRECT_URI, 'https://app.example/second'] })
}

/** Claims of a request object for OpenID Connect. */
function claimsOf(changed: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: 'signer',
    aud: ORIGIN,
    exp: now + 60,
    iat: now,
    client_id: 'signer',
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    state: 'inner',
    nonce: 'inner nonce',
    ...changed,
  }
}

async function sign(
  changed: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
  by?: Pair,
): Promise<string> {
  const all = { alg: 'ES256', kid: 'ES256', ...header }
  const key = (by ?? pairs.get(all.alg) ?? stranger).privateKey
  return new SignJWT(claimsOf(changed)).setProtectedHeader(all).sign(key)
}

/** What stands beside a request object: other values than in it. */
function beside(request: string, fields: Fields = {}): Fields {
  return { client_id: 'signer', scope: 'openid', state: 'outer', nonce: 'outer nonce', request, ...fields }
}

async function expectRefusal(request: string, text: string, fields: Fields = {}): Promise<void> {
  await expectPage(await send(authorizationUrl(beside(request, fields))), 400, text)
}

describe('A request object by value', () => {
  must(
    'RFC 9101',
    '6.3',
    'takes the parameters of a signed request object before those beside it',
    async () => {
      const fields = beside(await sign(), { redirect_uri: 'https://app.example/second' })
      const visit = await authorize(await signedIn(alice), fields)
      expect(visit.left?.href.startsWith(`${REDIRECT_URI}?`)).toBe(true)
      const answer = answerIn(visit)
      expect(answer).toMatchObject({ state: 'inner', iss: ORIGIN })
      const body = await redeem(answer['code'] ?? '', { client_id: 'signer' })
      const { claims } = await verifyIdToken(body['id_token'], 'signer')
      expect(claims['nonce']).toBe('inner nonce')
    },
  )

  it.each(ALGORITHMS)('may be signed by %s', async (alg) => {
    const visit = await authorize(await signedIn(alice), beside(await sign({}, { alg, kid: alg })))
    expect(answerIn(visit)).toHaveProperty('code')
  })

  must('OpenID Connect Core', '6.1', 'takes from beside a request object what it lacks', async () => {
    const request = await sign({ state: undefined, nonce: undefined, max_age: 3600 })
    const answer = answerIn(await authorize(await signedIn(alice), beside(request)))
    expect(answer['state']).toBe('outer')
    const body = await redeem(answer['code'] ?? '', { client_id: 'signer' })
    expect((await verifyIdToken(body['id_token'], 'signer')).claims['nonce']).toBe('outer nonce')
  })

  must(
    'RFC 9101',
    '6.3',
    'takes nothing from beside an object that says by its type that it is whole',
    async () => {
      const request = await sign({ state: undefined, nonce: undefined }, { typ: OWN_TYPE })
      const answer = answerIn(await authorize(await signedIn(alice), beside(request)))
      expect(answer).not.toHaveProperty('state')
      const body = await redeem(answer['code'] ?? '', { client_id: 'signer' })
      expect((await verifyIdToken(body['id_token'], 'signer')).claims).not.toHaveProperty('nonce')
    },
  )

  must('OpenID Connect Core', '6.1', 'reads the member claims as the object that it is', async () => {
    const request = await sign({ claims: { id_token: { acr: { essential: true, value: '9' } } } })
    const visit = await (await signedIn(alice)).visit(authorizationUrl(beside(request)))
    expect(answerIn(visit)).toMatchObject({ error: 'access_denied', state: 'inner' })
  })

  it('gives nothing to who sends a copy: its code needs the client and the verifier of the request', async () => {
    const request = await sign({ jti: 'one', ...PKCE })
    const [first, copy] = [await signedIn(alice), await signedIn(bob)]
    const moved = { redirect_uri: 'https://evil.example/cb', code_challenge: 'A'.repeat(43) }
    const codes: string[] = []
    for (const browser of [first, copy]) {
      const visit = await authorize(browser, beside(request, moved))
      expect(visit.left?.href.startsWith(`${REDIRECT_URI}?`)).toBe(true)
      codes.push(codeIn(visit))
    }
    const [own = '', copied = ''] = codes
    const form = { client_id: 'signer', code_verifier: VERIFIER }
    expect(await redeem(copied, { ...form, code_verifier: undefined })).toMatchObject({
      error: 'invalid_grant',
    })
    expect(await redeem(copied, { ...form, client_id: 'other' })).toMatchObject({ error: 'invalid_grant' })
    const body = await redeem(own, form)
    expect((await verifyIdToken(body['id_token'], 'signer')).claims.sub).toBe(alice)
  })

  it('never takes a redirect URI from beside it', async () => {
    const request = await sign({ redirect_uri: undefined })
    await expectRefusal(request, MISMATCH)
    await expectRefusal(await sign({ redirect_uri: 'https://evil.example/cb' }), MISMATCH)
  })

  it('tells the client of the object what is wrong with the request in it', async () => {
    const request = await sign({ scope: 'openid nothing' })
    const visit = await (await signedIn(alice)).visit(authorizationUrl(beside(request)))
    expect(answerIn(visit)).toMatchObject({ error: 'invalid_scope', state: 'inner' })
  })

  it('works for a posted request, too, and is not kept while its user answers', async () => {
    const browser = await signedIn(alice)
    const response = await browser.post('/oauth2/authorize', { client_id: 'signer', request: await sign() })
    travel(120)
    const page = await browser.visit(response.headers.get('Location') ?? '')
    const done = await browser.submit(page, '/oauth2/authorize/confirm', [
      ['scope', 'openid'],
      ['authorize', 'Authorize'],
    ])
    expect(answerIn(done)).toMatchObject({ state: 'inner', code: expect.any(String) as string })
  })
})

describe('A request object is refused with a page', () => {
  must('RFC 9101', '10.2', 'refuses a request object that nobody signed', async () => {
    await expectRefusal(
      new UnsecuredJWT(claimsOf()).encode(),
      'is not signed with RS256, PS256, ES256, EdDSA',
    )
  })

  must('RFC 9101', '6.2', 'refuses a request object that another key has signed', async () => {
    for (const header of [{}, { kid: undefined }, { kid: 'unknown' }]) {
      await expectRefusal(await sign({}, header, stranger), 'is not signed with a key of the client')
    }
    const jwk = await exportJWK(stranger.publicKey)
    for (const header of [{ jwk }, { jku: 'https://evil.example/keys', x5u: 'https://evil.example/x' }]) {
      await expectRefusal(await sign({}, header, stranger), 'is not signed with a key of the client')
    }
  })

  it('if a public key was used as a secret (algorithm confusion)', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(keys[0]))
    const forged = await new SignJWT(claimsOf()).setProtectedHeader({ alg: 'HS256' }).sign(secret)
    await expectRefusal(forged, 'is not signed with RS256')
  })

  must('RFC 9101', '5', 'refuses a request object that names another client than the request', async () => {
    await givenSigner({}, 'second')
    const text = 'does not name the client that sends it'
    await expectRefusal(await sign({ client_id: 'second' }), text)
    await expectRefusal(await sign({ client_id: undefined }), text)
    await expectRefusal(await sign(), text, { client_id: 'second' })
  })

  must('RFC 9101', '10.8', 'refuses an assertion of the client in place of a request object', async () => {
    await expectRefusal(await sign({ sub: 'signer', jti: 'one' }), 'has a subject')
    for (const typ of ['at+jwt', 'dpop+jwt', 'client-authentication+jwt', 'logout+jwt']) {
      await expectRefusal(await sign({}, { typ }), 'is a JWT of another kind')
    }
  })

  must('RFC 9101', '4', 'refuses a request object within a request object', async () => {
    await expectRefusal(await sign({ request: await sign() }), 'contains another one')
    await expectRefusal(await sign({ request_uri: 'https://app.example/r' }), 'contains another one')
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['is meant for another server', { aud: 'https://other.example' }, 'is meant for another server'],
    ['is meant for nobody', { aud: [] }, 'is meant for another server'],
    ['was issued by another client', { iss: 'other' }, 'was issued by another party'],
    ['has expired', { exp: 1000 }, 'has expired'],
    ['has no time as its exp', { exp: 'never' }, 'has expired'],
    ['is not yet valid', { nbf: 4_000_000_000 }, 'is not valid yet'],
    ['was issued in the future', { iat: 4_000_000_000 }, 'is not valid yet'],
    ['has a list where one value belongs', { state: ['a', 'b'] }, 'has a list as its member'],
    ['has another response type than the request', { response_type: 'token' }, 'has another response type'],
    [
      'has too many members',
      Object.fromEntries([...Array(101).keys()].map((n) => [`m${n}`, 'x'])),
      'too many',
    ],
  ])('if it %s', async (_, changed, text) => {
    await expectRefusal(await sign(changed), text)
  })

  it('if it is too large, or no JWT at all', async () => {
    const large = await sign({ state: 'x'.repeat(64 * 1024) })
    const form = new URLSearchParams({ client_id: 'signer', request: large }).toString()
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const response = await send('/oauth2/authorize', { method: 'POST', headers, body: form })
    expect(response.status).toBe(400)
    for (const text of ['x', 'x.y.z', 'e30.e30.', '..']) await expectRefusal(text, 'The request object')
  })

  must(
    'OpenID Connect Dynamic Client Registration',
    '2',
    'refuses another signature than the client registered',
    async () => {
      await givenSigner({ request_object_signing_alg: 'RS256' }, 'strict')
      const changed = { iss: 'strict', client_id: 'strict' }
      const text = 'is not signed with the algorithm that the client registered'
      await expectRefusal(await sign(changed), text, { client_id: 'strict' })
      const right = beside(await sign(changed, { alg: 'RS256', kid: 'RS256' }), { client_id: 'strict' })
      expect(answerIn(await authorize(await signedIn(alice), right))).toHaveProperty('code')
    },
  )

  it('once it has expired, however often it was taken before', async () => {
    const request = await sign()
    const browser = await signedIn(alice)
    expect(answerIn(await authorize(browser, beside(request)))).toHaveProperty('code')
    travel(91)
    await expectRefusal(request, 'has expired')
  })

  it('where the client wants its requests pushed, since those are answered once', async () => {
    await givenSigner({ require_pushed_authorization_requests: true }, 'pushing')
    const request = await sign({ client_id: 'pushing', iss: 'pushing', jti: 'one' })
    const visit = await authorize(await signedIn(alice), beside(request, { client_id: 'pushing' }))
    expect(answerIn(visit)).toMatchObject({ error: 'invalid_request', state: 'inner' })
  })

  it('beside an address of another one', async () => {
    await expectRefusal(await sign(), 'cannot be combined', { request_uri: 'https://app.example/r' })
  })
})

describe('A request object that cannot be read', () => {
  must(
    'OpenID Connect Core',
    '3.1.2.6',
    'refuses the parameters of a client without keys, and never ignores them',
    async () => {
      const visit = await send(authorizationUrl({ request: await sign({ client_id: 'web', iss: 'web' }) }))
      expect(visit.headers.get('Location')).toContain('error=request_not_supported')
      const uri = await send(authorizationUrl({ request_uri: 'https://app.example/r' }))
      expect(uri.headers.get('Location')).toContain('error=request_uri_not_supported')
    },
  )

  it('is refused where it is sent twice', async () => {
    const query = `${authorizationUrl(beside(await sign()))}&request=x`
    expect((await send(query)).headers.get('Location')).toContain('error=invalid_request')
  })
})

describe('A request object by its address', () => {
  must(
    'OpenID Connect Core',
    '6.2',
    'threat 45: goes to no address that the client has not registered',
    async () => {
      await givenSigner({ request_uris: ['https://app.example/r'] }, 'remote')
      for (const request_uri of ['https://app.example/r2', 'https://evil.example/r', 'http://127.0.0.1/r']) {
        const url = authorizationUrl({ client_id: 'remote', request_uri })
        await expectPage(await send(url), 400, 'is not one that the client registered')
      }
    },
  )

  must('RFC 9101', '10.4', 'threat 45: fetches from no address that is not public', async () => {
    const addresses = [
      'https://127.0.0.1/r',
      'https://[::1]/r',
      'https://169.254.169.254/r',
      'https://x.internal/r',
    ]
    await givenSigner({ request_uris: [...addresses, 'http://localhost/r'] }, 'remote')
    for (const request_uri of [...addresses, 'http://localhost/r']) {
      const url = authorizationUrl({ client_id: 'remote', request_uri })
      await expectPage(await send(url), 400, 'cannot be used')
      expect(await timesAsked(request_uri)).toBe(0)
    }
  })

  it('is refused, not fetched, where the address is of another kind than http', async () => {
    for (const request_uri of ['data:text/plain,x', 'file:///etc/passwd', 'urn:example:r']) {
      const response = await send(authorizationUrl({ client_id: 'signer', scope: 'openid', request_uri }))
      expect(response.headers.get('Location')).toContain('error=request_uri_not_supported')
    }
  })
})

must('OpenID Connect Discovery', '3', 'says which request objects are taken', async () => {
  expect(await json('/.well-known/openid-configuration')).toMatchObject({
    request_parameter_supported: true,
    request_uri_parameter_supported: true,
    require_request_uri_registration: true,
    request_object_signing_alg_values_supported: ALGORITHMS,
  })
})
