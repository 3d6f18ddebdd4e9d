import type { Feature, PagePart, Provider } from '../concepts.ts'
import { form, page, query, seeOther } from '../http/openapi-parts.ts'
import { mailMessages } from '../letters/messages.ts'
import { canMail } from '../mail/send.ts'
import { leadingSection } from '../pages/routes/leading-section.tsx'
import { settingsOf } from '../settings/settings.ts'
import type { MailLinkStore } from '../store/mail-links.ts'
import { addAddressRoutes, type Addresses } from './routes.tsx'
import { ADDRESS_SETTINGS } from './settings.ts'
import { addressUrl, askForProof } from './verification.ts'

/** Options of the feature; its variables set the rest. */
export interface AddressOptions {
  readonly verifyEmail?: boolean
}

/**
 * Verified addresses, as a feature.
 * @param store the mail links
 */
export function addressFeature(store: (provider: Provider) => MailLinkStore, given: AddressOptions): Feature {
  const addresses: Addresses = { store, isOn }
  return {
    name: 'addresses',
    settings: { rows: ADDRESS_SETTINGS, given: { ...given } },
    pages: [addressPages(addresses)],
    accountSections: [section],
    signUpSteps: [
      async (c, { email, id }) => {
        const provider = c.get('provider')
        if (email === null || !isOn(provider)) return null
        await askForProof(c, store(provider), { email, userId: id })
        return addressUrl(provider.paths.account)
      },
    ],
  }
}

/** Returns whether people can prove addresses; users who are kept elsewhere have their addresses there. */
function isOn(provider: Provider): boolean {
  return (
    settingsOf(ADDRESS_SETTINGS, provider).verifyEmail && provider.hooks.users === null && canMail(provider)
  )
}

/** The part of the account page that links to the address; it reads nothing. */
const section = leadingSection(
  'email',
  'profile',
  (messages) => mailMessages(messages).addresses,
  ({ account }) => addressUrl(account),
  isOn,
)

function addressPages(addresses: Addresses): PagePart {
  return {
    at: 'root',
    // It is below the account page, whose requests already have a provider.
    below: () => [],
    addRoutes: (app, paths) => addAddressRoutes(app, paths, addresses),
    describe: (provider) =>
      isOn(provider)
        ? {
            [addressUrl(provider.paths.account)]: {
              get: {
                summary: "The user's email address, or the page of a link that verifies one",
                parameters: query({ token: 'From the link in a mail' }),
                responses: { 200: page('The page'), 303: seeOther, 400: page('The link is not valid') },
              },
              post: {
                summary: 'Sends a code, or verifies an address with it',
                requestBody: form({
                  anti_forgery: 'From the page that shows the form',
                  intent: 'send, code or link',
                  email: 'With send: another address than that of the account',
                  code: 'With code: the six digits from the mail',
                  token: 'With link: from the link in the mail',
                }),
                responses: {
                  303: seeOther,
                  400: page('The problem'),
                  403: page('Not from our page'),
                  429: page('Too many mails'),
                },
              },
            },
          }
        : {},
  }
}
