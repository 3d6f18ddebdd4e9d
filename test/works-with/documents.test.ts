import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { KNOWN_CLIENTS } from '../../src/clients/known-clients.ts'
import { putUp, timesAsked } from '../support/documents.ts'
import { givenCast } from '../support/fixture.ts'
import { ORIGIN } from '../support/http.ts'
import { discover, type Recorded, walk } from './walk.ts'

const CODE = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }
const PUBLIC = { ...CODE, token_endpoint_auth_method: 'none' }

/** Documents as their publishers had them in September 2026, and the redirect URI that the program sends then. */
const DOCUMENTS: Readonly<
  Record<
    string,
    { readonly document: object; readonly redirectUri: string; readonly more?: Partial<Recorded> }
  >
> = {
  'Claude (web, desktop, mobile)': {
    document: {
      ...PUBLIC,
      client_name: 'Claude',
      client_uri: 'https://claude.ai',
      grant_types: [...CODE.grant_types, 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
    },
    redirectUri: 'https://claude.ai/api/mcp/auth_callback',
  },
  'Claude Code': {
    document: {
      ...PUBLIC,
      client_name: 'Claude Code',
      client_uri: 'https://claude.ai',
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
    },
    redirectUri: 'http://localhost:53682/callback',
  },
  Codex: {
    document: {
      ...PUBLIC,
      client_name: 'Codex',
      client_uri: 'https://chatgpt.com',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    },
    redirectUri: 'http://127.0.0.1:1455/callback',
  },
  'VS Code': {
    document: {
      ...PUBLIC,
      client_name: 'Visual Studio Code',
      client_uri: 'https://vscode.dev/product',
      logo_uri: 'https://code.visualstudio.com/assets/branding/code-stable.png',
      grant_types: [...CODE.grant_types, 'urn:ietf:params:oauth:grant-type:device_code'],
      redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
      application_type: 'native',
    },
    // Any port, where the usual one is taken.
    redirectUri: 'http://127.0.0.1:54321/',
  },
  Zed: {
    document: {
      ...PUBLIC,
      client_name: 'Zed',
      client_uri: 'https://zed.dev',
      redirect_uris: ['http://127.0.0.1/callback'],
    },
    redirectUri: 'http://127.0.0.1:49152/callback',
    more: { refreshesWithResource: true },
  },
  OpenCode: {
    document: {
      ...PUBLIC,
      client_name: 'opencode',
      client_uri: 'https://opencode.ai',
      logo_uri: 'https://opencode.ai/web-app-manifest-512x512.png',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      token_endpoint_auth_methods_supported: ['none'],
    },
    redirectUri: 'http://localhost:19876/callback',
  },
}

beforeEach(async () => {
  await givenCast()
})

/** OpenCode has published a document that its program does not use yet. */
const OPENCODE = 'https://opencode.ai/oauth/opencode/client.json'

function addressOf(name: string): string {
  if (name === 'OpenCode') return OPENCODE
  return KNOWN_CLIENTS.find((client) => client.name === name)?.document ?? ''
}

describe('Clients that a document describes', () => {
  it.each(Object.entries(DOCUMENTS))(
    '%s: found, identified, signed in, given consent, called, refreshed, stepped up, revoked',
    async (name, recorded) => {
      const metadata = await discover()
      expect(metadata['token_endpoint_auth_methods_supported']).toContain('none')
      const clientId = addressOf(name)
      const before = await timesAsked(clientId)
      await putUp(clientId, { json: { client_id: clientId, ...recorded.document } })
      await walk({ clientId, redirectUri: recorded.redirectUri, ...recorded.more })
      expect((await timesAsked(clientId)) - before).toBeLessThanOrEqual(1)
    },
  )

  it.each([
    [
      'at its stable address',
      'https://chatgpt.com/oauth/client.json',
      'https://chatgpt.com/connector_platform_oauth_redirect',
    ],
    [
      'as a plugin',
      'https://chatgpt.com/oauth/tU1UVEq8rRTK/client.json',
      'https://chatgpt.com/connector/oauth/tU1UVEq8rRTK',
    ],
  ])(
    'ChatGPT and its plugins, %s: signs its token requests by the keys at its jwks_uri',
    async (_, clientId, redirectUri) => {
      const metadata = await discover()
      expect(metadata).toMatchObject({
        token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt', 'none']) as unknown,
        token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['RS256']) as unknown,
      })
      const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
      const jwksUri = `https://chatgpt.com/oauth/jwks-${Date.now()}.json`
      await putUp(jwksUri, {
        json: { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'RS256' }] },
      })
      await putUp(clientId, {
        json: {
          client_id: clientId,
          client_name: 'ChatGPT',
          client_uri: 'https://chatgpt.com/',
          redirect_uris: [redirectUri],
          ...CODE,
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
          token_endpoint_auth_signing_alg: 'RS256',
          jwks_uri: jwksUri,
        },
      })
      const authentication = async () => ({
        client_id: clientId,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await new SignJWT({ jti: crypto.randomUUID() })
          .setProtectedHeader({ alg: 'RS256', kid: 'one' })
          .setIssuer(clientId)
          .setSubject(clientId)
          .setAudience(ORIGIN)
          .setIssuedAt()
          .setExpirationTime('1m')
          .sign(privateKey),
      })
      await walk({ clientId, redirectUri, authentication })
    },
  )
})
