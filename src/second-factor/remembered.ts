import { randomId, sha256Base64url } from '../crypto/bytes.ts'
import { readCookie, writeCookie } from '../http/cookies.ts'
import { settingsOf } from '../settings/settings.ts'
import type { RememberedBrowser } from '../store/second-factor-store.ts'
import type { Handling } from './context.ts'
import { SECOND_FACTOR_SETTINGS } from './settings.ts'

const COOKIE = 'remembered'

/** Returns the seconds for which browsers are remembered; 0 if they are not. */
export function rememberFor(c: Handling): number {
  return settingsOf(SECOND_FACTOR_SETTINGS, c.get('provider')).rememberedBrowserDelta
}

/** Returns the hash under which storage knows the browser, if it was ever remembered; null otherwise. */
export async function rememberedHash(c: Handling): Promise<string | null> {
  const id = readCookie(c, COOKIE)
  return id === undefined || rememberFor(c) === 0 ? null : hashOf(id)
}

/** Returns a browser to remember, and sets its cookie. */
export async function rememberBrowser(c: Handling): Promise<RememberedBrowser> {
  const { now } = c.get('provider').request
  const id = randomId()
  writeCookie(c, COOKIE, id, rememberFor(c))
  return {
    idHash: await hashOf(id),
    userAgent: (c.req.header('User-Agent') ?? '').slice(0, 300),
    createdAt: now,
    expiresAt: now + rememberFor(c),
  }
}

async function hashOf(id: string): Promise<string> {
  return sha256Base64url(`remembered browser\n${id}`)
}
