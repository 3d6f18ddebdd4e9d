import type { Provider } from '../../concepts.ts'
import { requestedScope } from '../../scope.ts'
import type { Client } from '../../store/records.ts'
import { defaultScopeOf } from '../granted-scope.ts'
import type { Params } from '../params.ts'
import { checkCodeChallenge } from '../pkce.ts'
import { authorizationChecks } from './checks.ts'
import type { RedirectTarget } from './redirect-target.ts'
import { responseModeOf } from './response-mode.ts'

declare const checked: unique symbol

/** How fresh the sign-in must be (OpenID Connect Core 3.1.2.1). */
export interface Freshness {
  readonly prompts: readonly string[]
  /** Seconds since the password was given; null where any time will do. */
  readonly maxAge: number | null
}

/** An authorization request (RFC 6749 4.1.1, 4.2.1) that keeps every rule: holding one means that all checks passed. */
export interface AuthorizationRequest extends Freshness {
  readonly [checked]: true
  readonly target: RedirectTarget
  readonly client: Client
  readonly responseType: string
  readonly responseMode: string
  /** Sorted names, joined by spaces; never empty. */
  readonly scope: string
  readonly state: string | null
  readonly codeChallenge: string | null
}

/** Reads how fresh a request wants the sign-in. */
export function freshnessOf(params: Params): Freshness {
  const maxAge = params.get('max_age')
  return {
    prompts: params.get('prompt')?.split(' ') ?? [],
    maxAge: maxAge === undefined ? null : Number(maxAge),
  }
}

/**
 * Checks an authorization request whose redirect target is known.
 * @param scopeNames names in the scope table
 * @throws {OAuthError} the first rule that it breaks, for `redirectError`
 */
export function parseAuthorizationRequest(
  params: Params,
  target: RedirectTarget,
  scopeNames: readonly string[],
  provider: Provider,
): AuthorizationRequest {
  const { client } = target
  for (const check of authorizationChecks) check({ params, target, client, scopeNames }, provider)
  const responseType = params.get('response_type') ?? ''
  const type = provider.responseTypes[responseType]
  const request: Omit<AuthorizationRequest, typeof checked> = {
    target,
    client,
    responseType,
    responseMode: responseModeOf(params, target.uri, provider),
    scope: requestedScope(params.get('scope')) ?? defaultScopeOf(client, provider),
    state: params.get('state') ?? null,
    codeChallenge: type?.usesPkce ? checkCodeChallenge(params, client) : null,
    ...freshnessOf(params),
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the brand is given here, after every check, and nowhere else
  return request as AuthorizationRequest
}
