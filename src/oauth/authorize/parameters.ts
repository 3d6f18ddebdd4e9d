import type { AuthorizationParameter, Params, Provider } from '../../concepts.ts'
import type { ParameterMeanings } from '../../concepts.ts'
import { utf8 } from '../../crypto/bytes.ts'
import { OAuthError } from '../../errors.ts'
import { authorizationRefused } from './refused.ts'

/**
 * The parameters that are captured while a user answers, by name; all others are ignored. A feature adds those that its checks
 * or its parts of the answer read.
 */
export const authorizationParameters: Readonly<Record<string, AuthorizationParameter>> = {
  client_id: { meaning: 'The client' },
  redirect_uri: { meaning: 'Where the answer goes; optional if only one is registered' },
  response_type: { meaning: 'code or token (RFC 6749 3.1.1)' },
  response_mode: { meaning: 'query, fragment or form_post' },
  scope: { meaning: 'Names separated by spaces' },
  state: { meaning: 'Returned byte for byte' },
  code_challenge: { meaning: 'RFC 7636 4.2' },
  code_challenge_method: { meaning: 'S256' },
  prompt: { meaning: 'none, login, consent or select_account (OpenID Connect Core 3.1.2.1)' },
  max_age: { meaning: 'Seconds since the user entered the password, at most' },
}

/** Characters of a `state`, enough for a record as JSON or base64. */
const MAX_STATE = 4000
/** Bytes of all captured parameters, as JSON. */
const MAX_CAPTURED = 10_000

/** Returns the parameters to capture, with their values. */
export function capturedParameters(
  params: Params,
  { authorizationParameters: table }: Pick<Provider, 'authorizationParameters'>,
): [name: string, value: string][] {
  return Object.entries(table).flatMap(([name, { repeats }]) => {
    const value = params.get(name)
    const values = repeats ? params.getAll(name) : value === undefined ? [] : [value]
    return values.map((each): [string, string] => [name, each])
  })
}

/**
 * Refuses a request that is too large to keep while its user answers, even if no answer is needed: whether it is accepted
 * must not depend on who is signed in.
 * @throws {OAuthError} invalid_request
 */
export function checkSize({ params }: { readonly params: Params }, provider: Provider): void {
  const captured = utf8(JSON.stringify(capturedParameters(params, provider)))
  if ((params.get('state') ?? '').length > MAX_STATE || captured.length > MAX_CAPTURED) {
    throw new OAuthError('invalid_request', 'The request is too large.', { reason: 'too_large' })
  }
}

/** Returns the parameters that the grant keeps, by name; null if the request has none of them. */
export function requestClaimsOf(
  params: Params,
  { authorizationParameters: table }: Pick<Provider, 'authorizationParameters'>,
): Readonly<Record<string, string>> | null {
  const claims = Object.entries(table).flatMap(([name, { isClaim }]) => {
    const value = isClaim ? params.get(name) : undefined
    return value === undefined ? [] : [[name, value] as const]
  })
  return claims.length === 0 ? null : Object.fromEntries(claims)
}

/** Returns what each parameter means, for the documentation. */
export function parameterMeanings({
  authorizationParameters: table,
}: Pick<Provider, 'authorizationParameters'>): ParameterMeanings {
  return Object.fromEntries(Object.entries(table).map(([name, { meaning }]) => [name, meaning]))
}

/**
 * Returns the parameters of a request: its own, or those that a feature fetches instead.
 * @throws {OAuthError} what the request refers to cannot be fetched
 */
export async function resolveParameters(params: Params, provider: Provider): Promise<Params> {
  try {
    for (const source of provider.parameterSources) {
      const found = await source(params, provider)
      if (found) return found
    }
  } catch (error) {
    if (error instanceof OAuthError) provider.emit(authorizationRefused(params, error))
    throw error
  }
  return params
}
