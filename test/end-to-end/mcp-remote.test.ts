import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type McpWorld, openMcpWorld } from './mcp-world.ts'

const PROGRAM = join(import.meta.dirname, '../../node_modules/mcp-remote/dist/proxy.js')

let world: McpWorld
let folder: string
const children: ChildProcess[] = []

beforeAll(async () => {
  world = await openMcpWorld()
  folder = await mkdtemp(join(tmpdir(), 'mcp-remote-'))
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await world.close()
  await rm(folder, { recursive: true })
})

interface Running {
  /** How often it has sent its user to the browser. */
  readonly sent: () => number
  readonly request: (id: number, method: string, params: object) => Promise<unknown>
  readonly end: () => Promise<void>
}

/** The browser at the address that the program listens on, once it does. */
async function arrive(callback: URL): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const response = await fetch(callback).catch(() => null)
    if (response) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Starts the program, with a person at the browser that it wants to open. */
function start(): Running {
  const child = spawn(process.execPath, [PROGRAM, world.server.href, '--allow-http'], {
    env: { ...process.env, MCP_REMOTE_CONFIG_DIR: folder, BROWSER: 'true', DISPLAY: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  children.push(child)
  let [output, log, sent] = ['', '', 0]
  const waiting = new Map<number, (result: unknown) => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    const lines = output.split('\n')
    output = lines.pop() ?? ''
    for (const line of lines.filter((found) => found.startsWith('{'))) {
      const { id, ...answer } = JSON.parse(line) as { id?: number }
      if (id !== undefined) waiting.get(id)?.(answer)
    }
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
    const address = /(http\S+\/oauth2\/authorize\?\S+)\s/.exec(log)?.[1]
    if (address === undefined) return
    log = ''
    sent++
    void world.person.authorize(new URL(address)).then(arrive)
  })
  return {
    sent: () => sent,
    async request(id, method, params) {
      const answer = new Promise((resolve) => waiting.set(id, resolve))
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
      return answer
    },
    async end() {
      const ended = new Promise((resolve) => child.on('close', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}

const INITIALIZE = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
}
const WHOAMI = { result: { content: [{ type: 'text', text: 'demo' }] } }

describe('mcp-remote', () => {
  it('registers, signs its user in, calls, and refreshes when it starts again', async () => {
    const first = start()
    expect(await first.request(1, 'initialize', INITIALIZE)).toMatchObject({
      result: { serverInfo: { name: 'notes' } },
    })
    expect(await first.request(2, 'tools/call', { name: 'whoami', arguments: {} })).toMatchObject(WHOAMI)
    expect(first.sent()).toBe(1)
    await first.end()
    const clients = await world.db.prepare("SELECT type FROM clients WHERE name LIKE '%MCP%'").all()
    expect(clients.results).toEqual([{ type: 'public' }])

    // Its access token ends; the refresh token brings another, and nobody has to sign in again.
    await world.expireAccessTokens()
    const second = start()
    expect(await second.request(1, 'initialize', INITIALIZE)).toMatchObject({ result: {} })
    expect(await second.request(2, 'tools/call', { name: 'whoami', arguments: {} })).toMatchObject(WHOAMI)
    expect(second.sent()).toBe(0)
    await second.end()

    // Its user takes the access back: it sends the person to the browser again.
    await world.withdraw()
    const third = start()
    expect(await third.request(1, 'initialize', INITIALIZE)).toMatchObject({ result: {} })
    expect(third.sent()).toBe(1)
    await third.end()
  }, 120_000)
})
