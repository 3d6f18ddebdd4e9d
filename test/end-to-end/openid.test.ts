import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signInSnippets } from '../../src/operations/sign-in-snippets.ts'
import { givenAlice, givenClient, PASSWORD, serve, type Served } from './harness.ts'
import { openPerson } from './person.ts'

const INSECURE = { [oauth.allowInsecureRequests]: true }
const SECRET = 'a-secret-of-the-tests'
const REDIRECT_URI = 'https://app.example/callback'
const GRANTS = ['authorization_code', 'refresh_token', 'implicit']

let served: Served
let userId: string
let objects: Server
/** What is served at `/request.jwt`. */
let requestObject = ''
let keys: Awaited<ReturnType<typeof generateKeyPair>>

beforeAll(async () => {
  served = await serve({ OAUTH_FETCH_LOOPBACK: 'true' })
  objects = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/oauth-authz-req+jwt' }).end(requestObject)
  })
  await new Promise<void>((resolve) => objects.listen(0, '127.0.0.1', resolve))
  keys = await generateKeyPair('RS256', { extractable: true })
  const web = { name: 'Web', redirect_uris: [REDIRECT_URI], grant_types: GRANTS }
  const jwks = { keys: [await exportJWK(keys.publicKey)] }
  for (const [clientId, input] of [
    ['web', web],
    ['signer', { ...web, jwks, request_uris: [objectUri()] }],
  ] as const) {
    await givenClient(served, clientId, input, SECRET)
  }
  userId = await givenAlice(served, 'alice@app.example')
})
afterAll(async () => {
  await served.close()
  objects.closeAllConnections()
  await new Promise((resolve) => objects.close(resolve))
})

function objectUri(): string {
  return `http://127.0.0.1:${(objects.address() as AddressInfo).port}/request.jwt`
}

async function discover(clientId: string): Promise<openid.Configuration> {
  return openid.discovery(new URL(served.url.origin), clientId, undefined, openid.ClientSecretBasic(SECRET), {
    execute: [openid.allowInsecureRequests],
  })
}

describe('openid-client, unmodified', () => {
  it('discovers, signs in, asks UserInfo and refreshes', async () => {
    const config = await discover('web')
    const verifier = openid.randomPKCECodeVerifier()
    const [state, nonce] = [openid.randomState(), openid.randomNonce()]
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT_URI,
      scope: 'openid email offline_access',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      max_age: '600',
    })
    const callback = await openPerson('alice', PASSWORD).authorize(url)
    const tokens = await openid.authorizationCodeGrant(config, callback, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      maxAge: 600,
      idTokenExpected: true,
    })
    const sub = tokens.claims()?.sub ?? ''
    expect(sub).toBe(userId)
    const info = await openid.fetchUserInfo(config, tokens.access_token, sub)
    expect(info).toEqual({ sub, email: 'alice@app.example', email_verified: false })
    const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(fresh.claims()).toMatchObject({ sub, auth_time: tokens.claims()?.auth_time })
  })

  it('refuses a nonce that is not its own', async () => {
    const config = await discover('web')
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      state: 's',
      nonce: 'one',
    })
    const callback = await openPerson('alice', PASSWORD).authorize(url)
    const checks = { expectedState: 's', expectedNonce: 'another' }
    await expect(openid.authorizationCodeGrant(config, callback, checks)).rejects.toThrow(
      'unexpected JWT claim value',
    )
  })

  it('signs in by an ID token in the fragment, and by code and ID token', async () => {
    const config = await discover('web')
    // The library's own switch: it then checks c_hash, too.
    openid.useCodeIdTokenResponseType(config)
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      state: 's',
      nonce: 'n',
    })
    const callback = await openPerson('alice', PASSWORD).authorize(url)
    const checks = { expectedState: 's', expectedNonce: 'n' }
    const hybrid = await openid.authorizationCodeGrant(config, callback, checks)
    expect(hybrid.claims()?.sub).toBe(userId)
    const implicit = await discover('web')
    openid.useIdTokenResponseType(implicit)
    const asked = openid.buildAuthorizationUrl(implicit, {
      redirect_uri: REDIRECT_URI,
      scope: 'openid email',
      nonce: 'n',
    })
    const answer = await openPerson('alice', PASSWORD).authorize(asked)
    const claims = await openid.implicitAuthentication(implicit, answer, 'n')
    expect(claims).toMatchObject({ sub: userId, email: 'alice@app.example' })
  })

  it('signs its request, by value and by address (oidcc-request-uri-signed-rs256)', async () => {
    const config = await discover('signer')
    const parameters = { redirect_uri: REDIRECT_URI, scope: 'openid', state: 's', nonce: 'n' }
    const checks = { expectedState: 's', expectedNonce: 'n' }
    const byValue = await openid.buildAuthorizationUrlWithJAR(config, parameters, keys.privateKey)
    expect([...byValue.searchParams.keys()].toSorted()).toEqual(['client_id', 'request'])
    const first = await openPerson('alice', PASSWORD).authorize(byValue)
    expect((await openid.authorizationCodeGrant(config, first, checks)).claims()?.sub).toBe(userId)
    requestObject = await new SignJWT({ client_id: 'signer', response_type: 'code', ...parameters })
      .setProtectedHeader({ alg: 'RS256', typ: 'oauth-authz-req+jwt' })
      .setExpirationTime('1m')
      .sign(keys.privateKey)
    const byAddress = new URL(config.serverMetadata().authorization_endpoint ?? '')
    byAddress.search = new URLSearchParams({ client_id: 'signer', request_uri: objectUri() }).toString()
    const second = await openPerson('alice', PASSWORD).authorize(byAddress)
    expect((await openid.authorizationCodeGrant(config, second, checks)).claims()?.sub).toBe(userId)
    requestObject = 'x'.repeat(70_000)
    const large = await fetch(byAddress, { redirect: 'manual' })
    expect({ status: large.status, location: large.headers.get('Location') }).toEqual({
      status: 400,
      location: null,
    })
    expect(await large.text()).not.toContain('xxxx')
  })
})

describe('What the panel shows to paste', () => {
  it('signs a person in with openid-client', async () => {
    const issuer = served.url.origin
    const [snippet] = signInSnippets({
      clientId: 'web',
      isPublic: false,
      redirectUri: REDIRECT_URI,
      issuer,
      oauth2: `${issuer}/oauth2`,
      scope: 'openid email',
    })
    const lines = (snippet?.code ?? '')
      .replace(/^import .*$/m, '')
      .replace('URL(callback)', 'URL(await visit(url))')
    const module = `export default async ({ client, process, visit }) => { ${lines}\n return user }`
    const pasted = (await import(
      /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(module)}`
    )) as { default: (given: object) => Promise<unknown> }
    const client = {
      ...openid,
      discovery: async (at: URL, id: string, secret: string) =>
        openid.discovery(at, id, secret, undefined, { execute: [openid.allowInsecureRequests] }),
    }
    const visit = async (url: URL): Promise<URL> => openPerson('alice', PASSWORD).authorize(url)
    const user = await pasted.default({ client, process: { env: { CLIENT_SECRET: SECRET } }, visit })
    expect(user).toMatchObject({ sub: userId, email: 'alice@app.example' })
  })
})

describe('oauth4webapi and jose, unmodified', () => {
  it('discover, sign in, verify by the keys that are published, ask UserInfo and refresh', async () => {
    const issuer = new URL(served.url.origin)
    const discovery = await oauth.discoveryRequest(issuer, { ...INSECURE, algorithm: 'oidc' })
    const server = await oauth.processDiscoveryResponse(issuer, discovery)
    const client: oauth.Client = { client_id: 'web' }
    const auth = oauth.ClientSecretPost(SECRET)
    const verifier = oauth.generateRandomCodeVerifier()
    const nonce = oauth.generateRandomNonce()
    const url = new URL(server.authorization_endpoint ?? '')
    url.search = new URLSearchParams({
      client_id: 'web',
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope: 'openid offline_access',
      state: 's',
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString()
    const callback = await openPerson('alice', PASSWORD).authorize(url)
    const parameters = oauth.validateAuthResponse(server, client, callback, 's')
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      auth,
      parameters,
      REDIRECT_URI,
      verifier,
      INSECURE,
    )
    const expected = { expectedNonce: nonce, requireIdToken: true }
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, expected)
    await oauth.validateApplicationLevelSignature(server, response, INSECURE)
    const { sub } = oauth.getValidatedIdTokenClaims(tokens) ?? { sub: '' }
    const asked = await oauth.userInfoRequest(server, client, tokens.access_token, INSECURE)
    expect(await oauth.processUserInfoResponse(server, client, sub, asked)).toEqual({ sub: userId })
    const keySet = createRemoteJWKSet(new URL(server.jwks_uri ?? ''))
    const { payload, protectedHeader } = await jwtVerify(tokens.id_token ?? '', keySet, {
      issuer: issuer.origin,
      audience: 'web',
    })
    expect([payload.sub, protectedHeader.alg]).toEqual([userId, 'RS256'])
    const again = await oauth.refreshTokenGrantRequest(
      server,
      client,
      auth,
      tokens.refresh_token ?? '',
      INSECURE,
    )
    const fresh = await oauth.processRefreshTokenResponse(server, client, again)
    expect(oauth.getValidatedIdTokenClaims(fresh)?.sub).toBe(userId)
  })
})
