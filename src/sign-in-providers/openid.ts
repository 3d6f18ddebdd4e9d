import * as oauth from 'oauth4webapi'
import type { Provider } from '../concepts.ts'
import type { SignInProviderRecord } from '../store/sign-in-provider-store.ts'
import type { Attempt } from './attempt.ts'
import { addressOf, type Identity, SUBJECT } from './identity.ts'
import { SignInProblem } from './problem.ts'
import type { Asked, RequestOptions } from './protocol.ts'

/** Seconds for which an isolate uses the metadata of an issuer that it has read. */
const FRESH = 600
/** Seconds by which clocks may differ. */
const LEEWAY = 30

interface KnownIssuer {
  readonly at: number
  readonly server: oauth.AuthorizationServer
  /** Its keys, which the library keeps here and fetches again for an unknown key. */
  readonly keys: oauth.JWKSCacheInput
}

/** The known issuers of each environment. */
const known = new WeakMap<object, Map<string, KnownIssuer>>()

/** Reads the metadata of an issuer (OpenID Connect Discovery 4), which must be its own (4.3). */
export async function issuerServer(
  row: SignInProviderRecord,
  options: RequestOptions,
  provider: Pick<Provider, 'request' | 'settings'>,
): Promise<oauth.AuthorizationServer> {
  const issuers = known.get(provider.settings) ?? new Map<string, KnownIssuer>()
  known.set(provider.settings, issuers)
  const found = issuers.get(row.issuer)
  if (found && found.at > provider.request.now - FRESH) return found.server
  const issuer = new URL(row.issuer)
  const response = await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...options })
  const server = await oauth.processDiscoveryResponse(issuer, response)
  issuers.set(row.issuer, { at: provider.request.now, server, keys: {} })
  return server
}

/** Verifies the ID token for a code (OpenID Connect Core 3.1.3.7), including its signature, and reads its subject. */
export async function answeredByIssuer(
  { client, options, row, server }: Asked,
  attempt: Attempt,
  response: Response,
  { request, settings }: Provider,
): Promise<Identity> {
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: attempt.nonce,
    requireIdToken: true,
  })
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  if (!claims || !SUBJECT.test(claims.sub))
    throw new SignInProblem('failed', 'the ID token has no usable subject')
  const said = authenticationTime(claims.auth_time, attempt, request.now)
  const countedAsFresh = said === null && row.countsAsFresh
  const authenticatedAt = countedAsFresh ? request.now : (said ?? 0)
  if (attempt.insists && authenticatedAt < attempt.at - (attempt.maxAge ?? 0) - LEEWAY)
    throw new SignInProblem(
      authenticatedAt === 0 ? 'fresh' : 'old',
      'the ID token does not say that the person was authenticated just now',
    )
  const keys = known.get(settings)?.get(row.issuer)?.keys ?? {}
  await oauth.validateApplicationLevelSignature(server, response, { ...options, [oauth.jwksCache]: keys })
  const more = claims['email'] === undefined ? await userInfo(claims.sub, tokens.access_token) : {}
  return { authenticatedAt, countedAsFresh, ...identityOf(claims.sub, { ...more, ...claims }) }

  /** Many issuers return a person's address only there (OpenID Connect Core 5.3, 5.4). */
  async function userInfo(subject: string, accessToken: string): Promise<Claims> {
    if (server.userinfo_endpoint === undefined) return {}
    const answer = await oauth.userInfoRequest(server, client, accessToken, options)
    return oauth.processUserInfoResponse(server, client, subject, answer)
  }
}

type Claims = Readonly<Record<string, unknown>>

/**
 * Returns when an issuer authenticated somebody, by our clock: never in the future and, if a fresh authentication was
 * requested, not before the attempt started. Null if it does not say.
 */
function authenticationTime(said: unknown, { at, maxAge }: Attempt, now: number): number | null {
  if (typeof said !== 'number' || !(said > 0)) return null
  const since = Math.min(now, Math.floor(said))
  return maxAge === 0 && since >= at - LEEWAY ? Math.max(at, since) : since
}

function identityOf(subject: string, claims: Claims): Omit<Identity, 'authenticatedAt' | 'countedAsFresh'> {
  const names = ['preferred_username', 'nickname', 'name'].flatMap((name) => {
    const value = claims[name]
    return typeof value === 'string' && value.trim() !== '' ? [value] : []
  })
  const { email, email_verified: verified } = claims
  return {
    subject,
    email: addressOf(email),
    // Some issuers write it as a string.
    emailVerified: verified === true || verified === 'true',
    names,
  }
}
