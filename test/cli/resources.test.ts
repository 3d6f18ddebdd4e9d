import { expect, it } from 'vitest'
import { type CliRecord, jsonOf, openCli, runOn } from './run-cli.ts'

const MCP = 'https://api.example/mcp'
const { cli, json, session } = await openCli('resource')

it('resource create, list, show, update and delete change the storage, and show what they did', async () => {
  const made = await json('create', '--identifier', MCP, '--name', 'Tools', '--scope', 'write read')
  const tools = {
    identifier: MCP,
    name: 'Tools',
    scope: 'read write',
    token_format: 'opaque',
    access_token_lifetime: null,
    source: 'table',
  }
  expect(made).toMatchObject(tools)
  expect(jsonOf<readonly CliRecord[]>(await cli('list', '--json'))).toMatchObject([tools])
  expect((await cli('list')).stdout).toContain('Tools')
  expect((await cli('show', MCP)).stdout).toMatch(/^scope +read write$/m)
  expect(
    await json('update', MCP, '--token-format', 'jwt', '--access-token-lifetime', '60', '--scope', ''),
  ).toMatchObject({ ...tools, token_format: 'jwt', access_token_lifetime: 60, scope: null })
  expect(await json('delete', MCP, '--yes')).toMatchObject({ identifier: MCP })
  expect(await cli('show', MCP)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no resource') as string,
  })
})

it('resource create and update say what is wrong, and change nothing', async () => {
  for (const [options, why] of [
    [['--identifier', '/mcp', '--name', 'A'], 'absolute URI without a fragment'],
    [['--identifier', MCP, '--name', 'A', '--scope', 'nonsense'], 'There are no such scopes: nonsense.'],
    [['--identifier', MCP, '--name', 'A', '--token-format', 'saml'], 'opaque or jwt'],
    [['--identifier', MCP, '--name', 'A', '--access-token-lifetime', 'long'], 'whole number of seconds'],
  ] as const) {
    expect(await cli('create', ...options)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(why) as string,
    })
  }
  expect(jsonOf(await cli('list', '--json'))).toEqual([])
  expect(await cli('update', MCP)).toMatchObject({ code: 2 })
  expect(await cli('update', MCP, '--name', 'A')).toMatchObject({ code: 1 })
})

it('resource list shows those of OAUTH_RESOURCES, which are changed there', async () => {
  const set = { identifier: MCP, name: 'Set', scope: null, tokenFormat: 'opaque', accessTokenLifetime: null }
  const settings = { ...session.provider, featureSettings: { resources: [set] } }
  const run = (...args: readonly string[]) =>
    runOn(async () => ({ ...session, provider: settings }), ['resource', ...args])
  expect(jsonOf(await run('list', '--json'))).toMatchObject([{ identifier: MCP, source: 'settings' }])
  for (const verb of [
    ['update', MCP, '--name', 'A'],
    ['delete', MCP, '--yes'],
  ]) {
    expect(await run(...verb)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('OAUTH_RESOURCES') as string,
    })
  }
})
