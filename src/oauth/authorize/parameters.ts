import type { Provider } from '../../concepts.ts'
import type { Params } from '../params.ts'

/** What becomes of a parameter of the authorization request while its user answers. */
export interface AuthorizationParameter {
  /** It travels on with the code into the grant, as a member of the request claims: token members read it there. */
  readonly isClaim?: boolean
}

/**
 * The parameters that are captured while a user answers, by name; all others are ignored. A feature adds those that its checks
 * or its parts of the answer read.
 */
export const authorizationParameters: Readonly<Record<string, AuthorizationParameter>> = {
  client_id: {},
  redirect_uri: {},
  response_type: {},
  response_mode: {},
  scope: {},
  state: {},
  code_challenge: {},
  code_challenge_method: {},
  prompt: {},
  max_age: {},
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
