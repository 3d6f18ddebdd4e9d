import { beforeEach, describe, expect } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, REDIRECT_URI } from '../support/fixture.ts'
import {
  answerIn,
  approve,
  authorizationForm,
  authorizationUrl,
  expectPage,
  type Fields,
  MISMATCH,
  signedIn,
  UNAUTHORIZED,
} from '../support/flow.ts'
import { ORIGIN, post, send } from '../support/http.ts'
import { must } from '../support/must.ts'

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** What the client is told, straight from the authorization endpoint. */
async function refusal(fields: Fields): Promise<Readonly<Record<string, string>>> {
  const response = await send(authorizationUrl(fields))
  expect(response.status).toBe(303)
  const left = URL.parse(response.headers.get('Location') ?? '')
  expect(`${left?.origin}${left?.pathname}`).toBe(REDIRECT_URI)
  return Object.fromEntries(left?.searchParams ?? [])
}

describe('client and redirect URI', () => {
  must(
    'RFC 6749',
    '4.1.2.1',
    'shows a page for an unknown, missing, repeated or disabled client',
    async () => {
      await givenClient('disabled', { disabledAt: 1 })
      const twice = `${authorizationUrl()}&client_id=web`
      for (const url of [
        authorizationUrl({ client_id: 'nobody' }),
        authorizationUrl({ client_id: undefined }),
        authorizationUrl({ client_id: '' }),
        authorizationUrl({ client_id: 'disabled' }),
        authorizationUrl({ client_id: 'WEB' }),
        authorizationUrl({ client_id: 'web\u0000' }),
        authorizationUrl({ client_id: undefined, redirect_uri: undefined, response_type: undefined }),
        twice,
        '/oauth2/authorize',
        '/oauth2/authorize/',
      ]) {
        await expectPage(await send(url), 400, UNAUTHORIZED)
      }
    },
  )

  must('RFC 6749', '3.1.2.4', 'shows a page where the redirect URI is not the registered one', async () => {
    for (const uri of ['https://evil.example/cb', 'nonsense', `${REDIRECT_URI}/`, 'https://app.example']) {
      await expectPage(await send(authorizationUrl({ redirect_uri: uri })), 400, MISMATCH)
    }
    await expectPage(await send(`${authorizationUrl()}&redirect_uri=${REDIRECT_URI}`), 400, MISMATCH)
  })

  must('RFC 6749', '3.1.2.3', 'takes the only registered URI where the request names none', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl({ redirect_uri: undefined }))
    const visit = await approve(browser, page)
    expect(visit.left?.href).toMatch(/^https:\/\/app\.example\/cb\?code=ac_/)
  })

  must(
    'RFC 6749',
    '3.1.2.3',
    'shows a page where several are registered, or none, and none is named',
    async () => {
      await givenClient('two', { redirectUris: [REDIRECT_URI, 'https://app.example/other'] })
      await givenClient('none', { redirectUris: [] })
      for (const client_id of ['two', 'none']) {
        await expectPage(await send(authorizationUrl({ client_id, redirect_uri: undefined })), 400, MISMATCH)
      }
      await expectPage(await send(authorizationUrl({ client_id: 'none' })), 400, MISMATCH)
      const second = authorizationUrl({ client_id: 'two', redirect_uri: 'https://app.example/other' })
      expect((await (await signedIn(alice)).visit(second)).text).toContain('Authorize Application two')
    },
  )

  must('RFC 6749', '3.1.2', 'keeps the query that a registered URI has', async () => {
    const uri = 'https://app.example/cb?tenant=a%20b&x='
    await givenClient('tenant', { redirectUris: [uri] })
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl({ client_id: 'tenant', redirect_uri: uri }))
    const { left } = await approve(browser, page)
    expect(left?.href.startsWith(`${uri}&code=ac_`)).toBe(true)
    const refused = await send(authorizationUrl({ client_id: 'tenant', redirect_uri: uri, scope: 'no' }))
    expect(refused.headers.get('Location')).toContain(`${uri}&error=invalid_scope`)
  })
})

describe('response type', () => {
  must('RFC 6749', '3.1.1', 'refuses a request without one', async () => {
    for (const response_type of [undefined, '']) {
      expect(await refusal({ response_type })).toEqual({
        error: 'invalid_request',
        error_description: "No 'response_type' supplied.",
        state: 'a state',
        iss: ORIGIN,
      })
    }
  })

  must('RFC 6749', '4.1.2.1', 'refuses one that is not supported', async () => {
    for (const [response_type, named] of [
      ['foo', 'foo'],
      ['code foo', 'foo'],
      ['token foo', 'foo'],
      ['CODE', 'CODE'],
      ['__proto__', '__proto__'],
      ['constructor', 'constructor'],
    ]) {
      expect(await refusal({ response_type })).toMatchObject({
        error: 'unsupported_response_type',
        error_description: `'${named}' is not a supported response type.`,
        state: 'a state',
      })
    }
  })

  must('RFC 6749', '4.1.2.1', 'refuses one that OAUTH_RESPONSE_TYPE_CHOICES leaves out', async () => {
    const vars = { OAUTH_RESPONSE_TYPE_CHOICES: 'code' }
    const response = await send(authorizationUrl({ response_type: 'token' }), {}, vars)
    expect(response.headers.get('Location')).toMatch(/^https:\/\/app\.example\/cb#error=unsupported_response/)
  })

  must('RFC 6749', '4.1.2.1', 'refuses one that the client is not registered for', async () => {
    await givenClient('coder', { grantTypes: ['authorization_code'] })
    await givenClient('script', { grantTypes: ['implicit'] })
    expect(await refusal({ client_id: 'script' })).toMatchObject({ error: 'unauthorized_client' })
    const response = await send(authorizationUrl({ client_id: 'coder', response_type: 'token' }))
    expect(response.headers.get('Location')).toMatch(/^https:\/\/app\.example\/cb#error=unauthorized_client&/)
  })
})

describe('parameters', () => {
  must('RFC 6749', '3.1', 'refuses a repeated parameter that it reads, and tells the client', async () => {
    for (const name of ['state', 'scope', 'response_type', 'code_challenge']) {
      const response = await send(
        `${authorizationUrl({ code_challenge: 'a', x: '1' })}&${name}=again&x=again`,
      )
      const answer = new URL(response.headers.get('Location') ?? '').searchParams
      expect(answer.get('error')).toBe('invalid_request')
      expect(answer.get('error_description')).toBe('A parameter was sent more than once.')
      expect(answer.get('state')).toBe(name === 'state' ? null : 'a state')
    }
  })

  must('RFC 6749', '3.1', 'ignores parameters that it does not know', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(
      authorizationUrl({ display: 'popup', code: 'x', iss: 'https://evil.example' }),
    )
    expect(answerIn(await approve(browser, page))).toMatchObject({ iss: ORIGIN, state: 'a state' })
  })

  must('RFC 6749', '3.1', 'treats parameters without a value as left out', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(
      authorizationUrl({ scope: '', state: '', code_challenge: '', prompt: '' }),
    )
    const answer = answerIn(await approve(browser, page))
    expect(Object.keys(answer).toSorted()).toEqual(['code', 'iss'])
  })

  must('RFC 6749', '3.1', 'answers POST as GET', async () => {
    const browser = openBrowser()
    const response = await browser.post('/oauth2/authorize', authorizationForm())
    expect(response.status).toBe(303)
    expect(response.headers.get('Location')).toMatch(/^\/oauth2\/authorize\/confirm\?request=[\w-]{22}$/)
    expect(response.headers.get('Set-Cookie')).toMatch(/^__Host-oauth_request_/)
  })

  must('RFC 6749', '3.1', 'refuses in a POST what it refuses in a GET', async () => {
    for (const [fields, error] of [
      [{ scope: 'no' }, 'invalid_scope'],
      [{ response_type: undefined }, 'invalid_request'],
      [{ response_type: 'foo' }, 'unsupported_response_type'],
    ] as const) {
      const response = await post('/oauth2/authorize/', authorizationForm(fields))
      expect(response.status).toBe(303)
      expect(new URL(response.headers.get('Location') ?? '').searchParams.get('error')).toBe(error)
    }
    await expectPage(
      await post('/oauth2/authorize', authorizationForm({ client_id: 'x' })),
      400,
      UNAUTHORIZED,
    )
    const elsewhere = authorizationForm({ redirect_uri: 'https://evil.example' })
    await expectPage(await post('/oauth2/authorize', elsewhere), 400, MISMATCH)
    const json = { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } }
    await expectPage(await send(authorizationUrl(), json), 400, 'application/x-www-form-urlencoded')
  })

  must('RFC 6749', '3.1', 'counts the query of a POST and its body together', async () => {
    const url = '/oauth2/authorize?client_id=web'
    await expectPage(await post(url, authorizationForm()), 400, UNAUTHORIZED)
    const response = await post(url, authorizationForm({ client_id: undefined }))
    expect(response.headers.get('Location')).toMatch(/^\/oauth2\/authorize\/confirm/)
    const twice = await post('/oauth2/authorize?scope=write', authorizationForm())
    expect(twice.headers.get('Location')).toContain('error=invalid_request')
  })

  must('RFC 6749', '3.1', 'shows a page for what cannot be read at all', async () => {
    for (const query of [`state=%zz`, 'state=%ff', `x=${'a'.repeat(17_000)}`, 'a=1&'.repeat(101)]) {
      await expectPage(
        await send(`${authorizationUrl({ state: undefined })}&${query}`),
        400,
        'cannot be answered',
      )
    }
  })

  must('RFC 6749', '3.1', 'has no answer for other methods', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const response = await send(authorizationUrl(), { method })
      expect({ method, status: response.status }).toEqual({ method, status: 404 })
    }
  })

  must('RFC 6749', '3.1.2.1', 'wants a secure connection under OAUTH_ENFORCE_SECURE', async () => {
    const vars = { OAUTH_ENFORCE_SECURE: 'true' }
    const url = `http://id.example${authorizationUrl()}`
    await expectPage(await send(url, {}, vars), 400, 'A secure connection is required.')
    const headers = { 'X-Forwarded-Proto': 'https', Forwarded: 'proto=https' }
    await expectPage(await send(url, { headers }, vars), 400, 'A secure connection is required.')
    expect((await send(authorizationUrl(), {}, vars)).status).toBe(303)
  })
})

describe('scope', () => {
  must('RFC 6749', '3.3', 'refuses what does not exist, or the client may not have', async () => {
    await givenClient('reader', { scope: 'read' })
    for (const fields of [
      { scope: 'no' },
      { scope: 'read no' },
      { scope: 'READ' },
      { scope: 'réad' },
      { scope: 'read\twrite' },
      { scope: '__proto__' },
      { client_id: 'reader', scope: 'write' },
      { client_id: 'reader', scope: 'read write' },
    ]) {
      expect(await refusal(fields)).toEqual({
        error: 'invalid_scope',
        error_description: 'Invalid scope.',
        state: 'a state',
        iss: ORIGIN,
      })
    }
  })

  must('RFC 6749', '3.3', 'takes the default, or all that the client may have', async () => {
    await givenClient('writer', { scope: 'write' })
    const browser = await signedIn(alice)
    const one = await browser.visit(authorizationUrl({ scope: undefined }))
    expect(one.text.match(/name="scope" value="([^"]*)"/g)).toEqual(['name="scope" value="read"'])
    const two = await browser.visit(authorizationUrl({ client_id: 'writer', scope: undefined }))
    expect(two.text.match(/name="scope" value="([^"]*)"/g)).toEqual(['name="scope" value="write"'])
  })
})
