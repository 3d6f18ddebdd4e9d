import { join } from 'node:path'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'
import { createSession } from '../../src/cli/open-store.ts'
import { DEMO_CLIENT, DEMO_SECRET, seedDemo } from '../../src/cli/seed.ts'

const INSECURE = { [oauth.allowInsecureRequests]: true }
const DEMO = { password: 'demo', username: 'demo' }

const client: oauth.Client = { client_id: DEMO_CLIENT }
const ways = {
  client_secret_basic: oauth.ClientSecretBasic(DEMO_SECRET),
  client_secret_post: oauth.ClientSecretPost(DEMO_SECRET),
}
const basic = ways.client_secret_basic

// The production bundle, with its shipped variables but for plain http, over a socket.
const harness = createTestHarness({
  workers: [
    {
      configPath: join(import.meta.dirname, '../../wrangler.toml'),
      secrets: { SECRET_KEY: 'a-key-for-tests-alone-of-32-characters-or-more' },
      vars: { OAUTH_ENFORCE_SECURE: 'false' },
    },
  ],
})
let url: URL
let server: oauth.AuthorizationServer

beforeAll(async () => {
  ;({ url } = await harness.listen())
  const worker = harness.getWorker<{ DB: D1Database }>()
  await worker.applyD1Migrations('DB')
  const { DB } = await worker.getEnv()
  await seedDemo(createSession({ close: async () => {}, db: DB }, null), new URL('/demo/callback', url).href)
  const issuer = new URL(url.origin)
  const response = await oauth.discoveryRequest(issuer, { ...INSECURE, algorithm: 'oauth2' })
  server = await oauth.processDiscoveryResponse(issuer, response)
})
afterAll(() => harness.close())

/** A pair of tokens by the demo user's password. */
async function passwordGrant(scope: string): Promise<oauth.TokenEndpointResponse> {
  const parameters = { ...DEMO, scope }
  const response = await oauth.genericTokenEndpointRequest(
    server,
    client,
    basic,
    'password',
    parameters,
    INSECURE,
  )
  return oauth.processGenericTokenEndpointResponse(server, client, response)
}

async function introspect(token: string): Promise<oauth.IntrospectionResponse> {
  const response = await oauth.introspectionRequest(server, client, basic, token, INSECURE)
  return oauth.processIntrospectionResponse(server, client, response)
}

async function refresh(token: string): Promise<oauth.TokenEndpointResponse> {
  const response = await oauth.refreshTokenGrantRequest(server, client, basic, token, INSECURE)
  return oauth.processRefreshTokenResponse(server, client, response)
}

/** The error that the library reads from a refusal. */
async function refusalOf(work: Promise<unknown>): Promise<Pick<oauth.ResponseBodyError, 'error' | 'status'>> {
  const thrown = await work.catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(oauth.ResponseBodyError)
  const { error, status } = thrown as oauth.ResponseBodyError
  return { error, status }
}

describe('a stock client library over a socket', () => {
  it('discovers the provider', () => {
    expect(server).toMatchObject({
      introspection_endpoint: `${url.origin}/oauth2/introspect`,
      issuer: url.origin,
      revocation_endpoint: `${url.origin}/oauth2/revoke`,
      token_endpoint: `${url.origin}/oauth2/token`,
    })
  })

  it.each(Object.entries(ways))('gets a token for itself with %s', async (_name, way) => {
    const parameters = { scope: 'read' }
    const response = await oauth.clientCredentialsGrantRequest(server, client, way, parameters, INSECURE)
    const result = await oauth.processClientCredentialsResponse(server, client, response)
    expect(result).toMatchObject({ expires_in: 86_400, scope: 'read', token_type: 'bearer' })
    expect(result.refresh_token).toBeUndefined()
    expect(await introspect(result.access_token)).toMatchObject({ active: true, client_id: DEMO_CLIENT })
  })

  it('gets a user’s tokens, refreshes and revokes them', async () => {
    const first = await passwordGrant('read write')
    expect(first).toMatchObject({ expires_in: 86_400, scope: 'read write', token_type: 'bearer' })
    expect(await introspect(first.access_token)).toMatchObject({
      active: true,
      iss: url.origin,
      scope: 'read write',
      token_type: 'Bearer',
      username: 'demo',
    })
    const second = await refresh(first.refresh_token ?? '')
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(await introspect(first.access_token)).toEqual({ active: false })
    const revoked = await oauth.revocationRequest(server, client, basic, second.refresh_token ?? '', INSECURE)
    expect(await oauth.processRevocationResponse(revoked)).toBeUndefined()
    expect(await introspect(second.access_token)).toEqual({ active: false })
    expect(await refusalOf(refresh(second.refresh_token ?? ''))).toEqual({
      error: 'invalid_grant',
      status: 400,
    })
  })

  it('reads the refusals', async () => {
    const wrong = oauth.ClientSecretPost('wrong')
    const request = oauth.clientCredentialsGrantRequest(server, client, wrong, {}, INSECURE)
    expect(
      await refusalOf(
        request.then((response) => oauth.processClientCredentialsResponse(server, client, response)),
      ),
    ).toEqual({ error: 'invalid_client', status: 400 })
    expect(await refusalOf(passwordGrant('everything'))).toEqual({ error: 'invalid_scope', status: 400 })
    expect(await refusalOf(refresh('rt_forged'))).toEqual({ error: 'invalid_grant', status: 400 })
  })

  it('is challenged where it used the Authorization header', async () => {
    const wrong = oauth.ClientSecretBasic('wrong')
    const response = await oauth.clientCredentialsGrantRequest(server, client, wrong, {}, INSECURE)
    expect(response.status).toBe(401)
    const thrown = await oauth
      .processClientCredentialsResponse(server, client, response)
      .catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(oauth.WWWAuthenticateChallengeError)
  })
})

describe('over a socket', () => {
  it.each(['/oauth2/access_token/', '/oauth2/access_token', '/oauth2/token'])(
    "the seed's first example works at %s",
    async (path) => {
      const form = { ...DEMO, client_id: DEMO_CLIENT, client_secret: DEMO_SECRET, grant_type: 'password' }
      const response = await fetch(new URL(path, url), { body: new URLSearchParams(form), method: 'POST' })
      expect(response.status).toBe(200)
      expect(response.headers.get('Cache-Control')).toBe('no-store')
      const answer = await response.json<Record<string, unknown>>()
      expect(Object.keys(answer)).toEqual([
        'access_token',
        'token_type',
        'expires_in',
        'scope',
        'refresh_token',
      ])
      expect(answer).toMatchObject({ expires_in: 86_400, scope: 'read', token_type: 'Bearer' })
    },
  )

  it('fifty requests at once, one refresh token: one successor', async () => {
    const pair = await passwordGrant('read')
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(pair.refresh_token ?? '')))
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1)
    expect(new Set(answers.map((answer) => answer.access_token)).size).toBe(1)
  })

  it('a body that is too large is refused, and the connection goes on', async () => {
    const body = `grant_type=password&password=${'x'.repeat(2 ** 20)}`
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const response = await fetch(new URL('/oauth2/token', url), { body, headers, method: 'POST' })
    expect(response.status).toBe(400)
    expect((await fetch(new URL('/healthz', url))).status).toBe(200)
  })
})
