import type { Issue, Issuing, Provider, TokenMember, TokenResponse } from '../concepts.ts'
import { sortableId } from '../crypto/bytes.ts'
import { invalidGrant, invalidScope, unauthorizedGrantType, unprovenClient } from '../refusals.ts'
import { ADMIN_SCOPE, requestedScope, fixedScopes } from '../scope.ts'
import type { IssueCommit, IssuedTokens, IssueOutcome } from '../store/records.ts'
import { defaultScopeOf, narrowScope } from './granted-scope.ts'
import { mintToken } from './opaque.ts'

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
  const members = await Promise.all(
    provider.tokenMembers.map(async (prepare) => prepare({ issuing, issue }, provider)),
  )
  const issued = explainOutcome(await provider.store.issueTokens(commit), commit)
  const response = {
    ...(await extrasOf(issued, provider)),
    access_token: await mintAccessToken(issued, provider),
    token_type: 'Bearer',
    expires_in: issued.expiresAt - provider.request.now,
    scope: issued.scope,
    ...(issued.refreshes && { refresh_token: await mintToken('rt', issued.token, provider.keys) }),
    ...(await membersOf(issued, members)),
  }
  const { clientId, scope, userId } = issued
  provider.emit({ type: 'token_issued', grantType: issuing.grantType, clientId, userId, scope })
  return response
}

async function membersOf(
  issued: IssuedTokens,
  members: readonly Awaited<ReturnType<TokenMember>>[],
): Promise<Readonly<Record<string, unknown>>> {
  const made = await Promise.all(members.map(async (member) => member(issued)))
  return Object.fromEntries(made.flatMap((added) => Object.entries(added)))
}

/** The access token, in the first form that takes it; else in our own. */
async function mintAccessToken(issued: IssuedTokens, provider: Provider): Promise<string> {
  for (const format of provider.tokenFormats) {
    const token = await format.mint?.(issued, provider)
    if (token) return token
  }
  return mintToken('at', issued.token, provider.keys)
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

/** Nobody gets `admin` but by what a person has said yes to: a code, or the refresh token that it brought. */
async function checkAdminScope(requested: string | null, issuing: Issuing, issue: Issue): Promise<void> {
  if (issue.claim || !requested?.split(' ').includes(ADMIN_SCOPE)) return
  // Who does not prove to be the client is told that first.
  await issuing.authenticateClient?.()
  throw invalidScope()
}

/** Scopes of features speak of people: a client that acts for itself has none (RFC 6749 4.4, OpenID Connect Core 3.1.2.1). */
function scopesFor({ claim, userId }: Issue, provider: Provider): readonly string[] {
  return userId === null && !claim ? Object.keys(provider.settings.scopes) : fixedScopes(provider)
}

async function planCommit(issuing: Issuing, issue: Issue, provider: Provider): Promise<IssueCommit> {
  const { grantType, proof } = issuing
  const { request, settings } = provider
  const requested = await scopeOf(issuing, issue, provider)
  await checkAdminScope(requested, issuing, issue)
  return {
    proof,
    grantType,
    userId: issue.userId,
    scope: {
      requested,
      fallback: settings.defaultScope,
      known: scopesFor(issue, provider),
    },
    claim: issue.claim ?? null,
    grantId: issue.grantId ?? sortableId(),
    authTime: issue.authTime ?? request.now,
    sessionId: issue.sessionId ?? null,
    details: issue.details ?? null,
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

/** Why a claim does not hold, in words for the log and for staff. */
const WHY_NO_CLAIM = {
  code: {
    spent: 'The code was used before, so what it brought has ended (RFC 6749 4.1.2).',
    ended: 'The code has ended: its consent was withdrawn, or its client or user was disabled since.',
  },
  refresh: {
    spent: 'The refresh token was replaced by a newer one before, and came again.',
    ended: 'The refresh token has expired, was revoked, or belongs to another client.',
  },
  none: { spent: 'The approval has ended.', ended: 'The approval has ended.' },
} as const

/**
 * Says what a commit's verdict means. It alone orders the refusals: who you are, what you may use, what you present, what
 * you ask for.
 * @throws {OAuthError} invalid_client, unauthorized_client, invalid_grant or invalid_scope
 */
function explainOutcome({ issued, verdict }: IssueOutcome, { claim, proof }: IssueCommit): IssuedTokens {
  if (!verdict.authenticated) throw unprovenClient(proof)
  if (!verdict.hasGrantType) throw unauthorizedGrantType()
  if (!verdict.userLives || !verdict.claimHolds) {
    const spent = verdict.claimSpent ? 'spent' : 'ended'
    throw invalidGrant(
      verdict.userLives ? WHY_NO_CLAIM[claim?.kind ?? 'none'][spent] : 'the user may not sign in',
    )
  }
  if (!verdict.scopeAllowed) throw invalidScope()
  if (!issued) throw invalidGrant('revoked while it was used')
  return issued
}
