import type { Context } from 'hono'
import type { Feature, Paths, Provider, ProviderEnv } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { readSessionId, sessionRule, takeSession } from '../http/browser-session.ts'
import { notifyOwner } from '../http/notify-owner.ts'
import { form, page, seeOther as redirection } from '../http/openapi-parts.ts'
import { readForm } from '../http/params.ts'
import { afterSessionsEnded } from '../identity/sessions-ended.ts'
import { confirmUrl, isFreshSession } from '../pages/routes/confirm.tsx'
import { leadingSection } from '../pages/routes/leading-section.tsx'
import { seeOther, showNotFound, showPage, uiOf } from '../pages/routes/respond.ts'
import { settingsOf } from '../settings/settings.ts'
import type { OwnDataStore } from '../store/own-data-store.ts'
import type { Session } from '../store/records.ts'
import { storeOver } from '../store/store-over.ts'
import { ownDataMessages } from './messages.ts'
import { DeletionPage, OwnDataPage } from './pages.tsx'
import { OWN_DATA_SETTINGS } from './settings.ts'

type Handling = Context<ProviderEnv>

/** Options of the feature; its variables set the rest. */
export interface OwnDataOptions {
  readonly deletionDelta?: number
}

/** The most events that the page shows. */
const MOST_EVENTS = 50
/** The most accounts that one run of the cron trigger deletes. */
const DELETED_AT_ONCE = 50

const pageUrl = ({ account }: Pick<Paths, 'account'>): string => `${account}/data`

/**
 * People's own data as a feature: recent activity, a file with everything, and deletion.
 * @param createStore the storage over a database
 */
export function ownDataFeature(
  createStore: (db: D1Database) => OwnDataStore,
  given: OwnDataOptions,
): Feature {
  const storeOf = storeOver(createStore, 'accounts are stored there')
  return {
    name: 'own-data',
    settings: { rows: OWN_DATA_SETTINGS, given: { ...given } },
    accountSections: [section],
    scheduled: [async (provider) => deleteDue(storeOf(provider), provider)],
    pages: [
      {
        at: 'root',
        // It is below the account page, whose requests already have a provider.
        below: () => [],
        addRoutes(app, paths) {
          for (const path of [pageUrl(paths), `${pageUrl(paths)}/`]) {
            app.get(path, async (c) => show(c, storeOf(c.get('provider')), false))
            app.post(path, async (c) => act(c, storeOf(c.get('provider'))))
          }
        },
        describe: ({ paths }) => ({
          [pageUrl(paths)]: {
            get: {
              summary: 'Recent activity, data and deletion',
              responses: { 200: page('The page'), 303: redirection },
            },
            post: {
              summary: 'Downloads everything that is kept of the user, or asks for its deletion',
              requestBody: form({
                anti_forgery: 'From the page that shows the form',
                intent: 'download or delete',
              }),
              responses: {
                200: { description: 'The data', content: { 'application/json': {} } },
                303: redirection,
                400: page('The problem'),
                403: page('Not from our page'),
              },
            },
          },
        }),
      },
    ],
  }
}

/** The part of the account page that links there; it reads nothing. */
const section = leadingSection(
  'own-data',
  'data',
  ownDataMessages,
  pageUrl,
  ({ hooks }) => hooks.users === null,
)

async function show(c: Handling, store: OwnDataStore, notSure: boolean): Promise<Response> {
  const provider = c.get('provider')
  const { hooks, paths } = provider
  // Not for users who are kept elsewhere.
  if (hooks.users) return showNotFound(c)
  const id = await readSessionId(c)
  const read = id === null ? null : await store.readActivity(id, sessionRule(c), MOST_EVENTS)
  if (!read) return seeOther(c, paths.login)
  const shown = (
    <OwnDataPage
      ui={await uiOf(c, { form: true })}
      action={pageUrl(paths)}
      events={read.events}
      confirmUrl={isFreshSession(read.session, c) ? null : confirmUrl(paths, 'data')}
      days={Math.ceil(deletionDelta(provider) / 86_400)}
      notSure={notSure}
      accountUrl={paths.account}
    />
  )
  return showPage(c, shown, notSure ? 400 : 200)
}

function deletionDelta(provider: Provider): number {
  return settingsOf(OWN_DATA_SETTINGS, provider).deletionDelta
}

/** Does what a form of the page asks for; a user whose sign-in is old must authenticate first. */
async function act(c: Handling, store: OwnDataStore): Promise<Response> {
  const sent = await readForm(c.req.raw)
  await requireAntiForgery(c, sent)
  const provider = c.get('provider')
  const { hooks, paths } = provider
  if (hooks.users) return showNotFound(c)
  const id = await readSessionId(c)
  const read = id === null ? null : await store.readEverything(id, sessionRule(c))
  if (!read) return seeOther(c, paths.login)
  if (!isFreshSession(read.session, c)) return seeOther(c, confirmUrl(paths, 'data'))
  switch (sent.get('intent')) {
    case 'download':
      return c.body(`${JSON.stringify(read.data, null, 2)}\n`, 200, {
        'Cache-Control': 'no-store',
        'Content-Disposition': 'attachment; filename="account.json"',
        'Content-Type': 'application/json; charset=utf-8',
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
      })
    case 'delete':
      if (deletionDelta(provider) === 0) return showNotFound(c)
      return sent.get('sure') === 'yes' ? askDeletion(c, store, read.session) : show(c, store, true)
    default:
      throw new OAuthError('invalid_request', 'The form does not say what to do.')
  }
}

async function askDeletion(c: Handling, store: OwnDataStore, { user }: Session): Promise<Response> {
  const provider = c.get('provider')
  const at = provider.request.now + deletionDelta(provider)
  await store.askDeletion(user.id, at, provider.request)
  afterSessionsEnded(provider)
  notifyOwner(c, 'deletion_asked', user.id)
  takeSession(c)
  const { login } = provider.paths
  return showPage(c, <DeletionPage ui={await uiOf(c, { form: false })} at={at} loginUrl={login} />)
}

/** Deletes users who have not come back. */
async function deleteDue(store: OwnDataStore, provider: Provider): Promise<void> {
  const { request } = provider
  const due = await store.listDue(request.now, DELETED_AT_ONCE)
  let deleted = 0
  for (const [index, userId] of due.entries()) {
    if (await store.deleteDue(userId, { ...request, id: `${request.id}.${index}` })) deleted++
  }
  if (deleted > 0) console.info('accounts deleted that their users wanted to be:', deleted)
}
