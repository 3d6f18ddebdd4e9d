import { describe, expect, it } from 'vitest'
import { createSession, type Session } from '../../src/cli/open-store.ts'
import { clientMetadata } from '../../src/clients/members/index.ts'
import { type CliResult, jsonOf, runOn, openState } from './run-cli.ts'

const state = await openState()
const session = createSession({ db: state.db, close: async () => {} }, null)

/** A terminal whose person answers so; what was asked. */
interface Terminal {
  readonly asked: string[]
  readonly run: (...args: readonly string[]) => Promise<CliResult>
}

function terminal(...answers: readonly string[]): Terminal {
  const asked: string[] = []
  const left = [...answers]
  const ask = async (question: string): Promise<string> => {
    asked.push(question)
    return left.shift() ?? ''
  }
  const open = async (): Promise<Session> => ({ ...session, target: 'the deployed database shop' })
  return { asked, run: (...args) => runOn(open, args, '', { clientMetadata }, ask) }
}

const run = (...args: readonly string[]) => runOn(async () => session, args)
const given = async (id: string) =>
  jsonOf(
    await run(
      'client',
      'create',
      '--name',
      'App',
      '--client-id',
      id,
      '--redirect-uri',
      'https://a.example/',
      '--json',
    ),
  )
const exists = async (id: string) => (await run('client', 'show', id)).code === 0

describe('a command that ends something, at a terminal', () => {
  it.each(['', 'n', 'no', 'nope', 'yess'])('changes nothing where the answer is %j', async (answer) => {
    const id = `kept-${answer}`
    await given(id)
    const { asked, run: typed } = terminal(answer)
    const { code, stderr, stdout } = await typed('client', 'delete', id)
    expect({ code, stdout, asked }).toEqual({ code: 1, stdout: '', asked: ['Go on? [y/N] '] })
    expect(stderr).toContain('The client is permanently deleted')
    expect(stderr).toContain(`App, ${id}`)
    expect(stderr).toContain('on the deployed database shop')
    expect(stderr).toContain('This also deletes the consents (0), grants (0) and access tokens (0).')
    expect(stderr).toContain('error: Nothing was changed.')
    expect(await exists(id)).toBe(true)
  })

  it('goes ahead after a yes, with --yes, and where there is no terminal', async () => {
    for (const id of ['yes', 'option', 'script']) await given(id)
    expect(await terminal('y').run('client', 'delete', 'yes')).toMatchObject({ code: 0 })
    const { asked, run: typed } = terminal()
    expect(await typed('client', 'delete', 'option', '--yes')).toMatchObject({ code: 0 })
    expect(asked).toEqual([])
    expect(await run('client', 'delete', 'script')).toMatchObject({ code: 0, stderr: '' })
    for (const id of ['yes', 'option', 'script']) expect(await exists(id)).toBe(false)
  })

  it('asks wherever somebody loses something', async () => {
    await given('app')
    await runOn(
      async () => session,
      ['user', 'create', '--username', 'mia', '--password-stdin'],
      'correct horse',
    )
    await run('scope', 'create', '--name', 'print', '--description', 'Print')
    for (const args of [
      ['client', 'rotate-secret', 'app'],
      ['client', 'update', 'app', '--disable'],
      ['client', 'delete', 'app'],
      ['user', 'disable', 'mia'],
      ['user', 'delete', 'mia'],
      ['scope', 'delete', 'print'],
      ['token', 'revoke', '--user', 'mia'],
    ]) {
      const { asked, run: typed } = terminal('n')
      expect({ args, code: (await typed(...args)).code, asked }).toEqual({
        args,
        code: 1,
        asked: ['Go on? [y/N] '],
      })
    }
    for (const args of [
      ['client', 'rotate-secret', 'app', '--keep-old'],
      ['user', 'enable', 'mia'],
      ['purge'],
    ]) {
      const { asked, run: typed } = terminal()
      await typed(...args)
      expect({ args, asked }).toEqual({ args, asked: [] })
    }
  })
})

describe('a password', () => {
  it('is asked for twice at a terminal', async () => {
    const same = terminal('battery staple', 'battery staple')
    expect(await same.run('user', 'create', '--username', 'zoe')).toMatchObject({ code: 0 })
    expect(same.asked).toEqual(['New password: ', 'Repeat the new password: '])
    const other = terminal('battery staple', 'battery stable')
    const refused = await other.run('user', 'create', '--username', 'eve')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('do not match')
    expect(await run('user', 'delete', 'eve')).toMatchObject({ code: 1 })
  })

  it('gets a warning on the command line, and so does a secret', async () => {
    const made = await run('user', 'create', '--username', 'lea', '--password', 'correct horse')
    expect(made).toMatchObject({ code: 0 })
    expect(made.stderr).toContain('warning: The value of --password stays in the shell history')
    const secret = 'a secret of mine'
    const create = ['client', 'create', '--name', 'S', '--redirect-uri', 'https://a.example/', '--json']
    const shown = await run(...create, '--client-secret', secret)
    expect(shown.stderr).toContain('--client-secret-stdin')
    expect(shown.stderr).not.toContain(secret)
    const silent = await runOn(async () => session, [...create, '--client-secret-stdin'], `${secret}\n`)
    expect(silent.stderr).toBe('')
    expect(jsonOf(silent)).toMatchObject({ client_secret: secret })
  })

  it.each(['x', 'short', 'password123', 'mia-2-mia-2', '12345678'])(
    'is held to the rule of the panel: %s is refused',
    async (password) => {
      const args = ['user', 'create', '--username', 'mia-2', '--password-stdin']
      expect(await runOn(async () => session, args, password)).toMatchObject({ code: 1, stdout: '' })
      const set = ['user', 'set-password', 'lea', '--password-stdin']
      expect(await runOn(async () => session, set, password.replace('mia-2', 'lea'))).toMatchObject({
        code: 1,
        stdout: '',
      })
    },
  )

  it('has a least length, as the secret of a client has', async () => {
    const create = ['client', 'create', '--name', 'S', '--redirect-uri', 'https://a.example/']
    const refused = await runOn(async () => session, [...create, '--client-secret-stdin'], 'eleven-char')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('at least 12 characters')
  })
})

describe('a scope that nobody knows', () => {
  it('cannot be listed by a client', async () => {
    const create = [
      'client',
      'create',
      '--name',
      'S',
      '--redirect-uri',
      'https://a.example/',
      '--client-id',
      'sc',
    ]
    const refused = await run(...create, '--scope', 'read nonsense')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('There is no scope nonsense')
    expect(await run(...create, '--scope', 'read')).toMatchObject({ code: 0 })
    expect(await run('client', 'update', 'sc', '--scope', 'more')).toMatchObject({ code: 1 })
    await run('scope', 'create', '--name', 'more', '--description', 'More')
    expect(await run('client', 'update', 'sc', '--scope', 'more')).toMatchObject({ code: 0 })
  })
})
