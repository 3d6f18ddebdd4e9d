import { env } from 'cloudflare:workers'
import { SECRET } from './fixture.ts'
import { answerOf, type Answer, post, type Vars } from './http.ts'

export const FILES = 'https://files.example/mcp'
export const MAIL = 'https://mail.example/api'

/** Two resources elsewhere, and scopes for them. */
export const RESOURCES: Vars = {
  OAUTH_SCOPES: '{"read":2,"write":6,"mail":8}',
  OAUTH_RESOURCES: JSON.stringify({
    [FILES]: { name: 'Files', scope: 'read write' },
    [MAIL]: { name: 'Mail', scope: 'mail read', access_token_lifetime: 300 },
  }),
}

/** A token request with parameters that may repeat, as the client `web` unless told otherwise. */
export async function tokenWith(
  pairs: readonly (readonly [name: string, value: string])[],
  vars: Vars = RESOURCES,
): Promise<Answer> {
  const form = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value]))
  if (!form.has('client_id')) form.set('client_id', 'web')
  if (!form.has('client_secret') && form.get('client_id') !== 'native') form.set('client_secret', SECRET)
  return answerOf(await post('/oauth2/token', form.toString(), {}, vars))
}

/** Puts the scope of the panel's API into the table. */
export async function givenAdminScope(): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)`,
  ).run()
}
