import { type ChildProcess, spawn } from 'node:child_process'
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

interface TokenAnswer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
}

async function post(url: string, form: string): Promise<TokenAnswer> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
  return { status: response.status, json: await response.json<TokenAnswer['json']>() }
}

describe('npm start', () => {
  it('serves a first token from nothing, and leaves nothing behind', { timeout: 240_000 }, async () => {
    const port = await freePort()
    const first = start(port)
    await first.says(`Ready on http://localhost:${port}`)
    const curl = await first.says(/curl -X POST -d "[^"]*" http:\S+/)
    const [, form = '', url = ''] = /-d "([^"]*)" (\S+)/.exec(curl) ?? []
    expect(url).toBe(`http://localhost:${port}/oauth2/access_token/`)
    for (const address of [url, url.replace(/\/$/, '')]) {
      const { json, status } = await post(address, form)
      expect(status).toBe(200)
      expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 86_400, scope: 'read' })
      expect(json).toHaveProperty('refresh_token')
    }

    // The command line works on what is being served.
    const cli = (...args: readonly string[]) => spawnCli(args, { PERSIST_TO: state.path })
    const shown = jsonOf(await cli('client', 'show', 'demo', '--json'))
    expect(shown).toMatchObject({
      client_type: 'confidential',
      redirect_uris: [`http://localhost:${port}/demo/callback`],
      grant_types: expect.arrayContaining(['client_credentials', 'implicit', 'password']) as string[],
    })
    const changed = await cli('user', 'set-password', 'demo', '--password', 'changed', '--json')
    expect(changed).toMatchObject({ code: 0, stderr: '' })
    expect((await post(url, form)).json).toMatchObject({ error: 'invalid_grant' })

    // Its key is on no command line.
    const key = readFileSync(`${state.path}/secret-key`, 'utf8').trim()
    const lines = leftovers().map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
    expect(lines.filter((line) => line.includes(key))).toEqual([])

    expect(await first.stop('SIGTERM')).toBe(0)
    await nothingLeft()

    // Once more, elsewhere: the seed changes nothing but the redirect URI; what follows `--` wins.
    const next = await freePort()
    const second = start(next, ['--var', 'OAUTH_ENFORCE_SECURE:true', '--var', 'OAUTH_DEMO:false'])
    await second.says('Ready on')
    const insecure = await post(`http://localhost:${next}/oauth2/token`, form)
    expect(insecure.json['error_description']).toContain('A secure connection is required.')
    const moved = jsonOf(await cli('client', 'show', 'demo', '--json'))
    expect(moved['redirect_uris']).toEqual([`http://localhost:${next}/demo/callback`])
    expect(await second.stop('SIGINT')).toBe(0)
    await nothingLeft()
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
