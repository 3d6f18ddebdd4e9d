import { readMember } from '../../clients/member.ts'
import { openidMembers } from '../../clients/members/openid.ts'
import type { KnownResource, Params, Provider, RedirectTarget } from '../../concepts.ts'
import { ADMIN_SCOPE, requestedScope, fixedScopes } from '../../scope.ts'
import type { AuthorizationRecords, Client } from '../../store/records.ts'
import { existingDefaultScope, narrowScope } from '../../tokens/granted-scope.ts'
import { checkCodeChallenge, pkceRule } from '../pkce.ts'
import { namedResources } from '../resources.ts'
import { normalResponseType, responseTypeParts } from '../response-types/index.ts'
import { requestClaimsOf } from './parameters.ts'
import { responseModeOf } from './response-mode.ts'

declare const checked: unique symbol

/** How fresh the sign-in must be (OpenID Connect Core 3.1.2.1). */
export interface Freshness {
  readonly prompts: readonly string[]
  /** The most seconds since the user entered the password; null for any. */
  readonly maxAge: number | null
  /**
   * Whether it asks for the scope `admin`, for which the user must just have entered the password, whatever the client
   * requests.
   */
  readonly isAdmin: boolean
}

/** An authorization request (RFC 6749 4.1.1, 4.2.1) that passed every check: code that holds one can rely on that. */
export interface AuthorizationRequest extends Freshness {
  readonly [checked]: true
  readonly target: RedirectTarget
  readonly client: Client
  /** The parameters it was read from. */
  readonly params: Params
  /** Its parts sorted, separated by spaces. */
  readonly responseType: string
  readonly responseMode: string
  /** Sorted names, joined by spaces; never empty. Names that `grantScope` removed are not included. */
  readonly scope: string
  readonly state: string | null
  readonly codeChallenge: string | null
  /** The parameters that the code and then the grant keep, such as `nonce`; null if there are none. */
  readonly requestClaims: Readonly<Record<string, string>> | null
  /** The resources that it names (RFC 8707); empty if it names none, or none is set up. */
  readonly resources: readonly KnownResource[]
}

/**
 * Reads how fresh a request wants the sign-in to be.
 * @param client whose `default_max_age` applies if the request has no `max_age`
 */
export function freshnessOf(params: Params, client: Client): Freshness {
  const maxAge = params.get('max_age')
  return {
    prompts: params.get('prompt')?.split(' ') ?? [],
    maxAge: maxAge === undefined ? readMember(client, openidMembers.defaultMaxAge) : Number(maxAge),
    // It must be requested by name.
    isAdmin: requestedScope(params.get('scope'))?.split(' ').includes(ADMIN_SCOPE) ?? false,
  }
}

/**
 * Checks an authorization request whose redirect target is known.
 * @param records the scopes that exist, and who is signed in
 * @throws {OAuthError} the first rule that it breaks, for `redirectError`
 * @throws {ConfigurationError} the request names no scope, and OAUTH_DEFAULT_SCOPE names one that does not exist
 */
export async function parseAuthorizationRequest(
  params: Params,
  target: RedirectTarget,
  records: Pick<AuthorizationRecords, 'scopes' | 'session'>,
  provider: Provider,
): Promise<AuthorizationRequest> {
  const { client } = target
  const known = new Set([...fixedScopes(provider), ...records.scopes.map(({ name }) => name)])
  for (const check of provider.authorizationChecks) {
    await check({ params, target, client, knownScopes: known }, provider)
  }
  const responseType = normalResponseType(params.get('response_type') ?? '')
  const usesPkce = responseTypeParts(responseType, provider).some((part) => part.usesPkce)
  const resources = await namedResources(params, provider)
  const asked =
    requestedScope(params.get('scope')) ?? existingDefaultScope(client, known, provider, resources)
  const request: Omit<AuthorizationRequest, typeof checked> = {
    target,
    client,
    params,
    responseType,
    responseMode: responseModeOf(params, target.uri, provider),
    scope: narrowScope(asked, client, records.session?.user.id ?? null, provider),
    state: params.get('state') ?? null,
    codeChallenge: usesPkce ? checkCodeChallenge(params, pkceRule(client, provider)) : null,
    requestClaims: requestClaimsOf(params, provider),
    resources,
    ...freshnessOf(params, client),
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the brand is given here, after every check, and nowhere else
  return request as AuthorizationRequest
}
