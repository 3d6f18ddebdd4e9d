import { describe, expect, it } from 'vitest'
import { sha256Base64url } from '../../src/crypto/bytes.ts'
import { readClientRecord } from '../../src/django/clients.ts'
import type { DjangoRecord } from '../../src/django/record.ts'
import { answerOf, post } from '../support/http.ts'
import { importRecords, OPTIONS, tableOf } from '../support/import.ts'

const ON = { OAUTH_IMPORTED_TOKENS: 'true' }

/** An application of django-oauth-toolkit, in a dump. */
function application(fields: object = {}, model = 'oauth2_provider.application'): DjangoRecord {
  return {
    model,
    pk: '7',
    fields: {
      client_id: 'shop',
      client_secret: 'a secret of the shop',
      client_type: 'confidential',
      authorization_grant_type: 'authorization-code',
      redirect_uris: 'https://shop.example/callback',
      name: 'Shop',
      ...fields,
    },
  }
}

describe('a Django project with models of its own', () => {
  const records = [
    application({ organization: 3 }, 'shop.Application'),
    {
      model: 'accounts.Person',
      pk: 1,
      fields: { email: 'zoe@example.com', username: 'zozo', password: '!', last_login: null },
    },
    {
      model: 'shop.AccessToken',
      pk: 5,
      fields: {
        user: ['zoe@example.com'],
        application: 7,
        token: 'access-token-of-zoe-0001',
        expires: '2099-01-01T00:00:00Z',
        scope: 'read',
      },
    },
    {
      model: 'shop.RefreshToken',
      pk: 6,
      fields: {
        user: ['zoe@example.com'],
        application: 7,
        token: 'refresh-token-of-zoe-0001',
        access_token: 5,
        revoked: null,
      },
    },
  ]
  const named = {
    ...OPTIONS,
    userModel: 'accounts.person',
    usernameField: 'email',
    toolkitModels: {
      application: 'shop.application',
      accessToken: 'shop.accesstoken',
      refreshToken: 'shop.refreshtoken',
    },
  }

  it('is imported whole where the options name its models and the field of its login', async () => {
    const result = await importRecords(records, { options: named })
    expect(result.models).toEqual({
      'accounts.person': { created: 1, updated: 0, skipped: [] },
      'shop.accesstoken': { created: 1, updated: 0, skipped: [] },
      'shop.application': { created: 1, updated: 0, skipped: [] },
      'shop.refreshtoken': { created: 1, updated: 0, skipped: [] },
    })
    expect(await tableOf('users')).toMatchObject([{ username: 'zoe@example.com' }])
    const client = { client_id: 'shop', client_secret: 'a secret of the shop' }
    const form = { ...client, token: 'access-token-of-zoe-0001' }
    expect(await answerOf(await post('/oauth2/introspect', form, {}, ON))).toMatchObject({
      active: true,
      username: 'zoe@example.com',
    })
    const refresh = { ...client, grant_type: 'refresh_token', refresh_token: 'refresh-token-of-zoe-0001' }
    expect(await answerOf(await post('/oauth2/token', refresh, {}, ON))).toMatchObject({ scope: 'read' })
  })

  it('gets a reason for each model that no option names, which says the option', async () => {
    const { models } = await importRecords(records)
    const reasons = Object.values(models).flatMap(({ skipped }) => skipped.map(({ reason }) => reason))
    for (const option of [
      '--application-model',
      '--user-model',
      '--access-token-model',
      '--refresh-token-model',
    ]) {
      expect(reasons.filter((reason) => reason.endsWith(`which ${option} names`))).toHaveLength(1)
    }
    expect(await tableOf('users')).toEqual([])
  })

  it('does not take a user whose login field is empty, nor the default model of one that is replaced', async () => {
    const user = { model: 'accounts.person', pk: 2, fields: { username: 'anna', email: '' } }
    const { models } = await importRecords([user, application()], { options: named })
    expect(models['accounts.person']?.skipped).toMatchObject([
      { reason: 'it has nothing in its field email', count: 1 },
    ])
    expect(models['oauth2_provider.application']).toMatchObject({ created: 0 })
  })
})

describe('a client secret in a dump', () => {
  const kept = async (secret: string): Promise<string | null> =>
    (await readClientRecord(application({ client_secret: secret }))).client.secretHash

  it.each([
    'a$b$c$d and more',
    'pbkdf2_sha256$not a hash',
    'pbkdf2_sha256$20000$salt1234$c2hvcnQ=',
    'pbkdf2_sha256$20000$$d13Tci8ek3lXeA8TjRD1MJ47mpKKa+o9Xrku24TbRG4=',
    'bcrypt$my-secret-of-2019',
    'argon2$argon2id$is my favourite',
    'scrypt$16384$salt',
    'sha1$x',
    'crypt$up',
    'unknown_hasher$1$salt$hash',
    '8e1843033a0f6ee52e2f618aa8ebbef4',
  ])('%s is in the clear, and works as it is', async (secret) => {
    expect(await kept(secret)).toBe(await sha256Base64url(secret))
  })

  it.each([
    'pbkdf2_sha256$20000$salt1234$d13Tci8ek3lXeA8TjRD1MJ47mpKKa+o9Xrku24TbRG4=',
    'bcrypt_sha256$$2b$05$m4/DXNGT6Odc3606YXZh0ej4.gST4/soZ6SAoHpWJqqpnwFAj2cLu',
    'md5$salt1234$aef6d747713e7a8bece29ed8205fa065',
  ])('%s is a hash that a hasher of Django wrote, and stays one', async (secret) => {
    expect(await kept(secret)).toBe(secret)
  })

  it.each(['crypt$ab$abJnggxhB/yWI', 'bcrypt$$2b$31$qrcgcAa5AlzcK.XeIgHpROlzNgfspvVlNSf3U/ljhpRy1TxtjmipG'])(
    '%s is a hash that no Worker can check: it is never taken for a secret, and the report says what to do',
    async (secret) => {
      const { client, problems } = await readClientRecord(application({ client_secret: secret }))
      expect(client.secretHash).toBeNull()
      expect(problems.at(-1)).toContain('client rotate-secret')
    },
  )
})

describe('redirect URIs in a dump', () => {
  const uris = async (text: string): Promise<readonly string[]> =>
    (await readClientRecord(application({ redirect_uris: text }))).client.metadata.redirectUris

  it.each([
    ['https://a.example/cb https://b.example/cb', 2],
    ['https://a.example/cb\r\nhttps://b.example/cb\n', 2],
    ['https://a.example/cb,https://b.example/cb', 2],
    ['https://a.example/cb, https://b.example/cb,', 2],
    ['https://a.example/cb,\n https://b.example/cb ,com.example.app:/cb', 3],
    ['https://a.example/cb https://a.example/cb', 1],
  ])('%j are separated by white space or commas', async (text, count) => {
    const found = await uris(text)
    expect(found).toHaveLength(count)
    expect(found.join('')).not.toContain(',')
  })

  it('keep a comma inside them', async () => {
    const [first, second] = ['https://a.example/cb?list=1,2,c', 'https://b.example/x,y']
    expect(await uris(`${first},${second}`)).toEqual([first, second])
  })

  it('over plain http are taken for hosts of OAUTH_ALLOW_HTTP_REDIRECTS, which the report names for those left out', async () => {
    const redirect_uris = 'http://wiki.intranet/cb http://other.intranet/cb'
    const record = { ...application({ redirect_uris }) }
    const options = { ...OPTIONS, httpHosts: ['wiki.intranet'] }
    const { notes } = await importRecords([record], { options })
    expect((await tableOf('client_redirect_uris')).map(({ uri }) => uri)).toEqual(['http://wiki.intranet/cb'])
    expect(notes.map(({ note }) => note)).toEqual([
      expect.stringMatching(/"http:\/\/other\.intranet\/cb" must use https.*OAUTH_ALLOW_HTTP_REDIRECTS/),
    ])
  })

  it('are separated in the field of django-oauth2-provider, too', async () => {
    const record = application({ redirect_uri: 'https://a.example/,https://b.example/' }, 'oauth2.client')
    expect((await readClientRecord(record)).client.metadata.redirectUris).toHaveLength(2)
  })
})
