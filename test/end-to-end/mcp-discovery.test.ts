import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { call, connect, finish, VERSIONS } from './mcp-connect.ts'
import { createMemory } from './mcp-memory.ts'
import { openShapes, type Shape, type Shapes } from './mcp-shapes.ts'
import { openPerson } from './person.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const METADATA = '/.well-known/oauth-authorization-server'

let shapes: Shapes
beforeAll(async () => {
  shapes = await openShapes()
})
beforeEach(() => {
  shapes.asked.length = 0
})
afterAll(() => shapes.close())

const person = () => openPerson('demo', 'demo')

// Each title names the scenario of the suite that has a server of this shape.
describe.each(VERSIONS)('A client of the TypeScript SDK %s', (_, sdk, isSecond) => {
  it.each<[string, Shape]>([
    ['that its challenge names (auth/metadata-default)', {}],
    ['below its path, which no challenge names (auth/metadata-var1)', { isNamed: false }],
    [
      'at the root, which no challenge names (auth/metadata-var2)',
      { isNamed: false, describedAt: WELL_KNOWN },
    ],
    ['anywhere its challenge says (auth/metadata-var3)', { describedAt: '/custom/metadata/location.json' }],
  ])('finds the provider from a server with a description %s', async (_name, shape) => {
    const memory = createMemory()
    const server = shapes.open(shape)
    const client = await connect(sdk, memory, server, person())
    expect(memory.seen.asked[0]?.origin).toBe(shapes.provider.url.origin)
    expect(memory.seen.asked[0]?.searchParams.get('resource')).toBe(server.href)
    expect(await call(client, 'whoami')).toBe('demo')
    await client.close()
  })

  it('finds a provider that is known by its OpenID configuration alone (auth/metadata-var1)', async () => {
    const provider = (path: string) =>
      path.startsWith(METADATA) || path.startsWith(WELL_KNOWN) ? null : 'pass'
    const memory = createMemory()
    const server = shapes.open({ provider })
    const client = await connect(sdk, memory, server, person())
    expect(shapes.asked).toContain('GET /.well-known/openid-configuration')
    expect(await call(client, 'whoami')).toBe('demo')
    await client.close()
  })

  it('finds the provider at the server’s own origin, which describes nothing (auth/2025-03-26-oauth-metadata-backcompat)', async () => {
    const provider = (path: string) => (path.startsWith(WELL_KNOWN) ? null : 'pass')
    const memory = createMemory()
    const server = shapes.open({ describedAt: null, provider })
    const client = await connect(sdk, memory, server, person())
    expect(memory.seen.asked[0]?.origin).toBe(server.origin)
    expect(await call(client, 'whoami')).toBe('demo')
    await client.close()
  })

  it('goes nowhere from a server that describes another one (auth/resource-mismatch)', async () => {
    const memory = createMemory()
    const server = shapes.open({ description: { resource: 'https://other.example/mcp' } })
    await expect(connect(sdk, memory, server, person())).rejects.toThrow('does not match')
    expect(memory.seen).toEqual({ asked: [] })
  })

  it('takes metadata of this issuer alone (auth/metadata-issuer-mismatch)', async () => {
    const change = (answer: Record<string, unknown>) => ({ ...answer, issuer: 'https://evil.example' })
    const provider = (path: string) =>
      path.startsWith(METADATA) ? change : path.startsWith(WELL_KNOWN) ? null : 'pass'
    const memory = createMemory()
    const server = shapes.open({ provider })
    const problem = await connect(sdk, memory, server, person()).then(() => '', String)
    // The first version does not compare it.
    expect(problem).toContain(isSecond ? 'Issuer mismatch' : '')
    expect(memory.seen.asked.length).toBe(isSecond ? 0 : 1)
  })

  it('registers anew with another provider that the server moves to, which sees nothing of the first (auth/authorization-server-migration)', async () => {
    // The same Worker under the server's own name is another issuer.
    const provider = (path: string) => (path.startsWith(WELL_KNOWN) ? null : 'pass')
    const description = { authorization_servers: [shapes.provider.url.origin] }
    const memory = createMemory()
    const server = shapes.open({ description, provider })
    const client = await connect(sdk, memory, server, person())
    const { client_id: before } = memory.seen.registered ?? {}
    expect(await call(client, 'whoami')).toBe('demo')
    description.authorization_servers = [server.origin]
    memory.breakAccessToken()
    await expect(call(client, 'whoami')).rejects.toThrow('Unauthorized')
    expect(shapes.asked).toContain('POST /oauth2/register')
    expect(shapes.asked).not.toContain('POST /oauth2/token')
    const asked = memory.seen.asked.at(-1)
    expect(asked?.origin).toBe(server.origin)
    expect(asked?.searchParams.get('client_id')).not.toBe(before)
    await finish(client.transport, memory, person())
    expect(await call(client, 'whoami')).toBe('demo')
    await client.close()
  })

  it.each([
    ['auth/iss-supported', undefined],
    ['auth/iss-supported-missing', null],
    ['auth/iss-wrong-issuer', 'https://evil.example'],
  ])('compares who has answered with who was asked (%s)', async (_name, iss) => {
    const memory = createMemory()
    const server = shapes.open()
    const client = new sdk.Client({ name: 'test', version: '1' })
    const transport = new sdk.StreamableHTTPClientTransport(server, { authProvider: memory.provider })
    await expect(client.connect(transport)).rejects.toThrow('Unauthorized')
    const problem = await finish(transport, memory, person(), iss).then(() => null, String)
    // The first version does not hear it.
    const refuses = isSecond && iss !== undefined
    expect(/\biss/i.test(problem ?? '')).toBe(refuses)
    expect(memory.tokens() === undefined).toBe(refuses)
  })
})
