import type { Context } from 'hono'
import * as v from 'valibot'
import type { ProviderEnv } from '../../concepts.ts'
import { seal, unseal } from '../../crypto/seal.ts'
import { dropCookie, readCookie, writeCookie } from '../../http/cookies.ts'
import type { Notice } from '../../ui/components.tsx'

const FLASH = 'notice'
/** Seconds; long enough for the redirect that follows. */
const LIFETIME = 60

const notice = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ kind: v.picklist(['error', 'success', 'warning']), text: v.string() }),
)

/** Saves a notice for the page after the next redirect. */
export async function writeFlash(c: Context<ProviderEnv>, { kind, text }: Notice): Promise<void> {
  writeCookie(c, FLASH, await seal(JSON.stringify({ kind, text }), FLASH, c.get('provider').keys), LIFETIME)
}

/** Returns the saved notice, once. */
export async function takeFlash(c: Context<ProviderEnv>): Promise<Notice | null> {
  const sealed = readCookie(c, FLASH)
  if (sealed === undefined) return null
  dropCookie(c, FLASH)
  const text = await unseal(sealed, FLASH, c.get('provider').keys)
  const parsed = text === null ? null : v.safeParse(notice, text)
  return parsed?.success ? parsed.output : null
}
