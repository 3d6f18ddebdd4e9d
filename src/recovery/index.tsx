import type { Hono } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Feature, PagePart, Paths, Provider, ProviderEnv, SignInOption, StepUp } from '../concepts.ts'
import { form, page, query, type Schema, seeOther } from '../http/openapi-parts.ts'
import { hasPassword } from '../identity/own-password.ts'
import { mailMessages } from '../letters/messages.ts'
import { messagesOf } from '../pages/routes/respond.ts'
import { hasRecovery, newPasswordUrl, recoveryOf } from './by-staff.ts'
import { choosePassword, recover, showNewPassword, showRecover } from './password.ts'
import { type MailLinks, offersRecovery, offersSignInLinks, recoverUrl, signInLinkUrl } from './recovery.ts'
import { RECOVERY_SETTINGS } from './settings.ts'
import { showSignInLink, signInByLink } from './sign-in.ts'

/** Options of the feature; its variables set the rest. */
export interface RecoveryOptions {
  readonly recovery?: boolean
  readonly signInLinks?: boolean
}

/**
 * Account recovery as a feature: a new password with a link, and sign-in by mail.
 * @param links the mail links
 */
export function recoveryFeature(links: MailLinks, given: RecoveryOptions): Feature {
  return {
    name: 'recovery',
    settings: { rows: RECOVERY_SETTINGS, given: { ...given } },
    pages: [recoveryPages(links)],
    signInOptions: [options],
    stepUps: [byMail],
    linkOffers: { recovery: recoveryOf },
  }
}

/** Links below the form of the sign-in page. */
const options: SignInOption = {
  isLinks: true,
  render: async (c, requestId) => {
    const provider = c.get('provider')
    const { paths } = provider
    const signInLink = mailMessages(messagesOf(c)).signInLink
    const recovery = mailMessages(messagesOf(c)).recovery
    const rest = requestId === null ? '' : `?request=${requestId}`
    const links = [
      ...(offersSignInLinks(provider) ? [link(`${signInLinkUrl(paths)}${rest}`, signInLink.title)] : []),
      ...(offersRecovery(provider) ? [link(`${recoverUrl(paths)}${rest}`, recovery.offer)] : []),
    ]
    return links.length === 0 ? null : <>{links}</>
  },
}

/** A user without a password signs in by mail again, which replaces the old sign-in, or chooses a password by mail. */
const byMail: StepUp = {
  field: 'mail',
  async render(c, session) {
    const provider = c.get('provider')
    const { email } = session.user
    if (hasPassword(session, provider) || email === null) return null
    const { recovery, signInLink } = mailMessages(messagesOf(c))
    if (offersSignInLinks(provider)) return link(signInLinkUrl(provider.paths), signInLink.title)
    return offersRecovery(provider) ? link(recoverUrl(provider.paths), recovery.byMail) : null
  },
  confirm: async () => false,
}

function link(url: string, label: string): JSX.Element {
  return (
    <p class="small">
      <a href={url}>{label}</a>
    </p>
  )
}

function recoveryPages(links: MailLinks): PagePart {
  return {
    at: 'root',
    // They are below the sign-in page, whose requests already have a provider.
    below: () => [],
    addRoutes: (app, paths) => addRecoveryRoutes(app, paths, links),
    describe,
  }
}

function addRecoveryRoutes(app: Hono<ProviderEnv>, paths: Paths, links: MailLinks): void {
  for (const end of ['', '/']) {
    app.get(`${recoverUrl(paths)}${end}`, showRecover)
    app.post(`${recoverUrl(paths)}${end}`, async (c) => recover(c, links))
    app.get(`${newPasswordUrl(paths)}${end}`, async (c) => showNewPassword(c, links))
    app.post(`${newPasswordUrl(paths)}${end}`, async (c) => choosePassword(c, links))
    app.get(`${signInLinkUrl(paths)}${end}`, showSignInLink)
    app.post(`${signInLinkUrl(paths)}${end}`, async (c) => signInByLink(c, links))
  }
}

const ANTI_FORGERY = { anti_forgery: 'From the page that shows the form' }
const IDENTIFIER = { identifier: 'A username or an email address' }
const TOKEN = { token: 'From the link in a mail' }
const ANSWERS: Schema = {
  303: seeOther,
  400: page('The problem'),
  403: page('Not from our page'),
  429: page('Too many mails'),
}
const REQUEST = { request: 'Id of the captured request' }

function describe(provider: Provider): Schema {
  const { paths } = provider
  return {
    ...(offersRecovery(provider) && {
      [recoverUrl(paths)]: {
        get: { summary: 'Asks who forgot the password', responses: { 200: page('The page') } },
        post: {
          summary: 'Sends a link for a new password, if there is such an account; the answer is the same',
          requestBody: form({ ...ANTI_FORGERY, ...IDENTIFIER, ...REQUEST }),
          responses: ANSWERS,
        },
      },
    }),
    ...(hasRecovery(provider) && {
      [newPasswordUrl(paths)]: {
        get: {
          summary: 'The page of the link',
          parameters: query(TOKEN),
          responses: { 200: page('The page'), 400: page('The link does not work') },
        },
        post: {
          summary: 'Changes the password, or signs in if there are no passwords',
          requestBody: form({ ...ANTI_FORGERY, ...TOKEN, new_password: 'It', repeated_password: 'The same' }),
          responses: ANSWERS,
        },
      },
    }),
    ...(offersSignInLinks(provider) && {
      [signInLinkUrl(paths)]: {
        get: {
          summary: 'Asks who wants to sign in by mail; the page of its code, or of its link',
          parameters: query({ ...TOKEN, ...REQUEST, sent: 'The mail was requested' }),
          responses: { 200: page('The page'), 400: page('The link does not work') },
        },
        post: {
          summary: 'Sends the mail, or signs in with it',
          requestBody: form({
            ...ANTI_FORGERY,
            ...IDENTIFIER,
            ...TOKEN,
            ...REQUEST,
            intent: 'ask, code or link',
            code: 'The code from the mail',
          }),
          responses: ANSWERS,
        },
      },
    }),
  }
}
