import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSession } from '../../src/cli/open-store.ts'
import { type CliRecord, type CliResult, createState, jsonOf, runOn, spawnCli, openState } from './run-cli.ts'

const TOOLKIT = 'test/fixtures/django/toolkit.json'

const state = await openState()

const cli = async (...args: readonly string[]): Promise<CliResult> =>
  runOn(async () => createSession({ db: state.db, close: async () => {} }, null), args)
const count = async (table: string): Promise<unknown> =>
  (await state.db.prepare(`SELECT count(*) AS n FROM ${table}`).first())?.['n']

/** Writes records as a dump of about some MiB. */
async function writeDump(name: string, records: Iterable<object>): Promise<string> {
  const path = join(state.path, name)
  const stream = createWriteStream(path)
  let separator = '['
  for (const record of records) {
    if (!stream.write(`${separator}${JSON.stringify(record)}`)) await once(stream, 'drain')
    separator = ',\n'
  }
  stream.end(']\n')
  await once(stream, 'finish')
  return path
}

describe('import django', () => {
  it('says before importing what cannot be checked, then counts, then what is to be set', async () => {
    const dry = await cli('import', 'django', TOOLKIT, '--dry-run', '--json')
    expect(jsonOf(dry)).toMatchObject({
      dry_run: true,
      models: { 'oauth2_provider.application': { created: 4 } },
    })
    expect(await count('users')).toBe(0)
    const report = join(state.path, 'report.jsonl')
    const imported = await cli('import', 'django', TOOLKIT, '--report', report)
    expect(imported).toMatchObject({ code: 0 })
    expect(imported.stderr).toBe(
      'before importing: 1 × Argon2 with 102400 KiB of memory and 2 rounds needs more than a Worker has. ' +
        'The user needs a new password: set one with user set-password.\n' +
        'before importing: 1 × The user has no password. ' +
        'The user needs a new password: set one with user set-password.\n',
    )
    expect(imported.stdout).toContain('\nauth.user: 6 created, 0 updated, 1 skipped\n')
    expect(imported.stdout).toMatch(
      /\nSet OAUTH_IMPORTED_TOKENS to true: the last imported token expires at 2099-01-01T00:00:00Z; 2 client secrets/,
    )
    const lines = (await readFile(report, 'utf8')).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as CliRecord)).toContainEqual({
      model: 'oauth2_provider.accesstoken',
      record: '2',
      reason: 'it has expired',
    })
    expect(await count('users')).toBe(6)
  })

  it('changes nothing the second time, and says so', async () => {
    const again = jsonOf(await cli('import', 'django', TOOLKIT, '--json'))
    expect(again).toMatchObject({ dry_run: false, imported_tokens: { setting_needed: true } })
    const models = again['models'] as Readonly<Record<string, { created: number; updated: number }>>
    expect(Object.values(models).map(({ created, updated }) => created + updated)).toEqual([0, 0, 0, 0, 0])
  })

  it('brings a user who was deleted here back with --restore alone', async () => {
    const session = createSession({ db: state.db, close: async () => {} }, null)
    expect(await session.store.deleteUser('fay', session.mark())).toBe(true)
    const again = await cli('import', 'django', TOOLKIT)
    expect(again.stdout).toContain(
      '1 skipped, as it has been deleted here since an earlier import (--restore brings it back): 6',
    )
    expect(await count('users')).toBe(5)
    expect(jsonOf(await cli('import', 'django', TOOLKIT, '--restore', '--json'))).toMatchObject({
      models: { 'auth.user': { created: 1 } },
    })
    expect(await count('users')).toBe(6)
  })

  it('shows tokens that were imported in lists, never the tokens themselves', async () => {
    const list = await cli('token', 'list', '--json')
    expect(jsonOf<readonly CliRecord[]>(list)).toHaveLength(6)
    expect(list.stdout).not.toContain('token-of-')
  })

  it('writes nothing of a file that is broken, and says where', async () => {
    const before = await count('users')
    const text = await readFile('test/fixtures/django/provider-0.2.json', 'utf8')
    const broken = join(state.path, 'broken.json')
    await writeFile(broken, text.slice(0, -100))
    const result = await cli('import', 'django', broken, '--json')
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr).toMatch(/^error: The file ends after 16 objects, in the middle, at byte \d+\.\n$/)
    expect(await count('users')).toBe(before)
    expect((await cli('import', 'django', join(state.path, 'none.json'))).stderr).toContain('cannot be read')
    expect((await cli('import', 'django', TOOLKIT, '--scope-bits', '{"read":"x"}')).code).toBe(2)
    expect((await cli('import', 'django', TOOLKIT, '--refresh-days', '0')).code).toBe(2)
  })

  it('spells out what a dump holds to move the cursor, or to forge a line of its own', async () => {
    const path = await writeDump('hostile.json', [
      { model: 'auth.user\u001B[2J', pk: 1, fields: {} },
      {
        model: 'auth.user',
        pk: 'x\nImported.\u202E',
        fields: { username: '\u001B[31m', password: 'a\u009B$b' },
      },
    ])
    const { stderr, stdout } = await cli('import', 'django', path)
    expect(stdout + stderr).toContain('x\\u{a}Imported.\\u{202e}')
    // oxlint-disable-next-line no-control-regex -- that there is none is what is tested
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/)
  })

  it('imports a custom user model, and a second project beside the first', async () => {
    const fields = { email: 'zoe@example.com', password: 'md5$salt1234$aef6d747713e7a8bece29ed8205fa065' }
    const path = await writeDump('custom.json', [{ model: 'accounts.Person', pk: 1, fields }])
    const args = ['--user-model', 'accounts.Person', '--source', 'shop', '--json']
    expect(jsonOf(await cli('import', 'django', path, ...args))).toMatchObject({
      models: { 'accounts.person': { created: 1 } },
    })
    const users = jsonOf<readonly CliRecord[]>(await cli('user', 'list', '--json'))
    expect(users.map(({ username }) => username)).toEqual([
      'ada',
      'bob',
      'cleo',
      'dan',
      'eve',
      'fay',
      'zoe@example.com',
    ])
  })

  it('imports a project whose models are all of its own, and whose users sign in with the address', async () => {
    const times = { expires: '2099-01-01T00:00:00Z', scope: 'read' }
    const owner = { user: ['ivy@example.com'], application: 7 }
    const path = await writeDump('own-models.json', [
      {
        model: 'portal.Application',
        pk: 7,
        fields: {
          client_id: 'portal',
          client_secret: 'pa$$word of the portal',
          client_type: 'confidential',
          authorization_grant_type: 'authorization-code',
          redirect_uris: 'https://a.example/cb,https://b.example/cb?list=1,2\r\nhttps://c.example/cb',
        },
      },
      { model: 'people.Member', pk: 1, fields: { login: 'ivy@example.com', username: 'ivy', password: '!' } },
      {
        model: 'portal.AccessToken',
        pk: 5,
        fields: { ...owner, ...times, token: 'access-token-of-ivy-0001' },
      },
      {
        model: 'portal.RefreshToken',
        pk: 6,
        fields: { ...owner, token: 'refresh-token-of-ivy-0001', access_token: 5 },
      },
    ])
    const options = [
      ['--source', 'portal'],
      ['--user-model', 'people.Member'],
      ['--username-field', 'login'],
      ['--application-model', 'portal.Application'],
      ['--access-token-model', 'portal.AccessToken'],
      ['--refresh-token-model', 'portal.RefreshToken'],
    ]
    const imported = jsonOf(await cli('import', 'django', path, ...options.flat(), '--json'))
    const created = { created: 1, skipped: [] }
    expect(imported['models']).toMatchObject({
      'people.member': created,
      'portal.application': created,
      'portal.accesstoken': created,
      'portal.refreshtoken': created,
    })
    expect(jsonOf(await cli('client', 'show', 'portal', '--json'))).toMatchObject({
      redirect_uris: ['https://a.example/cb', 'https://b.example/cb?list=1,2', 'https://c.example/cb'],
    })
    expect((await cli('user', 'list')).stdout).toContain('ivy@example.com')
  })
})

/** Users, one client, and tokens; each record is padded, as no test has an hour for a million. */
function* manyRecords(users: number): Generator<object> {
  const padding = 'x'.repeat(36_000)
  for (let pk = 1; pk <= users; pk++) {
    const token = { user: pk, token: `${pk}`.padStart(40, '0'), client: 1 }
    yield { model: 'oauth2.refreshtoken', pk, fields: { ...token, access_token: pk, expired: false } }
    yield {
      model: 'oauth2.accesstoken',
      pk,
      fields: { ...token, token: `${pk}`.padStart(40, 'a'), expires: '2099-01-01T00:00:00Z', scope: 6 },
    }
    yield { model: 'auth.user', pk, fields: { username: `user-${pk}`, password: '!', biography: padding } }
  }
  const client = {
    client_id: 'many',
    client_secret: 'secret',
    client_type: 0,
    redirect_uri: 'https://many.example/',
  }
  yield { model: 'oauth2.client', pk: 1, fields: client }
}

describe('a dump of 60 MB', () => {
  it(
    'is imported in a process that keeps little of it, and says how far it is',
    { timeout: 600_000 },
    async () => {
      const path = await writeDump('many.json', manyRecords(1_500))
      const large = await createState()
      try {
        // The tools that open the database take half of it; the dump as a whole would take more than the rest.
        const env = { PERSIST_TO: large.path, NODE_OPTIONS: '--max-old-space-size=160' }
        const result = await spawnCli(['import', 'django', path, '--json'], env)
        expect(jsonOf(result)).toMatchObject({
          models: {
            'auth.user': { created: 1_500 },
            'oauth2.accesstoken': { created: 1_500, skipped: [] },
            'oauth2.refreshtoken': { created: 1_500, skipped: [] },
          },
        })
        expect(result.stderr).toMatch(/^access tokens: \d+ % of \d+ MiB, \d+\.\d MiB\/s, \d+ \w+ left$/m)
      } finally {
        await large.remove()
      }
    },
  )
})
