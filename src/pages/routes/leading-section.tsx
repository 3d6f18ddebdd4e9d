import type { AccountGroup, PageSection, Paths, Provider } from '../../concepts.ts'
import { ButtonLink } from '../../ui/components.tsx'
import type { Messages } from '../../ui/messages.ts'
import { messagesOf } from './respond.ts'

/** The texts of a part of the account page that links to another page. */
interface LeadingTexts {
  readonly title: string
  readonly hint: string
  /** Names the page that the link leads to. */
  readonly manage: string
}

/**
 * Creates a part of the account page that links to another page.
 * @param id      the anchor of the part
 * @param group   the group that it is a row of
 * @param textsOf returns the texts of the part
 * @param url     the page that it links to
 * @param isShown whether there is such a page in this provider
 */
export function leadingSection(
  id: string,
  group: AccountGroup,
  textsOf: (messages: Messages) => LeadingTexts,
  url: (paths: Paths) => string,
  isShown: (provider: Provider) => boolean | Promise<boolean>,
): PageSection {
  return {
    id,
    group,
    title: (c) => textsOf(messagesOf(c)).title,
    async render(c) {
      const provider = c.get('provider')
      if (!(await isShown(provider))) return null
      const { hint, manage } = textsOf(messagesOf(c))
      return (
        <div class="row">
          <p class="item-body muted">{hint}</p>
          <ButtonLink href={url(provider.paths)}>{manage}</ButtonLink>
        </div>
      )
    },
  }
}
