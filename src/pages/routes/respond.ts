import type { Context, MiddlewareHandler } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ProviderEnv, Redirection } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { antiForgeryValue } from '../../http/anti-forgery.ts'
import { toOAuthError } from '../../http/errors.ts'
import { isWeb, pageHeaders, type PagePolicy } from '../../http/security-headers.ts'
import { renderPage } from '../../ui/layout.tsx'
import { type Messages, messagesFor, type Problem } from '../../ui/messages.ts'
import { styleAsset } from '../../ui/styles.ts'
import type { Theme, Ui } from '../../ui/theme.ts'
import { submitAsset } from '../form-post.tsx'

/** Texts in the language that the request of the client asks for, or else the browser (OpenID Connect Core 3.1.2.1, `ui_locales`). */
export function messagesOf(c: Context<ProviderEnv>): Messages {
  const locales = c.get('locales')?.split(' ') ?? []
  const header = c.req.header('Accept-Language') ?? ''
  return messagesFor([...locales, header].join(','))
}

/** What every page gets; with a form, the anti-forgery value, too. */
export async function uiOf(c: Context<ProviderEnv>, { form }: { readonly form: boolean }): Promise<Ui> {
  const theme = themeOf(c)
  const { path } = await styleAsset(theme)
  return {
    messages: messagesOf(c),
    theme,
    styleUrl: path,
    ...(form ? { antiForgery: await antiForgeryValue(c) } : {}),
  }
}

function themeOf(c: Context<ProviderEnv>): Theme {
  const { accentColor, logoUrl, siteName } = c.get('provider').settings
  return { accentColor, logoUrl, siteName }
}

/** Answers with a page. */
export async function showPage(
  c: Context<ProviderEnv>,
  page: JSX.Element,
  status: ContentfulStatusCode = 200,
  policy: PagePolicy = {},
): Promise<Response> {
  const { logoUrl } = c.get('provider').settings
  return c.html(await renderPage(page), status, pageHeaders({ image: logoUrl, ...policy }, c.req.url))
}

/** Cookie that says where who signs in wanted to go: `admin`, and nowhere else. */
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

/**
 * Sends an answer to the client, by a redirect or a form.
 * @param againUrl where the answer is made anew, if a form of ours may have led here: to a web address the browser then goes in a
 *   navigation of its own; null where none did
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

/** What stops a request, as pages say it. Whatever is not here is said as the error says it. */
const PROBLEM_BY_REASON: Readonly<Record<string, Problem>> = {
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

/** Answers whatever was thrown with a page that says what happened and what to do. */
export async function showError(c: Context<ProviderEnv>, thrown: unknown): Promise<Response> {
  const error = toOAuthError(thrown, c)
  const problem = PROBLEM_BY_REASON[error.reason] ?? PROBLEM_BY_STATUS[error.status]
  const page = c.get('pages').error({
    ui: await uiOf(c, { form: false }),
    problem: problem ?? 'invalidRequest',
    detail: problem === undefined ? error.description : null,
    errorId: error.status === 500 || isRefusedClient(problem) ? c.get('provider').request.id : null,
  })
  for (const [name, value] of Object.entries(error.headers)) c.header(name, value)
  return showPage(c, page, error.status)
}

/** Pages that stand for a refused authorization request: staff find the rule under the number. */
function isRefusedClient(problem: Problem | undefined): boolean {
  return problem === 'unauthorizedClient' || problem === 'redirectMismatch' || problem === undefined
}

/** The page for addresses that nothing answers at. */
export async function showNotFound(c: Context<ProviderEnv>): Promise<Response> {
  const page = c.get('pages').error({
    ui: await uiOf(c, { form: false }),
    problem: 'notFound',
    accountUrl: c.get('provider').paths.account,
  })
  return showPage(c, page, 404)
}

/** Middleware: hides what a setting does not turn on. */
export function requireSetting(setting: 'allowSignup' | 'demo'): MiddlewareHandler<ProviderEnv> {
  return async (c: Context<ProviderEnv>, next) => {
    const { hooks, settings } = c.get('provider')
    // Somebody else's users do not sign up here.
    const off = setting === 'allowSignup' && hooks.users !== null
    return settings[setting] && !off ? next() : showNotFound(c)
  }
}

/** The refusal of a request without a captured one. */
export function expired(): OAuthError {
  return new OAuthError('invalid_request', 'Authorization session has expired.', {
    reason: 'request_expired',
  })
}
