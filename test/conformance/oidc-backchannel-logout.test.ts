import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import worker from '../../src/index.ts'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { noticeStatement } from '../../src/store/d1/logout-notices.ts'
import { render } from '../../src/store/d1/run.ts'
import type { Browser } from '../support/browser.ts'
import { givenCast, givenClient, PASSWORD } from '../support/fixture.ts'
import { act, authorizationUrl, authorize, codeIn, formOf, redeem, signedIn } from '../support/flow.ts'
import { ORIGIN, type Vars } from '../support/http.ts'
import { must } from '../support/must.ts'
import { json, verifyIdToken } from '../support/openid.ts'
import { all } from '../support/operator.ts'

/** Where nothing listens: the guard lets nobody get as far, unless told otherwise. */
const URI = 'http://127.0.0.1:9/logout'
const MARK = { id: 'mark', now: Math.floor(Date.now() / 1000), network: null, actor: 'cli' }

let alice: string

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await register('web', { backchannel_logout_uri: URI })
})

async function register(clientId: string, metadata: object): Promise<void> {
  await env.DB.prepare('UPDATE clients SET metadata = ? WHERE client_id = ?')
    .bind(JSON.stringify(metadata), clientId)
    .run()
}

/** Signs in for the client `web` in a browser; returns the subject that it knows. */
async function signInTo(browser: Browser, fields: Record<string, string> = {}): Promise<string> {
  const visit = await authorize(browser, { scope: 'openid', ...fields })
  const { client_id } = fields
  const { id_token } = await redeem(codeIn(visit), formOf({ client_id }, {}))
  return String((await verifyIdToken(id_token, client_id)).claims.sub)
}

async function notices(): Promise<readonly unknown[]> {
  return all('SELECT client_id, subject, attempts FROM logout_notices ORDER BY session_id, client_id')
}

async function signOut(browser: Browser): Promise<void> {
  const page = await browser.visit('/logout')
  expect((await browser.submit(page, '/logout', [])).status).toBe(200)
}

/** Signs somebody in with the sign-in page that was opened before, and the session that the browser has by now. */
async function signInOver(browser: Browser, username: string, password = PASSWORD): Promise<void> {
  // A sign-in of this very second would do.
  await all('UPDATE sessions SET auth_time = auth_time - 60')
  const asked = authorizationUrl({ prompt: 'login' })
  await browser.submit(await browser.visit(asked), '/login', [
    ['username', username],
    ['password', password],
  ])
}

async function runCron(seconds: number, vars: Vars = { OAUTH_ISSUER: ORIGIN }): Promise<void> {
  const scheduledTime = Date.now() + seconds * 1000
  await worker.scheduled({ cron: '', scheduledTime, noRetry: () => {} }, { ...env, ...vars })
}

describe('The end of a session', () => {
  must(
    'OpenID Connect Back-Channel Logout',
    '2.1',
    'is announced as something that clients are told of (oidcc-backchannel-logout-discovery-endpoint-verification)',
    async () => {
      expect(await json('/.well-known/openid-configuration')).toMatchObject({
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
      })
    },
  )

  const told = [{ client_id: 'web', subject: expect.any(String) as string, attempts: 1 }]

  it('is noted for each client to which somebody signed in from it, once', async () => {
    await givenClient('second', { metadata: JSON.stringify({ backchannel_logout_uri: URI }) })
    await givenClient('unused', { metadata: JSON.stringify({ backchannel_logout_uri: URI }) })
    const browser = await signedIn(alice)
    await signInTo(browser)
    await signInTo(browser)
    await signInTo(browser, { client_id: 'second' })
    await signInTo(browser, { client_id: 'other' })
    // Another browser stays signed in.
    await signInTo(await signedIn(alice))
    await signOut(browser)
    expect(await notices()).toEqual([
      { client_id: 'second', subject: alice, attempts: 1 },
      { client_id: 'web', subject: alice, attempts: 1 },
    ])
  })

  it('is not noted for a client that got no ID token', async () => {
    const browser = await signedIn(alice)
    await redeem(codeIn(await authorize(browser, { scope: 'read' })))
    await signOut(browser)
    expect(await notices()).toEqual([])
  })

  it('names the user as the client knows it', async () => {
    await register('web', { backchannel_logout_uri: URI, subject_type: 'pairwise' })
    const browser = await signedIn(alice)
    const subject = await signInTo(browser)
    expect(subject).not.toBe(alice)
    await signOut(browser)
    expect(await notices()).toEqual([{ client_id: 'web', subject, attempts: 1 }])
  })

  it('is noted where the account page ends it, and where a new password does', async () => {
    const [first, second, third] = [await signedIn(alice), await signedIn(alice), await signedIn(alice)]
    await signInTo(first)
    await signInTo(second)
    await act(third, 'end-other-sessions')
    expect(await notices()).toHaveLength(2)
    await all('DELETE FROM logout_notices')
    const fourth = await signedIn(alice)
    await signInTo(fourth)
    await signInTo(third)
    const words = 'another battery, another staple'
    const passwords = { current_password: PASSWORD, new_password: words, repeated_password: words }
    expect((await act(third, 'change-password', passwords)).status).toBe(200)
    // The session in which the password was changed goes on.
    expect(await notices()).toEqual(told)
  })

  it('is noted and told where somebody else signs in in the same browser', async () => {
    const browser = await signedIn(alice)
    const subject = await signInTo(browser)
    const [before] = await all('SELECT id FROM sessions')
    await signInOver(browser, 'bob')
    expect(await notices()).toEqual([{ client_id: 'web', subject, attempts: 1 }])
    expect(await all('SELECT session_id AS id FROM logout_notices')).toEqual([before])
  })

  it('is not noted where the same person gives the password again', async () => {
    const browser = await signedIn(alice)
    await signInTo(browser)
    await signInOver(browser, 'alice')
    expect(await all('SELECT id FROM sessions WHERE revoked_at IS NULL')).toHaveLength(1)
    expect(await notices()).toEqual([])
  })

  it('is not noted where somebody else fails to sign in', async () => {
    const browser = await signedIn(alice)
    await signInTo(browser)
    await signInOver(browser, 'bob', 'not the password of bob')
    expect(await all('SELECT id FROM sessions WHERE revoked_at IS NULL')).toHaveLength(1)
    expect(await notices()).toEqual([])
  })

  it.each<[string, (store: ReturnType<typeof createAdminStore>) => Promise<unknown>]>([
    ['sign a user out', async (store) => store.endUserSessions(alice, MARK)],
    ['disable a user', async (store) => store.setUserActive('alice', false, MARK)],
    ['set a password', async (store) => store.setPassword('alice', 'x', null, MARK)],
    ['delete a user', async (store) => store.deleteUser('alice', MARK)],
    [
      'end one session',
      async (store) => {
        const [session] = await all('SELECT id FROM sessions')
        return store.endSession(String(session?.['id']), MARK)
      },
    ],
  ])('is noted where staff %s, once, however often the batch is sent', async (_, work) => {
    await signInTo(await signedIn(alice))
    const store = createAdminStore(env.DB)
    await work(store)
    expect(await notices()).toEqual([{ client_id: 'web', subject: alice, attempts: 0 }])
    await all('DELETE FROM logout_notices')
    await work(store).catch(() => null)
    expect(await notices()).toEqual([])
  })

  it('is known after the grant has expired, for as long as the session lives', async () => {
    const browser = await signedIn(alice)
    await signInTo(browser)
    await signInTo(browser, { client_id: 'other' })
    await all('UPDATE grants SET expires_at = 5, access_expires_at = 5, refresh_expires_at = NULL')
    await runCron(0)
    expect(await all('SELECT client_id FROM grants')).toEqual([{ client_id: 'web' }])
    await signOut(browser)
    expect(await notices()).toEqual(told)
    await runCron(0)
    expect(await all('SELECT client_id FROM grants')).toEqual([])
  })

  it('is looked for among the clients that want to be told, and reads the grants of these alone', async () => {
    const { params, sql: text } = render(noticeStatement(sql`s.id = ${'x'}`, MARK))
    const { results: plan } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`)
      .bind(...params)
      .all()
    const steps = plan.map(({ detail }) => String(detail))
    const loops = steps.filter((step) => /^(?:SCAN|SEARCH)/.test(step))
    expect(loops[0]).toContain('sqlite_autoindex_sessions')
    expect(loops[1]).toContain('clients_backchannel_logout')
    expect(loops[2]).toContain('grants_user_id_client_id (user_id=? AND client_id=?)')
  })
})

describe('A logout notice', () => {
  async function givenNotice(): Promise<void> {
    const browser = await signedIn(alice)
    await signInTo(browser)
    await signOut(browser)
  }

  it('that nobody takes is tried five times by the cron trigger, ever more rarely, and then given up', async () => {
    await givenNotice()
    let seconds = 0
    for (const [wait, attempts] of [
      [60, 1],
      [240, 2],
      [960, 3],
      [3840, 4],
    ] as const) {
      expect(await notices()).toMatchObject([{ attempts }])
      await runCron(seconds + wait - 30)
      expect(await notices()).toMatchObject([{ attempts }])
      seconds += wait + 30
      await runCron(seconds)
    }
    expect(await notices()).toEqual([])
  })

  it('is not lost by a cron trigger that does not know who the issuer is, and the log names the setting', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    onTestFinished(() => log.mockRestore())
    await runCron(100, {})
    expect(log).not.toHaveBeenCalled()
    await givenNotice()
    await runCron(100, {})
    expect(log.mock.calls.join()).toMatch(/^configuration error: OAUTH_ISSUER: .*; 1 are waiting$/)
    expect(await notices()).toMatchObject([{ attempts: 1 }])
    log.mockClear()
    await runCron(100)
    expect(log).not.toHaveBeenCalled()
    expect(await notices()).toMatchObject([{ attempts: 2 }])
  })

  it('is dropped where the client no longer wants it', async () => {
    await givenNotice()
    await register('web', {})
    await runCron(100)
    expect(await notices()).toEqual([])
  })

  it('goes after a day where no feature delivers it', async () => {
    await givenNotice()
    await runCron(100_000, {})
    expect(await notices()).toEqual([])
  })

  it.each([
    'https://10.0.0.1/logout',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/logout',
    'https://[::1]/logout',
    'http://127.0.0.1:9/logout',
  ])('is never posted to %s, which is not a public address', async (uri) => {
    await register('web', { backchannel_logout_uri: uri })
    const said: string[] = []
    const { warn } = console
    console.warn = (text: string) => said.push(text)
    try {
      await givenNotice()
    } finally {
      console.warn = warn
    }
    expect(said.join()).toMatch(/is not at a public host|does not use https/)
    expect(await notices()).toEqual(told())
  })

  function told(): readonly unknown[] {
    return [{ client_id: 'web', subject: alice, attempts: 1 }]
  }
})
