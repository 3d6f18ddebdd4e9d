import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, connect, finish, scopesOf, VERSIONS } from './mcp-connect.ts'
import { createMemory } from './mcp-memory.ts'
import { openShapes, type Shapes } from './mcp-shapes.ts'
import { openPerson } from './person.ts'

let shapes: Shapes
beforeAll(async () => {
  shapes = await openShapes()
})
afterAll(() => shapes.close())

const person = () => openPerson('demo', 'demo')
const byTool = (tool: string | null): readonly string[] =>
  tool === 'save_note' ? ['read', 'write'] : ['read']

// Each title names the scenario of the suite that has a server of this shape.
describe.each(VERSIONS)('A client of the TypeScript SDK %s', (_, sdk, isSecond) => {
  it('asks for the scopes of the challenge, not for all of the description (auth/scope-from-www-authenticate)', async () => {
    const memory = createMemory()
    const client = await connect(sdk, memory, shapes.open({ scopes: ['read', 'write'] }), person())
    const asked = scopesOf(memory.seen.asked[0])
    expect(asked.filter((name) => name !== 'offline_access')).toEqual(['read'])
    expect(
      memory
        .tokens()
        ?.scope?.split(' ')
        .filter((name) => name !== 'offline_access'),
    ).toEqual(['read'])
    await client.close()
  })

  it('asks for the scopes of the description where no challenge names any (auth/scope-from-scopes-supported)', async () => {
    const memory = createMemory()
    const server = shapes.open({ needs: () => [], scopes: ['read', 'write'] })
    const client = await connect(sdk, memory, server, person())
    expect(scopesOf(memory.seen.asked[0])).toEqual(expect.arrayContaining(['read', 'write']))
    expect(await call(client, 'save_note', { text: 'a' })).toMatch(/ of demo$/)
    await client.close()
  })

  it('is given the default scope where it names none (auth/scope-omitted-when-undefined)', async () => {
    const memory = createMemory()
    const client = await connect(sdk, memory, shapes.open({ needs: () => [] }), person())
    const named = scopesOf(memory.seen.asked[0]).filter((name) => name !== 'offline_access')
    expect(named).toEqual([])
    expect(await call(client, 'whoami')).toBe('demo')
    await client.close()
  })

  it('asks for offline_access where the provider lists it, with consent (auth/offline-access-scope)', async () => {
    const memory = createMemory()
    const client = await connect(sdk, memory, shapes.open(), person())
    const [asked] = memory.seen.asked
    expect(scopesOf(asked).includes('offline_access')).toBe(isSecond)
    expect(asked?.searchParams.get('prompt')).toBe(isSecond ? 'consent' : null)
    // Those that do not ask have one as well: they are public clients with the grant.
    expect(memory.tokens()?.refresh_token).toMatch(/^rt_/)
    await client.close()
  })

  it('does not ask for offline_access where the provider does not list it, and may refresh all the same (auth/offline-access-not-supported)', async () => {
    const without = (answer: Record<string, unknown>): object => {
      const { scopes_supported: scopes, ...others } = answer
      return { ...others, scopes_supported: (scopes as string[]).filter((name) => name !== 'offline_access') }
    }
    const provider = (path: string) =>
      path.startsWith('/.well-known/oauth-protected')
        ? null
        : path.startsWith('/.well-known')
          ? without
          : 'pass'
    const memory = createMemory()
    const client = await connect(sdk, memory, shapes.open({ provider }), person())
    expect(scopesOf(memory.seen.asked[0])).not.toContain('offline_access')
    memory.breakAccessToken()
    expect(await call(client, 'whoami')).toBe('demo')
    await client.close()
  })

  it('steps up to what a tool needs, and keeps what it had (auth/scope-step-up)', async () => {
    const memory = createMemory()
    const server = shapes.open({ needs: byTool })
    const client = await connect(sdk, memory, server, person())
    expect(await call(client, 'whoami')).toBe('demo')
    await expect(call(client, 'save_note', { text: 'a' })).rejects.toThrow(isSecond ? 'Unauthorized' : '403')
    if (!isSecond) {
      memory.forgetTokens()
      await sdk.auth(memory.provider, { serverUrl: server, scope: 'read write' })
    }
    await finish(client.transport, memory, person())
    expect(await call(client, 'save_note', { text: 'a' })).toMatch(/ of demo$/)
    expect(await call(client, 'whoami')).toBe('demo')
    await client.close()
  })

  it('gives up where no scope is ever enough (auth/scope-retry-limit)', async () => {
    const memory = createMemory()
    const needs = (tool: string | null): readonly string[] => (tool === null ? ['read'] : ['read', 'admin'])
    const client = await connect(sdk, memory, shapes.open({ needs }), person())
    const before = memory.seen.asked.length
    await expect(call(client, 'whoami')).rejects.toThrow(isSecond ? 'Unauthorized' : '403')
    expect(memory.seen.asked.length - before).toBeLessThanOrEqual(1)
    await client.close()
  })
})
