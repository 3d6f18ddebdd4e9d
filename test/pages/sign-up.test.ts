import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Browser, hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenUser, PASSWORD } from '../support/fixture.ts'
import { approve, authorizationUrl, codeIn, expectPage, FORGED, redeem } from '../support/flow.ts'
import { post, send, tokensOf } from '../support/http.ts'
import { threat } from '../support/must.ts'

const OPEN = { OAUTH_ALLOW_SIGNUP: 'true' }
const GOOD = {
  username: 'carol',
  password: 'many unrelated words',
  repeated_password: 'many unrelated words',
}
let browser: Browser

beforeEach(async () => {
  await givenCast()
  browser = openBrowser(OPEN)
})

async function signUp(fields: Readonly<Record<string, string>> = {}): Promise<Response> {
  const page = await browser.visit('/sign-up')
  return browser.post('/sign-up', { ...hiddenFields(page.text, '/sign-up'), ...GOOD, ...fields })
}

async function names(): Promise<unknown[]> {
  const { results } = await env.DB.prepare('SELECT username FROM users ORDER BY created_at, username').all()
  return results.map(({ username }) => username)
}

describe('signing up', () => {
  it('is not there unless it is turned on', async () => {
    for (const path of ['/sign-up', '/sign-up/']) {
      await expectPage(await send(path), 404, 'There is no page at this address.')
      await expectPage(await post(path, GOOD), 404, 'There is no page at this address.')
    }
    expect((await openBrowser().visit('/login')).text).not.toContain('/sign-up')
    expect((await browser.visit('/login')).text).toContain('href="/sign-up"')
  })

  it('makes a user who is signed in', async () => {
    const response = await signUp({ email: 'carol@example.org' })
    expect([response.status, response.headers.get('Location')]).toEqual([303, '/account'])
    const { text } = await browser.visit('/account')
    expect(text).toContain('Signed in as carol')
    expect(text).toContain('carol@example.org')
    expect(await tokensOf({ password: GOOD.password, username: 'Carol' })).toMatchObject({ status: 200 })
    const row = await env.DB.prepare(`SELECT is_staff, is_active FROM users WHERE username = 'carol'`).first()
    expect(row).toEqual({ is_active: 1, is_staff: 0 })
  })

  it('goes on with the request that waits', async () => {
    const login = await browser.visit(authorizationUrl())
    const [, path = ''] = /href="(\/sign-up\?request=[\w-]{22})"/.exec(login.text) ?? []
    const page = await browser.visit(path)
    const consent = await browser.submit(page, '/sign-up', Object.entries(GOOD))
    expect(consent.text).toContain('Authorize Application web')
    expect(await redeem(codeIn(await approve(browser, consent)))).toMatchObject({ status: 200 })
  })

  it('refuses fields that cannot be used, and keeps what was typed but the passwords', async () => {
    for (const [fields, said] of [
      [{ username: '' }, 'Use 1 to 150 visible characters.'],
      [{ username: ' \u200f' }, 'Use 1 to 150 visible characters.'],
      [{ username: 'x'.repeat(151) }, 'Use 1 to 150 visible characters.'],
      [{ username: 'a\u0000b' }, 'Use 1 to 150 visible characters.'],
      [{ email: 'nobody' }, 'Enter an email address'],
      [{ password: 'short', repeated_password: 'short' }, 'Use at least 8 characters.'],
      [{ password: 'password1', repeated_password: 'password1' }, 'easy to guess'],
      [{ password: 'carol', username: 'carol' }, 'Use at least 8 characters.'],
      [
        { password: 'carol-carol', repeated_password: 'carol-carol', username: 'Carol-Carol' },
        'must not be part of your password',
      ],
      [{ password: 'carol is my name', repeated_password: 'carol is my name' }, 'must not be part of'],
      [{ password: 'with a\u0000 in it', repeated_password: 'with a\u0000 in it' }, 'no keyboard'],
      [{ username: 'ca\u00adrol' }, 'Use 1 to 150 visible characters.'],
      [{ username: 'system' }, 'This username is reserved.'],
      [{ username: 'Support' }, 'This username is reserved.'],
      [{ username: '\u0430dmin' }, 'This username is reserved.'],
      [{ repeated_password: 'another' }, 'The two passwords differ.'],
      [{ repeated_password: '' }, 'The two passwords differ.'],
    ] as const) {
      const response = await signUp(fields)
      const text = await response.text()
      expect({ fields, status: response.status }).toEqual({ fields, status: 400 })
      expect(text).toContain(said)
      expect(text).not.toContain(GOOD.password)
    }
    expect(await names()).toEqual(['alice', 'bob'])
  })

  it('says everything that is wrong at once', async () => {
    const text = await (
      await signUp({ username: 'a\u200bb', email: 'nobody', password: 'short', repeated_password: 'long' })
    ).text()
    for (const said of [
      'Use 1 to 150 visible characters.',
      'Enter an email',
      'at least 8 char',
      'passwords differ',
    ]) {
      expect(text).toContain(said)
    }
    const alert = /role="alert">(.*?)<\/div>/s.exec(text)?.[1] ?? ''
    const fields = ['username', 'email', 'password', 'repeated_password']
    expect([...alert.matchAll(/href="#([^"]*)"/g)].map(([, name]) => name)).toEqual(fields)
    expect([...text.matchAll(/<input id="([^"]*)"[^>]*autofocus/g)].map(([, name]) => name)).toEqual([
      'username',
    ])
  })

  it('sends on who is signed in, with the request that waits', async () => {
    await signUp()
    const page = await browser.get('/sign-up')
    expect([page.status, page.headers.get('Location')]).toEqual([303, '/account'])
    const consent = await browser.visit(authorizationUrl())
    const id = /request=([\w-]{22})/.exec(consent.path)?.[1] ?? ''
    const next = await browser.visit(`/sign-up?request=${id}`)
    expect(next.text).toContain('Authorize Application web')
  })

  it('sends on who has signed in in another tab meanwhile', async () => {
    const page = await browser.visit('/sign-up')
    const login = await browser.visit('/login')
    await browser.submit(login, '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    const sent = await browser.post('/sign-up', { ...hiddenFields(page.text, '/sign-up'), ...GOOD })
    expect([sent.status, sent.headers.get('Location')]).toEqual([303, '/account'])
    expect(await names()).toEqual(['alice', 'bob'])
  })

  it('takes one address for one account where the setting says so', async () => {
    browser = openBrowser({ ...OPEN, OAUTH_UNIQUE_EMAIL: 'true' })
    await givenUser('dave', { email: 'dave@example.org', emailKey: 'dave@example.org' })
    const taken = await signUp({ email: 'DAVE@example.org' })
    expect(taken.status).toBe(400)
    expect(await taken.text()).toMatch(/id="email-error">Another account already has this address/)
    expect((await signUp({ email: 'carol@example.org' })).status).toBe(303)
    browser = openBrowser({ ...OPEN, OAUTH_UNIQUE_EMAIL: 'true' })
    expect((await signUp({ username: 'erin', email: 'Carol@Example.org' })).status).toBe(400)
    expect((await signUp({ username: 'erin' })).status).toBe(303)
    expect(await names()).toEqual(expect.arrayContaining(['carol', 'erin']))
  })

  it('takes nothing but what it asks for', async () => {
    await signUp({ email_verified: '1', id: 'chosen', is_active: '0', is_staff: '1', user_id: 'chosen' })
    const row = await env.DB.prepare(
      `SELECT id, is_staff, is_active FROM users WHERE username = 'carol'`,
    ).first()
    expect(row).toMatchObject({ is_active: 1, is_staff: 0 })
    expect(row?.['id']).not.toBe('chosen')
  })

  it('needs the anti-forgery field', async () => {
    await browser.visit('/sign-up')
    await expectPage(await browser.post('/sign-up', GOOD), 403, FORGED)
    await expectPage(await browser.post('/sign-up', { ...GOOD, anti_forgery: 'x' }), 403, FORGED)
    expect(await names()).toEqual(['alice', 'bob'])
  })

  it('is throttled by network', async () => {
    const statuses = new Set<number>()
    const page = await browser.visit('/sign-up')
    const form = { ...hiddenFields(page.text, '/sign-up'), ...GOOD }
    for (let attempt = 0; attempt < 101; attempt++) {
      // A taken name costs no hashing.
      const { status } = await browser.post('/sign-up', { ...form, username: attempt % 2 ? 'alice' : 'bob' })
      statuses.add(status)
    }
    expect([...statuses]).toEqual([400, 429])
  })
})

describe('a name that is taken', () => {
  threat(145, 'is refused in any spelling that Unicode holds for the same', async () => {
    await givenUser('Straße')
    await givenUser('Élodie')
    await givenUser('ﬁn')
    for (const username of [
      'alice',
      'ALICE',
      'Alice',
      ' alice ',
      'ａｌｉｃｅ',
      '𝐚𝐥𝐢𝐜𝐞',
      'aliｃe',
      'STRASSE',
      'strasse',
      'STRAẞE',
      'e\u0301lodie',
      'E\u0301LODIE',
      'fin',
      'FIN',
    ]) {
      browser = openBrowser(OPEN)
      const response = await signUp({ username })
      expect({ status: response.status, username }).toEqual({ status: 400, username })
      expect(await response.text()).toContain('This username is taken, or looks like one that is.')
      expect([...browser.cookies.keys()]).not.toContain('__Host-oauth_session')
    }
    expect(await names()).toHaveLength(5)
  })

  threat(145, 'is refused in letters of any script that look the same', async () => {
    await givenUser('modern')
    for (const username of ['\u0430lice', 'aIice', 'a1ice', 'b\u043eb', 'b0b', 'ΒОВ', 'rnodern']) {
      browser = openBrowser(OPEN)
      const response = await signUp({ username })
      expect({ status: response.status, username }).toEqual({ status: 400, username })
      expect(await response.text()).toContain('looks like one that is')
    }
    expect(await names()).toHaveLength(3)
    expect(await tokensOf({ username: 'alice' })).toMatchObject({ status: 200 })
  })

  threat(145, 'is refused even if a user has it who is disabled', async () => {
    await env.DB.prepare('UPDATE users SET is_active = 0').run()
    expect((await signUp({ username: 'ALICE' })).status).toBe(400)
  })

  threat(145, 'goes to one of two people who ask for it at once', async () => {
    const forms = await Promise.all(
      Array.from({ length: 4 }, async (_, at) => {
        const own = openBrowser(OPEN)
        const page = await own.visit('/sign-up')
        const username = at % 2 ? 'carol' : 'CAROL'
        return { own, form: { ...hiddenFields(page.text, '/sign-up'), ...GOOD, username } }
      }),
    )
    const responses = await Promise.all(forms.map(({ form, own }) => own.post('/sign-up', form)))
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 400, 400, 400])
    expect(await names()).toHaveLength(3)
    expect(await env.DB.prepare('SELECT count(*) AS n FROM sessions').first('n')).toBe(1)
  })

  threat(144, 'is said of the username alone: an email address says nothing of who has it', async () => {
    await givenUser('dave', { email: 'dave@example.org', emailKey: 'dave@example.org' })
    const response = await signUp({ email: 'DAVE@example.org' })
    expect(response.status).toBe(303)
  })
})
