import type { AccountChange, Feature, Provider } from '../concepts.ts'
import { mailMessages, messagesTo } from '../letters/messages.ts'
import { canMail, sendMail } from '../mail/send.ts'
import { messagesOf } from '../pages/routes/respond.ts'
import type { Messages } from '../ui/messages.ts'
import { describeUserAgent } from '../ui/user-agent.ts'
import { noticeMessages } from './messages.ts'

/** Finds a user's address and preferred language; null if the address was never proved, or the user is gone. */
export type FindAddress = (
  userId: string,
  provider: Provider,
) => Promise<{ readonly email: string; readonly locale: string | null } | null>

/**
 * Mails that notify the owner of an account of changes, as a feature. They are sent after the answer, only to addresses that
 * their users have proved.
 */
export function noticesFeature(find: FindAddress): Feature {
  return {
    name: 'notices',
    notices: [
      (c, change, userId) => {
        const provider = c.get('provider')
        if (!canMail(provider)) return
        const browser = { userAgent: c.req.header('User-Agent') ?? null, messages: messagesOf(c) }
        provider.defer(
          send(change, userId, browser, find, provider).catch((error: unknown) =>
            console.error('a notice was not sent:', error),
          ),
        )
      },
    ],
  }
}

async function send(
  change: AccountChange,
  userId: string,
  browser: { readonly userAgent: string | null; readonly messages: Messages },
  find: FindAddress,
  provider: Provider,
): Promise<void> {
  const to = await find(userId, provider)
  if (to === null) return
  // Somebody else, with a browser in another language, may have made the change.
  const messages = to.locale === null ? browser.messages : messagesTo(to.locale, provider)
  const { issuer, paths, settings } = provider
  const { manage, ...notices } = noticeMessages(messages)
  const { subject, text } = notices[change]
  const link = { label: manage, url: `${issuer}${paths.account}` }
  const letter = {
    lang: messages.lang,
    subject: subject(settings.siteName),
    paragraphs: [text(describeUserAgent(browser.userAgent, messages))],
    link,
    closing: [mailMessages(messages).mail.notYou],
  }
  sendMail(letter, to.email, provider)
}
