import { beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from './support/browser.ts'
import { givenCast, givenClient, PASSWORD, REDIRECT_URI } from './support/fixture.ts'
import {
  act,
  answerIn,
  approve,
  authorizationForm,
  authorizationUrl,
  authorize,
  codeIn,
  CONFIRM,
  EXPIRED,
  expectPage,
  type Fields,
  givenCode,
  MISMATCH,
  PKCE,
  redeem,
  signedIn,
  UNAUTHORIZED,
  VERIFIER,
} from './support/flow.ts'
import { send } from './support/http.ts'
import { expectRefusal } from './support/refusal.ts'

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** What the client is told of a request that is refused. */
async function refusal(fields: Fields): Promise<string> {
  const answer = answerIn(await (await signedIn(alice)).visit(authorizationUrl(fields)))
  return `${answer['error']}: ${answer['error_description']}`
}

// Titles are those of django-oauth2-provider's own tests, where it has one.
describe('the seed’s authorization endpoint', () => {
  it('test_authorization_requires_login', async () => {
    for (const path of ['/oauth2/authorize', '/oauth2/authorize/']) {
      const query = authorizationUrl().split('?')[1]
      const visit = await openBrowser().visit(`${path}?${query}`)
      expect(visit.path).toMatch(/^\/login\?request=/)
      expect(visit.text).toContain('name="username"')
    }
  })

  it('test_authorization_requires_client_id, test_authorization_rejects_invalid_client_id', async () => {
    const browser = await signedIn(alice)
    for (const client_id of [undefined, '123']) {
      await expectPage(await browser.get(authorizationUrl({ client_id })), 400, UNAUTHORIZED)
    }
  })

  it('test_authorization_requires_response_type', async () => {
    expect(await refusal({ response_type: undefined })).toBe("invalid_request: No 'response_type' supplied.")
  })

  it('test_authorization_requires_supported_response_type', async () => {
    expect(await refusal({ response_type: 'unsupported' })).toBe(
      "unsupported_response_type: 'unsupported' is not a supported response type.",
    )
    const browser = await signedIn(alice)
    for (const response_type of ['code', 'token']) {
      const page = await browser.visit(authorizationUrl({ response_type }))
      expect(page.text).toContain('Authorize Application web')
    }
  })

  it('test_authorization_requires_a_valid_redirect_uri', async () => {
    const browser = await signedIn(alice)
    const elsewhere = authorizationUrl({ redirect_uri: `${REDIRECT_URI}-invalid` })
    await expectPage(await browser.get(elsewhere), 400, MISMATCH)
    for (const redirect_uri of [undefined, REDIRECT_URI]) {
      const page = await browser.visit(authorizationUrl({ redirect_uri }))
      expect(page.text).toContain('Authorize Application web')
    }
  })

  it('test_authorization_requires_a_valid_scope', async () => {
    expect(await refusal({ scope: 'invalid' })).toBe('invalid_scope: Invalid scope.')
    expect(await refusal({ scope: 'read invalid' })).toBe('invalid_scope: Invalid scope.')
    const page = await (await signedIn(alice)).visit(authorizationUrl({ scope: 'read write' }))
    expect(page.status).toBe(200)
  })

  it('test_authorization_is_not_granted: the text False denies, no code comes', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl({ scope: 'read' }))
    const visit = await browser.submit(page, CONFIRM, [
      ['scope', 'read'],
      ['authorize', 'False'],
    ])
    const answer = answerIn(visit)
    expect(answer).toMatchObject({ error: 'access_denied', state: 'a state' })
    expect(answer).not.toHaveProperty('code')
  })

  it('test_authorization_is_granted: the text True allows', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl({ scope: 'read' }))
    const visit = await browser.submit(page, CONFIRM, [
      ['scope', 'read'],
      ['authorize', 'True'],
    ])
    expect(visit.left?.href).toMatch(/^https:\/\/app\.example\/cb\?code=/)
    expect(answerIn(visit)).not.toHaveProperty('error')
  })

  it('test_preserving_the_state_variable', async () => {
    expect(answerIn(await authorize(await signedIn(alice), { state: 'abc' }))['state']).toBe('abc')
    expect(
      answerIn(await (await signedIn(alice)).visit(authorizationUrl({ scope: 'x', state: 'abc' }))),
    ).toMatchObject({
      state: 'abc',
    })
  })

  it('test_redirect_requires_valid_data: without a captured request there is nothing to answer', async () => {
    const browser = await signedIn(alice)
    for (const path of [CONFIRM, `${CONFIRM}/`]) {
      await expectPage(await browser.get(path), 400, EXPIRED)
      await expectPage(await browser.post(path, { authorize: 'True', scope: 'read' }), 400, EXPIRED)
    }
    await expectPage(await browser.get('/oauth2/redirect'), 404, 'There is no page at this address.')
  })

  it('test_authorization_enforces_SSL', async () => {
    const vars = { OAUTH_ENFORCE_SECURE: 'true' }
    for (const path of [authorizationUrl(), CONFIRM, '/login', '/account']) {
      const response = await send(`http://id.example${path}`, {}, vars)
      await expectPage(response, 400, 'A secure connection is required.')
    }
  })

  it('test_no_stored_session: a request that is refused sets no cookie', async () => {
    for (const fields of [
      { client_id: 'x' },
      { redirect_uri: 'https://x.example' },
      { scope: 'x' },
      { prompt: 'none' },
    ]) {
      expect((await send(authorizationUrl(fields))).headers.getSetCookie()).toEqual([])
    }
  })

  it('keeps the request while the user signs in, posted or not', async () => {
    const browser = openBrowser()
    const { headers } = await browser.post('/oauth2/authorize/', authorizationForm({ state: 'kept' }))
    const login = await browser.visit(headers.get('Location') ?? '')
    const consent = await browser.submit(login, '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    expect(answerIn(await approve(browser, consent))['state']).toBe('kept')
  })
})

describe('the seed’s consent', () => {
  it('test_authorize_once: a remembered consent skips the page', async () => {
    const browser = await signedIn(alice)
    await authorize(browser)
    expect(codeIn(await browser.visit(authorizationUrl()))).toMatch(/^ac_/)
  })

  it('test_authorize_every_time: a client that asks for it is always asked about', async () => {
    await givenClient('careful', { authorizeEveryTime: true })
    const browser = await signedIn(alice)
    await authorize(browser, { client_id: 'careful' })
    expect((await browser.visit(authorizationUrl({ client_id: 'careful' }))).left).toBeNull()
  })

  it('test_authorize_additional_scope: an added scope asks again', async () => {
    const browser = await signedIn(alice)
    await authorize(browser, { scope: 'read' })
    expect((await browser.visit(authorizationUrl({ scope: 'read write' }))).left).toBeNull()
    await authorize(browser, { scope: 'read write' })
    expect(codeIn(await browser.visit(authorizationUrl({ scope: 'read write' })))).toMatch(/^ac_/)
  })

  it('auto_authorize: a trusted client is never asked about', async () => {
    await givenClient('trusted', { autoAuthorize: true })
    const visit = await (
      await signedIn(alice)
    ).visit(authorizationUrl({ client_id: 'trusted', scope: 'read write' }))
    expect(await redeem(codeIn(visit), { client_id: 'trusted' })).toMatchObject({
      scope: 'read write',
      status: 200,
    })
  })

  it('a consent that was withdrawn asks again', async () => {
    const browser = await signedIn(alice)
    await authorize(browser)
    await act(browser, 'revoke-application', { client_id: 'web' })
    expect((await browser.visit(authorizationUrl())).left).toBeNull()
  })
})

describe('the seed’s code', () => {
  it('test_fetching_access_token_with_valid_grant', async () => {
    expect(await redeem(await givenCode(alice))).toMatchObject({
      scope: 'read',
      status: 200,
      token_type: 'Bearer',
    })
  })

  it('test_fetching_access_token_with_invalid_grant', async () => {
    expectRefusal(await redeem('123'), 'invalid_grant')
    expectRefusal(await redeem('', { code: undefined }), 'invalid_request')
  })

  it('test_fetching_access_token_multiple_times: the same code twice is refused', async () => {
    const code = await givenCode(alice)
    expect(await redeem(code)).toMatchObject({ status: 200 })
    expectRefusal(await redeem(code), 'invalid_grant')
  })

  it('test_fetching_single_access_token: the second flow brings the same token', async () => {
    const vars = { OAUTH_SINGLE_ACCESS_TOKEN: 'true' }
    const first = await redeem(await givenCode(alice), {}, vars)
    const second = await redeem(await givenCode(alice), {}, vars)
    expect(second.access_token).toBe(first.access_token)
  })

  it('test_escalating_the_scope: too wide is invalid_scope', async () => {
    expectRefusal(await redeem(await givenCode(alice), { scope: 'read write' }), 'invalid_scope')
  })

  it('test_access_token_native_client: a public client’s code brings no refresh token', async () => {
    const code = await givenCode(alice, { client_id: 'native', ...PKCE })
    const answer = await redeem(code, { client_id: 'native', code_verifier: VERIFIER })
    expect(answer).toMatchObject({ status: 200, token_type: 'Bearer' })
    expect(answer).not.toHaveProperty('refresh_token')
  })
})
