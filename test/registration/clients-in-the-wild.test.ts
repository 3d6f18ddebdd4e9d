import { beforeEach, describe, expect, it } from 'vitest'
import { givenCast } from '../support/fixture.ts'
import { givenCode, PKCE, redeem, VERIFIER } from '../support/flow.ts'
import { metadataOf, registerClient } from '../support/registration.ts'

const CODE = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }
const PUBLIC = { ...CODE, token_endpoint_auth_method: 'none' }

/** What clients send, and the redirect URI that they use then. */
const CLIENTS: readonly (readonly [
  name: string,
  body: Readonly<Record<string, unknown>>,
  redirectUri: string,
])[] = [
  [
    'Cursor',
    {
      ...PUBLIC,
      client_name: 'Cursor',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
    },
    'http://localhost:8787/callback',
  ],
  [
    'Gemini CLI',
    {
      ...PUBLIC,
      client_name: 'Gemini CLI MCP Client',
      redirect_uris: ['http://localhost:7777/oauth/callback'],
      scope: '',
    },
    'http://localhost:7777/oauth/callback',
  ],
  [
    'Copilot Studio',
    {
      ...CODE,
      client_name: 'Copilot Studio',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['https://global.consent.azure-apim.net/redirect/connector'],
    },
    'https://global.consent.azure-apim.net/redirect/connector',
  ],
  [
    'n8n',
    {
      ...CODE,
      client_name: 'n8n',
      client_uri: 'https://n8n.example/',
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: ['https://n8n.example/rest/oauth2-credential/callback'],
    },
    'https://n8n.example/rest/oauth2-credential/callback',
  ],
  [
    'MCP Inspector',
    {
      ...PUBLIC,
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      redirect_uris: ['http://localhost:6274/oauth/callback', 'http://localhost:6274/oauth/callback/debug'],
    },
    'http://localhost:6274/oauth/callback',
  ],
  [
    'VS Code',
    {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://localhost/',
        'http://127.0.0.1/',
        'http://localhost:33418/',
        'http://127.0.0.1:33418/',
      ],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    'http://127.0.0.1:33418/',
  ],
]

let alice: string

describe('Registrations that real clients send', () => {
  beforeEach(async () => {
    ;({ alice } = await givenCast())
  })

  it.each(CLIENTS)(
    '%s registers, signs a person in and gets a refresh token',
    async (_, body, redirect_uri) => {
      const answer = await registerClient(body)
      expect(answer).toMatchObject({ status: 201, client_name: body['client_name'] })
      expect(answer['redirect_uris']).toContain(redirect_uri)
      const { client_id, client_secret } = answer
      const asked = { client_id: client_id, redirect_uri, scope: 'read' }
      const code = await givenCode(alice, { ...asked, ...PKCE })
      const pair = await redeem(code, {
        ...asked,
        scope: undefined,
        client_secret,
        code_verifier: VERIFIER,
      })
      expect(pair).toMatchObject({ status: 200, token_type: 'Bearer' })
      expect(pair.refresh_token).toBeDefined()
    },
  )

  it('reads the list of methods that ChatGPT sends in place of one', async () => {
    const body = metadataOf({
      ...CODE,
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
      jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
    })
    expect(await registerClient(body)).toMatchObject({
      status: 201,
      token_endpoint_auth_method: 'private_key_jwt',
    })
  })

  it('lets a page of any origin register', async () => {
    const answer = await registerClient(metadataOf(PUBLIC), undefined, { Origin: 'http://localhost:6274' })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
  })
})
