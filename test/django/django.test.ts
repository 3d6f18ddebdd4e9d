import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { DjangoImportResult } from '../../src/django/import-django.ts'
import { django } from '../../src/django/index.ts'
import { createProvider } from '../../src/provider/create-provider.ts'
import provider02 from '../fixtures/django/provider-0.2.json'
import providerScopes from '../fixtures/django/provider-scopes.json'
import toolkit from '../fixtures/django/toolkit.json'
import { givenClient, givenUser, SECRET } from '../support/fixture.ts'
import { answerOf, basic, introspect, post, send } from '../support/http.ts'
import { everything, importRecords, OPTIONS } from '../support/import.ts'
import { travel } from '../support/time.ts'
import { countTrips } from '../support/trips.ts'

const ON = { OAUTH_IMPORTED_TOKENS: 'true' }
const SLOW = { timeout: 120_000 }

/** Counts as created/updated and the number of records for each reason. */
function summary({ models }: DjangoImportResult): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(models).map(([model, { created, skipped, updated }]) => [
      model,
      [`${created}+${updated}`, ...skipped.map(({ count, reason }) => `${count} ${reason}`)].join('; '),
    ]),
  )
}

const ask = async (form: Readonly<Record<string, string>>, path = '/oauth2/token') =>
  answerOf(await post(path, form, {}, ON))

describe('a dump of django-oauth-toolkit, made by a current Django', () => {
  const web = { client_id: 'web-id', client_secret: 'secret of web' }

  it('is counted, with a reason for every record that is not taken', async () => {
    const uncheckable: string[] = []
    const result = await importRecords(toolkit, {
      onUncheckable: (problem, count) => uncheckable.push(`${count} ${problem}`),
    })
    expect(summary(result)).toEqual({
      'auth.user': '6+0; 1 another record has its name (names are compared without regard to case)',
      'oauth2_provider.accesstoken': '3+0; 2 it has expired',
      'oauth2_provider.application': '4+0',
      'oauth2_provider.grant': '0+0; 1 codes are valid for minutes, and are not imported',
      'oauth2_provider.refreshtoken': '3+0; 1 it is spent',
    })
    expect(result.models['auth.user']?.skipped[0]?.records).toEqual(['7'])
    expect(uncheckable).toEqual([
      '1 Argon2 with 102400 KiB of memory and 2 rounds needs more than a Worker has. The user needs a new password: set one with user set-password.',
      '1 The user has no password. The user needs a new password: set one with user set-password.',
    ])
    expect(result.notes.map(({ note }) => note)).toContainEqual(
      expect.stringMatching(/^The redirect URI "http:\/\/web\.example\/insecure" must use https/),
    )
    expect(result).toMatchObject({
      lastExpiresAt: Date.UTC(2099, 0, 1) / 1000,
      scopes: ['read', 'write'],
      hashedSecrets: 2,
    })
  })

  it('changes nothing in a dry run, which says the same', async () => {
    const before = await everything()
    const dry = await importRecords(toolkit, { dry: true })
    expect(await everything()).toEqual(before)
    expect(dry).toEqual(await importRecords(toolkit))
    const again = await importRecords(toolkit, { dry: true })
    expect(summary(again)['auth.user']).toMatch(/^0\+0; .*; 6 it exists already$/)
  })

  it('changes nothing when it is imported again, even with OAUTH_DELETE_EXPIRED', SLOW, async () => {
    await importRecords(toolkit)
    const first = await everything()
    expect(summary(await importRecords(toolkit))).toMatchObject({
      'auth.user': expect.stringMatching(/^0\+0; 6 it exists already/) as string,
      'oauth2_provider.application': '0+0; 4 it exists already',
      'oauth2_provider.accesstoken': '0+0; 3 it exists already; 2 it has expired',
      'oauth2_provider.refreshtoken': '0+0; 1 it is spent; 3 it exists already',
    })
    expect(await everything()).toEqual(first)
    const form = { ...web, grant_type: 'refresh_token', refresh_token: 'refresh-token-of-ada-at-web' }
    const vars = { ...ON, OAUTH_DELETE_EXPIRED: 'true' }
    expect(await answerOf(await post('/oauth2/token', form, {}, vars))).toMatchObject({ status: 200 })
    const refreshed = await everything()
    await importRecords(toolkit)
    expect(await everything()).toEqual(refreshed)
    expect(await ask({ ...web, token: 'access-token-of-ada-at-web' }, '/oauth2/introspect')).toMatchObject({
      active: false,
    })
  })

  it.each([
    ['ada', 'pbkdf2_sha256, more iterations than the runtime takes'],
    ['bob', 'scrypt'],
    ['fay', 'bcrypt_sha256'],
  ])('lets %s sign in with the old password (%s)', SLOW, async (username) => {
    await importRecords(toolkit)
    await givenClient('own')
    const form = { client_id: 'own', client_secret: SECRET, grant_type: 'password', username }
    const answer = await ask({ ...form, password: `password of ${username}` })
    expect(answer).toMatchObject({ status: 200 })
    expect(JSON.stringify((await everything())[0])).toContain('$scrypt$ln=14')
    expect(await ask({ ...form, password: `password of ${username}` })).toMatchObject({ status: 200 })
    // What has signed in here is kept as it is, though the dump still has the old hash.
    const before = await everything()
    expect(summary(await importRecords(toolkit))['auth.user']).toContain('1 it has signed in here')
    expect(await everything()).toEqual(before)
  })

  it(
    'lets clients authenticate, refresh and introspect; a refresh ends the access token before',
    SLOW,
    async () => {
      await importRecords(toolkit)
      const introspected = await ask({ ...web, token: 'access-token-of-ada-at-web' }, '/oauth2/introspect')
      expect(introspected).toMatchObject({
        active: true,
        username: 'ada',
        scope: 'read write',
        client_id: 'web-id',
      })
      expect(introspected).toMatchObject({ token_type: 'Bearer', exp: Date.UTC(2099, 0, 1) / 1000 })
      const asked = await ask({ ...web, token: 'refresh-token-of-ada-at-web' }, '/oauth2/introspect')
      expect(asked).toMatchObject({ active: true, username: 'ada' })
      expect(asked['token_type']).toBeUndefined()
      for (const name of ['ada', 'bob']) {
        const refreshed = await ask({
          ...web,
          grant_type: 'refresh_token',
          refresh_token: `refresh-token-of-${name}-at-web`,
        })
        expect(refreshed).toMatchObject({ status: 200, scope: 'read write' })
        expect(
          await ask({ ...web, grant_type: 'refresh_token', refresh_token: refreshed.refresh_token ?? '' }),
        ).toMatchObject({ status: 200 })
      }
      expect(await ask({ ...web, token: 'access-token-of-ada-at-web' }, '/oauth2/introspect')).toMatchObject({
        active: false,
      })
      const native = { client_id: 'native-id', grant_type: 'refresh_token' }
      expect(await ask({ ...native, refresh_token: 'refresh-token-of-bob-at-native' })).toMatchObject({
        status: 200,
      })
      const service = { client_id: 'service-id', client_secret: 'secret of service' }
      expect(await ask({ ...service, token: 'access-token-of-service' }, '/oauth2/introspect')).toMatchObject(
        {
          active: true,
          scope: 'read',
        },
      )
    },
  )

  it('registers the redirect URIs that may be, so that the front channel works', async () => {
    await importRecords(toolkit)
    const path = (uri: string) =>
      `/oauth2/authorize?client_id=web-id&response_type=code&redirect_uri=${encodeURIComponent(uri)}`
    expect((await send(path('https://web.example/callback'))).status).toBe(303)
    expect((await send(path('http://web.example/insecure'))).status).toBe(400)
  })

  it('takes nothing back that was ended here', async () => {
    await importRecords(toolkit)
    await env.DB.batch([
      env.DB.prepare("UPDATE authorized_clients SET revoked_at = 1 WHERE client_id = 'web-id'"),
      env.DB.prepare('DELETE FROM grants'),
    ])
    const result = await importRecords(toolkit)
    expect(summary(result)).toMatchObject({
      'oauth2_provider.accesstoken':
        '0+0; 1 its user has withdrawn the consent here, or changed the password; 2 it has expired; 2 it has been deleted here since an earlier import (--restore brings it back)',
    })
    travel(100 * 86_400)
    expect(await introspect('refresh-token-of-bob-at-native', 'native-id')).toMatchObject({ status: 401 })
  })
})

describe('a dump of django-oauth2-provider', () => {
  const client = {
    client_id: '2bf4b8cb000000000001',
    client_secret: `17ead2dbd3a65b46f8bb${'1'.padStart(20, '0')}`,
  }
  const token = (digit: number): string => String(digit).padStart(40, '0')

  it('of version 0.2 has integer scopes', async () => {
    const result = await importRecords(provider02)
    expect(summary(result)).toEqual({
      'auth.user': '3+0',
      'oauth2.accesstoken':
        '3+0; 1 it has scope bits that --scope-bits does not name; 1 it has expired; 1 its user was not imported',
      'oauth2.client': '2+0',
      'oauth2.grant': '0+0; 1 codes are valid for minutes, and are not imported',
      'oauth2.refreshtoken':
        '2+0; 1 it is spent; 1 its user was not imported; 1 its access token was not imported, so its scope is unknown',
    })
    const answer = await ask({ ...client, token: `a${token(1).slice(1)}` }, '/oauth2/introspect')
    expect(answer).toMatchObject({ active: true, scope: 'read', username: 'test-user-1' })
    expect(await ask({ ...client, grant_type: 'refresh_token', refresh_token: token(2) })).toMatchObject({
      status: 200,
      scope: 'write',
    })
    expect(await ask({ ...client, grant_type: 'refresh_token', refresh_token: token(3) })).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    })
    const bits = { read: 2, write: 4, mail: 8 }
    const options = { ...OPTIONS, refreshTokenLifetime: 1000, scopeBits: bits }
    expect(summary(await importRecords(provider02, { options }))['oauth2.refreshtoken']).toMatch(/^1\+0/)
  })

  it.each(['test-user-1', 'test-user-2', 'test-user-3'])('lets %s sign in', async (username) => {
    await importRecords(provider02)
    const form = { ...client, grant_type: 'password', username }
    expect(await ask({ ...form, password: 'test' })).toMatchObject({ status: 200 })
    expect(await ask({ ...form, password: 'Test' })).toMatchObject({ status: 400 })
  })

  it('lets a public client go on with its secret or without it', async () => {
    await importRecords(provider02)
    const form = {
      client_id: '2bf4b8cb000000000002',
      grant_type: 'password',
      username: 'test-user-1',
      password: 'test',
    }
    const secret = `17ead2dbd3a65b46f8bb${'2'.padStart(20, '0')}`
    expect(await ask(form)).toMatchObject({ status: 200 })
    expect(await ask({ ...form, client_secret: secret })).toMatchObject({ status: 200 })
    expect(await ask({ ...form, client_secret: `${secret}0` })).toMatchObject({
      status: 400,
      error: 'invalid_client',
    })
  })

  it('of a later version has rows of scopes and consents', async () => {
    const result = await importRecords(providerScopes)
    expect(summary(result)).toEqual({
      'auth.user': '3+0',
      'oauth2.accesstoken': '1+0',
      'oauth2.authorizedclient': '1+0',
      'oauth2.client': '1+0',
      'oauth2.grant': '0+0; 1 codes are valid for minutes, and are not imported',
      'oauth2.refreshtoken': '1+0',
      'oauth2.scope': '2+0',
    })
    const [, , , , scopes, consents] = await everything()
    expect(scopes).toMatchObject([{ name: 'read', description: 'Read-Only access' }, { name: 'write' }])
    expect(consents).toMatchObject([{ scope: 'read write', authorized_at: Date.UTC(2014, 4, 1, 12) / 1000 }])
    expect(await ask({ ...client, grant_type: 'refresh_token', refresh_token: token(1) })).toMatchObject({
      status: 200,
      scope: 'read write',
    })
  })

  it('may have natural keys, other models and records that are none', async () => {
    const natural = JSON.parse(
      JSON.stringify(providerScopes).replaceAll('"user":1,', '"user":["test-user-1"],'),
    ) as readonly { readonly pk: number; readonly model: string }[]
    const keyless = natural.map(({ pk, ...record }) =>
      record.model === 'auth.user' ? record : { pk, ...record },
    )
    const records = [...keyless, { model: 'sessions.session', pk: 'x', fields: {} }, { hello: 'world' }]
    const result = await importRecords(records)
    expect(summary(result)).toMatchObject({
      '?': '0+0; 1 it is not a record that this import reads',
      'auth.user': '3+0',
      'oauth2.accesstoken': '1+0',
      'oauth2.authorizedclient': '1+0',
      'sessions.session': '0+0; 1 its model is not imported',
    })
    const again = await importRecords(records, { dry: true })
    expect(summary(again)['oauth2.accesstoken']).toBe('0+0; 1 it exists already')
  })
})

describe('users who change in Django between two imports', () => {
  const user = (pk: number, fields: object) => ({
    model: 'auth.user',
    pk,
    fields: { username: `user-${pk}`, email: '', password: '!', is_active: true, ...fields },
  })
  const users = async () => (await everything())[0] as Readonly<Record<string, unknown>>[]

  it('are brought up to date, but never enabled again', async () => {
    await importRecords([user(1, {}), user(2, {}), user(3, {})])
    await env.DB.prepare("UPDATE users SET is_active = 0 WHERE username = 'user-2'").run()
    const password = 'sha1$salt1234$285e1fba346c19090711738d22c7d2ac22d3dd83'
    const changed = [
      user(1, { password, email: 'one@example.com' }),
      user(2, { password }),
      user(3, { username: 'three', is_active: false }),
    ]
    expect(summary(await importRecords(changed))['auth.user']).toBe('0+3')
    expect(
      (await users()).toSorted((a, b) => (String(a['username']) < String(b['username']) ? -1 : 1)),
    ).toMatchObject([
      { username: 'three', username_key: 'three', username_skeleton: 'three', is_active: 0 },
      { username: 'user-1', password_hash: password, email_key: 'one@example.com', is_active: 1 },
      { username: 'user-2', password_hash: password, is_active: 0 },
    ])
    expect(summary(await importRecords(changed))['auth.user']).toBe('0+0; 3 it exists already')
  })

  it('keep an email address that another user has, without its key', async () => {
    const email = 'same@example.com'
    await importRecords([user(1, { email }), user(2, { email: email.toUpperCase() })])
    await importRecords([user(3, { email })])
    expect((await users()).filter(({ email_key }) => email_key !== null)).toMatchObject([
      { username: 'user-1', email },
    ])
    expect((await users()).map((row) => row['email'])).toContain(email.toUpperCase())
  })

  it('do not take the name of somebody who is here', async () => {
    await givenUser('User-1', { isStaff: true })
    const records = [user(1, { is_superuser: true }), user(2, { is_staff: true })]
    expect(summary(await importRecords(records))['auth.user']).toMatch(/^1\+0; 1 another record has its name/)
    const [renamed] = [user(2, { username: 'user-1' })]
    expect(summary(await importRecords([renamed]))['auth.user']).toMatch(
      /^0\+0; 1 another record has its name/,
    )
    expect((await users()).filter(({ is_staff }) => is_staff === 1)).toMatchObject([{ username: 'User-1' }])
  })
})

describe('a client secret that Django keeps as the hash of a password', () => {
  const form = {
    client_id: 'hashed-id',
    grant_type: 'password',
    username: 'bob',
    password: 'password of bob',
  }
  const secrets = async () => JSON.stringify((await everything())[2])

  it('is checked at its first use, over the body or the header, and kept by its SHA-256', SLOW, async () => {
    await importRecords(toolkit)
    expect(await ask({ ...form, client_secret: 'wrong' })).toMatchObject({
      status: 400,
      error: 'invalid_client',
    })
    expect(await secrets()).toContain('pbkdf2_sha256$')
    const header = basic('hashed-id', 'secret of hashed')
    expect((await post('/oauth2/token', form, header, ON)).status).toBe(200)
    expect((await secrets()).match(/pbkdf2_sha256\$/g)).toHaveLength(1)
    expect((await post('/oauth2/token', form, header)).status).toBe(200)
    expect(await ask({ ...form, client_secret: 'wrong' })).toMatchObject({
      status: 400,
      error: 'invalid_client',
    })
  })

  it('needs the setting, and counts attempts', SLOW, async () => {
    await importRecords(toolkit)
    const trips = countTrips()
    const off = await answerOf(
      await post('/oauth2/token', { ...form, client_secret: 'secret of hashed' }, {}, trips.vars),
    )
    expect(off).toMatchObject({ status: 400, error: 'invalid_client' })
    const limit = env.DB.prepare('UPDATE throttle SET count = 10')
    expect(await ask({ ...form, client_secret: 'wrong' })).toMatchObject({ status: 400 })
    await limit.run()
    const refused = await ask({ ...form, client_secret: 'secret of hashed' })
    expect(refused).toMatchObject({ status: 429 })
    expect(refused.headers.get('Retry-After')).toMatch(/^\d+$/)
  })
})

describe('an imported token', () => {
  const web = { client_id: 'web-id', client_secret: 'secret of web' }
  const access = 'access-token-of-ada-at-web'
  const refresh = { ...web, grant_type: 'refresh_token', refresh_token: 'refresh-token-of-ada-at-web' }

  it('costs one round trip, and none is looked up without the setting', async () => {
    await importRecords(toolkit)
    for (const [form, path] of [
      [{ ...web, token: access }, '/oauth2/introspect'],
      [refresh, '/oauth2/token'],
    ] as const) {
      const off = countTrips()
      const answer = await answerOf(await post(path, form, {}, off.vars))
      expect(answer.active ?? answer.error).toBe(path === '/oauth2/token' ? 'invalid_grant' : false)
      const on = countTrips()
      expect((await post(path, form, {}, { ...on.vars, ...ON })).status).toBe(200)
      expect(on).toMatchObject({ d1: 1, depth: 1 })
    }
    const provider = createProvider()
    const trips = countTrips()
    expect(await provider.verifyAccessToken(access, { ...env, ...trips.vars })).toBeNull()
    expect(trips.d1).toBe(0)
  })

  it('opens a protected resource', async () => {
    await importRecords(toolkit)
    const provider = createProvider({ features: [django({ importedTokens: true })] })
    const app = new Hono<{ Bindings: Cloudflare.Env }>()
    app.get('/', provider.requireScope('read'), (c) => c.json(c.get('oauth2').user?.username))
    const open = (value: string) => app.request('/', { headers: { Authorization: `Bearer ${value}` } }, env)
    expect(await (await open(access)).json()).toBe('ada')
    for (const wrong of ['access-token-of-bob-at-web', `${access}x`, 'refresh-token-of-ada-at-web']) {
      expect((await open(wrong)).status).toBe(401)
    }
  })

  it.each([
    [access, 'refresh-token-of-ada-at-web', true],
    ['refresh-token-of-ada-at-web', access, false],
  ])('%s is revoked by its own client alone', async (value, other, otherLives) => {
    await importRecords(toolkit)
    const active = async (token: string) => (await ask({ ...web, token }, '/oauth2/introspect')).active
    await ask({ client_id: 'service-id', client_secret: 'secret of service', token: value }, '/oauth2/revoke')
    expect(await active(value)).toBe(true)
    await ask({ ...web, token: value }, '/oauth2/revoke')
    expect(await active(value)).toBe(false)
    expect(await active(other)).toBe(otherLives)
  })

  it('refreshed 50 times at once gives one pair, and a late use ends it all', async () => {
    await importRecords(toolkit)
    const answers = await Promise.all(Array.from({ length: 50 }, async () => ask(refresh)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ access_token }) => access_token)).size).toBe(1)
    expect(new Set(answers.map(({ refresh_token }) => refresh_token)).size).toBe(1)
    const introspected = async () =>
      ask({ ...web, token: answers[0]?.access_token ?? '' }, '/oauth2/introspect')
    expect(await introspected()).toMatchObject({ active: true })
    travel(11)
    expect(await ask(refresh)).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await introspected()).toMatchObject({ active: false })
  })

  it("is no other client's to refresh", async () => {
    await importRecords(toolkit)
    const other = { client_id: 'native-id', grant_type: 'refresh_token' }
    expect(await ask({ ...other, refresh_token: 'refresh-token-of-ada-at-web' })).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    })
    expect(await ask(refresh)).toMatchObject({ status: 200 })
  })

  it('is not found by what storage knows it by', async () => {
    await importRecords(toolkit)
    const [, , , , , , grants, tokens] = await everything()
    for (const row of [grants, tokens].flat() as { id: string }[]) {
      expect(await ask({ ...web, token: row.id }, '/oauth2/introspect')).toMatchObject({ active: false })
    }
    // The id of an access token of ours follows from its grant: whoever knows it must not make a token of it.
    const [grant] = grants as { id: string }[]
    const preimage = `${atob((grant?.id ?? '').replaceAll('-', '+').replaceAll('_', '/'))}\0\0\0\0\0\0`
    expect(await ask({ ...web, token: preimage }, '/oauth2/introspect')).toMatchObject({ active: false })
  })
})
