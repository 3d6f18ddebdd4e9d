import process from 'node:process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type McpWorld, openMcpWorld } from '../test/end-to-end/mcp-world.ts'
import { type Installed, installProgram } from './install.ts'
import { type Ran, runProgram } from './program.ts'

const PROGRAM = 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js'

let world: McpWorld
let inspector: Installed
beforeAll(async () => {
  inspector = await installProgram('@modelcontextprotocol/inspector')
  world = await openMcpWorld()
})
afterAll(async () => {
  await world.close()
  await inspector.remove()
})

async function call(tool: string, args: readonly string[] = [], isAlone = false): Promise<Ran> {
  const command = ['--cli', world.server.href, '--method', 'tools/call', '--tool-name', tool, ...args]
  return runProgram(process.execPath, [inspector.path(PROGRAM), ...command], {
    person: world.person,
    cwd: inspector.path(),
    isAlone,
    env: {
      HOME: inspector.path(),
      MCP_AUTO_OPEN_ENABLED: 'true',
      MCP_INSPECTOR_SECRET_STORE: 'file',
    },
  })
}

it('MCP Inspector, its command: registers, signs its user in, calls, refreshes, and asks again once it is revoked', async () => {
  const first = await call('whoami')
  expect(first).toMatchObject({ code: 0, output: expect.stringContaining('"text": "demo"') as string })
  const [asked] = first.asked
  expect(first.asked.length).toBe(1)
  expect(asked?.searchParams.get('resource')).toBe(world.server.href)
  // It asks for all that the server's description names, and so has nothing to step up to.
  expect(asked?.searchParams.get('scope')).toBe('read write offline_access')
  const clients = await world.db.prepare("SELECT type FROM clients WHERE name = 'MCP Inspector'").all()
  expect(clients.results).toEqual([{ type: 'public' }])

  const wide = await call('save_note', ['--tool-arg', 'text=a'])
  expect(wide).toMatchObject({ code: 0, output: expect.stringContaining('1 of demo') as string, asked: [] })

  await world.expireAccessTokens()
  const second = await call('whoami')
  expect(second).toMatchObject({
    code: 0,
    output: expect.stringContaining('"text": "demo"') as string,
    asked: [],
  })

  await world.withdraw()
  expect((await call('whoami', [], true)).asked.length).toBe(1)
})
