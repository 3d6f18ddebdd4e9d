import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serve, type Served } from './harness.ts'

interface Key {
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

async function makeKey(kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } }
}

const REDIRECTS = ['https://one.example/cb', 'https://two.example/cb']

let served: Served
let server: Server
/** Where the client's server is. */
let there: string
let keys: readonly JWK[] = []
/** Paths that were fetched from it. */
let fetched: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    fetched.push(request.url ?? '')
    const documents: Readonly<Record<string, unknown>> = {
      '/jwks': { keys },
      '/sector': REDIRECTS,
      '/bad-sector': ['https://one.example/cb'],
    }
    const document = documents[request.url ?? '']
    if (document === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(document))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  there = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  served = await serve({
    OAUTH_REGISTRATION: 'open',
    OAUTH_FETCH_LOOPBACK: 'true',
    OAUTH_ASSERTION_AUDIENCES: 'issuer token_endpoint',
  })
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await served.close()
})

async function register(body: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(new URL('/oauth2/register', served.url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ redirect_uris: REDIRECTS, ...body }),
  })
  return { ...(await response.json<Record<string, unknown>>()), status: response.status }
}

/** What the token endpoint says of a refresh token that nobody has, to a client that signs with a key. */
async function errorFor(clientId: string, { jwk, privateKey }: Key, aud: string): Promise<unknown> {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: clientId, sub: clientId, aud, iat: now, exp: now + 60, jti: crypto.randomUUID() }
  const assertion = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: jwk.kid ?? '' })
    .sign(privateKey)
  const response = await fetch(new URL('/oauth2/token', served.url), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: 'rt_none',
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }),
  })
  return (await response.json<Record<string, unknown>>())['error']
}

describe('A client that registers over a socket', () => {
  it('authenticates by keys at its address, and by a new one once it has changed them (oidcc-registration-jwks-uri, oidcc-refresh-token-rp-key-rotation)', async () => {
    const [first, second] = [await makeKey('first'), await makeKey('second')]
    keys = [first.jwk]
    const method = { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: `${there}/jwks` }
    const registered = await register(method)
    expect(registered).toMatchObject({ status: 201, ...method })
    expect(fetched).toEqual([])
    const clientId = String(registered['client_id'])
    const { origin } = served.url
    // Who is authenticated hears of the grant, everybody else only of the client.
    expect(await errorFor(clientId, first, origin)).toBe('invalid_grant')
    expect(await errorFor(clientId, first, `${origin}/oauth2/token`)).toBe('invalid_grant')
    expect(await errorFor(clientId, first, `${origin}/oauth2/authorize`)).toBe('invalid_client')
    expect(fetched).toEqual(['/jwks'])
    keys = [second.jwk]
    await new Promise((resolve) => setTimeout(resolve, 6000))
    expect(await errorFor(clientId, second, origin)).toBe('invalid_grant')
    expect(await errorFor(clientId, first, origin)).toBe('invalid_client')
  })

  it('has a sector whose document lists its redirect URIs, and is refused otherwise (oidcc-registration-sector-uri, oidcc-registration-sector-bad)', async () => {
    const pairwise = (path: string) => ({
      subject_type: 'pairwise',
      sector_identifier_uri: `${there}${path}`,
    })
    expect(await register(pairwise('/sector'))).toMatchObject({ status: 201, ...pairwise('/sector') })
    for (const path of ['/bad-sector', '/jwks', '/nothing']) {
      expect(await register(pairwise(path))).toMatchObject({ status: 400, error: 'invalid_client_metadata' })
    }
  })

  it('has a logo and pages that the provider never fetches (oidcc-registration-logo-uri)', async () => {
    fetched = []
    const shown = {
      logo_uri: `${there}/logo`,
      policy_uri: `${there}/p`,
      tos_uri: `${there}/t`,
      client_uri: there,
    }
    expect(await register(shown)).toMatchObject({ status: 201, ...shown })
    expect(fetched).toEqual([])
  })
})
