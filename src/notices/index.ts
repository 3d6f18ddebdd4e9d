import type { AccountChange, Feature, Provider } from '../concepts.ts'
import { THROTTLE_WINDOW } from '../identity/throttle.ts'
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

/** Notes that the owner of an account is notified of a lock, and finds the address; null also if that was often enough. */
export type FindLocked = FindAddress

/**
 * Mails that notify the owner of an account of changes, as a feature. They are sent after the answer, only to addresses that
 * their users have proved.
 */
export function noticesFeature(find: FindAddress, findLocked: FindLocked): Feature {
  return {
    name: 'notices',
    notices: [
      (c, change, userId) => {
        const provider = c.get('provider')
        if (!canMail(provider)) return
        const browser = { userAgent: c.req.header('User-Agent') ?? null, messages: messagesOf(c) }
        deliver(send(change, userId, browser, find, provider), provider)
      },
    ],
    lockNotices: [
      (userId, provider) => {
        if (canMail(provider)) deliver(sendOfLock(userId, findLocked, provider), provider)
      },
    ],
  }
}

function deliver(sent: Promise<void>, { defer }: Provider): void {
  defer(sent.catch((error: unknown) => console.error('a notice was not sent:', error)))
}

/** Tells that guesses have locked an account. Nothing in it comes from whoever guesses. */
async function sendOfLock(userId: string, find: FindLocked, provider: Provider): Promise<void> {
  const to = await find(userId, provider)
  if (to === null) return
  const messages = messagesTo(to.locale, provider)
  const { origin, paths, settings } = provider
  const { locked } = noticeMessages(messages)
  const letter = {
    lang: messages.lang,
    subject: locked.subject(settings.siteName),
    paragraphs: [locked.text(THROTTLE_WINDOW / 60)],
    link: { label: locked.link, url: `${origin}${paths.login}` },
    closing: [locked.advice],
  }
  sendMail(letter, to.email, provider)
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
  const { origin, paths, settings } = provider
  const { locked: _locked, manage, ...notices } = noticeMessages(messages)
  const { subject, text } = notices[change]
  const link = { label: manage, url: `${origin}${paths.account}` }
  const letter = {
    lang: messages.lang,
    subject: subject(settings.siteName),
    paragraphs: [text(describeUserAgent(browser.userAgent, messages))],
    link,
    closing: [mailMessages(messages).mail.notYou],
  }
  sendMail(letter, to.email, provider)
}
