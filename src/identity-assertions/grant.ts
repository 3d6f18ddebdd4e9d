import type { GrantType, Params, Provider, TokenRequest } from '../concepts.ts'
import { emailKey, usernameKey } from '../identity/usernames.ts'
import { namedResources } from '../oauth/resources.ts'
import { invalidGrant, invalidScope, invalidTarget, unauthorizedGrantType } from '../refusals.ts'
import { resourceDetails } from '../resources/authorization.ts'
import { coversScope, joinScope, requestedScope, withoutAdmin } from '../scope.ts'
import type { IssuerStore, SubjectMapping, TrustedIssuer } from '../store/issuer-store.ts'
import { signInDetails } from '../tokens/authentication-level.ts'
import { jktOf } from '../tokens/binding.ts'
import { issueTokens } from '../tokens/issue.ts'
import { readAssertion, type VerifiedAssertion, verifyAssertion } from './assertion.ts'

/** The grant type of assertions (RFC 7523 2.1). */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/**
 * An identity assertion authorization grant of a trusted issuer (draft-ietf-oauth-identity-assertion-authz-grant-04 4.4): the
 * company's identity provider confirms that this user may use this client here. It works once, and brings no refresh token,
 * as the client asks there again (4.4.3).
 */
export function jwtBearer(storeOf: (provider: Pick<Provider, 'bindings'>) => IssuerStore): GrantType {
  return {
    label: 'Identity assertion: a JWT from a trusted issuer',
    parameters: ['assertion'],
    async exchange(request, provider) {
      const client = await request.authenticateClient()
      if (client.type !== 'confidential') throw unauthorizedGrantType()
      const read = readAssertion(request.params.get('assertion') ?? '', provider)
      const store = storeOf(provider)
      const issuer = await store.readIssuer(read.issuer)
      if (!issuer) throw invalidGrant('the issuer of the assertion is not trusted')
      const assertion = await verifyAssertion(read, issuer, client.clientId, provider)
      checkKey(assertion, request)
      const userId = await findUser(assertion, issuer, store)
      const params = await paramsOf(request, assertion, provider)
      const { auth_time } = assertion.claims
      return issueTokens(
        { ...request, params },
        {
          userId,
          scope: scopeFor(request, assertion),
          // Only the issuer knows when and how the user signed in.
          authTime: typeof auth_time === 'number' && auth_time <= provider.request.now ? auth_time : null,
          details: {
            ...resourceDetails(await namedResources(params, provider), provider),
            ...signInDetails({ amr: [] }),
          },
          claim: { kind: 'assertion', jtiHash: assertion.jtiHash, expiresAt: assertion.expiresAt },
          refreshTokenFor: [],
        },
        provider,
      )
    },
  }
}

/** The claims by which users are found. */
const KEYS: Readonly<Record<SubjectMapping, (value: string) => string>> = {
  email: emailKey,
  id: (id) => id,
  username: usernameKey,
}

/**
 * An assertion that is bound to a key is valid only with a proof of that key (RFC 7800 3.1; the draft's section on proof of
 * possession).
 * @throws {OAuthError} invalid_grant
 */
function checkKey({ claims }: VerifiedAssertion, { jkt }: TokenRequest): void {
  if (claims['cnf'] !== undefined && (!jkt || jktOf(claims) !== jkt)) {
    throw invalidGrant('the assertion is bound to a key that the request does not prove')
  }
}

/** @throws {OAuthError} invalid_grant: the subject identifies no user here */
async function findUser(
  { claims }: VerifiedAssertion,
  { subject }: TrustedIssuer,
  store: IssuerStore,
): Promise<string> {
  const value = subject === 'email' ? claims['email'] : claims.sub
  if (typeof value !== 'string' || (subject === 'email' && claims['email_verified'] === false)) {
    throw invalidGrant('the assertion does not identify a user')
  }
  const written = subject === 'email' ? value.trim() : value
  const found = await store.findUser(subject, written, KEYS[subject](value))
  if (found === null) throw invalidGrant('the subject of the assertion identifies no active user')
  return found
}

/** Returns the requested scope, within that of the assertion. `admin` requires a sign-in here. */
function scopeFor({ params }: TokenRequest, { claims }: VerifiedAssertion): string | null {
  const allowed = boundOf(claims['scope'])
  const requested = requestedScope(params.get('scope'))
  if (requested !== null && allowed !== null && !coversScope(allowed, requested)) throw invalidScope()
  const scope = requested ?? allowed
  if (scope !== null && joinScope(withoutAdmin(scope).split(' ')) !== scope) throw invalidScope()
  return scope
}

/**
 * Returns the scope that an assertion allows; null if it sets no limit.
 * @throws {OAuthError} invalid_grant: its scope is
 * malformed
 */
function boundOf(scope: unknown): string | null {
  if (scope === undefined) return null
  const allowed = typeof scope === 'string' ? requestedScope(scope) : null
  if (allowed === null) throw invalidGrant('the scope of the assertion is malformed')
  return allowed
}

/** Returns the request's parameters, with the resources of the assertion if it names none; it must not name others (4.4.1). */
async function paramsOf(
  { params }: TokenRequest,
  { claims }: VerifiedAssertion,
  provider: Provider,
): Promise<Params> {
  const { resource } = claims
  if (resource === undefined) return params
  const allowed = [resource].flat().filter((value: unknown) => typeof value === 'string')
  if (allowed.length === 0 || allowed.length !== [resource].flat().length) {
    throw invalidGrant('the resource of the assertion is malformed')
  }
  const within: Params = {
    ...params,
    getAll: (name) => (name === 'resource' ? allowed : params.getAll(name)),
  }
  if (params.getAll('resource').length === 0) return within
  const [asked, held] = await Promise.all([
    namedResources(params, provider),
    namedResources(within, provider),
  ])
  if (asked.some(({ identifier }) => !held.some((known) => known.identifier === identifier))) {
    throw invalidTarget('The assertion is not for this resource.')
  }
  return params
}
