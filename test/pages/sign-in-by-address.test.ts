import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { emailKey } from '../../src/identity/usernames.ts'
import { askForReset, choose, NEW } from '../recovery/support.ts'
import { type Browser, hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenUser, PASSWORD, SECRET } from '../support/fixture.ts'
import { authorizationUrl } from '../support/flow.ts'
import { answerOf, post, type Vars } from '../support/http.ts'
import { linkIn, mailTo, OUTBOX } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { countRows } from '../support/rows.ts'
import { countTrips } from '../support/trips.ts'

const ADDRESS = 'alice@example.org'
const LIMITED = 'Too many attempts'
const WRONG = 'Wrong username or password.'
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await prove(alice, ADDRESS)
})

/** Gives a user an address that the user has proved. */
async function prove(userId: string, email: string, at: number | null = 1): Promise<void> {
  await env.DB.prepare('UPDATE users SET email = ?, email_key = ?, email_verified_at = ? WHERE id = ?')
    .bind(email, emailKey(email), at, userId)
    .run()
}

/** Signs in; returns who was signed in, or what the page says. */
async function signIn(
  username: string,
  password = PASSWORD,
  browser: Browser = openBrowser(OUTBOX),
): Promise<string> {
  const page = await browser.visit('/login')
  const response = await browser.post('/login', {
    ...hiddenFields(page.text, '/login'),
    username,
    password,
  })
  if (response.status !== 303) return alertOf(await response.text())
  const account = await browser.visit('/account')
  await browser.post('/logout', hiddenFields((await browser.visit('/logout')).text, '/logout'))
  return /Signed in as ([^<]+)</.exec(account.text)?.[1] ?? account.path
}

function alertOf(page: string): string {
  return page.includes(LIMITED) ? LIMITED : page.includes(WRONG) ? WRONG : page
}

/** Guesses wrong until the limit of an account. */
async function useUp(username: string, browser?: Browser): Promise<void> {
  expect(await signIn(username, 'a wrong guess', browser)).toBe(WRONG)
  await env.DB.prepare('UPDATE throttle SET count = 10').run()
}

describe('a sign-in by an address', () => {
  it('takes the proved address in place of the username, however it is written', async () => {
    for (const typed of [ADDRESS, ' Alice@EXAMPLE.org ', 'alice']) expect(await signIn(typed)).toBe('alice')
  })

  it('asks for an email or a username where mail is sent, and for the username elsewhere', async () => {
    const { text } = await openBrowser(OUTBOX).visit('/login')
    expect(text).toContain('<label for="username">Email or username</label>')
    expect(text).toMatch(/<input id="username"[^>]* autocomplete="username webauthn"/)
    expect((await openBrowser().visit('/login')).text).toContain('<label for="username">Username</label>')
    expect(await signIn(ADDRESS, PASSWORD, openBrowser())).toBe(WRONG)
    expect(await signIn('alice', PASSWORD, openBrowser())).toBe('alice')
  })

  it('begins with the address that the client gives as login_hint', async () => {
    const browser = openBrowser(OUTBOX)
    const page = await browser.visit(authorizationUrl({ login_hint: ADDRESS }))
    expect(page.text).toContain(`value="${ADDRESS}"`)
    const consent = await browser.submit(page, '/login', [
      ['username', ADDRESS],
      ['password', PASSWORD],
    ])
    expect(consent.text).toContain('Authorize Application web')
  })

  it('costs no more trips than one by name', async () => {
    for (const typed of ['alice', ADDRESS]) {
      const browser = openBrowser(OUTBOX)
      const fields = hiddenFields((await browser.visit('/login')).text, '/login')
      const trips = countTrips()
      const cookies = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const body = { ...fields, username: typed, password: PASSWORD }
      const { status } = await post('/login', body, { Cookie: cookies }, { ...OUTBOX, ...trips.vars })
      // The third is for the owner, after the answer.
      expect([typed, status, trips.d1]).toEqual([typed, 303, 3])
    }
  })

  it('writes to the owner in a new browser alone, whichever name was typed', async () => {
    const browser = openBrowser(OUTBOX)
    await signIn('alice', PASSWORD, browser)
    const first = await mailTo(ADDRESS)
    await signIn(ADDRESS, PASSWORD, browser)
    await signIn(ADDRESS, PASSWORD, browser)
    expect((await mailTo(ADDRESS)).id).toBe(first.id)
  })

  it('is not for the password grant, which knows usernames', async () => {
    const fields = { grant_type: 'password', client_id: 'web', client_secret: SECRET, password: PASSWORD }
    const send = async (username: string): Promise<number> =>
      (await answerOf(await post('/oauth2/token', { ...fields, username }, {}, OUTBOX))).status
    expect([await send('alice'), await send(ADDRESS)]).toEqual([200, 400])
  })
})

describe('an address and a name that are the same text', () => {
  threat(180, 'an address that nobody has proved signs nobody in', async () => {
    await prove(alice, ADDRESS, null)
    expect(await signIn(ADDRESS)).toBe(WRONG)
  })

  threat(180, 'whoever has the text as a name is meant, proved address or not', async () => {
    await env.DB.prepare(`UPDATE users SET password_hash = 'none' WHERE id = ?`).bind(alice).run()
    await givenUser(ADDRESS)
    expect(await signIn(ADDRESS)).toBe(ADDRESS)
    await env.DB.prepare('UPDATE users SET is_active = 0 WHERE username = ?').bind(ADDRESS).run()
    expect(await signIn(ADDRESS)).toBe(WRONG)
  })

  threat(180, 'whoever has the text as a name has no way to whose address it is', async () => {
    await givenUser(ADDRESS, { passwordHash: 'none' })
    expect(await signIn(ADDRESS)).toBe(WRONG)
    expect(await signIn('alice')).toBe('alice')
  })

  threat(180, 'nobody signs up under an address, and nobody learns by that whose it is', async () => {
    const vars: Vars = { ...OUTBOX, OAUTH_ALLOW_SIGNUP: 'true' }
    const signUp = async (username: string): Promise<string> => {
      const browser = openBrowser(vars)
      const page = await browser.visit('/sign-up')
      const fields = {
        username,
        password: 'a few unrelated words',
        repeated_password: 'a few unrelated words',
      }
      return (await browser.submit(page, '/sign-up', Object.entries(fields))).text
    }
    for (const address of ['ALICE@example.org', 'carol@example.org']) {
      expect(await signUp(address)).toContain('Choose a username that is not an email address.')
    }
    expect(await all('SELECT username FROM users ORDER BY username')).toHaveLength(2)
    expect(await all('SELECT key FROM throttle')).toEqual([])
    await signUp('carol')
    expect(await all('SELECT username FROM users')).toHaveLength(3)
  })

  threat(180, 'of two accounts with one address the one that proved it is meant', async () => {
    const bob = await givenUser('robert')
    await env.DB.prepare('UPDATE users SET email = ? WHERE id = ?').bind(ADDRESS, bob).run()
    expect(await signIn(ADDRESS)).toBe('alice')
  })

  threat(180, 'letters that only fold to those of an address are no address', async () => {
    const foreign = 'alice@straße.example'
    await prove(alice, foreign)
    expect(await signIn('Alice@STRASSE.example')).toBe(WRONG)
    expect(await signIn('alice@xn--strae-oqa.example')).toBe('alice')
    expect(await signIn(foreign)).toBe('alice')
  })
})

describe('guesses at an account', () => {
  threat(180, 'count together under its name and its address', async () => {
    for (const [first, second] of [
      ['alice', ADDRESS],
      [ADDRESS, 'alice'],
    ] as const) {
      await env.DB.prepare('DELETE FROM throttle').run()
      await useUp(first)
      expect(await signIn(second)).toBe(WRONG)
      expect(await signIn(first)).toBe(LIMITED)
    }
  })

  threat(144, 'are told nothing of whose address it is', async () => {
    const said = async (first: string, second: string): Promise<unknown> => {
      await env.DB.prepare('DELETE FROM throttle').run()
      await useUp(first)
      // After its answer, the first refused guess also tells the owner; test/notices shows that nothing waits for that.
      const begun = await signIn(second, 'a wrong guess')
      const rows = countRows()
      const trips = countTrips()
      const answers = [begun]
      for (const vars of [rows.vars, trips.vars])
        answers.push(await signIn(second, 'a wrong guess', openBrowser({ ...OUTBOX, ...vars })))
      return { answers, statements: rows.statements, trips: trips.d1 }
    }
    const expected = await said('nobody', 'nobody@example.org')
    expect(await said('alice', ADDRESS)).toEqual(expected)
    expect(await said(ADDRESS, 'alice')).toEqual(expected)
    expect(await said('bob', ADDRESS)).toEqual(expected)
  })

  it('begin anew after a success, and after a new password', async () => {
    await signIn('alice', 'a wrong guess')
    expect(await signIn(ADDRESS)).toBe('alice')
    expect(await all(`SELECT key FROM throttle WHERE key LIKE 'user %'`)).toEqual([])
    await useUp(ADDRESS)
    for (const typed of [ADDRESS, 'alice']) expect(await signIn(typed)).toBe(LIMITED)
    await askForReset('alice')
    await choose(openBrowser(OUTBOX), linkIn(await mailTo(ADDRESS)))
    for (const typed of [ADDRESS, 'alice']) expect(await signIn(typed, NEW)).toBe('alice')
  })

  threat(178, 'keep nobody out of a browser that knows the address', async () => {
    const browser = openBrowser(OUTBOX)
    expect(await signIn(ADDRESS, PASSWORD, browser)).toBe('alice')
    await useUp(ADDRESS)
    expect(await signIn('alice')).toBe(WRONG)
    expect(await signIn(ADDRESS)).toBe(LIMITED)
    for (const typed of [ADDRESS, 'alice']) expect(await signIn(typed, PASSWORD, browser)).toBe('alice')
  })

  threat(180, 'are no more from a browser that knew the address as the name of somebody else', async () => {
    const stranger = await givenUser(ADDRESS)
    const browser = openBrowser(OUTBOX)
    expect(await signIn(ADDRESS, PASSWORD, browser)).toBe(ADDRESS)
    await env.DB.prepare('DELETE FROM sessions').run()
    await env.DB.prepare('DELETE FROM users WHERE id = ?').bind(stranger).run()
    expect(await signIn(ADDRESS, PASSWORD, browser)).toBe(WRONG)
    expect(await signIn(ADDRESS)).toBe('alice')
  })
})
