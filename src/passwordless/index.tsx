import type { Context } from 'hono'
import type { Feature, Paths, Provider, ProviderEnv } from '../concepts.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { readBrowserSession, readSessionId, sessionRule, useSession } from '../http/browser-session.ts'
import { notifyOwner } from '../http/notify-owner.ts'
import { form, page, seeOther as redirection } from '../http/openapi-parts.ts'
import { readForm } from '../http/params.ts'
import { canMail } from '../mail/send.ts'
import { waysIn } from '../mail/ways-in.ts'
import { confirmUrl, isFreshSession } from '../pages/routes/confirm.tsx'
import { takeFlash, writeFlash } from '../pages/routes/flash.ts'
import { leadingSection } from '../pages/routes/leading-section.tsx'
import { messagesOf, seeOther, showNotFound, showPage, uiOf } from '../pages/routes/respond.ts'
import type { PasswordlessStore } from '../store/passwordless-store.ts'
import type { Session } from '../store/records.ts'
import { storeOver } from '../store/store-over.ts'
import { passwordlessMessages } from './messages.ts'
import { PasswordlessPage } from './page.tsx'
import { PASSWORDLESS_SETTINGS } from './settings.ts'
import { hasPasskeys, passkeyStep, signUpOption } from './sign-up.tsx'

type Handling = Context<ProviderEnv>

/** Options of the feature; its variables set the rest. */
export interface PasswordlessOptions {
  readonly passwordOptional?: boolean
}

/** Its name below the account page. */
const NAME = 'without-password'
const pageUrl = ({ account }: Pick<Paths, 'account'>): string => `${account}/${NAME}`

/**
 * Accounts without a password, as a feature: people remove theirs, or sign up without one.
 * @param createStore the storage over a database
 */
export function passwordlessFeature(
  createStore: (db: D1Database) => PasswordlessStore,
  given: PasswordlessOptions,
): Feature {
  const storeOf = storeOver(createStore, 'accounts are stored there')
  return {
    name: 'passwordless',
    settings: { rows: PASSWORDLESS_SETTINGS, given: { ...given } },
    accountSections: [section],
    signUpOptions: [signUpOption],
    signUpSteps: [passkeyStep],
    pages: [
      {
        at: 'root',
        // It is below the account page, whose requests already have a provider.
        below: () => [],
        addRoutes(app, paths) {
          for (const path of [pageUrl(paths), `${pageUrl(paths)}/`]) {
            app.get(path, async (c) => show(c, storeOf(c.get('provider'))))
            app.post(path, async (c) => remove(c, storeOf(c.get('provider'))))
          }
        },
        describe: ({ paths }) => ({
          [pageUrl(paths)]: {
            get: {
              summary: 'Asks whether to remove the password',
              responses: { 200: page('The page'), 303: redirection },
            },
            post: {
              summary: 'Removes the password',
              requestBody: form({ anti_forgery: 'From the page that shows the form' }),
              responses: { 303: redirection, 403: page('Not from our page') },
            },
          },
        }),
      },
    ],
  }
}

/** Returns whether there are passwords here, and other ways to sign in. */
function isOn(provider: Provider): boolean {
  const { hooks, settings } = provider
  return settings.passwords && hooks.users === null && (hasPasskeys(provider) || waysIn(provider).mail)
}

/** The part of the account page that links there; it reads nothing. */
const section = leadingSection('passwordless', 'security', passwordlessMessages, pageUrl, isOn)

async function show(c: Handling, store: PasswordlessStore): Promise<Response> {
  const provider = c.get('provider')
  if (!isOn(provider)) return showNotFound(c)
  const id = await readSessionId(c)
  const own = id === null ? null : await store.readWays(id, waysIn(provider), sessionRule(c))
  const session = await useSession(c, own?.session ?? null)
  if (!own || !session) return seeOther(c, provider.paths.login)
  const shown = (
    <PasswordlessPage
      ui={await uiOf(c, { form: true })}
      action={pageUrl(provider.paths)}
      content={contentOf(c, session, own.hasAnother)}
      notice={await takeFlash(c)}
      accountUrl={provider.paths.account}
    />
  )
  return showPage(c, shown)
}

function contentOf(
  c: Handling,
  session: Session,
  hasAnother: boolean,
): Parameters<typeof PasswordlessPage>[0]['content'] {
  const provider = c.get('provider')
  const { featureSettings, paths } = provider
  const texts = passwordlessMessages(messagesOf(c))
  if (session.hasPassword === false) {
    const canAsk = featureSettings['recovery'] === true && canMail(provider)
    const links = canAsk ? ([[texts.askForLink, `${paths.login}/recover`]] as const) : []
    return { text: canAsk ? `${texts.none} ${texts.again}` : texts.none, links }
  }
  if (!hasAnother) {
    const links = [
      ...(hasPasskeys(provider) ? [[texts.addPasskey, `${paths.account}/passkeys`] as const] : []),
      ...(waysIn(provider).mail ? [[texts.addAddress, `${paths.account}/email`] as const] : []),
    ]
    return { text: texts.lastWay, links }
  }
  if (isFreshSession(session, c)) return 'form'
  return { text: texts.confirmFirst, links: [[texts.confirm, confirmUrl(paths, NAME)]] }
}

/** Removes the password; a user whose sign-in is old must authenticate first. */
async function remove(c: Handling, store: PasswordlessStore): Promise<Response> {
  const provider = c.get('provider')
  if (!isOn(provider)) return showNotFound(c)
  await requireAntiForgery(c, await readForm(c.req.raw))
  const { paths, request } = provider
  const session = await readBrowserSession(c)
  if (!session) return seeOther(c, paths.login)
  if (!isFreshSession(session, c)) return seeOther(c, confirmUrl(paths, NAME))
  const outcome = await store.removePassword(session.user.id, waysIn(provider), request)
  const texts = passwordlessMessages(messagesOf(c))
  if (outcome === 'kept') await writeFlash(c, { kind: 'error', text: texts.lastWay })
  if (outcome === 'removed') {
    notifyOwner(c, 'password_removed', session.user.id)
    await writeFlash(c, { kind: 'success', text: texts.removed })
  }
  return seeOther(c, pageUrl(paths))
}
