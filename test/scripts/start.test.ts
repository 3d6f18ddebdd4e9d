import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createState, jsonOf, spawnCli } from '../cli/run-cli.ts'

const state = await createState()
const started: Started[] = []
afterAll(() => state.remove())
afterEach(async () => {
  await Promise.all(started.splice(0).map(({ stop }) => stop('SIGTERM')))
})

/** A running `npm start`, without npm. */
interface Started {
  readonly output: () => string
  /** Waits for a text in what it prints. */
  readonly says: (text: string | RegExp) => Promise<string>
  /** Sends a signal and waits for the end. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>
  readonly ended: Promise<number | null>
}

function start(
  port: number | string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Started {
  const child: ChildProcess = spawn(process.execPath, ['scripts/start.ts', ...args], {
    env: { ...process.env, CI: 'true', PERSIST_TO: state.path, PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  const runs = (): boolean => child.exitCode === null && child.signalCode === null
  const says = async (text: string | RegExp): Promise<string> => {
    const found = (): string | undefined => new RegExp(text).exec(output)?.[0]
    while (runs() && found() === undefined) await setTimeout(50)
    return found() ?? Promise.reject(new Error(`It ended without saying ${String(text)}:\n${output}`))
  }
  const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    return ended
  }
  const handle = { ended, output: () => output, says, stop }
  started.push(handle)
  return handle
}

async function listen(port: number): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return server
}

async function freePort(): Promise<number> {
  const server = await listen(0)
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Processes that work on the state of this file, seen by their command lines and environments. */
function leftovers(): readonly string[] {
  if (!existsSync('/proc/self/environ')) return []
  const own = String(process.pid)
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || pid === own) return false
    try {
      return ['cmdline', 'environ'].some((file) =>
        readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(state.path),
      )
    } catch {
      return false // it has ended since, or belongs to somebody else
    }
  })
}

/** Leaves what was signalled a moment to end. */
async function nothingLeft(): Promise<void> {
  for (let wait = 0; wait < 40 && leftovers().length > 0; wait++) await setTimeout(100)
  expect(leftovers()).toEqual([])
}

/** The first command on the screen. */
function firstCommandOf(output: string): string {
  return /^ *(curl .*)$/m.exec(output)?.[1] ?? ''
}

/** Pastes a command into a shell, and reads the JSON that it prints. */
function runShell(command: string): Readonly<Record<string, unknown>> {
  const answer: unknown = JSON.parse(
    execFileSync('sh', ['-c', command.replace(/^curl/, 'curl -s')], { encoding: 'utf8' }),
  )
  return answer as Readonly<Record<string, unknown>>
}

describe('npm start', () => {
  it('serves a first token from nothing, and leaves nothing behind', { timeout: 240_000 }, async () => {
    const port = await freePort()
    const first = start(port)
    await first.says('Ctrl-C stops it.')
    const said = first.output()
    const url = `http://localhost:${port}`
    expect(said.trim().split('\n')).toEqual([
      `Ready on ${url}`,
      '',
      `  Issuer       ${url}`,
      `  Admin panel  ${url}/admin  user admin, password admin`,
      `  Demo         ${url}/demo   user demo, password demo`,
      '',
      'Your first token:',
      '',
      expect.stringContaining('  curl -X POST -d ') as string,
      '',
      'Ctrl-C stops it.',
    ])
    const curl = firstCommandOf(said)
    expect(curl).toContain(`${url}/oauth2/access_token/`)
    for (const command of [curl, curl.replace(/\/$/, '')]) {
      const answer = runShell(command)
      expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 86_400, scope: 'read' })
      expect(answer).toHaveProperty('refresh_token')
    }

    // The command line works on what is being served.
    const cli = (...args: readonly string[]) => spawnCli(args, { PERSIST_TO: state.path })
    const shown = jsonOf(await cli('client', 'show', 'demo', '--json'))
    expect(shown).toMatchObject({
      client_type: 'confidential',
      redirect_uris: [`http://localhost:${port}/demo/callback`],
      grant_types: expect.arrayContaining(['client_credentials', 'implicit', 'password']) as string[],
    })
    const changed = await cli('user', 'set-password', 'demo', '--password', 'changed since then', '--json')
    expect(changed).toMatchObject({ code: 0 })
    expect(runShell(curl)).toMatchObject({ error: 'invalid_grant' })
    // What is asked of it is shown, what it asks itself at its start is not.
    expect(first.output()).toMatch(/POST \/oauth2\/access_token\/ 200 OK/)
    expect(first.output()).not.toMatch(/GET \/admin|introspect|Scheduled Workers|env\.|Starting local server/)

    // Its key is on no command line.
    const key = readFileSync(`${state.path}/secret-key`, 'utf8').trim()
    const lines = leftovers().map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
    expect(lines.filter((line) => line.includes(key))).toEqual([])

    expect(await first.stop('SIGTERM')).toBe(0)
    await nothingLeft()

    // Once more: the seed changes nothing, and the first command works in what is left of the demo data.
    const again = start(port)
    await again.says('Ctrl-C stops it.')
    expect(again.output()).toContain(`${url}/demo   user demo, whose password was changed\n`)
    expect(again.output()).toContain(`${url}/admin  user admin, password admin\n`)
    const other = firstCommandOf(again.output())
    expect(other).not.toBe(curl)
    expect(runShell(other)).toMatchObject({ token_type: 'Bearer', expires_in: 86_400 })
    expect((await cli('client', 'rotate-secret', 'demo', '--json')).code).toBe(0)
    expect(await again.stop('SIGTERM')).toBe(0)

    // Elsewhere: the redirect URI follows, and the secret that was changed is none that a command could name.
    const next = await freePort()
    const third = start(next)
    await third.says('Ctrl-C stops it.')
    expect(runShell(firstCommandOf(third.output()))).toMatchObject({ issuer: `http://localhost:${next}` })
    const moved = jsonOf(await cli('client', 'show', 'demo', '--json'))
    expect(moved['redirect_uris']).toEqual([`http://localhost:${next}/demo/callback`])
    expect(await third.stop('SIGINT')).toBe(0)
    await nothingLeft()
  })

  it('lets what follows `--` win, and says what is refused then', { timeout: 120_000 }, async () => {
    const port = await freePort()
    const strict = start(port, ['--var', 'OAUTH_ENFORCE_SECURE:true', '--var', 'OAUTH_DEMO:false'])
    await strict.says('Ctrl-C stops it.')
    expect(strict.output()).toContain(`Ready on http://localhost:${port}, which refuses this request:`)
    const refused = runShell(firstCommandOf(strict.output()))
    expect(refused['error_description']).toContain('A secure connection is required.')
    expect(await strict.stop('SIGTERM')).toBe(0)
    const named = start(port, ['--var', 'OAUTH_ISSUER:https://id.example', '--var', 'OAUTH_DEMO:false'])
    await named.says('Ctrl-C stops it.')
    expect(named.output()).toMatch(/ {2}Issuer {7}https:\/\/id\.example\n/)
    expect(named.output()).not.toContain('/demo ')
    expect(await named.stop('SIGTERM')).toBe(0)
  })

  it('shows what is wrong in the Worker', { timeout: 120_000 }, async () => {
    const broken = start(await freePort(), ['--var', 'OAUTH_EXPIRE_DELTA:soon'])
    await broken.says('Ctrl-C stops it.')
    await broken.says('configuration error: OAUTH_EXPIRE_DELTA: holds "soon"')
    expect(await broken.stop('SIGTERM')).toBe(0)
  })

  it('ends at once, whenever it is told to', { timeout: 120_000 }, async () => {
    for (const after of [400, 2500]) {
      const early = start(await freePort())
      await setTimeout(after)
      expect(await early.stop('SIGTERM')).toSatisfy((code) => code === 0 || code === null)
      await nothingLeft()
    }
  })

  it('says that its port is busy, and starts nothing', async () => {
    const port = await freePort()
    const server = await listen(port)
    const busy = start(port)
    expect(await busy.ended).toBe(1)
    expect(busy.output()).toBe(
      `error: Port ${port} is in use. Stop what listens there, or choose another: PORT=8788 npm start\n`,
    )
    server.close()
    await nothingLeft()
  })

  it('says that its port is no port', async () => {
    const wrong = start('http')
    expect(await wrong.ended).toBe(1)
    expect(wrong.output()).toContain('PORT holds http')
  })
})
