import type { Context, Hono } from 'hono'
import { OAuthError } from '../../errors.ts'
import type { ProviderEvent } from '../../hooks.ts'
import { requireAntiForgery, requireSameOrigin } from '../../http/anti-forgery.ts'
import { readSessionId, sessionRule, useSession } from '../../http/browser-session.ts'
import {
  type CapturedRequest,
  captureRequest,
  dropRequest,
  openRequest,
} from '../../http/captured-requests.ts'
import { readAuthorizationForm, readForm, readQuery } from '../../http/params.ts'
import type { ProviderEnv } from '../../http/provider-variables.ts'
import { answerAuthorization, planApproval, redirectError } from '../../oauth/authorize/answer.ts'
import { readConsent } from '../../oauth/authorize/consent.ts'
import { decideInteraction, type Interaction } from '../../oauth/authorize/interaction.ts'
import { type RedirectTarget, resolveRedirectTarget } from '../../oauth/authorize/redirect-target.ts'
import { type AuthorizationRequest, parseAuthorizationRequest } from '../../oauth/authorize/request.ts'
import { narrowScope } from '../../oauth/granted-scope.ts'
import type { Params } from '../../oauth/params.ts'
import type { Redirection } from '../../oauth/response-modes/index.ts'
import { requestedScope } from '../../scope.ts'
import type { AuthorizationRecords } from '../../store/records.ts'
import { expired, seeOther, sendRedirection, showPage, uiOf } from './respond.ts'
import { scopeTexts } from './scope-texts.ts'

type Handling = Context<ProviderEnv>

/** A request whose target is known, with what decides it. */
interface Considered {
  readonly params: Params
  readonly target: RedirectTarget
  readonly records: AuthorizationRecords
  readonly request: AuthorizationRequest
}

/** Adds the authorization endpoint (RFC 6749 3.1): capture, then consent and its answer. */
export function addAuthorizeRoutes(app: Hono<ProviderEnv>): void {
  for (const slash of ['', '/']) {
    app.get(`/authorize${slash}`, capture)
    app.post(`/authorize${slash}`, captureForm)
    app.get(`/authorize/confirm${slash}`, showConsent)
    app.post(`/authorize/confirm${slash}`, requireSameOrigin, confirm)
  }
}

/** Decides at once what it can; else the parameters leave the URL, and the pages take over. */
async function capture(c: Handling): Promise<Response> {
  const params = readQuery(c.req.raw)
  return consider(c, params, async (considered) => {
    const interaction = decide(considered, c.get('provider').request.now)
    if (interaction.kind === 'answer') return answer(c, considered, interaction, considered.request.scope)
    const id = await captureRequest(c, params)
    return interaction.kind === 'login'
      ? seeOther(c, `${c.get('provider').paths.login}?request=${id}`)
      : seeOther(c, confirmUrl(c, id))
  })
}

/** A POST comes from another site, so the browser leaves our cookies out: it only captures, and a GET decides. */
async function captureForm(c: Handling): Promise<Response> {
  const params = await readAuthorizationForm(c.req.raw)
  return consider(c, params, async () => seeOther(c, confirmUrl(c, await captureRequest(c, params))))
}

/** The consent page; or, where nothing is left to ask, the answer. */
async function showConsent(c: Handling): Promise<Response> {
  const captured = await openRequest(c, readQuery(c.req.raw).get('request'))
  if (!captured) throw expired()
  return consider(
    c,
    captured.params,
    async (considered) => {
      const interaction = decide(considered, captured.capturedAt)
      if (interaction.kind === 'login')
        return seeOther(c, `${c.get('provider').paths.login}?request=${captured.id}`)
      if (interaction.kind === 'consent')
        return consentPage(c, considered, interaction.session.user.username, captured)
      return answer(c, considered, interaction, considered.request.scope, captured)
    },
    captured,
  )
}

/** The answer of the consent page. */
async function confirm(c: Handling): Promise<Response> {
  const form = await readForm(c.req.raw, ['scope'])
  const captured = await openRequest(c, form.get('request'))
  if (!captured) throw expired()
  await requireAntiForgery(c, form)
  return consider(
    c,
    captured.params,
    async (considered) => {
      const interaction = decide(considered, captured.capturedAt)
      if (interaction.kind === 'login')
        return seeOther(c, `${c.get('provider').paths.login}?request=${captured.id}`)
      return answer(c, considered, interaction, readConsent(form, considered.request), captured)
    },
    captured,
  )
}

/**
 * Reads and checks a request, and goes on with `next`. What is thrown before the redirect target is known becomes a page; what
 * is thrown after it goes to the client (RFC 6749 4.1.2.1).
 */
async function consider(
  c: Handling,
  params: Params,
  next: (considered: Considered) => Promise<Response>,
  captured?: CapturedRequest,
): Promise<Response> {
  const provider = c.get('provider')
  const scopes = (requestedScope(params.get('scope')) ?? provider.settings.defaultScope).split(' ')
  const wanted = { clientId: params.get('client_id') ?? '', sessionId: await readSessionId(c), scopes }
  const read = await provider.store.readAuthorization(wanted, sessionRule(c))
  const records = { ...read, session: await useSession(c, read.session) }
  const target = tellRefusal(c, params, () => resolveRedirectTarget(params, records.client))
  try {
    const names = records.scopes.map(({ name }) => name)
    const parsed = parseAuthorizationRequest(params, target, names, provider)
    const userId = records.session?.user.id ?? null
    const request = { ...parsed, scope: narrowScope(parsed.scope, target.client, userId, provider) }
    return await next({ params, target, records, request })
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    provider.emit(refusal(params, error))
    if (captured) dropRequest(c, captured.id)
    return sendRedirection(c, redirectError(params, target, error, provider))
  }
}

/** Runs a check whose refusal becomes a page, and tells of the refusal. */
function tellRefusal<T>(c: Handling, params: Params, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (error instanceof OAuthError) c.get('provider').emit(refusal(params, error))
    throw error
  }
}

function refusal(params: Params, { code, description, detail }: OAuthError): ProviderEvent {
  return {
    type: 'authorization_refused',
    responseType: params.get('response_type') ?? null,
    clientId: params.get('client_id') ?? null,
    error: code,
    detail: detail ?? description,
  }
}

function decide({ records, request }: Considered, capturedAt: number): Interaction {
  return decideInteraction(request, records.session, records.consent, capturedAt)
}

async function answer(
  c: Handling,
  { records, request }: Considered,
  { session }: Exclude<Interaction, { kind: 'login' }>,
  scope: string,
  captured?: CapturedRequest,
): Promise<Response> {
  const approval = await planApproval(request, session, records.consent, scope)
  const redirection: Redirection = await answerAuthorization(request, approval, c.get('provider'))
  // Not before: a storage that fails has answered nothing, and the user may try again.
  if (captured) dropRequest(c, captured.id)
  return sendRedirection(c, redirection)
}

async function consentPage(
  c: Handling,
  { records, request }: Considered,
  username: string,
  { id }: CapturedRequest,
): Promise<Response> {
  const ui = await uiOf(c, { form: true })
  const page = c.get('provider').pages.consent({
    ui,
    action: confirmUrl(c),
    fields: { request: id },
    client: request.client,
    redirectUri: request.target.uri,
    scopes: scopeTexts(request.scope, records.scopes, ui.messages),
    username,
    switchUser: { action: c.get('provider').paths.logout, fields: { request: id } },
  })
  return showPage(c, page, 200, { formTarget: request.target.uri, popup: true })
}

function confirmUrl(c: Handling, id?: string): string {
  return `${c.get('provider').paths.oauth2}/authorize/confirm${id === undefined ? '' : `?request=${id}`}`
}
