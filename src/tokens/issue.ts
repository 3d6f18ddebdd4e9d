import type { Provider } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { defaultScopeOf, narrowScope } from '../oauth/granted-scope.ts'
import type { TokenResponse } from '../oauth/grants/index.ts'
import type { ClientIdentity } from '../oauth/identify-client.ts'
import { requestedScope } from '../scope.ts'
import type {
  Claim,
  Client,
  ClientType,
  IssueCommit,
  PasswordSignIn,
  FrontChannelApproval,
  IssuedTokens,
} from '../store/records.ts'
import { accessTokenIdOf, mintRefreshToken, mintToken } from './opaque.ts'
import { explainOutcome } from './outcome.ts'

/** What a grant hands to the issuer. */
export interface Issue {
  /** Null where a client acts for itself, which takes a confidential one, or where the claim knows the user. */
  readonly userId: string | null
  /** The scope that was asked for; undefined or null for the default. */
  readonly scope: string | null | undefined
  /** What is spent in the same commit. */
  readonly claim?: Claim
  /** When the user gave the password, in seconds since 1970; now, if left out. */
  readonly authTime?: number
  /** The password sign-in to settle in the same commit. */
  readonly signIn?: PasswordSignIn
  /** The approval in the browser that this rests on; left out at the token endpoint. */
  readonly approval?: FrontChannelApproval
  /** Client types that get a refresh token, if they have the grant type `refresh_token`; both, if left out. */
  readonly refreshTokenFor?: readonly ClientType[]
}

/** Who asks, and by which grant type. */
export interface Issuing {
  readonly grantType: string
  readonly client: ClientIdentity
  /** Reads the client with a round trip of its own; left out where the scope is already settled. */
  readonly authenticateClient?: () => Promise<Client>
}

/**
 * Issues tokens: plans, commits in one round trip, explains (RFC 6749 5.1).
 * @throws {OAuthError} invalid_client, unauthorized_client, invalid_grant, invalid_scope
 */
export async function issueTokens(
  issuing: Issuing,
  issue: Issue,
  provider: Provider,
): Promise<TokenResponse> {
  const commit = await planCommit(issuing, issue, provider)
  const issued = explainOutcome(await provider.store.issueTokens(commit), issuing.client.usedHeader)
  const { clientId, scope, userId } = issued
  provider.emit({ type: 'token_issued', grantType: issuing.grantType, clientId, userId, scope })
  return {
    ...(await extrasOf(issued, provider)),
    access_token: await mintToken('at', issued.accessTokenId, provider.keys),
    token_type: 'Bearer',
    expires_in: issued.expiresAt - provider.request.now,
    scope: issued.scope,
    ...(issued.refreshToken && { refresh_token: await mintRefreshToken(issued.refreshToken, provider.keys) }),
  }
}

/** Members that only the protocol gives (RFC 6749 5.1, 5.2). */
const RESERVED = [
  'access_token',
  'token_type',
  'expires_in',
  'scope',
  'refresh_token',
  'error',
  'error_description',
]

/** What `tokenResponseExtras` adds. The tokens are out by now: a hook that fails takes nothing away. */
async function extrasOf(
  issued: IssuedTokens,
  provider: Provider,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const extras = (await provider.hooks.tokenResponseExtras?.(issued, provider)) ?? {}
    return Object.fromEntries(Object.entries(extras).filter(([name]) => !RESERVED.includes(name)))
  } catch (error) {
    console.error('tokenResponseExtras failed:', error)
    return {}
  }
}

/** What was asked for, narrowed by `grantScope`. What a code or refresh token carries was narrowed when it was given. */
async function scopeOf(issuing: Issuing, issue: Issue, provider: Provider): Promise<string | null> {
  const requested = requestedScope(issue.scope)
  if (!provider.hooks.grantScope || issue.claim || !issuing.authenticateClient) return requested
  const client = await issuing.authenticateClient()
  return narrowScope(requested ?? defaultScopeOf(client, provider), client, issue.userId, provider)
}

async function planCommit(issuing: Issuing, issue: Issue, provider: Provider): Promise<IssueCommit> {
  const { client, grantType } = issuing
  const { request, settings } = provider
  const grantId = randomId()
  const { claim = null } = issue
  // Both tokens of a pair follow from the grant and the number, so that a lost reply can be said again.
  const pair =
    claim?.kind === 'refresh' ? { ...claim, sequence: claim.sequence + 1 } : { grantId, sequence: 0 }
  return {
    proof: client.proof,
    grantType,
    userId: issue.userId,
    scope: {
      requested: await scopeOf(issuing, issue, provider),
      fallback: settings.defaultScope,
      known: Object.keys(settings.scopes),
    },
    claim,
    grantId,
    authTime: issue.authTime ?? request.now,
    accessTokenId: await accessTokenIdOf(pair),
    accessTokenLifetime: { confidential: settings.expireDelta, public: settings.expireDeltaPublic },
    refreshTokenLifetime: settings.expireRefreshDelta,
    refreshTokenFor: issue.refreshTokenFor ?? ['confidential', 'public'],
    signIn: issue.signIn ?? null,
    approval: issue.approval ?? null,
    single: settings.singleAccessToken,
    deleteExpired: settings.deleteExpired,
    request,
  }
}
