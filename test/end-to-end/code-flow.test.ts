import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { givenAlice, givenClient, PASSWORD, serve, type Served } from './harness.ts'
import { openPerson } from './person.ts'

const INSECURE = { [oauth.allowInsecureRequests]: true }
const SECRET = 'a-secret-of-the-tests'
const REDIRECT_URI = 'https://app.example/callback'
const NATIVE_URI = 'http://127.0.0.1/callback'

let served: Served
let server: oauth.AuthorizationServer

beforeAll(async () => {
  served = await serve()
  const usual = { grant_types: ['authorization_code', 'refresh_token'] }
  for (const [clientId, secret, fields] of [
    ['web', SECRET, { ...usual, name: 'Web', redirect_uris: [REDIRECT_URI] }],
    ['native', null, { ...usual, name: 'Native', redirect_uris: [NATIVE_URI], type: 'public' }],
  ] as const) {
    await givenClient(served, clientId, fields, secret)
  }
  await givenAlice(served)
  const issuer = new URL(served.url.origin)
  const response = await oauth.discoveryRequest(issuer, { ...INSECURE, algorithm: 'oauth2' })
  server = await oauth.processDiscoveryResponse(issuer, response)
})
afterAll(() => served.close())

/** The clients, as each library knows them; a native app listens on whichever port is free. */
const CLIENTS = [
  [
    'confidential, with client_secret_basic',
    'web',
    oauth.ClientSecretBasic(SECRET),
    openid.ClientSecretBasic(SECRET),
    REDIRECT_URI,
  ],
  [
    'confidential, with client_secret_post',
    'web',
    oauth.ClientSecretPost(SECRET),
    openid.ClientSecretPost(SECRET),
    REDIRECT_URI,
  ],
  ['public', 'native', oauth.None(), openid.None(), 'http://127.0.0.1:51004/callback'],
] as const

/** The error that a refused request ends with. */
async function errorOf(work: Promise<unknown>): Promise<unknown> {
  const thrown = await work.catch((error: unknown) => error)
  return thrown instanceof oauth.ResponseBodyError ? thrown.error : thrown
}

describe('oauth4webapi', () => {
  it.each(CLIENTS)(
    'redeems a code with PKCE, refreshes, and loses the tokens of a code that comes twice, as a %s',
    async (_, client_id, auth, __, redirectUri) => {
      const client: oauth.Client = { client_id }
      const verifier = oauth.generateRandomCodeVerifier()
      const state = oauth.generateRandomState()
      const url = new URL(server.authorization_endpoint ?? '')
      url.search = new URLSearchParams({
        client_id,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'read write',
        state,
      }).toString()
      const person = openPerson('alice', PASSWORD)
      const answer = await person.authorize(url)
      expect(`${answer.origin}${answer.pathname}`).toBe(redirectUri)
      const parameters = oauth.validateAuthResponse(server, client, answer, state)
      const redeem = async (): Promise<oauth.TokenEndpointResponse> => {
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          auth,
          parameters,
          redirectUri,
          verifier,
          INSECURE,
        )
        return oauth.processAuthorizationCodeResponse(server, client, response)
      }
      const tokens = await redeem()
      expect(tokens).toMatchObject({ scope: 'read write', token_type: 'bearer' })
      const refresh = async (token: string): Promise<oauth.TokenEndpointResponse> => {
        const response = await oauth.refreshTokenGrantRequest(server, client, auth, token, INSECURE)
        return oauth.processRefreshTokenResponse(server, client, response)
      }
      const fresh = await refresh(tokens.refresh_token ?? '')
      expect(fresh.access_token).not.toBe(tokens.access_token)
      expect(await errorOf(redeem())).toBe('invalid_grant')
      expect(await errorOf(refresh(fresh.refresh_token ?? ''))).toBe('invalid_grant')
    },
  )

  it('sees one of fifty redemptions of one code at once succeed, and its tokens end', async () => {
    const client: oauth.Client = { client_id: 'web' }
    const auth = oauth.ClientSecretBasic(SECRET)
    const verifier = oauth.generateRandomCodeVerifier()
    const url = new URL(server.authorization_endpoint ?? '')
    const code_challenge = await oauth.calculatePKCECodeChallenge(verifier)
    const pkce = { code_challenge, code_challenge_method: 'S256' }
    url.search = new URLSearchParams({
      client_id: 'web',
      response_type: 'code',
      scope: 'read',
      ...pkce,
    }).toString()
    const answer = await openPerson('alice', PASSWORD).authorize(url)
    const form = new URLSearchParams({
      client_id: 'web',
      client_secret: SECRET,
      code: answer.searchParams.get('code') ?? '',
      code_verifier: verifier,
      grant_type: 'authorization_code',
    })
    const responses = await Promise.all(
      Array.from({ length: 50 }, () => fetch(server.token_endpoint ?? '', { body: form, method: 'POST' })),
    )
    const won = responses.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    const { access_token = '' } = (await won[0]?.json<Record<string, string>>()) ?? {}
    const response = await oauth.introspectionRequest(server, client, auth, access_token, INSECURE)
    expect(await oauth.processIntrospectionResponse(server, client, response)).toEqual({ active: false })
  })

  it('reads the refusal of a request', async () => {
    const client: oauth.Client = { client_id: 'web' }
    const url = new URL(server.authorization_endpoint ?? '')
    url.search = new URLSearchParams({
      client_id: 'web',
      response_type: 'code',
      scope: 'no',
      state: 's',
    }).toString()
    const answer = await openPerson('alice', PASSWORD).authorize(url)
    expect(() => oauth.validateAuthResponse(server, client, answer, 's')).toThrow(
      oauth.AuthorizationResponseError,
    )
  })
})

describe('openid-client', () => {
  it.each(CLIENTS)(
    'redeems a code with PKCE, refreshes and introspects, as a %s',
    async (_, client_id, __, auth, redirectUri) => {
      const config = await openid.discovery(new URL(served.url.origin), client_id, {}, auth, {
        algorithm: 'oauth2',
        execute: [openid.allowInsecureRequests],
      })
      const pkceCodeVerifier = openid.randomPKCECodeVerifier()
      const expectedState = openid.randomState()
      const url = openid.buildAuthorizationUrl(config, {
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        redirect_uri: redirectUri,
        scope: 'read',
        state: expectedState,
      })
      const answer = await openPerson('alice', PASSWORD).authorize(url)
      const tokens = await openid.authorizationCodeGrant(config, answer, { expectedState, pkceCodeVerifier })
      expect(tokens).toMatchObject({ scope: 'read', token_type: 'bearer' })
      const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
      expect(fresh.access_token).not.toBe(tokens.access_token)
      const other = await openid.discovery(
        new URL(served.url.origin),
        'web',
        {},
        openid.ClientSecretPost(SECRET),
        {
          algorithm: 'oauth2',
          execute: [openid.allowInsecureRequests],
        },
      )
      expect(await openid.tokenIntrospection(other, fresh.access_token)).toMatchObject({
        active: true,
        client_id,
        username: 'alice',
      })
      await openid.tokenRevocation(config, fresh.refresh_token ?? '')
      expect(await openid.tokenIntrospection(other, fresh.access_token)).toEqual({ active: false })
    },
  )
})
