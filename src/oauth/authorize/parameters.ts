import type { AuthorizationParameter, Params, Provider } from '../../concepts.ts'
import type { ParameterMeanings } from '../../concepts.ts'

/**
 * The parameters that are captured while a user answers, by name; all others are ignored. A feature adds those that its checks
 * or its parts of the answer read.
 */
export const authorizationParameters: Readonly<Record<string, AuthorizationParameter>> = {
  client_id: { meaning: 'Who asks' },
  redirect_uri: { meaning: 'Where the answer goes; may be left out where one is registered' },
  response_type: { meaning: 'code or token (RFC 6749 3.1.1)' },
  response_mode: { meaning: 'query, fragment or form_post' },
  scope: { meaning: 'Names separated by spaces' },
  state: { meaning: 'Comes back byte for byte' },
  code_challenge: { meaning: 'RFC 7636 4.2' },
  code_challenge_method: { meaning: 'S256' },
  prompt: { meaning: 'none, login or consent (OpenID Connect Core 3.1.2.1)' },
  max_age: { meaning: 'Seconds since the password was given' },
}

/** JSON of the parameters that travel on into the grant, by name; null where the request has none of them. */
export function requestClaimsOf(
  params: Params,
  { authorizationParameters: table }: Pick<Provider, 'authorizationParameters'>,
): string | null {
  const claims = Object.entries(table).flatMap(([name, { isClaim }]) => {
    const value = isClaim ? params.get(name) : undefined
    return value === undefined ? [] : [[name, value] as const]
  })
  return claims.length === 0 ? null : JSON.stringify(Object.fromEntries(claims))
}

/** What each parameter means, for the documents. */
export function parameterMeanings({
  authorizationParameters: table,
}: Pick<Provider, 'authorizationParameters'>): ParameterMeanings {
  return Object.fromEntries(Object.entries(table).map(([name, { meaning }]) => [name, meaning]))
}
