import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import worker from '../../src/index.ts'
import { PASSWORD, SECRET } from './fixture.ts'

export const ORIGIN = 'https://id.example'

/** A request as the edge hands it over. */
type IncomingRequest = Request<unknown, IncomingRequestCfProperties>

/** Bindings and variables that a test changes. */
export type Vars = Readonly<Record<string, unknown>>

/** Sends a request to the shipped Worker, with some variables changed. */
export async function send(path: string, init: RequestInit = {}, vars: Vars = {}): Promise<Response> {
  return sendIn({ ...env, ...vars }, path, init)
}

/** Sends a request to the Worker in an environment: what an isolate remembers, it remembers for one environment. */
export async function sendIn(
  environment: typeof env,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const context = createExecutionContext()
  const request = new Request(new URL(path, ORIGIN), { redirect: 'manual', ...init }) as IncomingRequest
  const response = await worker.fetch(request, environment, context)
  await waitOnExecutionContext(context)
  return response
}

/** Posts a form. */
export async function post(
  path: string,
  form: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
  vars: Vars = {},
): Promise<Response> {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString()
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
  return send(path, { method: 'POST', body, headers: { ...type, ...headers } }, vars)
}

/** JSON of the endpoints, as tests read it. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly access_token: string
  readonly refresh_token?: string
  readonly token_type?: string
  readonly expires_in: number
  readonly scope: string
  readonly error?: string
  readonly error_description?: string
  readonly active?: boolean
  readonly [name: string]: unknown
}

/** The answer's JSON with its status and headers. */
export async function answerOf(response: Response): Promise<Answer> {
  const json = await response.json<Record<string, unknown>>()
  return { ...json, status: response.status, headers: response.headers } as unknown as Answer
}

/** Asks the token endpoint, as the client `web` unless told otherwise. */
export async function token(form: Readonly<Record<string, string>>, vars: Vars = {}): Promise<Answer> {
  return answerOf(
    await post('/oauth2/token', { ...credentials(form['client_id'] ?? 'web'), ...form }, {}, vars),
  )
}

/** A first pair of tokens of alice, by her password. */
export async function tokensOf(
  form: Readonly<Record<string, string>> = {},
  vars: Vars = {},
): Promise<Answer> {
  return token({ grant_type: 'password', username: 'alice', password: PASSWORD, ...form }, vars)
}

/** Refreshes a token, as the client `web` unless told otherwise. */
export async function refresh(
  value: string,
  form: Readonly<Record<string, string>> = {},
  vars: Vars = {},
): Promise<Answer> {
  return token({ grant_type: 'refresh_token', refresh_token: value, ...form }, vars)
}

/** Asks about a token as a confidential client. */
export async function introspect(value: string, client = 'other', vars: Vars = {}): Promise<Answer> {
  return answerOf(await post('/oauth2/introspect', { ...credentials(client), token: value }, {}, vars))
}

/** Revokes a token. */
export async function revoke(value: string, client = 'web', vars: Vars = {}): Promise<Response> {
  return post('/oauth2/revoke', { ...credentials(client), token: value }, {}, vars)
}

/** A Basic header (RFC 6749 2.3.1). */
export function basic(clientId: string, secret: string = SECRET): Readonly<Record<string, string>> {
  return { Authorization: `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)}` }
}

function credentials(clientId: string): Readonly<Record<string, string>> {
  return clientId === 'native' ? { client_id: clientId } : { client_id: clientId, client_secret: SECRET }
}
