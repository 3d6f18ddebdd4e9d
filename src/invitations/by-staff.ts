import type { Provider } from '../concepts.ts'
import { linkLetter, linkOffer } from '../letters/link-letter.ts'
import { mailMessages } from '../letters/messages.ts'
import type { Letter } from '../mail/letter.ts'
import type { LinkOffer } from '../operations/resource.ts'
import { mintMailLink } from '../tokens/opaque.ts'
import type { Messages } from '../ui/messages.ts'

/** Returns where an invitation leads. */
export async function invitationUrl(id: string, { keys, origin, paths }: Provider): Promise<string> {
  return `${origin}${paths.signUp}?invitation=${await mintMailLink(id, keys)}`
}

/** The mail of an invitation. */
export function invitationLetter(messages: Messages, link: Parameters<typeof linkLetter>[2]): Letter {
  return linkLetter(messages, mailMessages(messages).invitations.letter, link)
}

/** How staff's invitations reach people: by mail if mail is sent, or else staff hand them over. */
export function invitationOf(provider: Provider): LinkOffer {
  const { siteName } = provider.settings
  return linkOffer(
    async (id) => invitationUrl(id, provider),
    (messages, url) => invitationLetter(messages, { siteName, time: mailMessages(messages).mail.aWeek, url }),
    provider,
  )
}
