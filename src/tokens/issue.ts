import type { Issue, Issuing, PlannedTerms, Provider, TokenMember, TokenResponse } from '../concepts.ts'
import { sortableId } from '../crypto/bytes.ts'
import { OAuthError } from '../errors.ts'
import {
  invalidGrant,
  invalidScope,
  invalidTarget,
  unauthorizedGrantType,
  unprovenClient,
} from '../refusals.ts'
import { ADMIN_SCOPE, requestedScope, fixedScopes } from '../scope.ts'
import type { GrantDetails, IssueCommit, IssuedTokens, IssueOutcome, IssueVerdict } from '../store/records.ts'
import { detailsBoundTo, tokenTypeOf } from './binding.ts'
import { checkDefaultScope, defaultScopeOf, narrowScope } from './granted-scope.ts'
import { mintToken } from './opaque.ts'

/**
 * Issues tokens: plans them, commits in one round trip, and explains the outcome (RFC 6749 5.1).
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
  for (const format of provider.tokenFormats) await format.prepare?.(commit.details, provider)
  const issued = explainOutcome(await provider.store.issueTokens(commit), commit)
  const accessToken = await mintAccessToken(issued, provider)
  const response = {
    ...(await extrasOf(issued, provider)),
    access_token: accessToken,
    token_type: issued.details === null ? 'Bearer' : tokenTypeOf(issued.details),
    expires_in: issued.expiresAt - provider.request.now,
    scope: issued.scope,
    ...(issued.refreshes && { refresh_token: await mintToken('rt', issued.token, provider.keys) }),
    ...(await membersOf(issued, accessToken, members)),
  }
  const { clientId, scope, userId } = issued
  provider.emit({ type: 'token_issued', grantType: issuing.grantType, clientId, userId, scope })
  return response
}

async function membersOf(
  issued: IssuedTokens,
  accessToken: string,
  members: readonly Awaited<ReturnType<TokenMember>>[],
): Promise<Readonly<Record<string, unknown>>> {
  const made = await Promise.all(members.map(async (member) => member(issued, accessToken)))
  return Object.fromEntries(made.flatMap((added) => Object.entries(added)))
}

/** Mints the access token in the first format that accepts it, or else in our own. */
async function mintAccessToken(issued: IssuedTokens, provider: Provider): Promise<string> {
  for (const format of provider.tokenFormats) {
    const token = await format.mint?.(issued, provider)
    if (token) return token
  }
  return mintToken('at', issued.token, provider.keys)
}

/** Members that only the protocol may set (RFC 6749 5.1, 5.2). */
const RESERVED = [
  'access_token',
  'token_type',
  'expires_in',
  'scope',
  'refresh_token',
  'error',
  'error_description',
]

/** Returns what `tokenResponseExtras` adds. The tokens have been issued by now, so a failing hook must not prevent the answer. */
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

/** The scope of a code or refresh token was narrowed when it was issued; that of another issuer's assertion was not. */
function wasNarrowed({ claim }: Issue): boolean {
  return claim !== undefined && claim !== null && claim.kind !== 'assertion'
}

/** Returns the requested scope, narrowed by `grantScope` unless it was narrowed when the code or refresh token was issued. */
async function scopeOf(issuing: Issuing, issue: Issue, provider: Provider): Promise<string | null> {
  const requested = requestedScope(issue.scope)
  if (!provider.hooks.grantScope || wasNarrowed(issue) || !issuing.authenticateClient) return requested
  const client = await issuing.authenticateClient()
  return narrowScope(requested ?? defaultScopeOf(client, provider), client, issue.userId, provider)
}

/** `admin` is granted only with a person's consent: by a code, or by the refresh token that came with it. */
async function checkAdminScope(requested: string | null, issuing: Issuing, issue: Issue): Promise<void> {
  if (wasNarrowed(issue) || !requested?.split(' ').includes(ADMIN_SCOPE)) return
  // A failed client authentication is reported first.
  await issuing.authenticateClient?.()
  throw invalidScope()
}

/** If every token must be bound to a key, none is issued without one (RFC 9449 5). */
async function checkBinding(jkt: string | null, issuing: Issuing, provider: Provider): Promise<void> {
  if (jkt !== null || !provider.possessionProofs.some((proof) => proof.isRequired(provider))) return
  // A failed client authentication is reported first.
  await issuing.authenticateClient?.()
  throw wrongKey(null)
}

/** Scopes of features are about people, so a client that acts for itself has none (RFC 6749 4.4, OpenID Connect Core 3.1.2.1). */
function scopesFor({ claim, userId }: Issue, provider: Provider): readonly string[] {
  return userId === null && !claim ? Object.keys(provider.settings.scopes) : fixedScopes(provider)
}

async function planCommit(issuing: Issuing, issue: Issue, provider: Provider): Promise<IssueCommit> {
  const { grantType, jkt = null, proof } = issuing
  const { request, settings } = provider
  const requested = await scopeOf(issuing, issue, provider)
  if (requested === null && !wasNarrowed(issue)) await checkDefaultScope(provider)
  await checkAdminScope(requested, issuing, issue)
  await checkBinding(jkt, issuing, provider)
  const terms = await termsOf(issuing, issue, provider)
  const details = terms.details ? { ...issue.details, ...terms.details } : (issue.details ?? null)
  return {
    proof,
    grantType,
    userId: issue.userId,
    scope: {
      requested,
      fallback: settings.defaultScope,
      known: scopesFor(issue, provider),
      within: terms.within ?? null,
    },
    claim: issue.claim ?? null,
    grantId: issue.grantId ?? sortableId(),
    authTime: issue.authTime === undefined ? request.now : issue.authTime,
    sessionId: issue.sessionId ?? null,
    details: jkt === null ? details : detailsBoundTo(jkt, details),
    jkt,
    resource: terms.resource ?? null,
    longestAccess: shortest(terms.lifetime ?? null, lifetimeOf(issue.details)),
    formatLifetime: provider.tokenFormats.map((format) => format.lifetime?.(provider)).find(Boolean) ?? null,
    accessTokenLifetime: { confidential: settings.expireDelta, public: settings.expireDeltaPublic },
    refreshTokenLifetime: settings.expireRefreshDelta,
    refreshTokenFor: issue.refreshTokenFor ?? ['confidential', 'public'],
    signIn: issue.signIn ?? null,
    approval: issue.approval ?? null,
    // A token that is bound to one key is useless to the holder of another.
    // An exchanged token belongs only to its subject.
    single: settings.singleAccessToken && jkt === null && details?.['parent'] === undefined,
    deleteExpired: settings.deleteExpired,
    request,
  }
}

/** Returns the features' terms for the tokens. The client is authenticated first, so that a stranger does not learn them. */
async function termsOf(issuing: Issuing, issue: Issue, provider: Provider): Promise<PlannedTerms> {
  try {
    const planned: PlannedTerms[] = []
    for (const terms of provider.issueTerms) planned.push(await terms.plan({ issuing, issue }, provider))
    return planned.reduce<PlannedTerms>(
      (all, { details, ...terms }) => ({
        ...all,
        ...terms,
        ...(details && { details: { ...all.details, ...details } }),
      }),
      {},
    )
  } catch (error) {
    if (error instanceof OAuthError) await issuing.authenticateClient?.()
    throw error
  }
}

/** Returns the longest that an access token of a grant is valid, in seconds, if the grant limits it; otherwise null. */
function lifetimeOf(details: GrantDetails | null | undefined): number | null {
  const lifetime = details?.['lifetime']
  return typeof lifetime === 'number' ? lifetime : null
}

function shortest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

/** Why a claim is invalid, in words for the log and for staff. */
const WHY_NO_CLAIM = {
  code: {
    spent: 'The code was used before, so its tokens have been revoked (RFC 6749 4.1.2).',
    ended: 'The code is no longer valid: its consent was withdrawn, or its client or user has been disabled.',
  },
  refresh: {
    spent: 'The refresh token had been replaced by a newer one, and was used again.',
    ended: 'The refresh token has expired, was revoked, or belongs to another client.',
  },
  assertion: { spent: 'The assertion was used before.', ended: 'The assertion was used before.' },
  none: { spent: 'The approval has ended.', ended: 'The approval has ended.' },
} as const

/**
 * Explains a commit's verdict. Only this function decides the order of refusals: who you are, what you may use, what you
 * present, what you ask for.
 * @throws {OAuthError} invalid_client, unauthorized_client, invalid_grant, invalid_dpop_proof or invalid_scope
 */
function explainOutcome({ issued, verdict }: IssueOutcome, { claim, jkt, proof }: IssueCommit): IssuedTokens {
  if (!verdict.authenticated) throw unprovenClient(proof)
  if (!verdict.hasGrantType) throw unauthorizedGrantType()
  if (!verdict.userLives || !verdict.claimHolds) {
    const spent = verdict.claimSpent ? 'spent' : 'ended'
    throw invalidGrant(
      verdict.userLives ? WHY_NO_CLAIM[claim?.kind ?? 'none'][spent] : 'the user may not sign in',
    )
  }
  if (verdict.bindingHolds === false) throw wrongKey(jkt)
  if (verdict.resourceAllowed === false) throw outsideOfGrant(verdict)
  if (!verdict.scopeAllowed) throw invalidScope()
  if (!issued) throw invalidGrant('revoked while it was used')
  return issued
}

/**
 * A grant can be refreshed only for its own resources (RFC 8707 2.2). A grant without any, such as one older than the first
 * resource, is useless to a client that always names one. Such a client starts over if the grant is refused, but not if the
 * resource is.
 */
function outsideOfGrant({ hasResources }: IssueVerdict): OAuthError {
  if (hasResources === false) return invalidGrant('The grant is not for any particular resource.')
  return invalidTarget('The grant is not for this resource.')
}

/** Bound tokens are issued neither without a key nor for another one (RFC 9449 5). */
function wrongKey(jkt: string | null): OAuthError {
  if (jkt !== null) return invalidGrant('the refresh token is bound to another key')
  return new OAuthError('invalid_dpop_proof', 'The request needs a DPoP proof of its key.', {
    reason: 'missing_proof',
  })
}
