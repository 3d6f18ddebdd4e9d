import type { Context, Hono } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Paths, ProviderEnv } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { requireAntiForgery } from '../../http/anti-forgery.ts'
import { readBrowserSession } from '../../http/browser-session.ts'
import { readForm, readQuery } from '../../http/params.ts'
import { checkPassword } from '../../identity/authenticate.ts'
import { authenticatedAt, isFreshSignIn } from '../../identity/fresh-sign-in.ts'
import { hasPassword } from '../../identity/own-password.ts'
import type { Session } from '../../store/records.ts'
import { scriptHash } from '../../ui/inline-script.tsx'
import { ConfirmPage } from '../confirm.tsx'
import { takeFlash } from './flash.ts'
import { messagesOf, seeOther, showPage, uiOf } from './respond.ts'

type Handling = Context<ProviderEnv>

/** A page below the account page, by its path there; the question leads only there. */
const BELOW_ACCOUNT = /^[a-z-]{1,40}$/

/** Returns the URL of the page that asks the user to authenticate, and then leads to a page below the account page. */
export function confirmUrl({ account }: Pick<Paths, 'account'>, next: string): string {
  return `${account}/confirm?next=${next}`
}

/** Returns whether a user was authenticated recently enough for important changes. */
export function isFreshSession(session: Session, c: Handling): boolean {
  return isFreshSignIn(authenticatedAt(session), c.get('provider').request.now)
}

/** Adds `/account/confirm`, with the password or features' replacements. */
export function addConfirmRoutes(app: Hono<ProviderEnv>, { account }: Paths): void {
  for (const path of [`${account}/confirm`, `${account}/confirm/`]) {
    app.get(path, async (c) => {
      const session = await readBrowserSession(c)
      if (!session) return seeOther(c, c.get('provider').paths.login)
      return isFreshSession(session, c) ? seeOther(c, nextUrl(c)) : ask(c, session, null, 200)
    })
    app.post(path, confirm)
  }
}

/** Returns the URL of the page below the account page to which the user then continues. */
export function goalOf({ account }: Pick<Paths, 'account'>, next: string): string {
  return BELOW_ACCOUNT.test(next) ? `${account}/${next}` : account
}

/** Returns the page below the account page that a request names to continue with; the account page itself is empty. */
export function nextOf(c: Handling): string {
  const next = readQuery(c.req.raw).get('next') ?? ''
  return BELOW_ACCOUNT.test(next) ? next : ''
}

function nextUrl(c: Handling): string {
  return goalOf(c.get('provider').paths, nextOf(c))
}

/** Renders features' replacements for the password, with the hashes of their scripts. */
export async function renderStepUps(
  c: Handling,
  session: Session | null,
): Promise<{ readonly parts: readonly JSX.Element[]; readonly scriptHashes: readonly string[] }> {
  const rendered = (session ? c.get('provider').stepUps : []).map(async ({ render, script }) => {
    const part = session && (await render(c, session))
    return part ? [{ part, script }] : []
  })
  const offered = (await Promise.all(rendered)).flat()
  const scripts = new Set(offered.flatMap(({ script }) => script ?? []))
  return {
    parts: offered.map(({ part }) => part),
    scriptHashes: await Promise.all([...scripts].map(scriptHash)),
  }
}

async function ask(
  c: Handling,
  session: Session,
  problem: string | null,
  status: 200 | 400 | 429,
): Promise<Response> {
  const { paths } = c.get('provider')
  const { parts, scriptHashes } = await renderStepUps(c, session)
  const next = nextOf(c)
  const page = (
    <ConfirmPage
      ui={await uiOf(c, { form: true })}
      action={next === '' ? `${paths.account}/confirm` : confirmUrl(paths, next)}
      username={session.user.username}
      hasPasswords={hasPassword(session, c.get('provider'))}
      others={parts}
      problem={problem}
      notice={await takeFlash(c)}
      cancelUrl={paths.account}
    />
  )
  return showPage(c, page, status, { scriptHashes })
}

async function confirm(c: Handling): Promise<Response> {
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const provider = c.get('provider')
  const session = await readBrowserSession(c)
  if (!session) return seeOther(c, provider.paths.login)
  const messages = messagesOf(c)
  for (const { confirm: holds, field } of provider.stepUps) {
    const value = form.get(field)
    if (value === undefined) continue
    if (await holds(value, session, provider)) return seeOther(c, nextUrl(c))
    return ask(c, session, messages.confirm.refused, 400)
  }
  if (!hasPassword(session, provider)) return ask(c, session, null, 400)
  const problem = await confirmPassword(c, session, form.get('password'))
  if (problem === null) return seeOther(c, nextUrl(c))
  return ask(c, session, problem.text, problem.status)
}

/** Checks the password again, and records that in the session; null if it is correct. */
async function confirmPassword(
  c: Handling,
  { id, user }: Session,
  password: string | undefined,
): Promise<{ readonly text: string; readonly status: 400 | 429 } | null> {
  const provider = c.get('provider')
  const { confirm: texts, fields, login } = messagesOf(c)
  if (password === undefined) return { text: fields.missing, status: 400 }
  try {
    const attempt = { username: user.username, password, client: null, device: id }
    const { commit, user: proved } = await checkPassword(attempt, provider)
    // A directory may have given the name to somebody else meanwhile.
    if (proved.id !== user.id) return { text: texts.wrong, status: 400 }
    const of = { userId: user.id, sessionId: id, signIn: commit }
    if (await provider.store.confirmPassword(of, provider.request)) return null
    return { text: texts.wrong, status: 400 }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const retryAfter = error.headers['Retry-After']
    if (retryAfter !== undefined) {
      c.header('Retry-After', retryAfter)
      return { text: login.throttled(Math.ceil(Number(retryAfter) / 60)), status: 429 }
    }
    if (error.code !== 'invalid_grant') throw error
    return { text: texts.wrong, status: 400 }
  }
}
