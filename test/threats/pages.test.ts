import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, vi } from 'vitest'
import { nextOf, openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, PASSWORD, REDIRECT_URI, SECRET } from '../support/fixture.ts'
import {
  act,
  approve,
  authorizationForm,
  authorizationUrl,
  authorize,
  codeIn,
  CONFIRM,
  PKCE,
  redeem,
  signedIn,
  VERIFIER,
} from '../support/flow.ts'
import { refresh, send } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { withoutOurScript } from '../support/own-script.ts'
import { expectNoSecret, TOKEN } from '../support/refusal.ts'

const SCRIPT = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`
const CONSOLE = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** Every page and every redirect that a person can meet. */
async function seeEverything(): Promise<readonly Response[]> {
  const vars = { OAUTH_ALLOW_SIGNUP: 'true', OAUTH_DEMO: 'true' }
  const seen: Response[] = []
  const stranger = openBrowser(vars, seen)
  const browser = await signedIn(alice, vars, seen)
  const login = await stranger.get(authorizationUrl())
  await stranger.get(login.headers.get('Location') ?? '')
  for (const path of [
    '/login',
    '/logout',
    '/account',
    '/sign-up',
    '/demo',
    '/demo/callback?code=ac_x',
    CONFIRM,
    '/x',
    '/oauth2/x',
  ]) {
    await stranger.get(path)
  }
  await stranger.post('/login', { password: 'x', username: 'x' })
  await stranger.submit(await stranger.visit('/demo/callback?code=ac_x'), '/demo/redeem', [])
  await stranger.post('/oauth2/authorize', authorizationForm())
  await stranger.get(authorizationUrl({ client_id: 'unknown' }))
  await stranger.get(authorizationUrl({ redirect_uri: 'https://evil.example' }))
  await stranger.get(authorizationUrl({ scope: 'no' }))
  const asked = await browser.get(authorizationUrl())
  const consent = await browser.get(asked.headers.get('Location') ?? '')
  expect(consent.status).toBe(200)
  const page = await browser.visit(authorizationUrl({ response_mode: 'form_post' }))
  await approve(browser, page)
  await browser.get(authorizationUrl({ response_mode: 'form_post' }))
  await browser.get(authorizationUrl())
  await browser.get(authorizationUrl({ response_type: 'token' }))
  for (const path of ['/login', '/logout', '/account', '/sign-up']) await browser.get(path)
  await browser.post(CONFIRM, {})
  await act(browser, 'revoke-application', { client_id: 'web' })
  await act(browser, 'nothing')
  await browser.post('/account', {})
  const broken = await send('/account', {}, { OAUTH_EXPIRE_DELTA: 'x' })
  return [...seen, broken]
}

describe('every page and redirect', () => {
  threat(41, 'refuses to be framed', async () => {
    const pages = (await seeEverything()).filter(({ headers }) => headers.get('Location') === null)
    expect(pages.length).toBeGreaterThan(20)
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200, 400, 403, 404, 500]))
    for (const { headers, status } of pages) {
      expect(headers.get('Content-Type')).toMatch(/^text\/html/)
      const policy = headers.get('Content-Security-Policy') ?? ''
      expect({ framed: policy.includes("frame-ancestors 'none'"), status }).toEqual({ framed: true, status })
      expect(headers.get('X-Frame-Options')).toBe('DENY')
    }
  })

  threat(42, 'leaves no referrer, is not stored, and loads nothing from elsewhere', async () => {
    const all = await seeEverything()
    expect(all.filter(({ status }) => status === 303).length).toBeGreaterThan(8)
    for (const response of all) {
      const { headers } = response
      expect(headers.get('Referrer-Policy')).toBe('no-referrer')
      expect(headers.get('Cache-Control')).toBe('no-store')
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      if (response.status === 303) continue
      const policy = headers.get('Content-Security-Policy') ?? ''
      expect(policy).toMatch(/^default-src 'none'/)
      expect(policy).not.toMatch(/unsafe|\*|data:|blob:/)
      const text = await response.text()
      expect(text).not.toMatch(/(?:src|srcset|poster|data)="(?!\/assets\/)/)
      expect(text).not.toMatch(/<link[^>]*href="(?!\/assets\/)/)
      expect(text).not.toMatch(/ style=| on\w+=|<style|<iframe|<object|<base/)
      expect(
        (await withoutOurScript(text, headers)).replaceAll(
          /<script src="\/assets\/submit-[\w-]+\.js" defer=""><\/script>/g,
          '',
        ),
      ).not.toContain('<script')
    }
  })

  threat(41, 'lets its forms end here alone, or at the app of a private scheme', async () => {
    const browser = await signedIn(alice)
    for (const [redirect_uri, source] of [
      [REDIRECT_URI, ''],
      ['https://app.example:8443/cb?x=1;y', ''],
      ['http://127.0.0.1:5000/cb', ''],
      ['http://[::1]:5000/cb', ''],
      ['com.example.app:/cb', ' com.example.app:'],
      ['https://x;sandbox/cb', ''],
    ] as const) {
      const client_id = `client-${redirect_uri.replaceAll(/\W/g, '-')}`
      await givenClient(client_id, { redirectUris: [redirect_uri] })
      const page = await browser.visit(authorizationUrl({ client_id, redirect_uri }))
      const policy = page.response.headers.get('Content-Security-Policy') ?? ''
      expect(policy.split('; ').filter((part) => part.startsWith('form-action'))).toEqual([
        `form-action 'self'${source}`,
      ])
      expect(policy.split(/[;,]/).map((part) => part.trim().split(' ')[0])).toEqual([
        'default-src',
        'style-src',
        'img-src',
        'form-action',
        'frame-ancestors',
        'base-uri',
      ])
    }
    const account = await browser.get('/account')
    expect(account.headers.get('Content-Security-Policy')).toContain("form-action 'self';")
  })
})

describe('what others wrote', () => {
  threat(43, 'names, addresses and scope descriptions of a client are text, not markup', async () => {
    await givenClient('evil', { name: SCRIPT, url: 'javascript:alert(1)' })
    await env.DB.prepare(`INSERT INTO scopes (name, description, created_at) VALUES ('read', ?, 0)`)
      .bind(SCRIPT)
      .run()
    const stranger = openBrowser()
    const login = await stranger.visit(authorizationUrl({ client_id: 'evil' }))
    const browser = await signedIn(alice)
    const consent = await browser.visit(authorizationUrl({ client_id: 'evil' }))
    await approve(browser, consent)
    const account = await browser.visit('/account')
    const notice = await act(browser, 'revoke-application', { client_id: 'evil' })
    for (const { response, text } of [login, consent, account, notice]) {
      expect(text).toContain('&lt;script&gt;alert(1)')
      expect(await withoutOurScript(text, response.headers)).not.toMatch(/<script|<img/)
      expect(text).not.toContain('javascript:')
    }
  })

  threat(43, 'names of users are text', async () => {
    await env.DB.prepare(`UPDATE users SET username = ?, email = ? WHERE id = ?`)
      .bind(SCRIPT, SCRIPT, alice)
      .run()
    const browser = await signedIn(alice)
    for (const path of ['/account', '/logout', authorizationUrl()]) {
      const { text } = await browser.visit(path)
      expect(text).toContain('&lt;script&gt;')
      expect(text).not.toMatch(/<script|<img/)
    }
  })

  threat(44, 'form_post writes values as text, and posts to the registered address alone', async () => {
    const browser = await signedIn(alice)
    const page = await authorize(browser, { response_mode: 'form_post', state: SCRIPT })
    expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page.text).not.toMatch(/<script>|<img/)
    expect(page.text.match(/<form[^>]*>/g)).toEqual([
      `<form method="post" action="${REDIRECT_URI}" class="stack">`,
    ])
    const evil = await browser.visit(
      authorizationUrl({ redirect_uri: 'https://evil.example', response_mode: 'form_post' }),
    )
    expect({ status: evil.status, form: evil.text.includes('<form') }).toEqual({ form: false, status: 400 })
    for (const response_mode of ['form_post.jwt', 'web_message', 'query.jwt']) {
      const visit = await browser.visit(authorizationUrl({ response_mode }))
      expect(visit.left?.href).toMatch(/^https:\/\/app\.example\/cb\?error=invalid_request/)
    }
  })

  threat(157, 'what a request holds is not echoed, or as text', async () => {
    for (const name of [
      'client_id',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
      'prompt',
      'response_mode',
    ]) {
      const response = await send(authorizationUrl({ [name]: SCRIPT }))
      const location = response.headers.get('Location') ?? ''
      expect(location).not.toContain('<')
      expect(await response.text()).not.toContain('<script>')
      const description = URL.parse(location)?.searchParams.get('error_description') ?? ''
      expect(description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/)
    }
    for (const path of ['/login', '/sign-up', '/logout', '/demo/callback']) {
      const query = new URLSearchParams({
        code: SCRIPT,
        error: SCRIPT,
        request: SCRIPT,
        username: SCRIPT,
      }).toString()
      const response = await send(`${path}?${query}`, {}, { OAUTH_ALLOW_SIGNUP: 'true', OAUTH_DEMO: 'true' })
      expect(await response.text()).not.toMatch(/<script>|<img/)
    }
    const browser = openBrowser()
    const login = await browser.visit('/login')
    const again = await browser.submit(login, '/login', [
      ['username', SCRIPT],
      ['password', 'x'],
    ])
    expect(again.text).toContain('&lt;script&gt;')
    expect(await withoutOurScript(again.text, again.response.headers)).not.toMatch(/<script|<img/)
  })

  threat(160, 'does not become a header', async () => {
    const crlf = 'x\r\nX-Evil: 1\r\nSet-Cookie: evil=1;\u2028'
    const browser = await signedIn(alice)
    for (const fields of [
      { state: crlf },
      { scope: crlf },
      { redirect_uri: crlf },
      { client_id: crlf },
      { response_type: crlf },
    ]) {
      const response = await browser.get(authorizationUrl(fields))
      expect(response.headers.has('X-Evil')).toBe(false)
      expect(response.headers.getSetCookie().join()).not.toContain('evil')
    }
    const { left } = await authorize(browser, { state: crlf })
    expect(left?.searchParams.get('state')).toBe(crlf)
    const login = await browser.visit(`/login?request=${encodeURIComponent(crlf)}`)
    expect(login.response.headers.has('X-Evil')).toBe(false)
  })

  threat(133, 'a header is no host: neither metadata nor a page nor a redirect names it', async () => {
    const headers = {
      Forwarded: 'host=evil.example',
      Host: 'evil.example',
      'X-Forwarded-Host': 'evil.example',
    }
    for (const path of [
      '/.well-known/oauth-authorization-server',
      authorizationUrl(),
      '/login',
      '/account',
      '/x',
    ]) {
      const response = await send(path, { headers })
      expect(JSON.stringify([...response.headers])).not.toContain('evil.example')
      expect(await response.text()).not.toContain('evil.example')
    }
  })
})

describe('the whole flow', () => {
  threat(151, 'leaves nothing of a request, code, token or password in the log', async () => {
    const lines: unknown[] = []
    const spies = CONSOLE.map((method) =>
      vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
        lines.push(...args.map((arg) => (arg instanceof Error ? `${arg.stack} ${String(arg.cause)}` : arg)))
      }),
    )
    const given: string[] = ['a state that is a secret', VERIFIER, PKCE.code_challenge]
    const browser = openBrowser()
    const fields = { ...PKCE, state: 'a state that is a secret' }
    const login = await browser.visit(authorizationUrl(fields))
    const consent = await browser.submit(login, '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    const code = codeIn(await approve(browser, consent))
    await redeem(code, { client_id: 'other', code_verifier: VERIFIER })
    await redeem(code, { code_verifier: `${VERIFIER}x` })
    await redeem(code, { client_secret: 'a wrong secret', code_verifier: VERIFIER })
    await redeem(`${code}x`, { code_verifier: VERIFIER })
    const answer = await redeem(code, { code_verifier: VERIFIER })
    expect(answer.status).toBe(200)
    await redeem(code, { code_verifier: VERIFIER })
    await refresh(answer.refresh_token ?? '')
    const implicit = await authorize(browser, { response_type: 'token' })
    await browser.visit(authorizationUrl({ ...fields, scope: 'no' }))
    await browser.visit(authorizationUrl({ ...fields, redirect_uri: 'https://evil.example/secret-path' }))
    await send('/login', { body: `password=${PASSWORD}`, method: 'POST' })
    await send(authorizationUrl(fields), {}, { DB: null })
    for (const spy of spies) spy.mockRestore()
    const session = browser.cookies.get('__Host-oauth_session') ?? ''
    const token = new URLSearchParams(implicit.left?.hash.slice(1)).get('access_token') ?? ''
    given.push(
      code,
      answer.access_token,
      answer.refresh_token ?? '',
      session,
      token,
      'a wrong secret',
      SECRET,
    )
    const logged = JSON.stringify(lines)
    expect(lines.length).toBeGreaterThan(3)
    for (const secret of given) {
      expect(secret).not.toBe('')
      expect(logged).not.toContain(secret)
    }
    expect(logged).not.toContain('secret-path')
    expect(logged).not.toMatch(TOKEN)
    expectNoSecret(logged.replaceAll(/\bat .*?\.[jt]s:\d+/g, ''))
  })

  threat(
    42,
    'has no code or token in an address of ours, which a referrer or a history would keep',
    async () => {
      const seen: Response[] = []
      const browser = await signedIn(alice, {}, seen)
      for (const fields of [{}, { response_type: 'token' }, { response_mode: 'form_post' }]) {
        await authorize(browser, { ...fields, scope: 'read write', state: 'a-secret-state' })
      }
      const addresses = seen.map(nextOf).filter((location) => location?.startsWith('/'))
      expect(addresses.length).toBeGreaterThan(0)
      for (const address of addresses)
        expect(address).toMatch(/^\/oauth2\/authorize\/confirm\?request=[\w-]{22}$/)
    },
  )
})
