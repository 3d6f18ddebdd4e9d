import type { Context, Hono } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Params, Paths, ProviderEnv } from '../../concepts.ts'
import { randomId } from '../../crypto/bytes.ts'
import { OAuthError } from '../../errors.ts'
import { giveSession, readSessionId, sessionRule, useSession } from '../../http/browser-session.ts'
import { type CapturedRequest, openRequest } from '../../http/captured-requests.ts'
import { deviceOf, knownDevice, rememberDevice } from '../../http/device.ts'
import { notifyOwner } from '../../http/notify-owner.ts'
import { readQuery } from '../../http/params.ts'
import { checkPassword, takesAddresses } from '../../identity/authenticate.ts'
import { usernameKey } from '../../identity/usernames.ts'
import { isFresh } from '../../oauth/authorize/interaction.ts'
import { freshnessOf } from '../../oauth/authorize/request.ts'
import type { Client, Session, SessionCommit } from '../../store/records.ts'
import type { Notice } from '../../ui/components.tsx'
import { scriptHash } from '../../ui/inline-script.tsx'
import type { Messages } from '../../ui/messages.ts'
import { aboutClient } from '../client-about.tsx'
import type { LoginPageProps } from '../login.tsx'
import { takeFlash } from './flash.ts'
import { detourOf, expired, messagesOf, seeOther, showNotFound, showPage, uiOf } from './respond.ts'
import { nextUrl, readSignIn } from './sign-in.ts'

type Handling = Context<ProviderEnv>

/** Longest `login_hint` that is shown, in characters: an email address (RFC 5321 4.5.3.1.3). */
const MAX_HINT = 254

/** Adds `/login`. */
export function addLoginRoutes(app: Hono<ProviderEnv>, { login }: Paths): void {
  for (const path of [login, `${login}/`]) {
    app.get(path, showLogin)
    app.post(path, signIn)
  }
}

/** Shows the sign-in page; a signed-in user continues at once. */
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
  const lacking = session ? null : await pendingUrl(c, captured)
  if (lacking !== null) return seeOther(c, lacking)
  const detour = session || captured ? null : await detourOf(c)
  if (detour !== null) return seeOther(c, detour)
  const notice = session
    ? ({ kind: 'warning', text: messagesOf(c).login.required } as const)
    : await takeFlash(c)
  const username = session?.user.username ?? hintOf(captured)
  return loginPage(c, captured, { client, notice, ...(username !== undefined && { username }) })
}

/** Returns where a user whose sign-in lacks its second factor continues; null if there is no such sign-in. */
async function pendingUrl(c: Handling, captured: CapturedRequest | null): Promise<string | null> {
  if ((await readSessionId(c)) === null) return null
  for (const { pending } of c.get('provider').secondFactors) {
    const path = await pending(c)
    if (path !== null) return captured ? `${path}?request=${captured.id}` : path
  }
  return null
}

/** Returns the username that the client suggests (OpenID Connect Core 3.1.2.1). */
function hintOf(captured: CapturedRequest | null): string | undefined {
  const hint = captured?.params.get('login_hint')
  return hint !== undefined && hint.length <= MAX_HINT ? hint : undefined
}

async function signIn(c: Handling): Promise<Response> {
  if (!c.get('provider').settings.passwords) return showNotFound(c)
  const read = await readSignIn(c)
  if (read instanceof Response) return read
  const { captured, form } = read
  const username = form.get('username') ?? ''
  const { emit, hooks, request, store } = c.get('provider')
  try {
    const device = await deviceOf(c, username)
    const { commit, user } = await checkPassword(
      {
        username,
        password: form.get('password') ?? '',
        client: null,
        device: device && device.id,
        // What a browser knows as a name alone may be the address of somebody else, whose attempts it must not multiply.
        mayBeAddress: !device || device.isByAddress,
      },
      c.get('provider'),
    )
    // Somebody else's users have other names; the browser knows what they type.
    const isAddress = !hooks.users && usernameKey(username) !== usernameKey(user.username)
    const name = isAddress ? user.username : username
    const session = await planSession(c, user.id)
    if (!(await store.createSession(session, commit, request))) throw wrong()
    if ((await knownDevice(c, name)) === null) notifyOwner(c, 'new_browser', user.id)
    await giveSession(c, session.id)
    await rememberDevice(c, name, isAddress ? username : null)
    emit({ type: 'signed_in', userId: user.id })
    return seeOther(c, (await askedBefore(c, form, session, captured)) ?? nextUrl(c, captured))
  } catch (error) {
    if (!(error instanceof OAuthError) || (error.code !== 'invalid_grant' && error.status !== 429))
      throw error
    emit({ type: 'sign_in_refused', detail: error.detail ?? error.description })
    return refuse(c, captured, username, error)
  }
}

/** Returns the page of a feature that has a question before the user continues; null if there is none. */
async function askedBefore(
  c: Handling,
  form: Params,
  session: SessionCommit,
  captured: CapturedRequest | null,
): Promise<string | null> {
  for (const ask of c.get('provider').afterSignIn) {
    const path = await ask(c, form, session)
    if (path !== null) return captured ? `${path}?request=${captured.id}` : path
  }
  return null
}

/** Shows the same page again, with the problem. An unknown user looks the same as a wrong password. */
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

/**
 * Plans the session of a user who was just authenticated, always with a new id, whatever the browser had before.
 * @param amr how, by the names of RFC 8176
 */
export async function planSession(
  c: Handling,
  userId: string,
  amr: readonly string[] = ['pwd'],
): Promise<SessionCommit> {
  return { ...(await planBrowserSession(c, amr)), userId }
}

/** The same for a user whom only the commit finds. */
export async function planBrowserSession(
  c: Handling,
  amr: readonly string[],
): Promise<Omit<SessionCommit, 'userId'>> {
  const { request, settings } = c.get('provider')
  return {
    id: randomId(),
    userAgent: (c.req.header('User-Agent') ?? '').slice(0, 300),
    amr,
    place: placeOf(c),
    expiresAt: request.now + settings.sessionDelta,
    replaces: await readSessionId(c),
  }
}

/** Returns city and country of the browser's network, according to Cloudflare's edge. */
function placeOf(c: Handling): string | undefined {
  const { city, country } = c.req.raw.cf ?? {}
  const names = [city, country].filter((name) => typeof name === 'string' && name !== '')
  return names.length > 0 ? names.join(', ').slice(0, 100) : undefined
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

/** Shows the page again after a refused sign-in without the password. */
export async function refuseSignIn(
  c: Handling,
  captured: CapturedRequest | null,
  notice: Notice,
): Promise<Response> {
  const { client } = await readWaiting(c, captured)
  return loginPage(c, captured, { client, notice }, 400)
}

async function loginPage(
  c: Handling,
  captured: CapturedRequest | null,
  props: Pick<LoginPageProps, 'notice' | 'username'> & { readonly client: Client | null },
  status: 200 | 400 | 429 = 200,
): Promise<Response> {
  const { hooks, paths, settings } = c.get('provider')
  const client = props.client && { name: props.client.name, about: aboutClient(props.client) }
  const options = await readOptions(c, captured)
  const query = captured ? `?request=${captured.id}` : ''
  const page = c.get('pages').login({
    ui: await uiOf(c, { form: true }),
    action: paths.login,
    ...(captured && { fields: { request: captured.id } }),
    hasPasswords: settings.passwords,
    options: options.parts,
    optionLinks: options.links,
    offersPasskeys: options.fillsUsername,
    takesAddresses: takesAddresses(c.get('provider')),
    ...(captured && { cancelAction: `${paths.oauth2}/authorize/confirm` }),
    signUpUrl: settings.allowSignup && !hooks.users ? `${paths.signUp}${query}` : null,
    ...props,
    client,
  })
  return showPage(c, page, status, {
    formTarget: targetOf(captured, props.client),
    popup: captured !== null,
    images: [client?.about.logoUrl ?? null],
    scriptHashes: options.scriptHashes,
  })
}

/** Asks the features which ways to sign in they offer now. */
async function readOptions(
  c: Handling,
  captured: CapturedRequest | null,
): Promise<{
  readonly parts: readonly JSX.Element[]
  /** How many of them, at the beginning, belong to the password form. */
  readonly links: number
  readonly fillsUsername: boolean
  readonly scriptHashes: readonly string[]
}> {
  const rendered = c.get('provider').signInOptions.map(async (option) => {
    const part = await option.render(c, captured?.id ?? null)
    return part ? [{ ...option, part }] : []
  })
  const all = (await Promise.all(rendered)).flat()
  const links = all.filter(({ isLinks = false }) => isLinks)
  const offered = [...links, ...all.filter((option) => !links.includes(option))]
  const scripts = new Set(offered.flatMap(({ script }) => script ?? []))
  return {
    parts: offered.map(({ part }) => part),
    links: links.length,
    fillsUsername: offered.some(({ fillsUsername }) => fillsUsername),
    scriptHashes: await Promise.all([...scripts].map(scriptHash)),
  }
}

/** Returns where the flow may end after a form of a page, for its `form-action`. */
function targetOf(captured: CapturedRequest | null, client: Client | null): string | null {
  return captured && (captured.params.get('redirect_uri') ?? client?.redirectUris[0] ?? null)
}

/** The same for a page that has not read the client. */
export async function formTargetOf(c: Handling, captured: CapturedRequest | null): Promise<string | null> {
  return targetOf(captured, (await readWaiting(c, captured)).client)
}
