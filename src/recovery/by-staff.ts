import type { Paths, Provider } from '../concepts.ts'
import { linkLetter, linkOffer } from '../letters/link-letter.ts'
import { mailMessages } from '../letters/messages.ts'
import type { Letter } from '../mail/letter.ts'
import type { LinkOffer } from '../operations/resource.ts'
import type { Settings } from '../settings/settings.ts'
import { mintMailLink } from '../tokens/opaque.ts'
import type { Messages } from '../ui/messages.ts'

/** Returns whether people can recover their accounts with a link here; users who are kept elsewhere do that there. */
export function hasRecovery({ featureSettings, hooks }: Provider): boolean {
  return featureSettings['recovery'] === true && hooks.users === null
}

/** Returns where the link leads with which somebody chooses a new password, or signs in if there are no passwords. */
export function newPasswordUrl({ login }: Pick<Paths, 'login'>): string {
  return `${login}/password`
}

/** The mail with which somebody chooses a new password, or signs in if there are no passwords. */
export function resetLetter(
  messages: Messages,
  { passwords, siteName }: Pick<Settings, 'passwords' | 'siteName'>,
  link: { readonly time: string; readonly url: string },
): Letter {
  const { backIn, recovery } = mailMessages(messages)
  return linkLetter(messages, (passwords ? recovery : backIn).letter, { ...link, siteName })
}

/** How staff restore somebody's access: the link goes by mail if mail is sent, or else staff hand it over. */
export function recoveryOf(provider: Provider): LinkOffer | null {
  if (!hasRecovery(provider)) return null
  const { keys, origin, paths, settings } = provider
  return linkOffer(
    async (id) => `${origin}${newPasswordUrl(paths)}?token=${await mintMailLink(id, keys)}`,
    (messages, url) => resetLetter(messages, settings, { time: mailMessages(messages).mail.aDay, url }),
    provider,
  )
}
