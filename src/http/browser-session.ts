import type { Context } from 'hono'
import type { ProviderEnv } from '../concepts.ts'
import type { Session, SessionRule } from '../store/records.ts'
import { mintSession, openSession } from '../tokens/opaque.ts'
import { dropCookie, readCookie, writeCookie } from './cookies.ts'

const SESSION = 'session'
/** Seconds for which a session's last use may be out of date: what the idle limit costs is one write in this time. */
const TOUCH_AFTER = 300
/** Of a short idle limit no more than this part, or a session would end while it is used. */
const TOUCH_PART = 10

/** The id of the session that the browser says it has. A value that we did not mint is no session. */
export async function readSessionId(c: Context<ProviderEnv>): Promise<string | null> {
  const value = readCookie(c, SESSION)
  return value === undefined ? null : openSession(value, c.get('provider').keys)
}

/** How long sessions live unused. */
export function sessionRule(c: Context<ProviderEnv>): SessionRule {
  const { request, settings } = c.get('provider')
  return { now: request.now, idleDelta: settings.sessionIdleDelta }
}

/** The browser's session, if it lives; one round trip where there is a cookie of ours. */
export async function readBrowserSession(c: Context<ProviderEnv>): Promise<Session | null> {
  const id = await readSessionId(c)
  return useSession(c, id === null ? null : await c.get('provider').store.readSession(id, sessionRule(c)))
}

/**
 * Takes a session that the storage found into use: notes it after the answer, for the idle limit, and asks whoever keeps the
 * users whether this one still exists.
 * @returns null if there is none, or its user is gone
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

/** Gives the browser a session that was just made. */
export async function giveSession(c: Context<ProviderEnv>, id: string): Promise<void> {
  const { keys, settings } = c.get('provider')
  writeCookie(c, SESSION, await mintSession(id, keys), settings.sessionDelta)
}

/** Takes the session from the browser. */
export function takeSession(c: Context<ProviderEnv>): void {
  dropCookie(c, SESSION)
}
