import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { openLocalD1 } from '../../src/cli/local-d1.ts'
import { createSession } from '../../src/cli/open-store.ts'
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
    expect(list.stderr).toBe(`On the local state in ${state.path}.\n`)
  })

  it('reads a password from standard input', async () => {
    const made = await cli(
      ['user', 'create', '--username', 'ada', '--password-stdin', '--json'],
      'correct horse\n',
    )
    expect(jsonOf(made)).toMatchObject({ username: 'ada' })
  })

  it('ends with 0, 1 or 2, and says on standard error why', async () => {
    const [help, failed, wrong] = await Promise.all([
      cli(['client', '--help']),
      cli(['client', 'show', 'nobody', '--json']),
      cli(['client', 'show', '--json']),
    ])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(failed).toEqual({
      code: 1,
      stdout: '',
      stderr: `On the local state in ${state.path}.\nerror: There is no client nobody.\n`,
    })
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('the local state', () => {
  it('is never made by a command that only looks or ends something', async () => {
    const path = join(state.path, 'nothing/here')
    const run = (...args: readonly string[]) => spawnCli(args, { PERSIST_TO: path })
    for (const args of [
      ['client', 'list'],
      ['user', 'delete', 'ada'],
      ['scope', 'list'],
      ['token', 'list'],
      ['purge'],
    ]) {
      const { code, stderr, stdout } = await run(...args)
      expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' })
      expect(stderr).toContain(`There is no local state in ${path} yet`)
    }
    expect(existsSync(path)).toBe(false)
  })
})

describe('the local database, beside others', () => {
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

  it('is waited for while another process holds it', async () => {
    const folder = join(state.path, 'v3/d1/miniflare-D1DatabaseObject')
    const files = (await readdir(folder)).filter((name) => /^[0-9a-f]{20,}\.sqlite$/.test(name))
    expect(files).toHaveLength(1)
    const other = new DatabaseSync(join(folder, files[0] ?? ''))
    other.exec('BEGIN IMMEDIATE')
    let released = false
    const made = create('patient').finally(() => expect(released).toBe(true))
    await setTimeout(15_000)
    released = true
    other.exec('COMMIT')
    other.close()
    expect(jsonOf(await made)).toMatchObject({ client_id: 'patient' })
  })

  it(
    'serves many commands at once, beside a server that writes all the time',
    { timeout: 240_000 },
    async () => {
      const server = await openLocalD1(state.path)
      const session = createSession(server, null)
      const done = new AbortController()
      const busy = (async () => {
        for (let at = 0; !done.signal.aborted; at++)
          await session.store.createScope(`busy-${at}`, 'x'.repeat(500), session.mark())
      })()
      const ids = Array.from({ length: 6 }, (_, at) => `many-${at}`)
      const made = await Promise.all(ids.map(create))
      done.abort()
      await busy
      expect(made.map((result) => jsonOf(result)['client_id'])).toEqual(ids)
      await server.close()
    },
  )
})

describe('the secret key of a local state', () => {
  it('is one, however many processes start at once', async () => {
    const path = join(state.path, 'another/state')
    const keys = await Promise.all(Array.from({ length: 20 }, () => readSecretKey(path)))
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[\w-]{43}$/)
  })
})
