import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { readActivity } from '../../src/admin/activity.ts'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, givenUser, PASSWORD, REDIRECT_URI } from '../support/fixture.ts'
import { post, token, tokensOf } from '../support/http.ts'
import { all } from '../support/operator.ts'
import { countRows } from '../support/rows.ts'
import { basic, givenRefused } from './refused.ts'
import { givenStaff, signIn } from './support.ts'

const seconds = (): number => Math.floor(Date.now() / 1000)

describe('the list of refused requests', () => {
  it('keeps the rule of refused token requests, by their client, without secrets', async () => {
    await givenCast()
    await token({ grant_type: 'authorization_code', code: 'ac_not-a-code', redirect_uri: REDIRECT_URI })
    await post('/oauth2/token', { grant_type: 'urn:x:unknown' }, basic('web'))
    await token({ client_id: 'stranger', grant_type: 'client_credentials' })
    const { browser } = await givenStaff()
    const page = await browser.visit('/admin/clients/show?id=web')
    expect(page.text).toContain('unsupported_grant_type')
    expect(page.text).toContain('urn:x:unknown')
    expect(page.text).toContain('invalid_grant')
    expect(page.text).not.toContain('ac_not-a-code')
    expect(await all("SELECT client_id, error FROM refusals WHERE client_id = ''")).toEqual([
      { client_id: '', error: 'invalid_client' },
    ])
  })

  it('keeps the rule of refused revocations and introspections, whoever the client says it is', async () => {
    await givenCast()
    const wrong = { client_id: 'web', client_secret: 'not the secret of web', token: 'at_not-a-token' }
    expect((await post('/oauth2/introspect', wrong)).status).toBe(401)
    expect((await post('/oauth2/revoke', { token: 'at_not-a-token' }, basic('web', 'wrong'))).status).toBe(
      401,
    )
    expect(await all('SELECT client_id, endpoint, asked, error FROM refusals ORDER BY endpoint')).toEqual([
      { client_id: 'web', endpoint: 'introspect', asked: null, error: 'invalid_client' },
      { client_id: 'web', endpoint: 'revoke', asked: null, error: 'invalid_client' },
    ])
    const { browser } = await givenStaff()
    const page = await browser.visit('/admin/clients/show?id=web')
    expect(page.text).toContain('introspect')
    expect(page.text).not.toContain('at_not-a-token')
    expect(page.text).not.toContain('not the secret of web')
  })

  it('finds the rule behind the number that an error page shows', async () => {
    await givenCast()
    const visitor = openBrowser()
    const refused = await visitor.visit(
      '/oauth2/authorize?response_type=code&client_id=web&redirect_uri=https://evil.example',
    )
    expect(refused.status).toBe(400)
    const [, id = ''] = /<code class="whole">([\w-]+)<\/code>/.exec(refused.text) ?? []
    const { browser } = await givenStaff()
    const found = await browser.visit(`/admin/refusals?id=${id}`)
    expect(found.text).toContain('authorize')
    expect(found.text).toContain('/admin/clients/show?id=web')
  })

  it('keeps fifty refusals for each client, and those of strangers together', async () => {
    await givenClient('web')
    for (let round = 0; round < 6; round++) await givenRefused(12, round)
    expect(await all('SELECT client_id, count(*) AS n FROM refusals GROUP BY 1 ORDER BY 1')).toEqual([
      { client_id: '', n: 50 },
    ])
    // Midnight may fall between two of the rounds.
    expect(await all("SELECT sum(count) AS n FROM activity WHERE kind = 'token_refused'")).toEqual([
      { n: 72 },
    ])
  })

  it('stops writing refusals down when one isolate sees too many', async () => {
    await givenRefused(60, 9)
    const [row] = await all('SELECT count(*) AS n FROM refusals')
    expect(row?.['n']).toBe(30)
  })

  it('counts grants, sign-ins and refusals for the first page, without a row that each of them writes', async () => {
    await givenCast()
    await givenUser('staff', { isStaff: true })
    const browser = await signIn('staff')
    const tokens = await tokensOf()
    await token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' })
    await signIn('alice')
    const visitor = openBrowser()
    await visitor.submit(await visitor.visit('/login'), '/login', [
      ['username', 'alice'],
      ['password', `not ${PASSWORD}`],
    ])
    const store = createAdminStore(env.DB)
    const counted = async (): Promise<unknown> =>
      (await store.listActivity(0)).activity.map(({ count, kind }) => `${kind} ${count}`).toSorted()
    const expected = ['grant_given 1', 'sign_in_refused 1', 'signed_in 2']
    expect(await counted()).toEqual(expected)
    const today = Math.floor(Date.now() / 86_400_000)
    for (const { day } of (await store.listActivity(0)).activity) expect(day).toBe(today)
    // What has been added up is counted once.
    const soon = Math.floor(Date.now() / 1000) + 100
    for (const now of [soon, soon, soon + 900]) await store.addUpActivity(now)
    expect(await counted()).toEqual(expected)
    expect(await all("SELECT sum(count) AS n FROM activity WHERE kind = 'grant_given'")).toEqual([{ n: 1 }])
    const page = await browser.visit('/admin')
    expect(page.text).toContain('bar-20')
    expect(page.text.match(/<p class="figure">\d+</g)).toEqual(
      ['1', '2', '0', '1'].map((n) => `<p class="figure">${n}<`),
    )
    expect(page.text).not.toContain('style="')
  })

  it('adds up what has come where there is no cron trigger, and does not read it at the next look', async () => {
    const today = Math.floor(seconds() / 86_400)
    await env.DB.prepare(
      `INSERT INTO grants (id, client_id, grant_type, scope, expires_at, created_at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000)
        SELECT printf('%012x', t * 1000) || i, 'web', 'client_credentials', 'read', t, t
          FROM (SELECT i, (${today} - CASE WHEN i > 3000 THEN 40 ELSE 1 END) * 86400 AS t FROM n)`,
    ).run()
    const look = async (): Promise<{ readonly given: unknown; readonly read: number }> => {
      const rows = countRows()
      const listed = await readActivity(createAdminStore(rows.vars.DB), seconds())
      return { given: listed.filter(({ kind }) => kind === 'grant_given'), read: rows.read }
    }
    const given = [{ day: today - 1, kind: 'grant_given', count: 3000 }]
    const first = await look()
    expect(first).toMatchObject({ given })
    // Twice, to show and to add up, each by way of a table of its own; and not what is older than the picture.
    expect(first.read).toBeLessThan(4 * 3000 + 100)
    const second = await look()
    expect(second).toMatchObject({ given })
    expect(second.read).toBeLessThan(20)
  })
})

describe('the check of a set-up', () => {
  it('warns where a client may have the scope admin, by itself or among others', async () => {
    const { browser } = await givenStaff()
    for (const [id, scope, warned] of [
      ['one', 'admin', true],
      ['two', 'admin read', true],
      ['like', 'administer read', false],
      ['all', null, false],
    ] as const) {
      await givenClient(id, { scope })
      const { text } = await browser.visit(`/admin/clients/show?id=${id}`)
      expect({ id, warned: text.includes('With the scope admin, anybody who gets hold of a token') }).toEqual(
        {
          id,
          warned,
        },
      )
    }
  })

  it('says what stops a client, and what is risky', async () => {
    await givenClient('bad', {
      type: 'public',
      requirePkce: false,
      grantTypes: ['authorization_code', 'password', 'implicit'],
      redirectUris: ['http://localhost:3000/cb', 'https://a.example/cb'],
      disabledAt: 1,
    })
    const { browser } = await givenStaff({ OAUTH_RESPONSE_TYPE_CHOICES: 'code' })
    const { text } = await browser.visit('/admin/clients/show?id=bad')
    expect(text).toContain('The client is disabled')
    expect(text).toContain('A public client without PKCE')
    expect(text).toContain('The password grant shows')
    expect(text).toContain('OAUTH_RESPONSE_TYPE_CHOICES turns off token')
    expect(text).toContain('http://127.0.0.1 may use any port, and so may http://localhost without one')
  })
})
