import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { newAuthenticator } from '../support/authenticator.ts'
import { type Browser, openBrowser } from '../support/browser.ts'
import { givenCast, givenSession, PASSWORD } from '../support/fixture.ts'
import { act } from '../support/flow.ts'
import type { Vars } from '../support/http.ts'
import { OUTBOX, readMails } from '../support/mail.ts'
import { addPasskey, PARTY } from '../support/passkeys.ts'
import { countTrips } from '../support/trips.ts'

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
