import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type McpWorld, openMcpWorld } from '../test/end-to-end/mcp-world.ts'
import { RECORDED_REGISTRATIONS } from '../test/support/recorded-registrations.ts'
import { callTool } from './call-tool.ts'
import { type Installed, installProgram } from './install.ts'

/** What is used of its package for OAuth. */
interface Package {
  readonly ClientOAuth2: new (options: object) => {
    readonly code: { getUri(): string; getToken(uri: string): Promise<Token> }
  }
}

interface Token {
  readonly accessToken: string
  refresh(): Promise<Token>
}

let world: McpWorld
let n8n: Installed
beforeAll(async () => {
  n8n = await installProgram('@n8n/client-oauth2')
  world = await openMcpWorld()
})
afterAll(async () => {
  await world.close()
  await n8n.remove()
})

it('n8n, its package for OAuth: signs its user in as it registered, calls, refreshes, asks for more and is revoked', async () => {
  const { ClientOAuth2 } = createRequire(n8n.path('package.json'))('@n8n/client-oauth2') as Package
  const [, registration, redirectUri] = RECORDED_REGISTRATIONS.find(([name]) => name === 'n8n') ?? []
  const registered = await fetch(new URL('/oauth2/register', world.url), {
    method: 'POST',
    body: JSON.stringify(registration),
    headers: { 'Content-Type': 'application/json' },
  })
  const { client_id: clientId, client_secret: clientSecret } = await registered.json<Record<string, string>>()
  const signIn = async (scopes: readonly string[]): Promise<Token> => {
    const { code } = new ClientOAuth2({
      clientId,
      clientSecret,
      redirectUri,
      scopes,
      accessTokenUri: new URL('/oauth2/token', world.url).href,
      authorizationUri: new URL('/oauth2/authorize', world.url).href,
      resource: world.server.href,
      state: 'a state',
    })
    return code.getToken((await world.person.authorize(new URL(code.getUri()))).href)
  }
  const first = await signIn(['read'])
  expect(await callTool(world.server, first.accessToken, 'whoami')).toBe('demo')

  const again = await first.refresh()
  expect(again.accessToken).not.toBe(first.accessToken)
  expect(await callTool(world.server, again.accessToken, 'whoami')).toBe('demo')

  expect(await callTool(world.server, again.accessToken, 'save_note', { text: 'a' })).toBe(
    '403 insufficient_scope',
  )
  const wider = await signIn(['read', 'write'])
  expect(await callTool(world.server, wider.accessToken, 'save_note', { text: 'a' })).toBe('1 of demo')

  await world.withdraw()
  expect(await callTool(world.server, wider.accessToken, 'whoami')).toBe('401 invalid_token')
  await expect(wider.refresh()).rejects.toMatchObject({ body: { error: 'invalid_grant' } })
})
