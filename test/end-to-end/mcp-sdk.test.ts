import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, connect, finish, scopesOf, VERSIONS } from './mcp-connect.ts'
import { type DocumentHost, serveDocument } from './mcp-document.ts'
import { CALLBACK, createMemory } from './mcp-memory.ts'
import { type McpWorld, openMcpWorld } from './mcp-world.ts'

let world: McpWorld
let host: DocumentHost
beforeAll(async () => {
  world = await openMcpWorld({ OAUTH_FETCH_LOOPBACK: 'true' })
  host = await serveDocument({
    client_name: 'An application with a document',
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'none',
  })
})
afterAll(async () => {
  await world.close()
  await host.close()
})

describe.each(VERSIONS)('The TypeScript SDK %s', (_, sdk, stepsUp) => {
  it('finds the provider, registers, signs a person in, calls, refreshes, steps up and is revoked', async () => {
    const memory = createMemory()
    const client = await connect(sdk, memory, world.server, world.person)
    expect(memory.seen.registered).toMatchObject({ token_endpoint_auth_method: 'none' })
    const [asked] = memory.seen.asked
    expect(asked?.searchParams.get('resource')).toBe(world.server.href)
    expect(scopesOf(asked)).toContain('read')
    expect(scopesOf(asked)).not.toContain('write')
    expect(await call(client, 'whoami')).toBe('demo')

    // A token that is gone: the client refreshes by itself.
    const first = memory.tokens()
    memory.breakAccessToken()
    expect(await call(client, 'whoami')).toBe('demo')
    expect(memory.tokens()?.refresh_token).not.toBe(first?.refresh_token)

    // A tool that needs more: the challenge names the scopes. The second version asks for them by itself, the first one
    // refreshes in vain, and its application has to ask.
    await expect(call(client, 'save_note', { text: 'a' })).rejects.toThrow(stepsUp ? 'Unauthorized' : '403')
    if (!stepsUp) {
      memory.forgetTokens()
      await sdk.auth(memory.provider, { serverUrl: world.server, scope: 'read write' })
    }
    expect(scopesOf(memory.seen.asked.at(-1))).toEqual(expect.arrayContaining(['read', 'write']))
    await finish(client.transport, memory, world.person)
    expect(await call(client, 'save_note', { text: 'a' })).toMatch(/ of demo$/)

    // Revoked by its user: the refresh token is dead, too, and the person is asked again.
    await world.withdraw()
    const before = memory.seen.asked.length
    await expect(call(client, 'whoami')).rejects.toThrow('Unauthorized')
    expect(memory.seen.asked.length).toBe(before + 1)
    await client.close()
  })

  it('is known by the address of its document, and registers nothing', async () => {
    const memory = createMemory({ metadataUrl: host.address })
    const client = await connect(sdk, memory, world.server, world.person)
    expect(memory.seen.asked[0]?.searchParams.get('client_id')).toBe(host.address)
    expect(await call(client, 'whoami')).toBe('demo')
    memory.breakAccessToken()
    expect(await call(client, 'whoami')).toBe('demo')
    expect(host.asked()).toBe(1)
    await client.close()
  })

  it('registers again once its client is gone', async () => {
    const memory = createMemory()
    await (await connect(sdk, memory, world.server, world.person)).close()
    const { client_id: gone } = memory.seen.registered ?? {}
    for (const table of [
      'grants',
      'authorized_clients',
      'client_redirect_uris',
      'client_registrations',
      'clients',
    ]) {
      await world.db.prepare(`DELETE FROM ${table} WHERE client_id = ?`).bind(gone).run()
    }
    const client = await connect(sdk, memory, world.server, world.person)
    expect(memory.seen.registered?.client_id).not.toBe(gone)
    expect(await call(client, 'whoami')).toBe('demo')
    await client.close()
  })
})
