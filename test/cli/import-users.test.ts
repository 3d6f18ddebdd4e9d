import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSession } from '../../src/cli/open-store.ts'
import { type CliRecord, type CliResult, jsonOf, runOn, openState } from './run-cli.ts'

const state = await openState()

const cli = async (...args: readonly string[]): Promise<CliResult> =>
  runOn(async () => createSession({ db: state.db, close: async () => {} }, null), args)
const usernames = async (): Promise<readonly unknown[]> =>
  jsonOf<readonly CliRecord[]>(await cli('user', 'list', '--json')).map(({ username }) => username)

const USERS = 'test/fixtures/auth0/users.jsonl'
const HASHES = 'test/fixtures/auth0/hashes.jsonl'
const REALM = 'test/fixtures/keycloak/realm.json'

describe('import auth0', () => {
  it('joins the users with their hashes, and says before importing who has none', async () => {
    const dry = await cli('import', 'auth0', USERS, '--passwords', HASHES, '--dry-run')
    expect(dry.stdout).toMatch(/^Nothing was written/)
    expect(await usernames()).toEqual([])
    const result = await cli('import', 'auth0', USERS, '--passwords', HASHES)
    expect(result.stdout).toContain('auth0.user: 4 created, 0 updated, 1 skipped')
    expect(result.stderr).toBe(
      'before importing: 2 × The user has no password. The user needs a new password: set one with user set-password.\n',
    )
    expect(await usernames()).toEqual(['ada@example.com', 'bob', 'cleo@example.com', 'dan@gmail.example'])
  })

  it('says which file it cannot read, and takes no other field for the name', async () => {
    const missing = join(state.path, 'none.jsonl')
    expect((await cli('import', 'auth0', USERS, '--passwords', missing)).stderr).toContain(
      `${missing} cannot be read`,
    )
    expect((await cli('import', 'auth0', missing)).stderr).toContain(`${missing} cannot be read`)
    expect((await cli('import', 'auth0', USERS, '--username-field', 'name')).code).toBe(2)
  })
})

describe('import keycloak', () => {
  it('takes the users of a realm, beside users of the same names', async () => {
    const result = await cli('import', 'keycloak', REALM, '--username-field', 'email', '--json')
    expect(jsonOf(result)).toMatchObject({
      models: {
        'keycloak.user': {
          created: 6,
          skipped: [{ count: 2, reason: expect.stringContaining('its name') as string }],
        },
      },
    })
    expect(await usernames()).toContain('hal@example.com')
  })

  it('counts what is no user of Keycloak, with a reason', async () => {
    const path = join(state.path, 'other.json')
    await writeFile(path, '[{"hello":"world"}]')
    expect((await cli('import', 'keycloak', path)).stdout).toContain(
      '1 skipped, as it is not a record that this import reads',
    )
  })
})
