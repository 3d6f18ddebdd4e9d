import * as two from '@modelcontextprotocol/client'
import * as extensions from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resources } from '../../src/operations/resources/index.ts'
import { call, connect, type Connected, type Sdk, VERSIONS } from './mcp-connect.ts'
import { CALLBACK, createMemory } from './mcp-memory.ts'
import { openShapes, type Shapes } from './mcp-shapes.ts'
import { openPerson } from './person.ts'

let shapes: Shapes
let pem = ''
beforeAll(async () => {
  // Clients without a key of their own hear nothing of nonces.
  shapes = await openShapes({ OAUTH_DPOP_NONCE: 'true' })
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  pem = await exportPKCS8(privateKey)
  await createClient({
    client_id: 'robot',
    name: 'Robot',
    client_secret: 'a-secret-of-the-robot',
    grant_types: ['client_credentials'],
  })
  await createClient({
    client_id: 'signer',
    name: 'Signer',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [await exportJWK(publicKey)] },
  })
  const redirect_uris = [CALLBACK]
  await createClient({
    client_id: 'known',
    name: 'Known',
    client_secret: 'a-secret-of-the-known',
    redirect_uris,
  })
})
afterAll(() => shapes.close())

async function createClient(client: Readonly<Record<string, unknown>>): Promise<void> {
  await resources.clients.create?.(client, shapes.provider.session)
}

async function countClients(): Promise<number | null> {
  return shapes.provider.db.prepare('SELECT COUNT(*) FROM clients').first('COUNT(*)')
}

const person = () => openPerson('demo', 'demo')

/** The transport of a client without a person. */
async function connectAlone(sdk: Sdk, authProvider: object, server: URL): Promise<Connected> {
  const client = new sdk.Client({ name: 'test', version: '1' })
  const options = { authProvider } as ConstructorParameters<Sdk['StreamableHTTPClientTransport']>[1]
  await client.connect(new sdk.StreamableHTTPClientTransport(server, options))
  return client
}

// Each title names the scenario of the suite that has a server of this shape.
describe.each(VERSIONS)('A client of the TypeScript SDK %s', (_, sdk, isSecond) => {
  it.each([
    ['client_secret_basic', 'auth/token-endpoint-auth-basic'],
    ['client_secret_post', 'auth/token-endpoint-auth-post'],
    ['none', 'auth/token-endpoint-auth-none'],
  ])('registers for %s, and authenticates so (%s)', async (method) => {
    const memory = createMemory({ metadata: { token_endpoint_auth_method: method } })
    const client = await connect(sdk, memory, shapes.open(), person())
    const registered = memory.seen.registered
    expect(registered?.token_endpoint_auth_method).toBe(method)
    expect(registered?.client_secret === undefined).toBe(method === 'none')
    expect(await call(client, 'whoami')).toBe('demo')
    memory.breakAccessToken()
    expect(await call(client, 'whoami')).toBe('demo')
    await client.close()
  })

  it('uses what it was told when it was registered by hand (auth/pre-registration)', async () => {
    const information = {
      client_id: 'known',
      client_secret: 'a-secret-of-the-known',
      redirect_uris: [CALLBACK],
    }
    const memory = createMemory({ information })
    const before = await countClients()
    const client = await connect(sdk, memory, shapes.open(), person())
    expect(await countClients()).toBe(before)
    expect(memory.seen.asked[0]?.searchParams.get('client_id')).toBe('known')
    expect(await call(client, 'whoami')).toBe('demo')
    await client.close()
  })

  it('acts for itself with a secret (auth/client-credentials-basic)', async () => {
    const { ClientCredentialsProvider } = isSecond ? two : extensions
    const expectedIssuer = shapes.provider.url.origin
    const options = {
      clientId: 'robot',
      clientSecret: 'a-secret-of-the-robot',
      scope: 'read',
      expectedIssuer,
    }
    const client = await connectAlone(sdk, new ClientCredentialsProvider(options), shapes.open())
    expect(await call(client, 'whoami')).toBe('robot')
    await client.close()
    const wrong = new ClientCredentialsProvider({ ...options, clientSecret: 'not-the-secret-of-the-robot' })
    await expect(connectAlone(sdk, wrong, shapes.open())).rejects.toThrow(/client|Unauthorized/i)
  })

  it('acts for itself with a key (auth/client-credentials-jwt)', async () => {
    const { PrivateKeyJwtProvider } = isSecond ? two : extensions
    const expectedIssuer = shapes.provider.url.origin
    const options = { clientId: 'signer', privateKey: pem, algorithm: 'ES256', scope: 'read', expectedIssuer }
    const client = await connectAlone(sdk, new PrivateKeyJwtProvider(options), shapes.open())
    expect(await call(client, 'whoami')).toBe('signer')
    await client.close()
  })
})

describe('A client of the TypeScript SDK 2.x with a key for its tokens', () => {
  it('brings proofs to the provider and to the server (auth/dpop, auth/dpop-nonce)', async () => {
    const memory = createMemory()
    const session = await two.DpopSession.create()
    Object.assign(memory.provider, { dpop: () => session })
    const sdk = two as unknown as Sdk
    const client = await connect(sdk, memory, shapes.open(), person())
    expect(memory.tokens()?.token_type).toBe('DPoP')
    expect(session.nonceFor(shapes.provider.url)).toMatch(/./)
    expect(await call(client, 'whoami')).toBe('demo')
    memory.breakAccessToken()
    expect(await call(client, 'whoami')).toBe('demo')
    expect(memory.tokens()?.token_type).toBe('DPoP')
    await client.close()
  })
})
