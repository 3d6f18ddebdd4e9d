import { afterEach, beforeEach, describe, expect } from 'vitest'
import { givenCast, PASSWORD, SECRET } from '../support/fixture.ts'
import { answerOf, basic, post, send, token } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { expectNoSecret, expectRefusal, expectService, TOKEN } from '../support/refusal.ts'

const CREDENTIALS = { client_id: 'service', client_secret: SECRET }
const FORM = { ...CREDENTIALS, grant_type: 'client_credentials' }
const PATHS = ['/oauth2/token', '/oauth2/token/', '/oauth2/access_token', '/oauth2/access_token/']

describe('token endpoint: refusals', () => {
  beforeEach(givenCast)
  afterEach(expectService)

  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
    must('RFC 6749', '3.2', `threat 68: refuses ${method}`, async () => {
      for (const path of PATHS) {
        const answer = await answerOf(await send(path, { method }))
        expectRefusal(answer, 'invalid_request', 405)
        expect(answer.headers.get('Allow')).toBe('POST')
        expect(answer.error_description).toBe('Only POST requests allowed.')
      }
    })
  }

  must('RFC 6749', '3.2', 'threat 68: answers HEAD with the same status and nothing else', async () => {
    const response = await send('/oauth2/token', { method: 'HEAD' })
    expect(response.status).toBe(405)
    expect(await response.text()).toBe('')
  })

  must('RFC 6749', '2.3.1', 'threat 68: refuses parameters in the URL', async () => {
    const query = new URLSearchParams(FORM).toString()
    expectRefusal(await answerOf(await post(`/oauth2/token?${query}`, '')), 'invalid_request')
    expectRefusal(await answerOf(await post(`/oauth2/token?${query}`, FORM)), 'invalid_request')
    expectRefusal(await answerOf(await post('/oauth2/token?x=1', FORM)), 'invalid_request')
    expectRefusal(await answerOf(await send(`/oauth2/token?${query}`)), 'invalid_request', 405)
  })

  must('RFC 6749', '3.2', 'threat 69: refuses a body of another content type', async () => {
    const body = new URLSearchParams(FORM).toString()
    const multipart = new FormData()
    for (const [name, value] of Object.entries(FORM)) multipart.set(name, value)
    const requests: RequestInit[] = [
      { body: JSON.stringify(FORM), headers: { 'Content-Type': 'application/json' } },
      { body, headers: { 'Content-Type': 'application/json, application/x-www-form-urlencoded' } },
      { body, headers: { 'Content-Type': 'application/x-www-form-urlencoded, application/json' } },
      { body, headers: { 'Content-Type': 'text/plain' } },
      { body: multipart },
      { body: new TextEncoder().encode(body) },
      {},
    ]
    for (const request of requests) {
      const answer = await answerOf(await send('/oauth2/token', { ...request, method: 'POST' }))
      expectRefusal(answer, 'invalid_request')
    }
  })

  must('RFC 6749', '3.2', 'takes the content type in any case and with a charset', async () => {
    const type = { 'Content-Type': 'Application/X-WWW-Form-Urlencoded; charset=UTF-8' }
    expect((await post('/oauth2/token', FORM, type)).status).toBe(200)
  })

  must('RFC 6749', '3.2', 'threat 72: refuses a parameter that is sent twice', async () => {
    const body = new URLSearchParams({ ...FORM, code: 'x', refresh_token: 'x', scope: 'read' }).toString()
    for (const name of [
      'grant_type',
      'client_id',
      'client_secret',
      'code',
      'refresh_token',
      'scope',
      'code_verifier',
      'redirect_uri',
    ]) {
      for (const again of [`${name}=x`, `${name}=`, name]) {
        expectRefusal(
          await answerOf(await post('/oauth2/token', `code_verifier=1&redirect_uri=1&${body}&${again}`)),
          'invalid_request',
        )
      }
    }
    expectRefusal(await answerOf(await post('/oauth2/token', `${body}&%63lient_id=x`)), 'invalid_request')
  })

  must('RFC 8707', '2', 'ignores a resource, or what nobody knows, however often it is sent', async () => {
    const resources = 'resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example'
    const body = new URLSearchParams({ ...CREDENTIALS, grant_type: 'client_credentials' }).toString()
    const answer = await answerOf(await post('/oauth2/token', `${body}&${resources}&state=1&state=2&x&x`))
    expect(answer).toMatchObject({ status: 200, scope: 'read' })
  })

  must('RFC 6749', '5.2', 'refuses a request without grant_type', async () => {
    for (const form of [{}, CREDENTIALS, { ...CREDENTIALS, grant_type: '' }]) {
      const answer = await answerOf(await post('/oauth2/token', form))
      expectRefusal(answer, 'invalid_request')
      expect(answer.error_description).toBe("No 'grant_type' included in the request.")
    }
  })

  must(
    'RFC 6749',
    '5.2',
    'threat 86: refuses an unknown grant type before it looks at the client',
    async () => {
      for (const name of ['foo', 'Password', 'constructor', '__proto__', 'implicit', 'urn:example:x']) {
        expectRefusal(await token({ client_id: 'service', grant_type: name }), 'unsupported_grant_type')
        expectRefusal(await token({ client_id: 'nobody', grant_type: name }), 'unsupported_grant_type')
        expectRefusal(
          await answerOf(await post('/oauth2/token', { grant_type: name })),
          'unsupported_grant_type',
        )
      }
    },
  )

  threat(70, 'a body that is too large is refused, whether or not its length is announced', async () => {
    const large = `${new URLSearchParams(FORM).toString()}&x=${'x'.repeat(2 ** 20)}`
    expectRefusal(await answerOf(await post('/oauth2/token', large)), 'invalid_request')
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent++
        if (sent > 10_000) controller.close()
        else controller.enqueue(new Uint8Array(1024).fill(120))
      },
    })
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const response = await send('/oauth2/token', { body: endless, headers, method: 'POST' })
    expectRefusal(await answerOf(response), 'invalid_request')
    expect(sent).toBeLessThan(200)
  })

  threat(
    71,
    'ten thousand parameters, one of 1 MB and what is not UTF-8 are refused in bounded time',
    async () => {
      const start = performance.now()
      const body = new URLSearchParams(FORM).toString()
      for (const tail of [
        Array.from({ length: 10_000 }, (_, index) => `p${index}=1`).join('&'),
        `state=${'x'.repeat(2 ** 20)}`,
        'state=%zz',
        'state=%ff%fe',
        'state=%ed%a0%80',
        '%zz=1',
      ]) {
        expectRefusal(await answerOf(await post('/oauth2/token', `${body}&${tail}`)), 'invalid_request')
      }
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const bytes = new Uint8Array([...new TextEncoder().encode(`${body}&x=`), 0xff, 0xfe])
      const response = await send('/oauth2/token', { body: bytes, headers, method: 'POST' })
      expectRefusal(await answerOf(response), 'invalid_request')
      expect(performance.now() - start).toBeLessThan(20_000)
    },
  )

  threat(156, 'oversized headers and deep JSON are answered in bounded time', async () => {
    const start = performance.now()
    const names = Array.from({ length: 10_000 }, (_, index) => `x-header-number-${index}`).join(',')
    const preflight = await send('/oauth2/token', {
      headers: {
        'Access-Control-Request-Headers': names,
        'Access-Control-Request-Method': 'POST',
        Origin: 'https://app.example',
      },
      method: 'OPTIONS',
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('Access-Control-Allow-Headers')).toBe('Authorization, Content-Type')
    const huge = await answerOf(
      await post('/oauth2/token', FORM, { Authorization: `Basic ${'A'.repeat(200_000)}` }),
    )
    expect(huge.status).toBeLessThan(500)
    const deep = '['.repeat(60_000)
    const json = { 'Content-Type': 'application/json' }
    expectRefusal(await answerOf(await post('/oauth2/token', deep, json)), 'invalid_request')
    expect(performance.now() - start).toBeLessThan(20_000)
  })

  threat(157, 'nothing of a request comes back in its refusal', async () => {
    const evil = '<script>alert(1)</script>"\\\n\u{1F608}'
    for (const form of [
      { ...FORM, grant_type: evil },
      { ...FORM, scope: evil },
      { ...FORM, client_id: evil },
      { client_id: 'web', client_secret: SECRET, grant_type: 'password', password: evil, username: evil },
      { client_id: 'web', client_secret: SECRET, grant_type: 'refresh_token', refresh_token: evil },
    ]) {
      const answer = await answerOf(await post('/oauth2/token', form))
      expectRefusal(answer, answer.error as 'invalid_request')
      expect(JSON.stringify(answer)).not.toMatch(/<script|alert|\u{1F608}/u)
    }
    for (const path of [`/oauth2/${encodeURIComponent(evil)}`, '/oauth2/nothing', '/oauth2/token/x']) {
      const response = await post(path, FORM)
      expect(response.status).toBe(404)
      const text = await response.text()
      expectNoSecret(text)
      expect(text).not.toContain('<script')
    }
  })
})

describe('token endpoint: success', () => {
  beforeEach(givenCast)

  must('RFC 6749', '5.1', 'threat 81: answers JSON that nobody stores, at every path', async () => {
    for (const path of PATHS) {
      const response = await post(path, FORM)
      expect(response.status).toBe(200)
      expect(response.headers.get('Content-Type')).toBe('application/json')
      expect(response.headers.get('Cache-Control')).toBe('no-store')
      expect(response.headers.get('Pragma')).toBe('no-cache')
      expect(response.headers.get('Set-Cookie')).toBeNull()
      const answer = await answerOf(response)
      expect(answer).toMatchObject({ expires_in: 86_400, scope: 'read', token_type: 'Bearer' })
      expect(answer.access_token).toMatch(TOKEN)
    }
  })

  must('RFC 6749', '3.2', 'ignores parameters that it does not know', async () => {
    const extra = { audience: 'x', constructor: 'x', resource: 'https://api.example', state: 'x' }
    expect((await post('/oauth2/token', { ...FORM, ...extra })).status).toBe(200)
  })

  must('RFC 6749', '3.2', 'takes a parameter without a value as one that was left out', async () => {
    const empty = { client_id: '', client_secret: '', code: '', scope: '' }
    expect(
      (await post('/oauth2/token', { ...empty, grant_type: 'client_credentials' }, basic('service'))).status,
    ).toBe(200)
  })

  must(
    'RFC 6749',
    '4.3.2',
    "answers the seed's first example, with and without the trailing slash",
    async () => {
      const form = {
        ...CREDENTIALS,
        client_id: 'web',
        grant_type: 'password',
        password: PASSWORD,
        username: 'alice',
      }
      for (const path of ['/oauth2/access_token/', '/oauth2/access_token']) {
        const { headers: _, status, ...body } = await answerOf(await post(path, form))
        expect(status).toBe(200)
        expect(Object.keys(body)).toEqual([
          'access_token',
          'token_type',
          'expires_in',
          'scope',
          'refresh_token',
        ])
        expect(body).toMatchObject({ expires_in: 86_400, scope: 'read', token_type: 'Bearer' })
      }
    },
  )
})

describe('token endpoint: plain http', () => {
  beforeEach(givenCast)
  const secure = { OAUTH_ENFORCE_SECURE: 'true' }
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams(FORM).toString()

  must(
    'RFC 6749',
    '3.2',
    'threat 158: is refused under OAUTH_ENFORCE_SECURE, whatever the headers say',
    async () => {
      for (const claimed of [
        {},
        { 'X-Forwarded-Proto': 'https' },
        { Forwarded: 'proto=https' },
        { 'X-Forwarded-Ssl': 'on' },
        { 'CF-Visitor': '{"scheme":"https"}' },
      ]) {
        for (const path of [...PATHS, '/oauth2/revoke', '/oauth2/introspect']) {
          const request = { body, headers: { ...headers, ...claimed }, method: 'POST' }
          const answer = await answerOf(await send(`http://id.example${path}`, request, secure))
          expectRefusal(answer, 'invalid_request')
          expect(answer.error_description).toBe('A secure connection is required.')
        }
      }
      const wrong = { body: body.replace(SECRET, 'wrong'), headers, method: 'POST' }
      const answer = await answerOf(await send('http://id.example/oauth2/token', wrong, secure))
      expectRefusal(answer, 'invalid_request')
    },
  )

  must('RFC 6749', '3.2', 'is taken without it, and https always', async () => {
    const request = { body, headers, method: 'POST' }
    expect((await send('http://id.example/oauth2/token', request)).status).toBe(200)
    expect((await send('https://id.example/oauth2/token', request, secure)).status).toBe(200)
  })
})
