import { globSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type McpWorld, openMcpWorld } from '../test/end-to-end/mcp-world.ts'
import { type Installed, installProgram } from './install.ts'
import { type Ran, runProgram } from './program.ts'

let world: McpWorld
let opencode: Installed
beforeAll(async () => {
  opencode = await installProgram('opencode-ai')
  world = await openMcpWorld()
  await mkdir(opencode.path('home'))
  const mcp = { notes: { type: 'remote', url: world.server.href } }
  await writeFile(opencode.path('opencode.json'), JSON.stringify({ mcp }))
})
afterAll(async () => {
  await world.close()
  await opencode.remove()
})

async function run(...args: readonly string[]): Promise<Ran> {
  // Of its builds, the one that runs on any processor.
  const [program = ''] = globSync(opencode.path('node_modules/opencode-*-baseline/bin/opencode'))
  const home = opencode.path('home')
  const env = {
    HOME: home,
    XDG_DATA_HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_STATE_HOME: home,
    XDG_CACHE_HOME: home,
  }
  return runProgram(program, args, { person: world.person, cwd: opencode.path(), env })
}

async function tokens(): Promise<{ readonly accessToken?: string; readonly scope?: string }> {
  const kept = await readFile(opencode.path('home/opencode/mcp-auth.json'), 'utf8')
  const { notes } = JSON.parse(kept) as { notes: { tokens?: object } }
  return notes.tokens ?? {}
}

it('OpenCode: registers, signs its user in, connects, refreshes, and asks again once it is revoked', async () => {
  const { asked, output } = await run('mcp', 'auth', 'notes')
  expect(asked.length).toBe(1)
  expect(output).toContain('Authentication successful')
  expect(asked[0]?.searchParams.get('resource')).toBe(world.server.href)
  expect(asked[0]?.searchParams.get('redirect_uri')).toBe('http://127.0.0.1:19876/mcp/oauth/callback')
  // It connects with the token, and reads what tools there are.
  expect((await run('mcp', 'list')).output).toMatch(/notes.*connected/)

  const before = await tokens()
  await world.expireAccessTokens()
  expect((await run('mcp', 'list')).output).toMatch(/notes.*connected/)
  expect((await tokens()).accessToken).not.toBe(before.accessToken)

  await world.withdraw()
  expect((await run('mcp', 'list')).output).toMatch(/notes.*needs authentication/)
})
