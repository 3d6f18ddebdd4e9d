import { readMember } from '../clients/member.ts'
import { openidMembers } from '../clients/members/openid.ts'
import type { Provider } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { FetchError } from '../outbound/fetch-json.ts'
import { postForm } from '../outbound/post-form.ts'
import type { LogoutNotice } from '../store/logout-notices.ts'
import { sessionIdFor } from './details.ts'
import { signJwt } from './jwt.ts'
import { type OpenId, signedAs } from './open-id.ts'

/** The event of a logout token (OpenID Connect Back-Channel Logout 2.4). */
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** Seconds for which a logout token is valid: two minutes, as Back-Channel Logout 4 recommends. */
const LIFETIME = 120
/** Seconds that a client has to answer. */
const TIMEOUT = 5
/** Clients that are notified at the same time, as a Worker has six connections. */
const TOGETHER = 6
/** Attempts, over about an hour and a half. */
const MAX_ATTEMPTS = 5

/** Rounds that fit after an answer, when a Worker has thirty seconds left. */
export const ROUNDS_AFTER_ANSWER = 4
/** Rounds of the cron trigger. */
export const ROUNDS_OF_CRON = 50

/**
 * Notifies clients of sessions that have ended (OpenID Connect Back-Channel Logout 1.0): takes the notices that are due, and
 * posts a logout token for each. A client that does not answer is notified again later, a few times.
 * @param rounds how often it looks for more; any others wait for the next call
 */
export async function deliverLogoutNotices(
  openId: OpenId,
  provider: Provider,
  rounds: number,
): Promise<void> {
  const store = openId.store(provider)
  if (provider.issuer === '') return sayIssuerMissing(await store.countLogoutNotices(provider.request.now))
  for (let round = 0; round < rounds; round++) {
    const notices = await store.claimLogoutNotices(TOGETHER, provider.request.now)
    if (notices.length === 0) return
    const settled = await Promise.all(
      notices.map(async (notice) => ((await deliver(notice, openId, provider)) ? [notice] : [])),
    )
    const done = settled.flat()
    if (done.length > 0) await store.removeLogoutNotices(done)
  }
}

/**
 * The cron trigger sees no host, so it knows the issuer only from the setting. Nothing is lost: the next request that ends a
 * session delivers the notices.
 */
function sayIssuerMissing(waiting: number): void {
  if (waiting === 0) return
  console.error(
    `configuration error: OAUTH_ISSUER: is not set, so the cron trigger cannot notify clients of sign-outs; ${waiting} are waiting`,
  )
}

/**
 * Notifies one client.
 * @returns true if the notice is settled: delivered, given up, or no longer wanted
 */
async function deliver(notice: LogoutNotice, openId: OpenId, provider: Provider): Promise<boolean> {
  const { attempts, client, clientId } = notice
  const uri = client && readMember(client, openidMembers.backchannelLogoutUri)
  if (!client || uri === null) return true
  const algorithm = signedAs(readMember(client, openidMembers.idTokenSignedResponseAlg), provider)
  const key = await openId.signingKey(algorithm, provider)
  const token = await signJwt(await logoutTokenClaims(notice, provider), key, 'logout+jwt')
  const rules = { allowLoopback: provider.settings.fetchLoopback, timeout: TIMEOUT }
  try {
    await postForm(uri, { logout_token: token }, rules)
    return true
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    const over = attempts >= MAX_ATTEMPTS
    console.warn(
      `the back-channel logout of client ${clientId} failed${over ? ' for the last time' : ''}: ${uri} ${error.message}`,
    )
    return over
  }
}

/** The claims of a logout token (Back-Channel Logout 2.4): never a nonce, so that it cannot be mistaken for an ID token. */
async function logoutTokenClaims(
  { clientId, sessionId, subject }: LogoutNotice,
  { issuer, request: { now } }: Provider,
): Promise<Readonly<Record<string, unknown>>> {
  return {
    iss: issuer,
    aud: clientId,
    iat: now,
    exp: now + LIFETIME,
    jti: randomId(),
    sub: subject,
    sid: await sessionIdFor(sessionId, clientId),
    events: { [EVENT]: {} },
  }
}
