import type { Context, Hono } from 'hono'
import type { Paths, ProviderEnv } from '../../concepts.ts'
import { randomId } from '../../crypto/bytes.ts'
import { OAuthError } from '../../errors.ts'
import { requireAntiForgery } from '../../http/anti-forgery.ts'
import {
  giveSession,
  readBrowserSession,
  readSessionId,
  sessionRule,
  useSession,
} from '../../http/browser-session.ts'
import { type CapturedRequest, openRequest } from '../../http/captured-requests.ts'
import { dropCookie, readCookie } from '../../http/cookies.ts'
import { knownDevice, rememberDevice } from '../../http/device.ts'
import { readForm, readQuery } from '../../http/params.ts'
import { checkPassword } from '../../identity/authenticate.ts'
import { isFresh } from '../../oauth/authorize/interaction.ts'
import { freshnessOf } from '../../oauth/authorize/request.ts'
import type { Client, Session, SessionCommit } from '../../store/records.ts'
import type { Notice } from '../../ui/components.tsx'
import type { Messages } from '../../ui/messages.ts'
import type { LoginPageProps } from '../login.tsx'
import { expired, messagesOf, RETURN_COOKIE, seeOther, showPage, uiOf } from './respond.ts'

type Handling = Context<ProviderEnv>

/** Longest `login_hint` that is shown, in characters: an address of mail (RFC 5321 4.5.3.1.3). */
const MAX_HINT = 254

/** Adds `/login`. */
export function addLoginRoutes(app: Hono<ProviderEnv>, { login }: Paths): void {
  for (const path of [login, `${login}/`]) {
    app.get(path, showLogin)
    app.post(path, signIn)
  }
}

/** The sign-in page; who is signed in goes straight on. */
async function showLogin(c: Handling): Promise<Response> {
  const id = readQuery(c.req.raw).get('request')
  const captured = await openRequest(c, id)
  if (id !== undefined && !captured) throw expired()
  const { client, session } = await readWaiting(c, captured)
  const { now } = c.get('provider').request
  if (
    session &&
    (!captured || !client || isFresh(freshnessOf(captured.params, client), session, captured.capturedAt, now))
  ) {
    return seeOther(c, nextUrl(c, captured))
  }
  const notice = session ? ({ kind: 'warning', text: messagesOf(c).login.required } as const) : null
  const username = session?.user.username ?? hintOf(captured)
  return loginPage(c, captured, { client, notice, ...(username !== undefined && { username }) })
}

/** The name that the client believes the person to have (OpenID Connect Core 3.1.2.1). */
function hintOf(captured: CapturedRequest | null): string | undefined {
  const hint = captured?.params.get('login_hint')
  return hint !== undefined && hint.length <= MAX_HINT ? hint : undefined
}

async function signIn(c: Handling): Promise<Response> {
  const form = await readForm(c.req.raw)
  const captured = await openRequest(c, form.get('request'))
  try {
    await requireAntiForgery(c, form)
  } catch (error) {
    // Somebody has signed in in another tab since the page was shown: go on as they do.
    if (await readBrowserSession(c)) return seeOther(c, nextUrl(c, captured))
    throw error
  }
  const username = form.get('username') ?? ''
  const { emit, request, store } = c.get('provider')
  try {
    const { commit, user } = await checkPassword(
      {
        username,
        password: form.get('password') ?? '',
        client: null,
        device: await knownDevice(c, username),
      },
      c.get('provider'),
    )
    const session = await planSession(c, user.id)
    if (!(await store.createSession(session, commit, request))) throw wrong()
    await giveSession(c, session.id)
    await rememberDevice(c, username)
    emit({ type: 'signed_in', userId: user.id })
    return seeOther(c, nextUrl(c, captured))
  } catch (error) {
    if (!(error instanceof OAuthError) || (error.code !== 'invalid_grant' && error.status !== 429))
      throw error
    emit({ type: 'sign_in_refused', detail: error.detail ?? error.description })
    return refuse(c, captured, username, error)
  }
}

/** The same page again, with what was wrong. An unknown user is not told apart from a wrong password. */
async function refuse(
  c: Handling,
  captured: CapturedRequest | null,
  username: string,
  error: OAuthError,
): Promise<Response> {
  const { client } = await readWaiting(c, captured)
  const retryAfter = error.headers['Retry-After']
  if (retryAfter !== undefined) c.header('Retry-After', retryAfter)
  const notice = noticeOf(retryAfter, messagesOf(c))
  return loginPage(c, captured, { client, username, notice }, retryAfter === undefined ? 400 : 429)
}

function noticeOf(retryAfter: string | undefined, { login }: Messages): Notice {
  return retryAfter === undefined
    ? { kind: 'error', text: login.wrong, advice: login.wrongAdvice }
    : { kind: 'error', text: login.throttled(Math.ceil(Number(retryAfter) / 60)) }
}

function wrong(): OAuthError {
  return new OAuthError('invalid_grant', 'Wrong username or password.')
}

/** The session of a user who just gave the password: always a new id, whatever the browser had before. */
export async function planSession(c: Handling, userId: string): Promise<SessionCommit> {
  const { request, settings } = c.get('provider')
  return {
    id: randomId(),
    userId,
    userAgent: (c.req.header('User-Agent') ?? '').slice(0, 300),
    expiresAt: request.now + settings.sessionDelta,
    replaces: await readSessionId(c),
  }
}

/** Where a signed-in user goes: on with the captured request, or home. Never to an address that a request names. */
export function nextUrl(c: Handling, captured: CapturedRequest | null): string {
  const { paths } = c.get('provider')
  if (!captured && readCookie(c, RETURN_COOKIE) === 'admin') {
    dropCookie(c, RETURN_COOKIE)
    return paths.admin
  }
  return captured ? `${paths.oauth2}/authorize/confirm?request=${captured.id}` : paths.account
}

async function readWaiting(
  c: Handling,
  captured: CapturedRequest | null,
): Promise<{ readonly client: Client | null; readonly session: Session | null }> {
  const { store } = c.get('provider')
  const sessionId = await readSessionId(c)
  const clientId = captured?.params.get('client_id')
  const found =
    clientId === undefined
      ? {
          client: null,
          session: sessionId === null ? null : await store.readSession(sessionId, sessionRule(c)),
        }
      : await store.readAuthorization({ clientId, sessionId, scopes: [] }, sessionRule(c))
  return { client: found.client, session: await useSession(c, found.session) }
}

async function loginPage(
  c: Handling,
  captured: CapturedRequest | null,
  props: Pick<LoginPageProps, 'notice' | 'username'> & { readonly client: Client | null },
  status: 200 | 400 | 429 = 200,
): Promise<Response> {
  const { hooks, paths, settings } = c.get('provider')
  const query = captured ? `?request=${captured.id}` : ''
  const page = c.get('pages').login({
    ui: await uiOf(c, { form: true }),
    action: paths.login,
    ...(captured && { fields: { request: captured.id } }),
    signUpUrl: settings.allowSignup && !hooks.users ? `${paths.signUp}${query}` : null,
    ...props,
  })
  return showPage(c, page, status, {
    formTarget: targetOf(captured, props.client),
    popup: captured !== null,
  })
}

/** Where the flow may end after a form of a page, for its `form-action`. */
function targetOf(captured: CapturedRequest | null, client: Client | null): string | null {
  return captured && (captured.params.get('redirect_uri') ?? client?.redirectUris[0] ?? null)
}

/** The same for a page that has not read the client. */
export async function formTargetOf(c: Handling, captured: CapturedRequest | null): Promise<string | null> {
  return targetOf(captured, (await readWaiting(c, captured)).client)
}
