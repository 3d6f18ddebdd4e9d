import type { Context } from 'hono'
import type { ProviderEnv } from '../concepts.ts'
import { secondFactorDemand } from '../identity/second-factor.ts'
import { afterSessionsEnded } from '../identity/sessions-ended.ts'
import type { Session, SessionRule } from '../store/records.ts'
import { mintSession, openSession } from '../tokens/opaque.ts'
import { dropCookie, readCookie, writeCookie } from './cookies.ts'

const SESSION = 'session'
/** Seconds for which a session's last use may be out of date; the idle limit costs one write in this time. */
const TOUCH_AFTER = 300
/** With a short idle limit it may be out of date for no more than this fraction, or a session would end while in use. */
const TOUCH_PART = 10

/** Returns the id of the session that the browser claims; null for a value that we did not mint. */
export async function readSessionId(c: Context<ProviderEnv>): Promise<string | null> {
  const value = readCookie(c, SESSION)
  return value === undefined ? null : openSession(value, c.get('provider').keys)
}

/** Returns how long unused sessions stay valid. */
export function sessionRule(c: Context<ProviderEnv>): SessionRule {
  const provider = c.get('provider')
  const { request, settings } = provider
  return {
    now: request.now,
    idleDelta: settings.sessionIdleDelta,
    secondFactor: secondFactorDemand(provider),
  }
}

/** Returns the browser's session, if it is valid; one round trip if it sent our cookie. */
export async function readBrowserSession(c: Context<ProviderEnv>): Promise<Session | null> {
  const id = await readSessionId(c)
  return useSession(c, id === null ? null : await c.get('provider').store.readSession(id, sessionRule(c)))
}

/**
 * Uses a session that the storage found: records its use after the answer, for the idle limit, and asks the source of users
 * whether this one still exists.
 * @returns null if there is no session, or its user is gone
 */
export async function useSession(c: Context<ProviderEnv>, session: Session | null): Promise<Session | null> {
  if (!session) return null
  const provider = c.get('provider')
  const { hooks, request, settings, store } = provider
  if (hooks.users && !(await hooks.users.find(session.user.id, provider))) return null
  const touchAfter = Math.min(TOUCH_AFTER, settings.sessionIdleDelta / TOUCH_PART)
  if (session.lastSeenAt < request.now - touchAfter)
    provider.defer(store.touchSession(session.id, request.now))
  return session
}

/**
 * Gives the browser a new session in place of its previous one, which has ended.
 * @param goesOn whether the new session continues the previous one, so that its end need not be reported
 */
export async function giveSession(c: Context<ProviderEnv>, id: string, goesOn = false): Promise<void> {
  const provider = c.get('provider')
  const replaced = await readSessionId(c)
  writeCookie(c, SESSION, await mintSession(id, provider.keys), provider.settings.sessionDelta)
  if (replaced !== null && !goesOn) afterSessionsEnded(provider)
}

/** Removes the session from the browser. */
export function takeSession(c: Context<ProviderEnv>): void {
  dropCookie(c, SESSION)
}
