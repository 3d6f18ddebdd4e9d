import type { Context, Hono } from 'hono'
import type { Params, ProviderEnv, Redirection } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { requireAntiForgery, requireSameOrigin } from '../../http/anti-forgery.ts'
import { readSessionId, sessionRule, useSession } from '../../http/browser-session.ts'
import {
  type CapturedRequest,
  captureRequest,
  closeRequest,
  openRequest,
} from '../../http/captured-requests.ts'
import { readAuthorizationForm, readForm, readQuery } from '../../http/params.ts'
import { answerAuthorization, refuseScopes } from '../../oauth/authorize/answer.ts'
import { readConsent } from '../../oauth/authorize/consent.ts'
import { consider, type Considered } from '../../oauth/authorize/consider.ts'
import { nextInteraction, type Interaction } from '../../oauth/authorize/interaction.ts'
import { resolveParameters } from '../../oauth/authorize/parameters.ts'
import { aboutClient } from '../client-about.tsx'
import { expired, seeOther, sendRedirection, showPage, uiOf } from './respond.ts'
import { scopeTexts } from './scope-texts.ts'

type Handling = Context<ProviderEnv>
type SignedIn = Pick<Exclude<Interaction, { kind: 'login' }>, 'session'>

/** Adds the authorization endpoint (RFC 6749 3.1): capture, then consent and its answer. */
export function addAuthorizeRoutes(app: Hono<ProviderEnv>): void {
  for (const slash of ['', '/']) {
    app.get(`/authorize${slash}`, capture)
    app.post(`/authorize${slash}`, captureForm)
    app.get(`/authorize/confirm${slash}`, showConsent)
    app.post(`/authorize/confirm${slash}`, requireSameOrigin, confirm)
  }
}

/** Decides at once if possible; otherwise the parameters leave the URL, and the pages take over. */
async function capture(c: Handling): Promise<Response> {
  const params = await resolveParameters(readQuery(c.req.raw), c.get('provider'))
  return proceed(c, params, async (considered) => {
    const interaction = await decide(c, considered, c.get('provider').request.now)
    if (interaction.kind === 'answer') return answer(c, considered, interaction, considered.request.scope)
    const id = await captureRequest(c, params)
    return interaction.kind === 'login' || interaction.kind === 'page'
      ? elsewhere(c, interaction, id)
      : seeOther(c, confirmUrl(c, id))
  })
}

/** A POST from another site carries no cookies of ours, so it only captures, and a GET decides. */
async function captureForm(c: Handling): Promise<Response> {
  const params = await resolveParameters(await readAuthorizationForm(c.req.raw), c.get('provider'))
  return proceed(c, params, async () => seeOther(c, confirmUrl(c, await captureRequest(c, params))))
}

/** Shows the consent page or, if there is nothing left to ask, answers. */
async function showConsent(c: Handling): Promise<Response> {
  const captured = await openRequest(c, readQuery(c.req.raw).get('request'))
  if (!captured) throw expired()
  return proceed(
    c,
    captured.params,
    async (considered) => {
      const interaction = await decide(c, considered, captured.capturedAt)
      if (interaction.kind === 'login' || interaction.kind === 'page')
        return elsewhere(c, interaction, captured.id)
      if (interaction.kind !== 'answer') return askPage(c, considered, interaction, captured)
      // A user who comes back here must not be redirected again without a question, or Back would never lead anywhere else.
      if (captured.answeredAt !== null)
        return askPage(c, considered, { ...interaction, kind: 'account' }, captured)
      return answer(c, considered, interaction, considered.request.scope, captured)
    },
    captured,
  )
}

/** Handles the answer of the consent page. */
async function confirm(c: Handling): Promise<Response> {
  const form = await readForm(c.req.raw, ['scope'])
  const captured = await openRequest(c, form.get('request'))
  if (!captured) throw expired()
  await requireAntiForgery(c, form)
  return proceed(
    c,
    captured.params,
    async (considered) => {
      const interaction = await decide(c, considered, captured.capturedAt)
      if (interaction.kind === 'login' || interaction.kind === 'page') {
        if (form.get('authorize') === 'False') throw denied()
        return elsewhere(c, interaction, captured.id)
      }
      if (form.get('account') !== undefined) {
        // The consent has been withdrawn since the page asked only for the account.
        if (interaction.kind === 'consent') return seeOther(c, confirmUrl(c, captured.id))
        return answer(c, considered, interaction, considered.request.scope, captured)
      }
      return answerConsent(c, considered, interaction, form, captured)
    },
    captured,
  )
}

/** Reads and checks a request, and continues with `next`; a refusal is sent to the client, if it is known. */
async function proceed(
  c: Handling,
  params: Params,
  next: (considered: Considered) => Promise<Response>,
  captured?: CapturedRequest,
): Promise<Response> {
  const provider = c.get('provider')
  const sessionId = await readSessionId(c)
  const outcome = await consider(
    params,
    async (wanted) => {
      const read = await provider.store.readAuthorization({ ...wanted, sessionId }, sessionRule(c))
      return { ...read, session: await useSession(c, read.session) }
    },
    next,
    provider,
  )
  if ('done' in outcome) return outcome.done
  return leave(c, outcome.refused, captured)
}

async function decide(
  c: Handling,
  { params, records: { consent, session }, request }: Considered,
  capturedAt: number,
): Promise<Interaction> {
  return nextInteraction({ request, params, session, consent, capturedAt }, c.get('provider'))
}

/** Returns another page that a request goes to next. */
function elsewhere(
  c: Handling,
  interaction: Extract<Interaction, { kind: 'login' | 'page' }>,
  id: string,
): Response {
  const path = interaction.kind === 'login' ? c.get('provider').paths.login : interaction.path
  return seeOther(c, `${path}?request=${id}`)
}

async function answer(
  c: Handling,
  { records, request }: Considered,
  { session }: SignedIn,
  scope: string,
  captured?: CapturedRequest,
): Promise<Response> {
  const from = { consent: records.consent, session }
  const redirection = await answerAuthorization(request, from, scope, c.get('provider'))
  // Not earlier, as a failing storage has answered nothing.
  return leave(c, redirection, captured)
}

/** Sends an answer to the client. A captured request is kept for a while, so that pressing a button twice leads there, too. */
async function leave(c: Handling, redirection: Redirection, captured?: CapturedRequest): Promise<Response> {
  if (captured) await closeRequest(c, captured)
  return sendRedirection(c, redirection, captured ? confirmUrl(c, captured.id) : null)
}

/** Carries out the person's answer on the consent page. */
async function answerConsent(
  c: Handling,
  considered: Considered,
  { session }: SignedIn,
  form: Params,
  captured: CapturedRequest,
): Promise<Response> {
  const { records, request } = considered
  const said = readConsent(form, request)
  if (said.kind === 'approved') return answer(c, considered, { session }, said.scope, captured)
  if (said.kind === 'nothing ticked') {
    await refuseScopes(request, { consent: records.consent, session }, c.get('provider'))
  }
  throw denied()
}

function denied(): OAuthError {
  return new OAuthError('access_denied', 'The user denied the request.')
}

/** Shows the page that asks for consent, or whether to continue as the signed-in user. */
async function askPage(
  c: Handling,
  { records, request }: Considered,
  { kind, session }: Extract<Interaction, { kind: 'account' | 'consent' }>,
  { answeredAt, id }: CapturedRequest,
): Promise<Response> {
  const pages = c.get('pages')
  const { paths } = c.get('provider')
  const ui = await uiOf(c, { form: true })
  const { consent } = records
  const { clientId, name, redirectUris, url } = request.client
  const about = aboutClient(request.client)
  const props = {
    ui,
    action: confirmUrl(c),
    fields: { request: id },
    client: { clientId, name, redirectUris, url, about },
    username: session.user.username,
    switchUser: { action: paths.logout, fields: { request: id } },
  }
  const page =
    kind === 'account'
      ? pages.selectAccount({ ...props, answered: answeredAt !== null })
      : pages.consent({
          ...props,
          accountUrl: paths.account,
          redirectUri: request.target.uri,
          resources: request.resources,
          scopes: scopeTexts(request.scope, records.scopes, ui.messages),
          allowedBefore:
            consent && !consent.withdrawn ? scopeTexts(consent.scope, records.scopes, ui.messages) : [],
        })
  return showPage(c, page, 200, {
    formTarget: request.target.uri,
    popup: true,
    images: kind === 'consent' ? [about.logoUrl] : [],
  })
}

function confirmUrl(c: Handling, id?: string): string {
  return `${c.get('provider').paths.oauth2}/authorize/confirm${id === undefined ? '' : `?request=${id}`}`
}
