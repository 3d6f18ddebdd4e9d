import type { Context, MiddlewareHandler } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ProviderEnv, Redirection } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { antiForgeryValue } from '../../http/anti-forgery.ts'
import { toOAuthError } from '../../http/errors.ts'
import { isWeb, pageHeaders, type PagePolicy } from '../../http/security-headers.ts'
import { shown } from '../../refusals.ts'
import { renderPage } from '../../ui/layout.tsx'
import { type Messages, messagesFor, type Problem } from '../../ui/messages.ts'
import { styleAsset } from '../../ui/styles.ts'
import type { Theme, Ui } from '../../ui/theme.ts'
import { submitAsset } from '../form-post.tsx'
import { chosenLanguage, otherLanguages } from './language.ts'

/** Texts in the language that this browser has chosen, or that the request of the client asks for, or else the browser (OpenID Connect Core 3.1.2.1, `ui_locales`). */
export function messagesOf(c: Context<ProviderEnv>): Messages {
  const chosen = chosenLanguage(c)
  if (chosen) return chosen
  const locales = c.get('locales')?.split(' ') ?? []
  const header = c.req.header('Accept-Language') ?? ''
  return messagesFor([...locales, header].join(','), c.get('provider'))
}

/** Returns what every page gets and, for a form, the anti-forgery value. */
export async function uiOf(c: Context<ProviderEnv>, { form }: { readonly form: boolean }): Promise<Ui> {
  const theme = themeOf(c)
  const { path } = await styleAsset(theme)
  const messages = messagesOf(c)
  return {
    messages,
    languages: otherLanguages(c, messages),
    theme,
    styleUrl: path,
    timeZone: zoneOf(c),
    ...(form ? { antiForgery: await antiForgeryValue(c) } : {}),
  }
}

/** Returns the time zone of the network, according to the edge. */
function zoneOf({ req }: Context<ProviderEnv>): string | undefined {
  const { timezone } = req.raw.cf ?? {}
  return typeof timezone === 'string' ? timezone : undefined
}

function themeOf(c: Context<ProviderEnv>): Theme {
  const { accentColor, colorScheme, corner, logoUrl, siteName } = c.get('provider').settings
  return { accentColor, colorScheme, corner, logoUrl, siteName }
}

/** Answers with a page. */
export async function showPage(
  c: Context<ProviderEnv>,
  page: JSX.Element,
  status: ContentfulStatusCode = 200,
  policy: PagePolicy = {},
): Promise<Response> {
  const { logoUrl } = c.get('provider').settings
  const images = [logoUrl, ...(policy.images ?? [])]
  return c.html(await renderPage(page), status, pageHeaders({ ...policy, images }, c.req.url))
}

/** Cookie with the page to return to after a sign-in, as a name in the `signInReturns` of the features. */
export const RETURN_COOKIE = 'return'

/** Sends the browser on. Always 303, so that no form is posted again (RFC 9700 4.12). */
export function seeOther(c: Context<ProviderEnv>, location: string): Response {
  return c.body(null, 303, {
    Location: location,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  })
}

/** Returns where a feature sends a visitor without a session instead of one of our pages; null if none does. */
export async function detourOf(c: Context<ProviderEnv>): Promise<string | null> {
  for (const detour of c.get('provider').detours) {
    const path = await detour(c)
    if (path !== null) return path
  }
  return null
}

/**
 * Sends an answer to the client, with a redirect or a form.
 * @param againUrl where the answer can be created again, if one
 * of our forms may have led here, so that the browser goes to a web address in a separate navigation; null if none did
 */
export async function sendRedirection(
  c: Context<ProviderEnv>,
  redirection: Redirection,
  againUrl: string | null,
): Promise<Response> {
  if (redirection.kind === 'redirect') {
    const { location } = redirection
    if (againUrl === null || !isWeb(location)) return seeOther(c, location)
    const ui = await uiOf(c, { form: false })
    const page = c.get('pages').handover({ ui, host: new URL(location).host, againUrl })
    c.header('Refresh', `0; url=${location}`)
    return showPage(c, page, 200, { popup: true })
  }
  const { path } = await submitAsset()
  const page = c.get('pages').formPost({
    ui: await uiOf(c, { form: false }),
    redirectUri: redirection.action,
    parameters: Object.entries(redirection.fields),
    scriptUrl: path,
  })
  return showPage(c, page, 200, { leaves: true, popup: true, script: true })
}

/** Problems for which pages have their own texts; all others show the error's own sentence. */
const PROBLEM_BY_REASON: Readonly<Record<string, Problem>> = {
  client_document: 'clientDocument',
  form_out_of_date: 'antiForgery',
  insecure_connection: 'insecure',
  not_staff: 'forbidden',
  redirect_mismatch: 'redirectMismatch',
  request_expired: 'sessionExpired',
  unknown_client: 'unauthorizedClient',
}

const PROBLEM_BY_STATUS: Readonly<Record<number, Problem>> = {
  404: 'notFound',
  429: 'throttled',
  500: 'unexpected',
  503: 'unavailable',
}

/** Answers any error with a page that says what happened and what to do. */
export async function showError(c: Context<ProviderEnv>, thrown: unknown): Promise<Response> {
  const error = toOAuthError(thrown, c)
  const problem = PROBLEM_BY_REASON[error.reason] ?? PROBLEM_BY_STATUS[error.status]
  const page = c.get('pages').error({
    ui: await uiOf(c, { form: false }),
    problem: problem ?? 'invalidRequest',
    details: {
      error: error.code,
      error_description: error.description,
      client_id: asked(c, 'client_id'),
    },
    errorId: error.status === 500 || isRefusedClient(problem) ? c.get('provider').request.id : null,
  })
  for (const [name, value] of Object.entries(error.headers)) c.header(name, value)
  return showPage(c, page, error.status)
}

/** A parameter of the request's address, for its developer. */
function asked(c: Context<ProviderEnv>, name: string): string | undefined {
  const value = c.req.query(name)
  return value === undefined ? undefined : shown(value, 300)
}

const REFUSED_CLIENT: readonly Problem[] = ['clientDocument', 'redirectMismatch', 'unauthorizedClient']

/** Returns whether a page reports a refused authorization request, whose rule staff find by its reference. */
function isRefusedClient(problem: Problem | undefined): boolean {
  return problem === undefined || REFUSED_CLIENT.includes(problem)
}

/** Shows the page for addresses that nothing else answers. */
export async function showNotFound(c: Context<ProviderEnv>): Promise<Response> {
  const page = c.get('pages').error({
    ui: await uiOf(c, { form: false }),
    problem: 'notFound',
    accountUrl: c.get('provider').paths.account,
  })
  return showPage(c, page, 404)
}

/** Middleware that hides pages that a setting does not turn on. */
export function requireSetting(setting: 'allowSignup' | 'demo'): MiddlewareHandler<ProviderEnv> {
  return async (c: Context<ProviderEnv>, next) => {
    const { hooks, settings } = c.get('provider')
    // Users who are kept elsewhere do not sign up here.
    const off = setting === 'allowSignup' && hooks.users !== null
    return settings[setting] && !off ? next() : showNotFound(c)
  }
}

/** Returns the refusal of a request without a captured one. */
export function expired(): OAuthError {
  return new OAuthError('invalid_request', 'Authorization session has expired.', {
    reason: 'request_expired',
  })
}
