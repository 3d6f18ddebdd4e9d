import type { JWTPayload } from 'jose'
import { readMember } from '../clients/member.ts'
import { openidMembers } from '../clients/members/openid.ts'
import type { ParameterMeanings, Params, Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { refuseRepeated } from '../oauth/params.ts'
import type { Client, Session } from '../store/records.ts'
import { sessionIdFor, subjectFor } from './details.ts'
import { openOwnJwt } from './jwt.ts'
import type { OpenId } from './open-id.ts'

/** Parameters of a logout request (OpenID Connect RP-Initiated Logout 2). */
export const logoutParameters: ParameterMeanings = {
  id_token_hint: 'An ID token of the session to end; it may have expired',
  client_id: 'The client that sends the request; by default that of the hint',
  post_logout_redirect_uri:
    'Where the browser goes afterwards; one of the addresses that the client registered',
  state: 'Returned with the browser',
  logout_hint: 'Accepted but ignored: the session identifies the user',
  ui_locales: 'Accepted but ignored: the browser names its languages',
}

/** A logout request whose hint was verified. */
export interface LogoutRequest {
  /** What the hint says; null if there is none, or it is not ours. */
  readonly hint: JWTPayload | null
  /** The client that sends the request; null if the request does not prove one. */
  readonly clientId: string | null
  readonly returnUri: string | null
  readonly state: string | null
}

/** The records that decide a logout request. */
export interface LogoutRecords {
  /** Null if there is none, or it is disabled. */
  readonly client: Client | null
  /** The browser's session. */
  readonly session: Session | null
}

/** The decision about a logout request. */
export interface LogoutDecision {
  /** `end` the session at once, `ask` the person, or do nothing as nobody is signed in (`out`). */
  readonly kind: 'ask' | 'end' | 'out'
  /** Where the browser goes afterwards, with the state; null if it stays here. */
  readonly returnTo: string | null
  /** Whether the hint proves that the request comes from the client, so that the browser may be redirected without asking. */
  readonly proven: boolean
}

/**
 * Reads a logout request. A hint that we did not sign is ignored, together with its parameters: the person at the browser
 * may still sign out, but is not redirected (RP-Initiated Logout 4).
 * @throws {OAuthError} invalid_request: a repeated parameter, or a hint of another client than the named one
 */
export async function readLogoutRequest(
  params: Params,
  openId: OpenId,
  provider: Provider,
): Promise<LogoutRequest> {
  refuseRepeated(params, Object.keys(logoutParameters))
  const returnUri = params.get('post_logout_redirect_uri') ?? null
  const state = params.get('state') ?? null
  const named = params.get('client_id') ?? null
  const token = params.get('id_token_hint')
  if (token === undefined) return { hint: null, clientId: named, returnUri, state }
  const expected = { issuer: provider.issuer }
  const hint = await openOwnJwt(token, expected, openId.ring(provider), openId.keyContext(provider))
  if (!hint || typeof hint.aud !== 'string') return { hint: null, clientId: null, returnUri: null, state }
  if (named !== null && named !== hint.aud) {
    throw new OAuthError('invalid_request', "The 'id_token_hint' was issued to another client.", {
      reason: 'hint_of_another_client',
    })
  }
  return { hint, clientId: hint.aud, returnUri, state }
}

/**
 * Decides a logout request (RP-Initiated Logout 2, 3). Only a hint of this session and its user ends it without asking;
 * otherwise any site could sign people out.
 * @throws {OAuthError} invalid_request: the address to return to is not one of the client's
 */
export async function decideLogout(
  { clientId, hint, returnUri, state }: LogoutRequest,
  { client, session }: LogoutRecords,
  openId: OpenId,
  provider: Provider,
): Promise<LogoutDecision> {
  const proven = client !== null && hint !== null
  const returnTo = client && returnUri !== null ? returnAddress(client, returnUri, state) : null
  if (!session) return { kind: 'out', returnTo, proven }
  const isOwn =
    proven &&
    hint['sid'] === (await sessionIdFor(session.id, clientId ?? '')) &&
    hint.sub === (await subjectFor(session.user.id, client, openId, provider))
  return { kind: isOwn ? 'end' : 'ask', returnTo, proven }
}

/** Compared character by character (RP-Initiated Logout 3.1); the state is added to the query of the address. */
function returnAddress(client: Client, uri: string, state: string | null): string {
  if (!readMember(client, openidMembers.postLogoutRedirectUris).includes(uri)) {
    const description = "The 'post_logout_redirect_uri' is not registered for this client."
    throw new OAuthError('invalid_request', description, { reason: 'return_mismatch' })
  }
  if (state === null) return uri
  return `${uri}${uri.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`
}
