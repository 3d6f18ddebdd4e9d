import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import worker from '../../src/index.ts'
import { newAuthenticator } from '../support/authenticator.ts'
import { type Browser, hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenSession, PASSWORD } from '../support/fixture.ts'
import { act } from '../support/flow.ts'
import { ORIGIN, send, type Vars } from '../support/http.ts'
import { OUTBOX, readMails } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { addPasskey, PARTY } from '../support/passkeys.ts'
import { bindingsWith, countTrips } from '../support/trips.ts'

const EMAIL = 'alice@example.org'
let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
  await env.DB.prepare('UPDATE users SET email = ?1, email_key = ?1, email_verified_at = 1 WHERE id = ?2')
    .bind(EMAIL, alice)
    .run()
})

const subjects = async (): Promise<readonly string[]> => (await readMails()).map(({ subject }) => subject)

async function signInWith(browser: Browser): Promise<void> {
  const page = await browser.visit('/login')
  await browser.submit(page, '/login', [
    ['username', 'alice'],
    ['password', PASSWORD],
  ])
}

async function member(): Promise<Browser> {
  const browser = openBrowser(OUTBOX)
  const { name, value } = await givenSession(alice)
  browser.cookies.set(name, value)
  return browser
}

describe('a notice by mail', () => {
  it('tells the owner of an account of a sign-in in a new browser, and of the same browser no more', async () => {
    const browser = openBrowser(OUTBOX)
    await signInWith(browser)
    expect(await subjects()).toEqual(['New sign-in to your account at Accounts'])
    browser.cookies.delete('__Host-oauth_session')
    await signInWith(browser)
    expect(await subjects()).toHaveLength(1)
  })

  it('tells the owner of a new passkey and of a changed password, in words and with a link to the account', async () => {
    const browser = await member()
    await addPasskey(browser, await newAuthenticator(PARTY))
    const password = 'many other unrelated words'
    await act(browser, 'change-password', {
      current_password: PASSWORD,
      new_password: password,
      repeated_password: password,
    })
    expect([...(await subjects())].toSorted()).toEqual([
      'New passkey for your account at Accounts',
      'New password for your account at Accounts',
    ])
    const [mail] = await readMails()
    expect(mail?.to).toBe(EMAIL)
    expect(mail?.text).toContain('https://id.example/account')
    expect(mail?.text).not.toContain(password)
  })

  it('goes to a proved address alone', async () => {
    await env.DB.prepare('UPDATE users SET email_verified_at = NULL').run()
    await signInWith(openBrowser(OUTBOX))
    expect(await subjects()).toEqual([])
  })

  it('keeps nobody waiting: a sign-in has two round trips, whether or not a mail goes', async () => {
    const costOf = async (vars: Vars): Promise<number> => {
      const browser = openBrowser(vars)
      const page = await browser.visit('/login')
      const trips = countTrips()
      const counted = openBrowser({ ...vars, ...trips.vars })
      for (const [name, value] of browser.cookies) counted.cookies.set(name, value)
      const anti_forgery = /name="anti_forgery" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
      await counted.post('/login', { anti_forgery, username: 'alice', password: PASSWORD })
      return trips.d1
    }
    expect(await costOf({})).toBe(2)
    // The address is read after the answer.
    expect(await costOf(OUTBOX)).toBe(3)
  })
})

describe('guesses at a password', () => {
  const LOCKED = 'Somebody is guessing the password of your account at Accounts'

  /** Guesses in a browser of its own; returns what the answer says. */
  async function guess(username: string, sendTo = send): Promise<readonly unknown[]> {
    const browser = openBrowser(OUTBOX, [], sendTo)
    const fields = hiddenFields((await browser.visit('/login')).text, '/login')
    const response = await browser.post('/login', { ...fields, username, password: 'a wrong guess' })
    const text = (await response.text())
      .replaceAll(/ (?:value|data-passkey)="[^"]*"/g, '')
      .replaceAll(username, 'NAME')
    return [response.status, response.headers.get('Retry-After') !== null, text]
  }

  /** The next guess is the first that the lock refuses. */
  async function nearlyLock(): Promise<void> {
    await guess('alice')
    await env.DB.prepare(`UPDATE throttle SET count = 10 WHERE key NOT LIKE 'lock notice %'`).run()
  }

  threat(90, 'that lock an account are told to its owner once for each lock', async () => {
    for (const typed of ['alice', EMAIL, 'alice']) await guess(typed)
    await env.DB.prepare(`UPDATE throttle SET count = 9 WHERE key LIKE 'user %'`).run()
    await guess(EMAIL)
    expect(await subjects()).toEqual([])
    for (const typed of [EMAIL, 'alice', EMAIL]) await guess(typed)
    expect(await subjects()).toEqual([LOCKED])
    const [mail] = await readMails()
    expect([mail?.to, mail?.text.includes('https://id.example/login')]).toEqual([EMAIL, true])
  })

  threat(90, 'at once tell the owner once', async () => {
    await nearlyLock()
    await Promise.all(Array.from({ length: 20 }, () => guess(EMAIL)))
    expect(await subjects()).toEqual([LOCKED])
  })

  threat(90, 'that lock an account again and again fill no mailbox', async () => {
    for (let lock = 0; lock < 5; lock++) {
      await nearlyLock()
      await guess('alice')
      await env.DB.prepare(`DELETE FROM throttle WHERE key NOT LIKE 'lock notice %'`).run()
    }
    expect(await subjects()).toEqual([LOCKED, LOCKED, LOCKED])
  })

  it('are not what a sign-up under the same name is, of which nobody is told', async () => {
    const vars = { ...OUTBOX, OAUTH_ALLOW_SIGNUP: 'true' }
    await nearlyLock()
    const browser = openBrowser(vars)
    const form = { username: 'alice', password: 'correct horse', repeated_password: 'correct horse' }
    const fields = hiddenFields((await browser.visit('/sign-up')).text, '/sign-up')
    const response = await browser.post('/sign-up', { ...fields, ...form, email: 'carol@example.org' })
    expect(response.status).toBe(429)
    expect(await subjects()).toEqual([])
  })

  it('are told in the language of the owner, and only at a proved address', async () => {
    await env.DB.prepare(`UPDATE users SET profile = '{"locale":"de"}' WHERE id = ?`).bind(alice).run()
    await nearlyLock()
    await guess('alice')
    expect(await subjects()).toEqual(['Jemand rät das Passwort Ihres Kontos bei Accounts'])
    await env.DB.prepare('UPDATE users SET email_verified_at = NULL').run()
    await env.DB.prepare('DELETE FROM throttle').run()
    await nearlyLock()
    await guess('alice')
    expect(await subjects()).toHaveLength(1)
  })

  threat(178, 'get the same answer, which waits for no notice, whether or not somebody is told', async () => {
    const answers: (readonly unknown[])[] = []
    for (const typed of ['alice', 'nobody', EMAIL, 'nobody@example.org']) {
      await env.DB.prepare('DELETE FROM throttle').run()
      await guess(typed)
      await env.DB.prepare('UPDATE throttle SET count = 10').run()
      const mails = (await readMails()).length
      answers.push(await guess(typed, sendWithoutNotices))
      expect((await readMails()).length - mails).toBe(typed.startsWith('nobody') ? 0 : 1)
    }
    const [name, nobody, address, nobodysAddress] = answers
    expect([name?.[0], name?.[1]]).toEqual([429, true])
    expect([nobody, address, nobodysAddress]).toEqual([name, name, name])
  })

  /** Sends a request to a Worker in which no notice goes on before the answer is there. */
  const sendWithoutNotices: typeof send = async (path, init, vars) => {
    const answered = Promise.withResolvers<boolean>()
    const bindings = bindingsWith(async (call, _binding, statement) => {
      if (statement.startsWith('SELECT u.email AS email')) await answered.promise
      return call()
    })
    const context = createExecutionContext()
    const request = new Request(`${ORIGIN}${path}`, { redirect: 'manual', ...init })
    const environment = { ...env, ...vars, ...bindings }
    const response = await worker.fetch(request, environment, context)
    answered.resolve(true)
    await waitOnExecutionContext(context)
    return response
  }
})
