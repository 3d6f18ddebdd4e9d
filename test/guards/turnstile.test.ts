import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { giveAddress, LINKS } from '../recovery/support.ts'
import { hiddenFields, openBrowser, type Visit } from '../support/browser.ts'
import { putUp, takeDown, timesAsked } from '../support/documents.ts'
import { givenCast } from '../support/fixture.ts'
import { authorizationUrl, signedIn } from '../support/flow.ts'
import { send, type Vars } from '../support/http.ts'
import { readMails } from '../support/mail.ts'
import { all } from '../support/operator.ts'
import { DUMMY_TOKEN, SITEVERIFY, TEST_KEYS } from '../support/turnstile.ts'

const OPEN = { ...LINKS, OAUTH_ALLOW_SIGNUP: 'true' }
const ON = { ...OPEN, OAUTH_TURNSTILE_SITE_KEY: TEST_KEYS.siteKey, TURNSTILE_SECRET: TEST_KEYS.passes }
const REFUSED = 'The check that you are a person failed.'
const ORIGIN = 'challenges.cloudflare.com'
const CAROL = {
  username: 'carol',
  email: 'carol@example.org',
  password: 'a long enough password',
  repeated_password: 'a long enough password',
}
const INVITED = { OAUTH_SIGNUP_DOMAINS: 'example.org' }

interface OpenForm {
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
  readonly own: Vars
}

/** The forms that everybody may send. */
const FORMS: readonly OpenForm[] = [
  { path: '/sign-up', fields: CAROL, own: {} },
  { path: '/login/recover', fields: { identifier: 'alice' }, own: {} },
  { path: '/login/link', fields: { identifier: 'alice' }, own: {} },
  { path: '/sign-up/invitation', fields: { email: 'dora@example.org' }, own: INVITED },
]
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await giveAddress(alice, 'alice@example.org')
})

afterEach(async () => {
  await takeDown(SITEVERIFY)
  vi.restoreAllMocks()
})

const pageOf = (path: string): string => path.replace('/invitation', '')

/** Sends a form as its page has it, with what the widget has put into it. */
async function sendForm(
  path: string,
  fields: Readonly<Record<string, string>>,
  vars: Vars,
  token: string | null = DUMMY_TOKEN,
): Promise<Visit> {
  const browser = openBrowser(vars)
  const page = await browser.visit(pageOf(path))
  const sent = {
    ...hiddenFields(page.text, path),
    ...fields,
    ...(token !== null && { 'cf-turnstile-response': token }),
  }
  const response = await browser.post(path, sent)
  return { response, status: response.status, path, text: await response.text(), left: null }
}

/** What was done of all that the forms do. */
async function done(): Promise<readonly number[]> {
  const [users] = await all(`SELECT count(*) AS n FROM users WHERE username = 'carol'`)
  return [Number(users?.['n']), (await readMails()).length]
}

describe.each(FORMS)('the form at $path, under OAUTH_TURNSTILE_SITE_KEY,', ({ fields, own, path }) => {
  it('has the widget, in the language of the page, and lets it in by its policy', async () => {
    const response = await send(pageOf(path), { headers: { 'Accept-Language': 'de' } }, { ...ON, ...own })
    const text = await response.text()
    expect(text).toContain(`data-sitekey="${TEST_KEYS.siteKey}" data-language="de"`)
    expect(text).toMatch(/<noscript><p class="small">Bevor dieses Formular [^<]+ JavaScript/)
    const policy = response.headers.get('Content-Security-Policy') ?? ''
    expect(policy).toContain(`script-src https://${ORIGIN};`)
    expect(policy).toContain(`frame-src https://${ORIGIN};`)
    expect(policy.match(/script-src/g)).toHaveLength(1)
  })

  it('goes through where Cloudflare says that a person sends it', async () => {
    const asked = await timesAsked(SITEVERIFY)
    expect((await sendForm(path, fields, { ...ON, ...own })).status).toBe(303)
    expect(await timesAsked(SITEVERIFY)).toBe(asked + 1)
    expect((await done()).some((count) => count > 0)).toBe(true)
  })

  it.each([
    ['was refused', TEST_KEYS.fails, DUMMY_TOKEN],
    ['was used before', TEST_KEYS.spent, DUMMY_TOKEN],
    ['is made up', TEST_KEYS.passes, 'made up'],
    ['is missing, as without JavaScript', TEST_KEYS.passes, null],
    ['is empty', TEST_KEYS.passes, ''],
    ['is longer than any', TEST_KEYS.passes, 'x'.repeat(2049)],
  ])('does nothing where the token %s, and keeps what was typed', async (_what, secret, token) => {
    const page = await sendForm(path, fields, { ...ON, ...own, TURNSTILE_SECRET: secret }, token)
    expect([page.status, page.text.includes(REFUSED)]).toEqual([400, true])
    const [name = '', value = ''] = Object.entries(fields)[0] ?? []
    expect(page.text).toMatch(new RegExp(`name="${name}"[^>]*value="${value}"`))
    expect(page.text).toContain('class="cf-turnstile"')
    expect(page.response.headers.get('Content-Security-Policy')).toContain(ORIGIN)
    expect(await done()).toEqual([0, 0])
  })

  it('does nothing under a secret that Cloudflare does not know, and the log says so without it', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const secret = '0x4AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    expect((await sendForm(path, fields, { ...ON, ...own, TURNSTILE_SECRET: secret })).status).toBe(400)
    const lines = JSON.stringify(logged.mock.calls)
    expect(lines).toContain('Turnstile does not know TURNSTILE_SECRET')
    expect(lines).not.toContain(secret)
    expect(await done()).toEqual([0, 0])
  })

  it('asks Cloudflare nothing of a network that the limit of the platform refuses', async () => {
    const limited = { ...ON, ...own, RATE_LIMITER: env.TEST_LIMITER }
    const network = `192.0.2.${FORMS.findIndex((form) => form.path === path) + 10}`
    const browser = openBrowser(limited, [], async (to, init = {}, vars = {}) => {
      const headers = new Headers(init.headers)
      headers.set('CF-Connecting-IP', network)
      return send(to, { ...init, headers }, vars)
    })
    const page = await browser.visit(pageOf(path))
    const sent = { ...hiddenFields(page.text, path), ...fields, 'cf-turnstile-response': 'made up' }
    const asked = await timesAsked(SITEVERIFY)
    const statuses: number[] = []
    for (let at = 0; at < 6; at++) statuses.push((await browser.post(path, sent)).status)
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429])
    expect(await timesAsked(SITEVERIFY)).toBe(asked + 5)
  })

  it.each([
    ['is down', { status: 503, body: '' }],
    ['answers nonsense', { body: '<html>' }],
    ['redirects', { status: 302, headers: { Location: 'https://evil.example/' }, body: '' }],
    ['says more than anybody reads', { body: JSON.stringify({ success: false, more: 'x'.repeat(20_000) }) }],
    [
      'has a fault of its own',
      { body: JSON.stringify({ success: false, 'error-codes': ['internal-error'] }) },
    ],
  ])('goes through where Cloudflare %s, and the log says so without the token', async (_what, answer) => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    await putUp(SITEVERIFY, answer)
    expect((await sendForm(path, fields, { ...ON, ...own })).status).toBe(303)
    const lines = JSON.stringify(warned.mock.calls)
    expect(lines).toContain('Turnstile was not asked')
    expect(lines).not.toContain(DUMMY_TOKEN)
    // Who has no token is refused all the same.
    expect((await sendForm(path, fields, { ...ON, ...own }, null)).status).toBe(400)
  })
})

describe('Turnstile', () => {
  it('does not let anybody wait for long', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    // Whoever waited for this answer would refuse the form.
    await putUp(SITEVERIFY, { body: JSON.stringify({ success: false }), delay: 15 })
    expect((await sendForm('/login/recover', { identifier: 'alice' }, ON)).status).toBe(303)
  })

  it('is asked after the anti-forgery field, and not about a form that is wrong in itself', async () => {
    const asked = await timesAsked(SITEVERIFY)
    const browser = openBrowser(ON)
    const token = { 'cf-turnstile-response': DUMMY_TOKEN }
    expect((await browser.post('/login/recover', { identifier: 'alice', ...token })).status).toBe(403)
    expect((await sendForm('/sign-up', { ...CAROL, password: 'short' }, ON)).status).toBe(400)
    expect(await timesAsked(SITEVERIFY)).toBe(asked)
  })

  it('stops every such page if there is a site key and no secret, and the log names the variable', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const response = await send('/sign-up', {}, { ...OPEN, OAUTH_TURNSTILE_SITE_KEY: TEST_KEYS.siteKey })
    expect(response.status).toBe(500)
    expect(JSON.stringify(logged.mock.calls)).toContain('TURNSTILE_SECRET')
  })
})

describe('third parties', () => {
  /** Addresses that a page makes a browser ask by itself. */
  const LOADED =
    /<(?:script|link|img|iframe|source|embed|object)\b[^>]*(?:src|href|data)="(?:https?:)?\/\/[^"]*"/g
  const PATHS = [
    '/',
    '/login',
    '/login/link?sent=1',
    '/login/recover?sent=1',
    '/account',
    '/account/email',
    '/account/passkeys',
    '/account/second-factor',
    '/account/data',
    '/account/confirm',
    '/logout',
    '/nothing-here',
  ]

  async function loadedBy(path: string, vars: Vars): Promise<readonly unknown[]> {
    const browsers = [openBrowser(vars), await signedIn(alice, vars)]
    const found: unknown[] = []
    for (const browser of browsers) {
      const { response, text } = await browser.visit(path)
      const policy = response.headers.get('Content-Security-Policy') ?? ''
      found.push(...(text.match(LOADED) ?? []), ...(policy.match(/https?:[^\s;]+/g) ?? []))
      if (text.includes(ORIGIN)) found.push(`${path} speaks of it`)
    }
    return found
  }

  it('are on no page where Turnstile is off, not even on its forms', async () => {
    for (const path of [...PATHS, ...FORMS.map((form) => pageOf(form.path))])
      expect([path, await loadedBy(path, OPEN)]).toEqual([path, []])
    expect((await openBrowser(OPEN).visit(authorizationUrl())).text).not.toContain(ORIGIN)
  })

  it('are on no other page where it is on', async () => {
    for (const path of PATHS) expect([path, await loadedBy(path, ON)]).toEqual([path, []])
    expect(await loadedBy('/sign-up', ON)).not.toEqual([])
  })
})
