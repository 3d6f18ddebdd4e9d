import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { optionOf } from '../../src/cli/client-options.ts'
import { createSession, type Session } from '../../src/cli/open-store.ts'
import { clientMetadata } from '../../src/clients/members/index.ts'
import { usernameKey } from '../../src/identity/usernames.ts'
import { run } from '../../src/store/d1/run.ts'
import { mascot } from '../clients/member-row.ts'
import { SAMPLES } from '../clients/member-samples.ts'
import { type CliRecord, jsonOf, runOn, openState } from './run-cli.ts'

const REDIRECT = 'https://app.example/callback'
const state = await openState()
let session: Session

const open = async (): Promise<Session> => session
const cli = (...args: readonly string[]) => runOn(open, args)
const json = async (...args: readonly string[]) => jsonOf(await cli(...args, '--json'))
const jsonList = async (...args: readonly string[]) =>
  jsonOf<readonly CliRecord[]>(await cli(...args, '--json'))

/** Reads or changes the local state behind the command line's back. */
async function query(...statements: readonly string[]): Promise<readonly CliRecord[]> {
  const rows = await run<CliRecord[]>(
    state.db,
    statements.map((statement) => sql.raw(statement)),
  )
  return rows.at(-1) ?? []
}

let [app, spa]: readonly CliRecord[] = []
beforeAll(async () => {
  const local = { db: state.db, close: async () => {} }
  session = createSession(local, 'k'.repeat(43), undefined, 'https://id.example')
  app = await json(
    'client',
    'create',
    '--name',
    'App',
    '--url',
    'https://app.example/',
    '--redirect-uri',
    REDIRECT,
  )
  const options = ['--type', 'public', '--redirect-uri', REDIRECT, '--client-id', 'spa']
  spa = await json('client', 'create', '--name', 'Spa', ...options)
})

describe('client', () => {
  it('create prints the client with its secret', () => {
    expect(app).toMatchObject({
      client_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      client_secret: expect.stringMatching(/^[\w-]{43}$/) as string,
      client_type: 'confidential',
      name: 'App',
      url: 'https://app.example/',
      redirect_uris: [REDIRECT],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: null,
      auto_authorize: false,
      authorize_every_time: false,
      require_pkce: false,
    })
    expect(spa).toMatchObject({
      client_id: 'spa',
      client_type: 'public',
      grant_types: ['authorization_code', 'refresh_token'],
      require_pkce: true,
    })
    expect(spa).not.toHaveProperty('client_secret')
  })

  it('create takes everything that a client may have', async () => {
    const everything = [
      '--grant',
      'client_credentials',
      '--grant',
      'password',
      '--scope',
      'write read',
      '--client-id',
      'all',
    ]
    const flags = ['--client-secret', ':p%ss w+rd&more', '--auto-authorize', '--no-pkce']
    expect(await json('client', 'create', '--name', 'All', ...everything, ...flags)).toMatchObject({
      client_id: 'all',
      client_secret: ':p%ss w+rd&more',
      grant_types: ['client_credentials', 'password'],
      scope: 'read write',
      redirect_uris: [],
      auto_authorize: true,
      authorize_every_time: false,
      require_pkce: false,
    })
    const again = await cli('client', 'create', '--name', 'All', ...everything)
    expect(again).toMatchObject({ code: 1, stdout: '', stderr: 'error: There is a client all already.\n' })
  })

  it('create makes no secret for a client with a key, and refuses a public one with a key', async () => {
    const options = ['--grant', 'client_credentials', '--token-endpoint-auth-method', 'private_key_jwt']
    const key = ['--jwks-uri', 'https://signer.example/jwks']
    const signer = await json('client', 'create', '--name', 'Signer', ...options, ...key)
    expect(signer).toMatchObject({ token_endpoint_auth_method: 'private_key_jwt' })
    expect(signer).not.toHaveProperty('client_secret')
    const refused = await cli('client', 'update', 'spa', '--token-endpoint-auth-method', 'private_key_jwt')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('A public client cannot authenticate')
    await json('client', 'delete', String(signer['client_id']), '--yes')
  })

  it('create gives no grant type that the settings turn off, as those of OAUTH_PROFILE=oauth2.1 do', async () => {
    const settings = { ...session.provider.settings, passwordGrant: false, responseTypeChoices: ['code'] }
    const strict = { ...session, provider: { ...session.provider, settings } }
    for (const [grant, variable] of [
      ['password', 'OAUTH_PASSWORD_GRANT'],
      ['implicit', 'OAUTH_RESPONSE_TYPE_CHOICES'],
    ] as const) {
      const options = ['--name', 'App', '--redirect-uri', REDIRECT, '--grant', grant]
      const refused = await runOn(async () => strict, ['client', 'create', ...options])
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain(`${variable} turns the grant type ${grant} off.`)
    }
  })

  it('list and show never have a secret', async () => {
    const [clients, shown] = await Promise.all([jsonList('client', 'list'), json('client', 'show', 'spa')])
    expect(clients.find(({ client_id }) => client_id === 'spa')).toEqual(shown)
    expect(JSON.stringify(clients)).not.toContain('secret')
  })

  it('update changes what is named and nothing else', async () => {
    const redirects = ['--redirect-uri', `${REDIRECT}/1`, '--redirect-uri', `${REDIRECT}/2`]
    const updated = await json(
      'client',
      'update',
      'spa',
      '--name',
      'Two',
      ...redirects,
      '--disable',
      '--no-pkce',
      '--access-token-lifetime',
      '600',
      '--refresh-reuse-interval',
      '0',
    )
    expect(updated).toMatchObject({
      client_type: 'public',
      name: 'Two',
      redirect_uris: [`${REDIRECT}/1`, `${REDIRECT}/2`],
      grant_types: ['authorization_code', 'refresh_token'],
      disabled: true,
      require_pkce: false,
      access_token_lifetime: 600,
      refresh_reuse_interval: 0,
    })
    const back = await json('client', 'update', 'spa', '--enable', '--pkce', '--scope', 'read')
    expect(back).toMatchObject({ name: 'Two', disabled: false, require_pkce: true, scope: 'read' })
    expect(back).toMatchObject({ access_token_lifetime: 600, refresh_token_lifetime: null })
    const usual = await json('client', 'update', 'spa', '--access-token-lifetime', '')
    expect(usual).toMatchObject({ access_token_lifetime: null })
    expect(await cli('client', 'update', 'spa', '--refresh-token-lifetime', 'soon')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('whole number of seconds') as string,
    })
  })

  it('rotate-secret shows a new secret; the old one ends at once or later', async () => {
    const id = String(app?.['client_id'])
    const kept = await json('client', 'rotate-secret', id, '--keep-old', '30m')
    expect(kept['client_secret']).not.toBe(app?.['client_secret'])
    expect(Number(kept['old_secret_expires_at']) - Date.now() / 1000).toBeGreaterThan(1700)
    const ended = await json('client', 'rotate-secret', id)
    expect(ended['old_secret_expires_at']).toBeNull()
    expect(await query(`SELECT 1 FROM client_secrets WHERE client_id = '${id}'`)).toHaveLength(1)
    expect(await cli('client', 'rotate-secret', 'spa')).toMatchObject({ code: 1, stdout: '' })
  })

  it('delete says once what it deleted', async () => {
    await json('client', 'create', '--name', 'Gone', '--redirect-uri', REDIRECT, '--client-id', 'gone')
    expect(await json('client', 'delete', 'gone')).toMatchObject({ client_id: 'gone' })
    const again = await cli('client', 'delete', 'gone', '--json')
    expect(again).toEqual({ code: 1, stdout: '', stderr: 'error: There is no client gone.\n' })
  })

  it('says what is wrong with metadata, and writes nothing', async () => {
    const bad = await cli(
      'client',
      'create',
      '--name',
      'Bad',
      '--redirect-uri',
      'http://app.example/',
      '--redirect-uri',
      'x',
    )
    expect(bad).toMatchObject({ code: 1, stdout: '' })
    expect(bad.stderr).toContain('http is only for localhost')
    expect(bad.stderr).toContain('must be an absolute URI')
    const both = await cli(
      'client',
      'create',
      '--name',
      'B',
      '--type',
      'public',
      '--client-secret',
      'a secret of mine',
      '--redirect-uri',
      REDIRECT,
    )
    expect(both).toMatchObject({ code: 1, stdout: '' })
  })
})

describe('user', () => {
  const hashOf = (name: string) =>
    query(`SELECT password_hash FROM users WHERE username_key = '${usernameKey(name)}'`)

  it('create takes a password from an option or from standard input', async () => {
    const ada = await json(
      'user',
      'create',
      '--username',
      'Ada',
      '--password',
      'correct horse',
      '--email',
      'ada@example.org',
      '--staff',
    )
    expect(ada).toMatchObject({
      id: expect.any(String) as string,
      username: 'Ada',
      email: 'ada@example.org',
      is_staff: true,
    })
    const args = ['user', 'create', '--username', 'bob', '--password-stdin', '--json']
    const bob = jsonOf(await runOn(open, args, 'pass word 42\n'))
    expect(bob).toMatchObject({ username: 'bob', email: null, is_staff: false })
    const again = await runOn(
      open,
      ['user', 'create', '--username', 'ADA', '--password-stdin'],
      'correct horse',
    )
    expect(again).toMatchObject({ code: 1, stderr: 'error: There is a user with this name already.\n' })
    const users = await jsonList('user', 'list')
    expect(users.map(({ username }) => username)).toEqual(['Ada', 'bob'])
    expect(JSON.stringify(users)).not.toMatch(/scrypt|hash|"password"/)
  })

  it('list shows each of many users once, those of another table too', async () => {
    await query(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
       INSERT INTO users (id, username, username_key, password_hash, password_changed_at, created_at)
       SELECT 'ext-' || i, 'Zoe', 'external' || char(10) || i, '', 0, 0 FROM n`,
    )
    const users = await jsonList('user', 'list')
    expect(users).toHaveLength(1202)
    expect(new Set(users.map(({ id }) => id)).size).toBe(1202)
    await query("DELETE FROM users WHERE id LIKE 'ext-%'")
  })

  it('set-password clears the failed attempts of the account', async () => {
    const key = await session.throttleKey('bob')
    await query(
      `INSERT INTO throttle (key, count, reset_at, op) VALUES ('${key}', 10, 9999999999, 'x'), ('other', 1, 9999999999, 'x')`,
    )
    const before = await hashOf('bob')
    const set = await runOn(
      open,
      ['user', 'set-password', 'BOB', '--password-stdin', '--json'],
      'battery staple',
    )
    expect(set).toMatchObject({ code: 0, stderr: '' })
    expect(await hashOf('bob')).not.toEqual(before)
    expect(await query('SELECT key FROM throttle')).toEqual([{ key: 'other' }])
  })

  it('disable, enable and delete work once each, and refuse unknown names', async () => {
    const { recovery_link: link } = await json('user', 'recovery-link', 'BOB')
    expect(link).toMatch(/^https:\/\/id\.example\/login\/password\?token=ml_[\w-]{64}$/)
    expect(await query('SELECT kind, expires_at - created_at AS life FROM mail_links')).toMatchObject([
      { kind: 'reset' },
    ])
    const known = createSession(
      { db: state.db, close: async () => {} },
      null,
      undefined,
      'https://id.example',
    )
    expect((await runOn(async () => known, ['user', 'recovery-link', 'bob'])).stderr).toContain('SECRET_KEY')
    const nowhere = createSession({ db: state.db, close: async () => {} }, 'k'.repeat(43))
    expect((await runOn(async () => nowhere, ['user', 'recovery-link', 'bob'])).stderr).toContain(
      'OAUTH_ISSUER',
    )
    expect(await json('user', 'disable', 'bob')).toMatchObject({ username: 'bob', is_active: false })
    expect(await json('user', 'enable', 'bob')).toMatchObject({ username: 'bob', is_active: true })
    expect(await json('user', 'delete', 'bob')).toMatchObject({ username: 'bob' })
    for (const verb of ['disable', 'delete']) {
      expect(await cli('user', verb, 'bob')).toEqual({
        code: 1,
        stdout: '',
        stderr: 'error: There is no user bob.\n',
      })
    }
  })
})

describe('scope', () => {
  it('can be created, listed and deleted', async () => {
    expect(
      await json('scope', 'create', '--name', 'email', '--description', 'See your address'),
    ).toMatchObject({
      name: 'email',
      description: 'See your address',
    })
    expect((await cli('scope', 'create', '--name', 'email', '--description', 'x')).code).toBe(1)
    expect((await cli('scope', 'create', '--name', 'two words', '--description', 'x')).stderr).toContain(
      'RFC 6749 3.3',
    )
    const list = await jsonList('scope', 'list')
    expect(list).toEqual([
      { name: 'address', source: 'feature', bits: null, description: null, created_at: null },
      {
        name: 'email',
        source: 'table',
        bits: null,
        description: 'See your address',
        created_at: expect.any(Number) as number,
      },
      ...['offline_access', 'openid', 'phone', 'profile'].map((name) => ({
        name,
        source: 'feature',
        bits: null,
        description: null,
        created_at: null,
      })),
      { name: 'read', source: 'settings', bits: 2, description: null, created_at: null },
      { name: 'write', source: 'settings', bits: 6, description: null, created_at: null },
    ])
    expect(await json('scope', 'delete', 'email')).toMatchObject({ name: 'email' })
    expect(await cli('scope', 'delete', 'email')).toMatchObject({ code: 1, stdout: '' })
  })
})

describe('token and purge', () => {
  it('list tokens, revoke them and delete what has expired', async () => {
    const id = String(app?.['client_id'])
    await query(
      `INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, refresh_seq, refreshed_at, refresh_expires_at,
        access_expires_at, expires_at, created_at)
        SELECT '-g', id, '${id}', 'password', 'read', 1, 1, 2, 9999999999, 9999999999, 9999999999, 1 FROM users WHERE username = 'Ada'`,
      `INSERT INTO grants (id, client_id, grant_type, scope, access_expires_at, expires_at, created_at)
        VALUES ('old', '${id}', 'client_credentials', 'read', 5, 5, 1)`,
    )
    expect(await json('purge')).toEqual({ grants: 1, sessions: 0, throttle: 0 })
    expect(await json('purge')).toEqual({ grants: 0, sessions: 0, throttle: 0 })
    const common = { client: id, user: 'Ada', scope: 'read', expires_at: 9_999_999_999, revoked_at: null }
    expect(await jsonList('token', 'list', '--user', 'ada', '--client', id)).toEqual([
      { kind: 'access', id: '-g.1', created_at: 2, ...common },
      { kind: 'refresh', id: '-g', created_at: 1, ...common },
    ])
    expect(await jsonList('token', 'list', '--client', 'spa')).toEqual([])
    expect(await json('token', 'revoke', '--id', '-g.1')).toEqual({ revoked: 1 })
    expect(await json('token', 'revoke', '--user', 'ada')).toEqual({ revoked: 1 })
    expect(await json('token', 'revoke', '--user', 'ada')).toEqual({ revoked: 0 })
    for (const { revoked_at } of await jsonList('token', 'list'))
      expect(revoked_at).toEqual(expect.any(Number))
    expect(await cli('token', 'revoke', '--user', 'nobody')).toMatchObject({ code: 1, stdout: '' })
  })
})

describe('without --json', () => {
  it('prints text for people', async () => {
    const [clients, shown, created] = await Promise.all([
      cli('client', 'list'),
      cli('client', 'show', 'spa'),
      cli('client', 'create', '--name', 'Text', '--redirect-uri', REDIRECT, '--client-id', 'text'),
    ])
    expect(clients.stdout).toMatch(/^client_id +client_type +name/)
    expect(shown.stdout).toMatch(/^client_id +spa\nclient_type +public\n/)
    expect(created.stdout).toContain('Keep the secret: it is not shown again.')
  })
})

describe('a member of client metadata that one row adds', () => {
  it('is an option of client create and client update, and is shown', async () => {
    const provider = { ...session.provider, clientMetadata: [...clientMetadata, mascot] }
    const openWith = async (): Promise<Session> => ({ ...session, provider })
    const client = (...args: readonly string[]) => runOn(openWith, ['client', ...args], '', provider)
    const created = ['create', '--name', 'Zoo', '--redirect-uri', REDIRECT, '--client-id', 'zoo']
    expect(jsonOf(await client(...created, '--mascot', 'owl', '--json'))).toMatchObject({ mascot: 'owl' })
    expect(await client('update', 'zoo', '--mascot', 'dog')).toMatchObject({
      code: 1,
      stderr: 'error: The mascot must be an owl or a fox.\n',
    })
    expect((await client('show', 'zoo')).stdout).toMatch(/^mascot +owl$/m)
    expect(jsonOf(await client('update', 'zoo', '--mascot', '', '--json'))).toMatchObject({ mascot: null })
    expect((await client('create', '--help')).stdout).toContain('Mascot. An animal.')
  })
})

describe('the members of client metadata', () => {
  it.each(Object.entries(SAMPLES))('%s is an option, and is shown', async (name, { right }) => {
    const [option = ''] = clientMetadata
      .filter((member) => member.name === name)
      .flatMap((member) => optionOf(member).split(' '))
    const values = Array.isArray(right) ? right : [typeof right === 'object' ? JSON.stringify(right) : right]
    const args = values.flatMap((value) => (value === true ? [option] : [option, String(value)]))
    const redirect = ['--redirect-uri', REDIRECT, '--client-id', name]
    const created = await json('client', 'create', '--name', name, ...redirect, ...args)
    expect(created[name]).toEqual(right)
    expect(await json('client', 'show', name)).toMatchObject({ [name]: right })
    expect((await cli('client', 'update', '--help')).stdout).toContain(option)
  })
})
