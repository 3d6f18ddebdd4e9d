import type { Context } from 'hono'
import type { PagePart, Params, ProviderEnv } from '../../concepts.ts'
import { requireAntiForgery, requireSameOrigin } from '../../http/anti-forgery.ts'
import { readSessionId, sessionRule, takeSession, useSession } from '../../http/browser-session.ts'
import { form, page, query, seeOther as redirection } from '../../http/openapi-parts.ts'
import { readForm, readQuery } from '../../http/params.ts'
import { afterSessionsEnded } from '../../identity/sessions-ended.ts'
import {
  decideLogout,
  type LogoutDecision,
  logoutParameters,
  type LogoutRecords,
  readLogoutRequest,
} from '../../openid/logout.ts'
import type { OpenId } from '../../openid/open-id.ts'
import { seeOther, sendRedirection, showPage, uiOf } from '../routes/respond.ts'

type Handling = Context<ProviderEnv>

/** Parameters that our own question passes on. */
const CARRIED = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state']

/** The end session endpoint (OpenID Connect RP-Initiated Logout 1.0): `/oauth2/logout`, and the question below it. */
export function openIdLogoutPages(openId: OpenId): PagePart {
  return {
    at: 'oauth2',
    below: () => ['/logout'],
    // Requests come from other sites; the form of the question is guarded by its own route.
    guarded: false,
    addRoutes(app) {
      for (const slash of ['', '/']) {
        app.get(`/logout${slash}`, async (c) => begin(c, openId))
        app.post(`/logout${slash}`, async (c) => seeOther(c, logoutUrl(c, await readForm(c.req.raw))))
        app.post(`/logout/confirm${slash}`, requireSameOrigin, async (c) => confirm(c, openId))
      }
    },
    describe: ({ paths: { oauth2 } }) => ({
      [`${oauth2}/logout`]: {
        get: {
          summary: 'End session endpoint (OpenID Connect RP-Initiated Logout 2)',
          parameters: query(logoutParameters),
          responses: { 200: page('The question, or that nobody is signed in'), 303: redirection },
        },
        post: {
          summary: 'The same by a form',
          requestBody: form(logoutParameters),
          responses: { 303: redirection },
        },
      },
      [`${oauth2}/logout/confirm`]: {
        post: {
          summary: 'The answer to the question',
          requestBody: form({ anti_forgery: 'From the page that shows the form', ...logoutParameters }),
          responses: { 200: page('Signed out'), 303: redirection, 403: page('Not from our page') },
        },
      },
    }),
  }
}

/**
 * Returns the same request as a URL. A POST from another site carries no cookies of ours, so a GET decides.
 */
function logoutUrl(c: Handling, params: Params): string {
  const sent = new URLSearchParams(fieldsOf(params, Object.keys(logoutParameters))).toString()
  return `${c.get('provider').paths.oauth2}/logout${sent === '' ? '' : `?${sent}`}`
}

function fieldsOf(params: Params, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = params.get(name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** Reads and decides, in one round trip. */
async function consider(
  c: Handling,
  params: Params,
  openId: OpenId,
): Promise<LogoutDecision & LogoutRecords> {
  const provider = c.get('provider')
  const request = await readLogoutRequest(params, openId, provider)
  const wanted = { clientId: request.clientId ?? '', sessionId: await readSessionId(c), scopes: [] }
  const read = await provider.store.readAuthorization(wanted, sessionRule(c))
  const records = { client: read.client, session: await useSession(c, read.session) }
  return { ...records, ...(await decideLogout(request, records, openId, provider)) }
}

/** Handles a request by URL. Anything that is not a visit, such as an image, ends nothing. */
async function begin(c: Handling, openId: OpenId): Promise<Response> {
  const params = readQuery(c.req.raw)
  const decided = await consider(c, params, openId)
  const isVisit = ['document', undefined].includes(c.req.header('Sec-Fetch-Dest'))
  if (decided.kind === 'end' && isVisit) {
    await endSession(c, decided)
    return decided.returnTo === null ? showOut(c, decided) : seeOther(c, decided.returnTo)
  }
  if (decided.kind !== 'out') return ask(c, params, decided)
  return decided.returnTo !== null && decided.proven ? seeOther(c, decided.returnTo) : showOut(c, decided)
}

/** Handles the answer to the question. */
async function confirm(c: Handling, openId: OpenId): Promise<Response> {
  const params = await readForm(c.req.raw)
  await requireAntiForgery(c, params)
  const decided = await consider(c, params, openId)
  await endSession(c, decided)
  const { returnTo } = decided
  if (returnTo === null) return showOut(c, decided)
  return sendRedirection(c, { kind: 'redirect', location: returnTo }, logoutUrl(c, params))
}

async function endSession(c: Handling, { session }: LogoutRecords): Promise<void> {
  const provider = c.get('provider')
  if (session) {
    const which = { id: session.id, userId: session.user.id }
    if ((await provider.store.endSessions(which, provider.request)) > 0) afterSessionsEnded(provider)
  }
  takeSession(c)
}

async function ask(
  c: Handling,
  params: Params,
  { client, returnTo, session }: LogoutDecision & LogoutRecords,
): Promise<Response> {
  const { paths } = c.get('provider')
  const shown = c.get('pages').logout({
    ui: await uiOf(c, { form: true }),
    action: `${paths.oauth2}/logout/confirm`,
    fields: fieldsOf(params, CARRIED),
    username: session?.user.username ?? null,
    accountUrl: paths.account,
    loginUrl: paths.login,
    application: client && { name: client.name, url: null },
  })
  return showPage(c, shown, 200, { formTarget: returnTo })
}

/** Says that nobody is signed in; a link leads back to the application. */
async function showOut(c: Handling, { client, returnTo }: LogoutDecision & LogoutRecords): Promise<Response> {
  const { paths } = c.get('provider')
  const shown = c.get('pages').logout({
    ui: await uiOf(c, { form: false }),
    action: paths.logout,
    username: null,
    accountUrl: paths.account,
    loginUrl: paths.login,
    application: client && { name: client.name, url: returnTo },
  })
  return showPage(c, shown)
}
