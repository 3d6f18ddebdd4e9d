import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readSecretKey } from '../../src/cli/secret-key.ts'
import { type CliRecord, createState, jsonOf, spawnCli } from './run-cli.ts'

const state = await createState()
const cli = (args: readonly string[], stdin?: string) => spawnCli(args, { PERSIST_TO: state.path }, stdin)
afterAll(() => state.remove())

describe('the command line, as a process', () => {
  it('makes a local state at first use, even two at once', async () => {
    const create = (id: string) =>
      cli([
        'client',
        'create',
        '--name',
        id,
        '--client-id',
        id,
        '--redirect-uri',
        'https://app.example/',
        '--json',
      ])
    const made = await Promise.all(['a', 'b'].map(create))
    expect(made.map((result) => jsonOf(result)['client_id'])).toEqual(['a', 'b'])
    const { mode } = await stat(join(state.path, 'secret-key'))
    expect(mode & 0o777).toBe(0o600)
    const list = await cli(['client', 'list', '--json'])
    expect(jsonOf<readonly CliRecord[]>(list)).toHaveLength(2)
    expect(list.stderr).toBe('')
  })

  it('reads a password from standard input', async () => {
    const made = await cli(['user', 'create', '--username', 'ada', '--password-stdin', '--json'], 'secret\n')
    expect(jsonOf(made)).toMatchObject({ username: 'ada' })
  })

  it('ends with 0, 1 or 2, and says on standard error why', async () => {
    const [help, failed, wrong] = await Promise.all([
      cli(['client', '--help']),
      cli(['client', 'show', 'nobody', '--json']),
      cli(['client', 'show', '--json']),
    ])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(failed).toEqual({ code: 1, stdout: '', stderr: 'error: There is no client nobody.\n' })
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('the secret key of a local state', () => {
  it('is one, however many processes start at once', async () => {
    const path = join(state.path, 'another/state')
    const keys = await Promise.all(Array.from({ length: 20 }, () => readSecretKey(path)))
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[\w-]{43}$/)
  })
})
