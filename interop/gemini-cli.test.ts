import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type McpWorld, openMcpWorld } from '../test/end-to-end/mcp-world.ts'
import { callTool } from './call-tool.ts'
import { type Installed, installProgram } from './install.ts'
import { type Ran, runProgram } from './program.ts'

let world: McpWorld
let gemini: Installed
beforeAll(async () => {
  gemini = await installProgram('@google/gemini-cli-core')
  world = await openMcpWorld()
})
afterAll(async () => {
  await world.close()
  await gemini.remove()
})

async function run(step: 'sign-in' | 'token', scopes: readonly string[] = []): Promise<Ran> {
  const code = gemini.path('node_modules/@google/gemini-cli-core/dist/src/index.js')
  const args = [join(import.meta.dirname, 'gemini-cli.ts'), code, step, world.server.href, ...scopes]
  const env = { HOME: gemini.path(), GEMINI_CLI_HOME: gemini.path(), GEMINI_FORCE_FILE_STORAGE: 'true' }
  // It asks before it opens a browser.
  return runProgram(process.execPath, args, { person: world.person, cwd: gemini.path(), env, input: 'y\n' })
}

function tokenIn({ output }: Ran): string {
  return /^token: (\S+)$/m.exec(output)?.[1] ?? ''
}

/** Lets its access token expire, here and in what it keeps. */
async function letExpire(): Promise<void> {
  await world.expireAccessTokens()
  const kept = gemini.path('.gemini/mcp-oauth-tokens.json')
  await writeFile(kept, (await readFile(kept, 'utf8')).replace(/"expiresAt": *\d+/, '"expiresAt": 1'))
}

it('Gemini CLI, its code for OAuth: registers, signs its user in, calls, refreshes, steps up and is told that it is revoked', async () => {
  const first = await run('sign-in', ['read'])
  const [asked] = first.asked
  expect(asked?.searchParams.get('resource')).toBe(world.server.href)
  expect(asked?.searchParams.get('redirect_uri')).toMatch(/^http:\/\/localhost:\d+\/oauth\/callback$/)
  expect(await callTool(world.server, tokenIn(first), 'whoami')).toBe('demo')

  await letExpire()
  const again = await run('token')
  expect(again.asked).toEqual([])
  expect(tokenIn(again)).not.toBe(tokenIn(first))
  expect(await callTool(world.server, tokenIn(again), 'whoami')).toBe('demo')

  // It asks for a wider scope where its user signs in again; without scopes of its settings, for all that there are.
  expect(await callTool(world.server, tokenIn(again), 'save_note', { text: 'a' })).toBe(
    '403 insufficient_scope',
  )
  const wider = await run('sign-in')
  expect(wider.asked[0]?.searchParams.get('scope')).toBe('read write offline_access')
  expect(await callTool(world.server, tokenIn(wider), 'save_note', { text: 'a' })).toBe('1 of demo')

  await world.withdraw()
  expect(await callTool(world.server, tokenIn(wider), 'whoami')).toBe('401 invalid_token')
  await letExpire()
  expect(tokenIn(await run('token'))).toBe('null')
})
