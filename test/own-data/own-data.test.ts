import { createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import worker from '../../src/index.ts'
import { type Browser, openBrowser } from '../support/browser.ts'
import { givenCast, PASSWORD } from '../support/fixture.ts'
import { authorize, givenCode, redeem, signedIn } from '../support/flow.ts'
import { refresh, send } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { givenPasskey, rowsOf } from '../support/passkeys.ts'
import { givenApp } from '../support/second-factor.ts'
import { countTrips } from '../support/trips.ts'

const DATA = '/account/data'
const WEEK = 7 * 86_400
let alice = ''
let bob = ''
beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
})

async function act(browser: Browser, intent: string, fields = {}): Promise<Response> {
  const page = await browser.visit(DATA)
  const anti_forgery = /name="anti_forgery" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
  return browser.post(DATA, { anti_forgery, intent, ...fields })
}

async function cron(later: number): Promise<void> {
  const time = new Date(Date.now() + later * 1000)
  await worker.scheduled(createScheduledController({ scheduledTime: time }), env)
}

const exists = async (userId: string): Promise<boolean> =>
  (await rowsOf('SELECT 1 FROM users WHERE id = ?', userId)).length === 1

async function signInAs(username: string): Promise<Response> {
  const browser = openBrowser()
  const page = await browser.visit('/login')
  const anti_forgery = /name="anti_forgery" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
  return browser.post('/login', { anti_forgery, username, password: PASSWORD })
}

describe('recent activity', () => {
  it('is told in words, the newest first, in the language of the browser', async () => {
    await givenPasskey(alice)
    await authorize(await signedIn(alice))
    const browser = await signedIn(alice)
    const { text } = await browser.visit(DATA)
    expect(text).toContain('A passkey was added')
    expect(text).not.toContain('passkey_added')
    const { name, value } = [...browser.cookies].map(([key, held]) => ({ name: key, value: held }))[0] ?? {
      name: '',
      value: '',
    }
    const german = await send(DATA, { headers: { Cookie: `${name}=${value}`, 'Accept-Language': 'de' } })
    expect(await german.text()).toContain('Ein Passkey wurde hinzugefügt')
  })

  threat(
    149,
    'shows the network of what the user did, and never that of staff, nor does the file',
    async () => {
      for (const [actor, network] of [
        [alice, '192.0.2.10'],
        [bob, '192.0.2.20'],
      ]) {
        await env.DB.prepare(
          `INSERT INTO audit_events (id, at, type, actor, user_id, network) VALUES (?, 1, 'password_changed', ?, ?, ?)`,
        )
          .bind(`event of ${actor}`, actor, alice, network)
          .run()
      }
      const browser = await signedIn(alice)
      const file = await (await act(browser, 'download')).text()
      for (const text of [(await browser.visit(DATA)).text, file]) {
        expect(text).toContain('192.0.2.10')
        expect(text).not.toContain('192.0.2.20')
      }
    },
  )

  it('of another user is not shown', async () => {
    await givenPasskey(bob)
    expect((await (await signedIn(alice)).visit(DATA)).text).toContain('Nothing has happened yet')
  })

  it('costs one round trip', async () => {
    const trips = countTrips()
    await (await signedIn(alice, trips.vars)).get(DATA)
    expect({ d1: trips.d1, kv: trips.kv }).toEqual({ d1: 1, kv: 0 })
  })
})

describe('the file of everything', () => {
  it('holds what is kept of the user, and no secret, and nothing of others', async () => {
    await givenPasskey(alice)
    await givenApp(bob, 'bob')
    await givenCode(alice)
    const answer = await act(await signedIn(alice), 'download')
    expect(answer.headers.get('Content-Disposition')).toBe('attachment; filename="account.json"')
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    const text = await answer.text()
    const data = JSON.parse(text) as Record<string, readonly Record<string, unknown>[]>
    expect(Object.keys(data)).toEqual([
      'account',
      'sign_ins',
      'passkeys',
      'linked_accounts',
      'remembered_browsers',
      'consents',
      'grants',
      'events',
    ])
    expect(data['account']).toMatchObject([{ id: alice, username: 'alice' }])
    expect(data['passkeys']).toHaveLength(1)
    expect(data['consents']).toMatchObject([{ client_id: 'web', client: 'Application web', scope: 'read' }])
    expect(text).not.toMatch(/scrypt|password_hash|sealed|public_key/)
    expect(text).not.toContain(bob)
  })

  threat(149, 'is not for an old sign-in, nor for another site', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(DATA)
    const anti_forgery = /name="anti_forgery" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    await env.DB.prepare('UPDATE sessions SET auth_time = auth_time - 901').run()
    for (const intent of ['download', 'delete']) {
      const answer = await browser.post(DATA, { anti_forgery, intent, sure: 'yes' })
      expect(answer.headers.get('Location')).toBe('/account/confirm?next=data')
    }
    expect((await browser.post(DATA, { intent: 'download' })).status).toBe(403)
  })
})

describe('the deletion of an account', () => {
  it('wants a box to be ticked, signs out at once, and takes everything after a week', async () => {
    await givenPasskey(alice)
    await givenApp(alice, 'alice')
    await env.DB.prepare('UPDATE sessions SET second_factor_at = auth_time').run()
    const tokens = await redeem(await givenCode(bob, { scope: 'read' }))
    expect(tokens.status).toBe(200)
    const browser = await signedIn(alice)
    await env.DB.prepare('UPDATE sessions SET second_factor_at = auth_time').run()
    const unsure = await act(browser, 'delete')
    expect([unsure.status, (await unsure.text()).includes('Check the box')]).toEqual([400, true])
    const done = await act(browser, 'delete', { sure: 'yes' })
    expect(await done.text()).toContain('Your account will be deleted')
    expect((await browser.visit('/account')).path).toBe('/login')
    await cron(WEEK - 60)
    expect(await exists(alice)).toBe(true)
    await cron(WEEK + 60)
    expect(await exists(alice)).toBe(false)
    expect(await exists(bob)).toBe(true)
    for (const table of [
      'sessions',
      'passkeys',
      'totp_secrets',
      'recovery_codes',
      'grants',
      'authorized_clients',
    ]) {
      expect([table, await rowsOf(`SELECT 1 FROM ${table} WHERE user_id = ?`, alice)]).toEqual([table, []])
    }
    const events = await rowsOf<{ type: string }>(
      "SELECT type FROM audit_events WHERE user_id = ? AND type LIKE '%delet%' ORDER BY id",
      alice,
    )
    expect(events.map(({ type }) => type)).toEqual(['deletion_asked', 'user_deleted'])
  })

  it('ends what applications have', async () => {
    const tokens = await redeem(await givenCode(alice, { scope: 'read' }))
    await act(await signedIn(alice), 'delete', { sure: 'yes' })
    expect(await refresh(tokens.refresh_token ?? '')).toMatchObject({ error: 'invalid_grant' })
  })

  it('is undone by signing in', async () => {
    await act(await signedIn(alice), 'delete', { sure: 'yes' })
    expect((await signInAs('alice')).status).toBe(303)
    await cron(WEEK + 60)
    expect(await exists(alice)).toBe(true)
    expect(await rowsOf("SELECT 1 FROM audit_events WHERE type = 'deletion_undone'")).toHaveLength(1)
  })

  threat(167, 'and a sign-in at the same moment have one winner, and nothing is half done', async () => {
    for (let round = 0; round < 5; round++) {
      await env.DB.prepare('UPDATE users SET deletion_at = 1 WHERE id = ?').bind(alice).run()
      const [answer] = await Promise.all([signInAs('alice'), cron(0)])
      const kept = await exists(alice)
      expect(answer.status).toBe(kept ? 303 : 400)
      const sessions = await rowsOf('SELECT 1 FROM sessions WHERE user_id = ?', alice)
      expect(sessions.length > 0).toBe(kept)
      if (!kept) break
      const [row] = await rowsOf<{ deletion_at: number | null }>(
        'SELECT deletion_at FROM users WHERE id = ?',
        alice,
      )
      expect(row?.deletion_at).toBeNull()
    }
  })

  it('is not on offer where the setting is 0', async () => {
    const vars = { OAUTH_DELETION_DELTA: '0' }
    const browser = await signedIn(alice, vars)
    const page = await browser.visit(DATA)
    expect(page.text).not.toContain('Delete your account')
    const anti_forgery = /name="anti_forgery" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    expect((await browser.post(DATA, { anti_forgery, intent: 'delete', sure: 'yes' })).status).toBe(404)
    expect(await rowsOf('SELECT 1 FROM users WHERE deletion_at IS NOT NULL')).toEqual([])
  })
})

describe('a sign-in', () => {
  it('knows the place of its network, as the edge names it', async () => {
    const browser = openBrowser({}, [], async (path, init, vars) =>
      send(path, { ...init, cf: { city: 'Berlin', country: 'DE' } }, vars),
    )
    const page = await browser.visit('/login')
    const account = await browser.submit(page, '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    expect(account.text).toContain('<dt>Place</dt><dd>Berlin, DE</dd>')
  })
})
