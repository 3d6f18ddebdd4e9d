import { beforeAll, describe, expect, it } from 'vitest'
import { createSession, type Session } from '../../src/cli/open-store.ts'
import { type CliResult, jsonOf, runOn, openState } from './run-cli.ts'

const state = await openState()
let session: Session

beforeAll(async () => {
  const local = createSession(
    { db: state.db, close: async () => {} },
    'k'.repeat(43),
    undefined,
    'https://id.example',
  )
  const settings = { ...local.provider.settings, passwords: false }
  session = { ...local, provider: { ...local.provider, settings } }
})

const cli = async (...args: readonly string[]): Promise<CliResult> => runOn(async () => session, args)

describe('under OAUTH_PASSWORDS=false', () => {
  it('a user is created without a password, and gets in by a link', async () => {
    const user = jsonOf(
      await cli('user', 'create', '--username', 'mia', '--staff', '--no-password', '--json'),
    )
    expect(user).toMatchObject({ username: 'mia', is_staff: true })
    const hashes = await state.db.prepare('SELECT password_hash FROM users').all()
    expect(hashes.results).toEqual([{ password_hash: '!' }])
    const { code, stdout } = await cli('user', 'recovery-link', 'mia')
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^mia can sign in with this link\. .*\nhttps:\/\/id\.example\/login\/password\?token=ml_\S+\n$/,
      ),
    ])
  })

  it.each([
    [
      ['create', '--username', 'max', '--password', 'a long enough password'],
      'Passwords are turned off here: omit it.',
    ],
    [
      ['set-password', 'mia', '--password', 'a long enough password', '--yes'],
      'OAUTH_PASSWORDS=false turns passwords off.',
    ],
    [['set-password', 'mia'], 'OAUTH_PASSWORDS=false turns passwords off.'],
  ])('user %j says so, and changes nothing', async (args, sentence) => {
    const { code, stderr } = await cli('user', ...args)
    expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)])
    const { results } = await state.db.prepare('SELECT username, password_hash FROM users').all()
    expect(results).toEqual([{ username: 'mia', password_hash: '!' }])
  })
})
