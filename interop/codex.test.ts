import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type McpWorld, openMcpWorld } from '../test/end-to-end/mcp-world.ts'
import { type Installed, installProgram } from './install.ts'
import { type Ran, runProgram } from './program.ts'

const PROGRAM = 'node_modules/.bin/codex'

let world: McpWorld
let codex: Installed
beforeAll(async () => {
  codex = await installProgram('@openai/codex')
  world = await openMcpWorld()
  await mkdir(codex.path('home'))
  const server = `[mcp_servers.notes]\nurl = "${world.server.href}"\n`
  await writeFile(codex.path('home/config.toml'), `mcp_oauth_credentials_store = "file"\n${server}`)
})
afterAll(async () => {
  await world.close()
  await codex.remove()
})

/** Its document cannot be fetched where there is no internet, so it registers; `test/works-with` has its document. */
async function signIn(...scopes: readonly string[]): Promise<Ran> {
  const args = ['mcp', 'login', 'notes', '--no-browser', '--oauth-client-registration', 'dcr', ...scopes]
  const env = { CODEX_HOME: codex.path('home') }
  return runProgram(codex.path(PROGRAM), args, { person: world.person, cwd: codex.path(), env })
}

/** Calls a tool as its own front ends do, over its app server, which asks no model for it. */
async function call(tool: string, args: object = {}): Promise<unknown> {
  const env = { ...process.env, CODEX_HOME: codex.path('home') }
  const server = spawn(codex.path(PROGRAM), ['app-server'], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  const send = (message: object): void => void server.stdin.write(`${JSON.stringify(message)}\n`)
  const clientInfo = { name: 'test', title: 'Test', version: '1' }
  send({ id: 1, method: 'initialize', params: { clientInfo, capabilities: { experimentalApi: true } } })
  send({ method: 'initialized' })
  send({ id: 2, method: 'thread/start', params: { cwd: codex.path(), ephemeral: true } })
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const { error, id, result } = JSON.parse(line) as { id?: number; error?: object; result?: Started }
      if (id === 2) {
        const params = { threadId: result?.thread?.id, server: 'notes', tool, arguments: args }
        send({ id: 3, method: 'mcpServer/tool/call', params })
      }
      if (id === 3) return result ?? error
    }
    return null
  } finally {
    server.kill()
  }
}

interface Started {
  readonly thread?: { readonly id: string }
}

const DEMO = { content: [{ type: 'text', text: 'demo' }] }

it('Codex: registers, signs its user in, calls, refreshes, steps up by another sign-in, and is refused once it is revoked', async () => {
  const first = await signIn()
  expect(first).toMatchObject({
    code: 0,
    output: expect.stringContaining('Successfully logged in') as string,
  })
  const [asked] = first.asked
  expect(asked?.searchParams.get('resource')).toBe(world.server.href)
  expect(asked?.searchParams.get('scope')).toBe('read offline_access')
  expect(asked?.searchParams.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/)
  expect(await call('whoami')).toEqual(DEMO)

  await world.expireAccessTokens()
  expect(await call('whoami')).toEqual(DEMO)

  // The challenge names the scope that is missing; its user signs in with it.
  expect(await call('save_note', { text: 'a' })).toMatchObject({
    message: expect.stringContaining('Insufficient scope') as string,
  })
  const wider = await signIn('--scopes', 'read,write,offline_access')
  expect(wider).toMatchObject({ code: 0 })
  expect(await call('save_note', { text: 'a' })).toEqual({ content: [{ type: 'text', text: '1 of demo' }] })

  await world.withdraw()
  expect(await call('whoami')).not.toHaveProperty('content')
})
