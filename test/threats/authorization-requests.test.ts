import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect } from 'vitest'
import { hiddenFields, nextOf, openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, PASSWORD } from '../support/fixture.ts'
import {
  answerIn,
  approve,
  authorizationForm,
  authorizationUrl,
  authorize,
  codeIn,
  CONFIRM,
  expectPage,
  type Fields,
  PKCE,
  redeem,
  signedIn,
  UNAUTHORIZED,
} from '../support/flow.ts'
import { ORIGIN, post, send } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { stopClock, travel } from '../support/time.ts'

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** Codes and tokens that exist. */
async function issued(): Promise<number> {
  const { results } = await env.DB.prepare('SELECT id FROM grants').all()
  return (await env.KV.list()).keys.length + results.length
}

/** Checks that a request of a signed-in user is refused with an error for the client, and brings nothing. */
async function expectError(fields: Fields | string, error: string): Promise<void> {
  const url = typeof fields === 'string' ? fields : authorizationUrl(fields)
  const visit = await (await signedIn(alice)).visit(url)
  expect({ url, ...answerIn(visit) }).toMatchObject({ url, error, iss: ORIGIN })
  expect(`${visit.left?.origin}${visit.left?.pathname}`).toBe('https://app.example/cb')
  expect(visit.left?.href).not.toMatch(/[?&#](?:code|access_token)=/)
  expect(await issued()).toBe(0)
}

describe('parameters', () => {
  threat(
    12,
    'a parameter that is sent twice is refused, and neither the first nor the last is taken',
    async () => {
      await expectPage(await send(`${authorizationUrl()}&client_id=other`), 400, UNAUTHORIZED)
      for (const pair of ['state=b', 'scope=write', 'response_type=code', 'prompt=none']) {
        await expectError(`${authorizationUrl({ prompt: 'login', ...PKCE })}&${pair}`, 'invalid_request')
      }
      await expectError(`${authorizationUrl(PKCE)}&code_challenge=x`, 'invalid_request')
    },
  )

  must('RFC 8707', '2', 'that name several resources, or that nobody knows, do no harm', async () => {
    const more = '&resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example&x&x'
    const response = await send(`${authorizationUrl(PKCE)}${more}`)
    expect(response.headers.get('Location')).toMatch(/^\/login\?request=/)
    const posted = await post(
      '/oauth2/authorize',
      new URLSearchParams(authorizationForm(PKCE)).toString() + more,
    )
    expect(posted.headers.get('Location')).toMatch(/^\/oauth2\/authorize\/confirm\?request=/)
  })

  threat(45, 'request and request_uri are refused, and nothing is fetched', async () => {
    const { fetch } = globalThis
    const fetched: unknown[] = []
    globalThis.fetch = async (input) => {
      fetched.push(input)
      return new Response()
    }
    try {
      await expectError({ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported')
      await expectError({ request_uri: 'https://evil.example/r' }, 'request_uri_not_supported')
    } finally {
      globalThis.fetch = fetch
    }
    expect(fetched).toEqual([])
  })

  threat(48, 'parameters in the body of a POST count as those of a GET', async () => {
    const browser = await signedIn(alice)
    await authorize(browser)
    const before = await issued()
    for (const fields of [
      { scope: 'no' },
      { response_type: 'foo' },
      { ...PKCE, code_challenge_method: 'plain' },
    ]) {
      const response = await browser.post('/oauth2/authorize', authorizationForm(fields))
      expect(response.headers.get('Location')).toMatch(/^https:\/\/app\.example\/cb\?error=/)
    }
    const mixed = await post('/oauth2/authorize?state=one', authorizationForm({ state: 'two' }))
    expect(mixed.headers.get('Location')).toMatch(/^https:\/\/app\.example\/cb\?error=invalid_request/)
    expect(await issued()).toBe(before)
  })

  threat(47, 'no page of another origin reads an answer', async () => {
    const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'GET' }
    const browser = await signedIn(alice)
    await authorize(browser)
    for (const path of [authorizationUrl(), CONFIRM, '/login', '/logout', '/account']) {
      for (const method of ['OPTIONS', 'GET']) {
        const response = await send(path, { headers, method })
        const names = [...response.headers.keys()].filter((name) => name.startsWith('access-control'))
        expect({ method, names, path }).toEqual({ method, names: [], path })
      }
    }
  })
})

describe('prompt and max_age', () => {
  threat(17, 'prompt=none without a session is an error for the client, no page', async () => {
    const visit = await openBrowser().visit(authorizationUrl({ prompt: 'none' }))
    expect(answerIn(visit)).toMatchObject({ error: 'login_required', iss: ORIGIN, state: 'a state' })
  })

  threat(18, 'prompt=none without consent is an error for the client', async () => {
    await expectError({ prompt: 'none' }, 'consent_required')
  })

  threat(19, 'prompt=none is refused beside another value', () =>
    expectError({ prompt: 'none login' }, 'invalid_request'),
  )

  threat(20, 'prompt=login asks for the password again, and consent does not undo it', async () => {
    const browser = await signedIn(alice)
    travel(60)
    const page = await browser.visit(authorizationUrl({ prompt: 'login' }))
    expect(page.path).toMatch(/^\/login/)
    const id = page.path.split('=')[1] ?? ''
    // Whoever skips the sign-in, by address or by form, is sent back to it.
    expect((await browser.get(`${CONFIRM}?request=${id}`)).headers.get('Location')).toBe(page.path)
    const other = await browser.visit(authorizationUrl())
    const forged = { ...hiddenFields(other.text, CONFIRM), request: id }
    const skipped = await browser.post(CONFIRM, { ...forged, authorize: 'Authorize', scope: 'read' })
    expect(skipped.headers.get('Location')).toBe(page.path)
    expect(await issued()).toBe(0)
    const consent = await browser.submit(page, '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    const answer = await redeem(codeIn(await approve(browser, consent)))
    expect(answer).toMatchObject({ status: 200 })
    const now = Math.floor(Date.now() / 1000)
    expect(await env.DB.prepare('SELECT auth_time FROM grants').first()).toEqual({ auth_time: now })
  })

  threat(21, 'max_age asks again for a password that was given too long ago', async () => {
    stopClock()
    const browser = await signedIn(alice)
    await authorize(browser)
    travel(100)
    for (const max_age of ['0', '1', '100']) {
      const { path } = await browser.visit(authorizationUrl({ max_age }))
      expect({ max_age, path: path.split('?')[0] }).toEqual({ max_age, path: '/login' })
    }
    expect(codeIn(await browser.visit(authorizationUrl({ max_age: '101' })))).toMatch(/^ac_/)
  })
})

describe('response types', () => {
  threat(22, 'a response type that is missing or unknown brings an error and no code', async () => {
    await expectError({ response_type: undefined }, 'invalid_request')
    await expectError({ response_type: 'foo' }, 'unsupported_response_type')
  })

  threat(23, 'a client that has codes alone gets no token in the fragment, but an error', async () => {
    await givenClient('coder', { grantTypes: ['authorization_code'] })
    for (const response_type of ['token', 'id_token token', 'code token', 'token code']) {
      await expectError({ client_id: 'coder', response_type }, 'unauthorized_client')
    }
  })

  threat(
    24,
    'a response type that is changed on the way through the pages stays what was asked for first',
    async () => {
      const browser = openBrowser()
      const login = await browser.visit(authorizationUrl())
      const evil = [
        ['response_type', 'token'],
        ['response_mode', 'fragment'],
      ] as const
      const consent = await browser.submit(login, '/login', [
        ['username', 'alice'],
        ['password', PASSWORD],
        ...evil,
      ])
      const again = await browser.visit(`${consent.path}&response_type=token`)
      const visit = await browser.submit(again, CONFIRM, [
        ['scope', 'read'],
        ['authorize', 'Authorize'],
        ...evil,
      ])
      expect(visit.left?.hash).toBe('')
      expect(codeIn(visit)).toMatch(/^ac_/)
    },
  )
})

describe('PKCE', () => {
  const native = { client_id: 'native' }

  threat(25, 'a public client that sends no challenge is refused', () =>
    expectError(native, 'invalid_request'),
  )

  threat(
    26,
    'the challenge method plain is refused, also where it is the default; metadata lists S256 alone',
    async () => {
      await expectError({ ...native, ...PKCE, code_challenge_method: undefined }, 'invalid_request')
      await expectError({ ...native, ...PKCE, code_challenge_method: 'plain' }, 'invalid_request')
      await expectError({ ...PKCE, code_challenge_method: 'plain' }, 'invalid_request')
      const metadata = await (await send('/.well-known/oauth-authorization-server')).json()
      expect(metadata).toMatchObject({ code_challenge_methods_supported: ['S256'] })
    },
  )

  threat(27, 'a challenge method that does not exist is never taken for plain', async () => {
    for (const code_challenge_method of ['s256', 'S512', '', 'S256\u0000', '__proto__']) {
      await expectError({ ...native, ...PKCE, code_challenge_method }, 'invalid_request')
    }
  })

  threat(28, 'a challenge of another form is refused', async () => {
    for (const code_challenge of [
      'A'.repeat(42),
      'A'.repeat(129),
      `${'A'.repeat(42)}=`,
      `${'A'.repeat(42)}+`,
      `${'A'.repeat(42)}/`,
    ]) {
      await expectError({ ...native, ...PKCE, code_challenge }, 'invalid_request')
    }
  })
})

describe('scope and answers', () => {
  threat(29, 'a scope that is unknown or not the client’s is never left out in silence', async () => {
    await givenClient('reader', { scope: 'read' })
    await expectError({ scope: 'admin' }, 'invalid_scope')
    await expectError({ scope: 'read admin' }, 'invalid_scope')
    await expectError({ client_id: 'reader', scope: 'read write' }, 'invalid_scope')
  })

  threat(31, 'a consent for less does not cover more', async () => {
    const browser = await signedIn(alice)
    await authorize(browser)
    const page = await browser.visit(authorizationUrl({ scope: 'read write' }))
    expect(page.left).toBeNull()
    expect(page.text).toContain('value="write"')
    const quiet = authorizationUrl({ prompt: 'none', scope: 'read write' })
    expect(answerIn(await browser.visit(quiet))).toMatchObject({ error: 'consent_required' })
  })

  threat(32, 'an app on the device never gets in without a person', async () => {
    const grantTypes = ['authorization_code']
    const redirectUris = ['com.example.app:/cb', 'http://127.0.0.1/cb']
    await givenClient('app', { type: 'public', grantTypes, redirectUris, autoAuthorize: true })
    const browser = await signedIn(alice)
    for (const redirect_uri of [...redirectUris, 'http://127.0.0.1:1234/cb']) {
      const request = { client_id: 'app', redirect_uri, ...PKCE }
      await authorize(browser, request)
      expect((await browser.visit(authorizationUrl(request))).left).toBeNull()
      const quiet = await browser.visit(authorizationUrl({ ...request, prompt: 'none' }))
      expect(answerIn(quiet)).toMatchObject({ error: 'consent_required' })
    }
  })

  threat(37, 'a denial brings access_denied, state and iss, and no code', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl())
    const visit = await browser.submit(page, CONFIRM, [
      ['scope', 'read'],
      ['authorize', 'False'],
    ])
    expect(answerIn(visit)).toMatchObject({ error: 'access_denied', iss: ORIGIN, state: 'a state' })
    expect(await issued()).toBe(0)
  })

  threat(38, 'iss is ours, once, whatever the request says', async () => {
    const browser = await signedIn(alice)
    for (const fields of [{ iss: 'https://evil.example' }, { iss: 'https://evil.example', scope: 'no' }]) {
      const { left } = await authorize(browser, fields)
      expect(left?.searchParams.getAll('iss')).toEqual([ORIGIN])
    }
  })

  threat(39, 'a hostile state comes back as it was, and adds no parameter', async () => {
    const browser = await signedIn(alice)
    const evil = `&code=evil#frag?x=1;y=2%0d%0aX-Evil: 1\r\n\u2028"'><script>😀`
    for (const state of [evil, evil.repeat(16)]) {
      for (const fields of [{ state }, { scope: 'no', state }, { response_type: 'token', state }]) {
        const { left, response } = await authorize(browser, fields)
        const answer = new URLSearchParams(left?.hash ? left.hash.slice(1) : left?.search)
        expect(answer.getAll('state')).toEqual([state])
        expect(answer.getAll('code').length).toBeLessThan(2)
        expect(answer.get('code') ?? 'ac_').toMatch(/^ac_/)
        expect(nextOf(response)).toMatch(/^[\x21-\x7e]+$/)
        expect(response.headers.has('X-Evil')).toBe(false)
      }
    }
  })

  threat(40, 'every redirect after a form is 303, so that no form is sent on', async () => {
    const browser = openBrowser()
    const login = await browser.visit(authorizationUrl())
    const signIn = { ...hiddenFields(login.text, '/login'), password: PASSWORD, username: 'alice' }
    const first = await browser.post('/login', signIn)
    expect(first.status).toBe(303)
    const consent = await browser.visit(first.headers.get('Location') ?? '')
    const yes = { ...hiddenFields(consent.text, CONFIRM), authorize: 'Authorize', scope: 'read' }
    const answered = await browser.post(CONFIRM, yes)
    expect([answered.status, answered.headers.get('Location')]).toEqual([200, null])
    expect(nextOf(answered)).toMatch(/^https:\/\/app\.example\/cb\?code=ac_/)
    const captured = await browser.post('/oauth2/authorize', authorizationForm())
    expect(captured.status).toBe(303)
    const page = await browser.visit('/account')
    const out = await browser.post('/logout', hiddenFields(page.text, '/account'))
    expect(out.status).toBe(303)
  })
})
