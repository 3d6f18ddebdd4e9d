import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect } from 'vitest'
import { actOn, givenStaff } from '../admin/support.ts'
import { type Browser, hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, givenUser, PASSWORD } from '../support/fixture.ts'
import { act, signedIn } from '../support/flow.ts'
import { tokensOf } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { travel } from '../support/time.ts'

const DEVICE = '__Host-oauth_device'
/** A password that no account can have: it costs no derivation. */
const IMPOSSIBLE = ' '.repeat(1025)
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** Signs in by the form; returns the status. */
async function signIn(browser: Browser, username = 'alice', password = PASSWORD): Promise<number> {
  const page = await browser.visit('/login')
  const form = { ...hiddenFields(page.text, '/login'), password, username }
  return (await browser.post('/login', form)).status
}

async function signOut(browser: Browser): Promise<void> {
  const page = await browser.visit('/logout')
  await browser.post('/logout', hiddenFields(page.text, '/logout'))
}

/** What strangers do: so many wrong tries that the account and this network are locked. */
async function lock(username = 'alice'): Promise<void> {
  await tokensOf({ username, password: IMPOSSIBLE })
  await env.DB.prepare('UPDATE throttle SET count = 1000').run()
}

describe('locking somebody out', () => {
  threat(90, 'strangers do not lock out a browser in which the person has signed in before', async () => {
    const browser = openBrowser()
    expect(await signIn(browser)).toBe(303)
    await signOut(browser)
    await lock()
    expect(await signIn(openBrowser())).toBe(429)
    expect(await signIn(browser)).toBe(303)
    // What it did counts for no stranger.
    expect(await signIn(openBrowser())).toBe(429)
  })

  threat(90, 'such a browser has ten tries of its own', async () => {
    const browser = openBrowser()
    await signIn(browser)
    await signOut(browser)
    for (let index = 0; index < 10; index++) expect(await signIn(browser, 'alice', IMPOSSIBLE)).toBe(400)
    expect(await signIn(browser)).toBe(429)
    expect(await signIn(openBrowser())).toBe(303)
    travel(601)
    expect(await signIn(browser)).toBe(303)
  })

  threat(90, 'the cookie helps with no other name, not when it is made up, and says no name', async () => {
    const browser = openBrowser()
    await signIn(browser)
    await signOut(browser)
    const sealed = browser.cookies.get(DEVICE) ?? ''
    expect(sealed).toMatch(/^[\w-]+$/)
    expect(atob(sealed.replaceAll('-', '+').replaceAll('_', '/'))).not.toContain('alice')
    await lock('bob')
    expect(await signIn(browser, 'bob')).toBe(429)
    await lock()
    const forger = openBrowser()
    for (const value of ['x', sealed.slice(0, -4), `A${sealed}`]) {
      forger.cookies.set(DEVICE, value)
      expect(await signIn(forger)).toBe(429)
    }
  })

  threat(90, 'a browser that several people share remembers each of them, eight at most', async () => {
    const browser = openBrowser()
    for (const name of ['alice', 'bob']) {
      await signIn(browser, name)
      await signOut(browser)
    }
    await lock()
    await lock('bob')
    expect(await signIn(browser, 'alice')).toBe(303)
    await signOut(browser)
    expect(await signIn(browser, 'bob')).toBe(303)
    await signOut(browser)
    await env.DB.prepare('DELETE FROM throttle').run()
    for (let index = 0; index < 7; index++) {
      await givenUser(`guest-${index}`)
      expect(await signIn(browser, `guest-${index}`)).toBe(303)
      await signOut(browser)
    }
    await lock('alice')
    await lock('bob')
    expect(await signIn(browser, 'alice')).toBe(429)
    expect(await signIn(browser, 'bob')).toBe(303)
  })

  threat(90, 'who is signed in can change the password and confirm a change meanwhile', async () => {
    const browser = await signedIn(alice)
    const { browser: staff } = await givenStaff()
    await lock()
    const changed = await act(browser, 'change-password', {
      current_password: PASSWORD,
      new_password: 'a new and longer one',
      repeated_password: 'a new and longer one',
    })
    expect(changed.text).toContain('Your password is changed.')
    await givenClient('late')
    travel(1000)
    await lock('staff')
    const stale = await actOn(staff, 'clients', ['late'], 'disable')
    const done = await staff.submit(stale, '/admin/clients/act', [['your_password', PASSWORD]])
    expect(done.text).toContain('is disabled.')
  })
})

describe('what staff see of guesses', () => {
  async function events(): Promise<readonly unknown[]> {
    return all(`SELECT e.type AS type, u.username AS user, e.client_id AS client, e.subject AS subject
      FROM audit_events e LEFT JOIN users u ON u.id = e.user_id
      WHERE e.type IN ('password_refused', 'account_limited', 'network_limited') ORDER BY e.rowid`)
  }

  threat(
    90,
    'each wrong password of a user leaves one event for a network, however often it is tried',
    async () => {
      // What an isolate has noted in one window it does not note again.
      travel(600)
      for (let index = 0; index < 12; index++) await signIn(openBrowser(), 'alice', IMPOSSIBLE)
      await tokensOf({ username: 'bob', password: IMPOSSIBLE })
      for (const username of ['nobody', 'no-one', 'n0body'])
        await tokensOf({ username, password: IMPOSSIBLE })
      expect(await events()).toEqual([
        { type: 'password_refused', user: 'alice', client: null, subject: null },
        { type: 'account_limited', user: 'alice', client: null, subject: null },
        { type: 'password_refused', user: 'bob', client: 'web', subject: null },
        { type: 'password_refused', user: null, client: 'web', subject: 'unknown user' },
      ])
      travel(600)
      await signIn(openBrowser(), 'alice', IMPOSSIBLE)
      expect(await events()).toHaveLength(5)
    },
  )

  threat(90, 'a network that is locked leaves one event, and staff find all of them', async () => {
    travel(1800)
    await tokensOf({ username: 'x', password: IMPOSSIBLE })
    await env.DB.prepare('UPDATE throttle SET count = 100 WHERE count = 1').run()
    for (let index = 0; index < 3; index++) await signIn(openBrowser(), `x${index}`, IMPOSSIBLE)
    expect(await events()).toContainEqual({
      type: 'network_limited',
      user: null,
      client: null,
      subject: null,
    })
    expect(await events()).toHaveLength(2)
    await env.DB.prepare('DELETE FROM throttle').run()
    await signIn(openBrowser(), 'alice', IMPOSSIBLE)
    const { browser } = await givenStaff()
    for (const [query, text] of [
      ['type=password_refused', 'alice'],
      ['type=network_limited', 'network_limited'],
      ['user=alice', 'password_refused'],
    ] as const) {
      expect((await browser.visit(`/admin/audit-events?${query}`)).text).toContain(text)
    }
  })

  threat(150, 'never holds the name or the password that was typed', async () => {
    await tokensOf({ username: 'my secret password', password: 'and another' })
    const rows = JSON.stringify(await all('SELECT * FROM audit_events'))
    expect(rows).not.toContain('my secret password')
    expect(rows).not.toContain('and another')
  })
})
