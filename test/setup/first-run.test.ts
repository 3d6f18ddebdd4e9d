import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { parseClientMetadata } from '../../src/clients/metadata.ts'
import { randomId } from '../../src/crypto/bytes.ts'
import { createSetupStore } from '../../src/store/d1/setup.ts'
import type { FirstRun } from '../../src/store/setup-store.ts'
import { type Browser, hiddenFields, openBrowser } from '../support/browser.ts'
import { givenUser, PASSWORD } from '../support/fixture.ts'
import { expectPage } from '../support/flow.ts'
import { ORIGIN, post, send, sendIn } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { all, mark, NOW, sentTwice } from '../support/operator.ts'
import { countTrips } from '../support/trips.ts'

const SETUP_TOKEN = 'bq8-the-token-that-the-deploy-printed-Zx1'
const WITH_TOKEN = { SETUP_TOKEN }
const FORM = {
  setup_token: SETUP_TOKEN,
  username: 'mia',
  email: 'mia@example.org',
  password: PASSWORD,
  repeated_password: PASSWORD,
  kind: 'web',
  name: 'Photo prints',
  redirect_uri: 'https://prints.example/callback',
}
const GONE = 'There is no page at this address.'
let browser: Browser

beforeEach(() => {
  browser = openBrowser(WITH_TOKEN)
})

async function submit(
  fields: Readonly<Record<string, string>> = {},
  from: Browser = browser,
): Promise<Response> {
  const page = await from.visit('/setup')
  return from.post('/setup', { ...hiddenFields(page.text, '/setup'), ...FORM, ...fields })
}

const count = async (table: string): Promise<unknown> =>
  (await all(`SELECT count(*) AS n FROM ${table}`))[0]?.['n']

describe('a deployment without a user', () => {
  it('leads from the front page and the sign-in page to the first run', async () => {
    for (const path of ['/', '/login']) {
      const { headers, status } = await browser.get(path)
      expect([status, headers.get('Location')]).toEqual([303, '/setup'])
    }
    const { status, text } = await browser.visit('/')
    expect(status).toBe(200)
    expect(text).toContain('Create the first member of staff')
    expect(text).toContain(`<code>${ORIGIN}</code>`)
  })

  it('says how to set a token if there is none, and takes nothing', async () => {
    const locked = openBrowser()
    const { status, text } = await locked.visit('/setup')
    expect(status).toBe(200)
    expect(text).toContain('npx wrangler secret put SETUP_TOKEN')
    expect(text).not.toContain('<form')
    const page = await locked.visit('/setup')
    expect((await locked.post('/setup', { ...hiddenFields(page.text, '/setup'), ...FORM })).status).toBe(403)
    expect(await count('users')).toBe(0)
  })

  it('creates a member of staff who is signed in, and a client with the lines to paste', async () => {
    const response = await submit()
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(text).toContain('You are signed in as mia, a member of staff.')
    expect(text).toContain(`OAUTH_ISSUER = &quot;${ORIGIN}&quot;`)
    const [, clientId = ''] = /Client id<\/dt><dd><code>([^<]+)</.exec(text) ?? []
    const [, secret = ''] = /Client secret<\/dt><dd><code>([^<]+)</.exec(text) ?? []
    expect(text).toContain(`client_id=${clientId}`)
    expect(await all('SELECT username, email, is_staff, is_active FROM users')).toEqual([
      { username: 'mia', email: 'mia@example.org', is_staff: 1, is_active: 1 },
    ])
    expect(await all('SELECT client_id, name, type FROM clients')).toEqual([
      { client_id: clientId, name: 'Photo prints', type: 'confidential' },
    ])
    const { status, text: panel } = await browser.visit('/admin')
    expect(status).toBe(200)
    expect(panel).toContain('mia')
    const introspection = { client_id: clientId, client_secret: secret, token: 'none' }
    expect((await post('/oauth2/introspect', introspection)).status).toBe(200)
  })

  it('creates a client of each kind, or none', async () => {
    for (const [fields, row] of [
      [{ kind: 'app' }, { type: 'public', grant_types: '["authorization_code","refresh_token"]' }],
      [
        { kind: 'service', redirect_uri: '' },
        { type: 'confidential', grant_types: '["client_credentials"]' },
      ],
      [{ kind: 'none', redirect_uri: '' }, undefined],
    ] as const) {
      await env.DB.batch(
        [
          'sessions',
          'users',
          'client_redirect_uris',
          'client_secrets',
          'clients',
          'bookmarks',
          'throttle',
        ].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
      )
      expect((await submit(fields, openBrowser(WITH_TOKEN))).status).toBe(200)
      expect((await all('SELECT type, grant_types FROM clients'))[0]).toEqual(row)
    }
  })

  it('speaks German to those who ask for it', async () => {
    const response = await send('/setup', { headers: { 'Accept-Language': 'de' } }, WITH_TOKEN)
    expect(await response.text()).toContain('Einrichtungsschlüssel')
  })

  it('says everything that is wrong at once, keeps what was typed but secrets, and changes nothing', async () => {
    const response = await submit({
      username: '',
      email: 'nobody',
      password: 'short',
      repeated_password: 'other',
      name: 'x'.repeat(201),
      redirect_uri: 'http://prints.example/',
    })
    const text = await expectPage(response, 400, 'There are problems with 6 fields:')
    expect(text).toContain('value="nobody"')
    for (const secret of [SETUP_TOKEN, 'value="short"', 'value="other"']) expect(text).not.toContain(secret)
    expect(await expectPage(await submit({ kind: 'everything' }), 400, 'Choose one of these.')).toContain(
      'mia',
    )
    expect(await expectPage(await submit({ redirect_uri: '' }), 400, 'Enter the complete address')).toContain(
      'mia',
    )
    expect([await count('users'), await count('clients'), await count('bookmarks')]).toEqual([0, 0, 0])
  })

  it('costs one round trip to show, two to set up, and none once a user was seen', async () => {
    const trips = countTrips()
    const counted = openBrowser({ ...trips.vars, ...WITH_TOKEN })
    const before = trips.depth
    const page = await counted.visit('/setup')
    expect(trips.depth - before).toBe(1)
    await counted.post('/setup', { ...hiddenFields(page.text, '/setup'), ...FORM })
    expect(trips.depth - before).toBe(3)
    const isolate = { ...env, ...trips.vars, ...WITH_TOKEN }
    for (const cost of [1, 0]) {
      const seen = trips.d1
      expect((await sendIn(isolate, '/login')).status).toBe(200)
      expect(trips.d1 - seen).toBe(cost)
    }
    const dropped = trips.d1
    expect((await send('/login', {}, trips.vars)).status).toBe(200)
    expect(trips.d1).toBe(dropped)
  })
})

describe('the first run', () => {
  it('is over for ever once there was one: 404 by any method, even after every user is gone', async () => {
    const waiting = openBrowser(WITH_TOKEN)
    const page = await waiting.visit('/setup')
    expect((await submit()).status).toBe(200)
    const again = { ...hiddenFields(page.text, '/setup'), ...FORM, username: 'eve' }
    await expectPage(await waiting.get('/setup'), 404, GONE)
    await expectPage(await waiting.get('/setup/'), 404, GONE)
    await expectPage(await waiting.post('/setup', again), 404, GONE)
    await env.DB.batch(['sessions', 'users'].map((table) => env.DB.prepare(`DELETE FROM ${table}`)))
    await expectPage(await waiting.get('/setup'), 404, GONE)
    await expectPage(await waiting.post('/setup', again), 404, GONE)
    expect(await count('users')).toBe(0)
    expect((await waiting.get('/login')).status).toBe(200)
  })

  it('is not there where somebody was made by the command line or an import', async () => {
    await givenUser('alice')
    await expectPage(await browser.get('/setup'), 404, GONE)
    await expectPage(await browser.post('/setup', FORM), 404, GONE)
    expect((await browser.get('/login')).status).toBe(200)
  })

  threat(168, 'of twenty that post at once one wins, and nothing of the others is left', async () => {
    const browsers = Array.from({ length: 20 }, () => openBrowser(WITH_TOKEN))
    const forms = await Promise.all(
      browsers.map(async (each) => hiddenFields((await each.visit('/setup')).text, '/setup')),
    )
    const answers = await Promise.all(
      browsers.map(async (each, at) =>
        each.post('/setup', { ...forms[at], ...FORM, username: `user${at}`, email: '' }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 19 }, () => 404),
    ])
    expect([await count('users'), await count('clients'), await count('sessions')]).toEqual([1, 1, 1])
    expect(await count('client_secrets')).toBe(1)
    const winner = answers.findIndex(({ status }) => status === 200)
    expect(await all('SELECT username FROM users')).toEqual([{ username: `user${winner}` }])
  })

  threat(169, 'a token that is wrong, empty, or too long opens nothing, and says nothing else', async () => {
    for (const setup_token of ['', 'x', SETUP_TOKEN.slice(1), `${SETUP_TOKEN}x`, SETUP_TOKEN.toUpperCase()]) {
      const text = await expectPage(
        await submit({ setup_token, username: '' }),
        400,
        'This is not the setup token.',
      )
      expect(text).not.toContain('Use 1 to 150 visible characters.')
    }
    expect(await count('users')).toBe(0)
  })

  threat(169, 'guesses of one network are counted, and after thirty even the right token waits', async () => {
    const page = await browser.visit('/setup')
    const form = { ...hiddenFields(page.text, '/setup'), ...FORM }
    for (let guess = 0; guess < 30; guess++) {
      expect((await browser.post('/setup', { ...form, setup_token: `guess ${guess}` })).status).toBe(400)
    }
    const limited = await browser.post('/setup', form)
    expect(limited.headers.get('Retry-After')).toMatch(/^\d+$/)
    await expectPage(limited, 429, 'Too many attempts.')
    expect(await count('users')).toBe(0)
  })

  threat(139, 'another site cannot set a deployment up', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }
    expect((await post('/setup', FORM, headers, WITH_TOKEN)).status).toBe(403)
    expect((await post('/setup', FORM, {}, WITH_TOKEN)).status).toBe(403)
    expect(await count('users')).toBe(0)
  })
})

describe('the store of the first run', () => {
  async function firstRun(username: string): Promise<FirstRun> {
    const id = randomId()
    return {
      user: {
        id,
        username,
        usernameKey: username,
        usernameSkeleton: username,
        email: null,
        emailKey: null,
        passwordHash: 'hash',
      },
      session: {
        id: randomId(),
        userId: id,
        userAgent: '',
        amr: ['pwd'],
        expiresAt: NOW + 60,
        replaces: null,
      },
      client: {
        clientId: `client of ${username}`,
        secretHash: 'hash',
        metadata: parseClientMetadata({ name: 'App', redirect_uris: ['https://app.example/cb'] }),
      },
    }
  }

  it('says the same when a lost reply makes it send the batch again', async () => {
    const store = createSetupStore(sentTwice(env.DB))
    expect(await store.setUp(await firstRun('mia'), mark())).toBe(true)
    expect([await count('users'), await count('clients'), await count('sessions')]).toEqual([1, 1, 1])
    expect(await createSetupStore(env.DB).setUp(await firstRun('eve'), mark(1))).toBe(false)
    expect([await count('users'), await count('clients'), await count('sessions')]).toEqual([1, 1, 1])
  })

  it('counts attempts only while the deployment waits', async () => {
    const store = createSetupStore(env.DB)
    expect(await store.admitSetup('network', 600, mark())).toEqual({
      waiting: true,
      attempts: 1,
      resetAt: NOW + 600,
    })
    expect(await store.readWaiting()).toBe(true)
    await givenUser('alice')
    expect(await store.readWaiting()).toBe(false)
    expect(await store.admitSetup('network', 600, mark())).toMatchObject({ waiting: false, attempts: 0 })
    expect(await all('SELECT count FROM throttle')).toEqual([{ count: 1 }])
  })
})
