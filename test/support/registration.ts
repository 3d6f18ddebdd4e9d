import { type Answer, answerOf, send, type Vars } from './http.ts'

/** What a client is told that has registered. */
export interface Registered extends Answer {
  readonly client_id: string
  readonly client_secret?: string
  readonly registration_access_token: string
}

/** Registration for anybody. */
export const OPEN: Vars = { OAUTH_REGISTRATION: 'open' }

/** A registration of a web application, with some members changed. */
export function metadataOf(
  changed: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return { client_name: 'An application', redirect_uris: ['https://rp.example/cb'], ...changed }
}

/** Registers a client. */
export async function registerClient(
  body: unknown,
  vars: Vars = OPEN,
  headers: Readonly<Record<string, string>> = {},
): Promise<Registered> {
  const answer = await answerOf(
    await send(
      '/oauth2/register',
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      },
      vars,
    ),
  )
  return answer as Registered
}

/** Reads, replaces or deletes a registration. */
export async function manage(
  method: 'DELETE' | 'GET' | 'PUT',
  registered: Pick<Registered, 'client_id' | 'registration_access_token'>,
  body?: unknown,
  vars: Vars = OPEN,
): Promise<Response> {
  const { client_id: clientId, registration_access_token: token } = registered
  return send(
    `/oauth2/register/${clientId}`,
    {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    },
    vars,
  )
}
