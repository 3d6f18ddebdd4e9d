import { expect } from 'vitest'
import { SECRET } from './fixture.ts'
import { authorizationForm, type Fields } from './flow.ts'
import { type Answer, answerOf, post, type Vars } from './http.ts'

/** Pushes an authorization request, of the client `web` unless told otherwise. `native` has no secret. */
export async function push(
  fields: Fields = {},
  vars: Vars = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const secret = fields['client_id'] === 'native' || 'client_assertion' in fields ? undefined : SECRET
  const form = authorizationForm({ client_secret: secret, ...fields })
  return answerOf(await post('/oauth2/par', form, headers, vars))
}

/** The address by which a browser comes with a request that was pushed, and with nothing else. */
export async function pushedUrl(fields: Fields = {}, vars: Vars = {}): Promise<string> {
  const answer = await push(fields, vars)
  expect(answer).toMatchObject({ status: 201 })
  return visitUrl(answer['request_uri'], fields['client_id'] ?? 'web')
}

/** The address of the authorization endpoint with the name of a pushed request. */
export function visitUrl(
  requestUri: unknown,
  clientId = 'web',
  more: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({ client_id: clientId, request_uri: String(requestUri), ...more })
  return `/oauth2/authorize?${query.toString()}`
}
