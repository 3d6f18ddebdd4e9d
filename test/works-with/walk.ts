import { expect } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { act, answerIn, formOf, PKCE, VERIFIER } from '../support/flow.ts'
import { type Answer, answerOf, ORIGIN, post, send, type Vars } from '../support/http.ts'
import { goThrough } from '../support/oidc-flow.ts'

/** What a recorded client sends. */
export interface Recorded {
  readonly clientId: string
  readonly redirectUri: string
  /** What it adds to requests of the token endpoint, such as an assertion or a secret. */
  readonly authentication?: () => Promise<Readonly<Record<string, string>>>
  /** Parameters beside the usual ones of its authorization request. */
  readonly asks?: Readonly<Record<string, string>>
  /** It names the resource when it refreshes, too. */
  readonly refreshesWithResource?: boolean
}

/** The protected resource that every client is connected to: the demo's API. */
const RESOURCE = `${ORIGIN}/demo/api`

/** The settings of a provider that is there for these clients. */
export const OPEN_TO_ALL: Vars = { OAUTH_REGISTRATION: 'open', OAUTH_DEMO: 'true' }

/** What a client finds: the challenge of the resource, its description, and the metadata of its provider. */
export async function discover(): Promise<Readonly<Record<string, unknown>>> {
  const refused = await send('/demo/api', {}, OPEN_TO_ALL)
  expect(refused.status).toBe(401)
  const challenge = refused.headers.get('WWW-Authenticate') ?? ''
  const described = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? ''
  const resource = await (await send(described, {}, OPEN_TO_ALL)).json<Record<string, unknown>>()
  expect(resource).toMatchObject({ resource: RESOURCE, authorization_servers: [ORIGIN] })
  // By the address that clients of MCP try first; `issuer` must be what they asked for.
  const metadata = await (
    await send(
      '/.well-known/oauth-authorization-server',
      { headers: { 'MCP-Protocol-Version': '2026-07-28' } },
      OPEN_TO_ALL,
    )
  ).json<Record<string, unknown>>()
  expect(metadata).toMatchObject({
    issuer: ORIGIN,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
    registration_endpoint: `${ORIGIN}/oauth2/register`,
  })
  return metadata
}

/** Leads a client through all that it does with a person: signs in, consents, calls, refreshes, steps up, is revoked. */
export async function walk(client: Recorded): Promise<void> {
  const { asks = {}, clientId, redirectUri } = client
  const browser = openBrowser(OPEN_TO_ALL)
  const ask = async (scope: string): Promise<Answer> => {
    const usual = {
      client_id: clientId,
      redirect_uri: redirectUri,
      resource: RESOURCE,
      scope,
      ...PKCE,
      ...asks,
    }
    const answered = await goThrough(browser, usual)
    const { code = '', iss, state } = answerIn(answered)
    expect({ iss, state }).toEqual({ iss: ORIGIN, state: 'a state' })
    expect(answered.left?.href.startsWith(redirectUri)).toBe(true)
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: VERIFIER,
      resource: RESOURCE,
    }
    return tokens(client, form)
  }
  const first = await ask('read')
  expect(first).toMatchObject({ status: 200, token_type: 'Bearer', scope: 'read' })
  expect(await call(first)).toEqual({ client_id: clientId, username: 'alice', scope: 'read' })
  const again = await refresh(client, first)
  expect(again).toMatchObject({ status: 200, scope: 'read' })
  expect(await call(again)).toMatchObject({ scope: 'read' })
  expect(await call(first)).toBeNull()
  // More than it has: it asks for the union of scopes, and the person is asked for what is new.
  const wider = await ask('read write')
  expect(wider).toMatchObject({ status: 200, scope: 'read write' })
  expect(await call(wider)).toMatchObject({ scope: 'read write' })
  // The person takes it back: whatever the client holds has ended, and it hears what it starts anew by.
  await act(browser, 'revoke-application', { client_id: clientId })
  expect(await call(wider)).toBeNull()
  expect(await refresh(client, wider)).toMatchObject({ status: 400, error: 'invalid_grant' })
}

async function tokens(client: Recorded, form: Readonly<Record<string, string | undefined>>): Promise<Answer> {
  const authentication = (await client.authentication?.()) ?? { client_id: client.clientId }
  return answerOf(await post('/oauth2/token', formOf(form, authentication), {}, OPEN_TO_ALL))
}

async function refresh(client: Recorded, { refresh_token }: Answer): Promise<Answer> {
  const resource = client.refreshesWithResource ? RESOURCE : undefined
  return tokens(client, { grant_type: 'refresh_token', refresh_token, resource })
}

/** What the resource answers; null if it refuses. */
async function call({ access_token: token }: Answer): Promise<unknown> {
  const response = await send('/demo/api', { headers: { Authorization: `Bearer ${token}` } }, OPEN_TO_ALL)
  return response.status === 200 ? response.json() : null
}
