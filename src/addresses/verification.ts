import type { Context } from 'hono'
import type { ProviderEnv } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { addressLimits } from '../identity/mail-limits.ts'
import { emailKey } from '../identity/usernames.ts'
import { isMailbox } from '../mail/mailbox.ts'
import { sendMail } from '../mail/send.ts'
import { messagesOf } from '../pages/routes/respond.ts'
import type { MailLinkStore } from '../store/mail-links.ts'
import { mailCode, SIX_DIGITS } from '../tokens/mail-codes.ts'
import { mintMailLink } from '../tokens/opaque.ts'
import { verificationLetter } from './letters.ts'

/** Seconds for which a code and a link are valid. */
const LIFETIME = 600

/** Returns the URL of the page about a user's address. */
export const addressUrl = (account: string): string => `${account}/email`

/**
 * Sends a code and a link to an address that a user wants to verify.
 * @returns `sent`; or, if nothing was sent, the
 * reason: it is not an address, or too many mails were requested and none is sent until a time, in seconds since 1970
 */
export async function askForProof(
  c: Context<ProviderEnv>,
  store: MailLinkStore,
  { email, userId }: { readonly email: string; readonly userId: string },
): Promise<'sent' | 'no address' | { readonly until: number }> {
  if (!isMailbox(email)) return 'no address'
  const provider = c.get('provider')
  const { keys, origin, paths, request, settings } = provider
  const id = randomId()
  const limits = await addressLimits({ emailKey: emailKey(email), userId }, provider)
  const expiresAt = request.now + LIFETIME
  const asked = await store.askForMail(
    { id, kind: 'verify', to: { email, userId }, limits, expiresAt },
    request,
  )
  const until = Math.max(0, ...asked.limitedUntil.map((end) => end ?? 0))
  if (until > 0) return { until }
  if (asked.recipient) {
    const url = `${origin}${addressUrl(paths.account)}?token=${await mintMailLink(id, keys)}`
    const code = await mailCode(id, SIX_DIGITS, keys)
    sendMail(verificationLetter(messagesOf(c), { code, siteName: settings.siteName, url }), email, provider)
  }
  return 'sent'
}
