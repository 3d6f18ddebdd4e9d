import type { Context, Hono } from 'hono'
import type { Params, Paths, ProviderEnv } from '../../concepts.ts'
import { randomId } from '../../crypto/bytes.ts'
import { InvalidInputError } from '../../errors.ts'
import { requireAntiForgery } from '../../http/anti-forgery.ts'
import { giveSession, readBrowserSession } from '../../http/browser-session.ts'
import { openRequest } from '../../http/captured-requests.ts'
import { rememberDevice } from '../../http/device.ts'
import { readForm, readQuery } from '../../http/params.ts'
import { admitAttempt } from '../../identity/authenticate.ts'
import { MIN_PASSWORD_LENGTH } from '../../identity/password-policy.ts'
import { hashPassword } from '../../identity/passwords.ts'
import { looksOfficial, usernameSkeleton } from '../../identity/skeleton.ts'
import { checkEmail, checkUsername, usernameKey } from '../../identity/usernames.ts'
import type { Messages } from '../../ui/messages.ts'
import type { SignUpErrors } from '../sign-up.tsx'
import { formTargetOf, nextUrl, planSession } from './login.ts'
import { newPasswordErrors } from './new-password.ts'
import { messagesOf, seeOther, requireSetting, showPage, uiOf } from './respond.ts'

type Handling = Context<ProviderEnv>

/** Adds `/sign-up`, which is there under OAUTH_ALLOW_SIGNUP alone. */
export function addSignUpRoutes(app: Hono<ProviderEnv>, { signUp: base }: Paths): void {
  for (const path of [base, `${base}/`]) {
    app.use(path, requireSetting('allowSignup'))
    app.get(path, showSignUp)
    app.post(path, signUp)
  }
}

/** The page for new accounts; who is signed in goes straight on. */
async function showSignUp(c: Handling): Promise<Response> {
  const query = readQuery(c.req.raw)
  if (!(await readBrowserSession(c))) return signUpPage(c, query, {})
  return seeOther(c, nextUrl(c, await openRequest(c, query.get('request'))))
}

async function signUp(c: Handling): Promise<Response> {
  const form = await readForm(c.req.raw)
  try {
    await requireAntiForgery(c, form)
  } catch (error) {
    // Somebody has signed in in another tab since the page was shown: go on as they do.
    if (await readBrowserSession(c)) return seeOther(c, nextUrl(c, await openRequest(c, form.get('request'))))
    throw error
  }
  const messages = messagesOf(c)
  const username = form.get('username') ?? ''
  const password = form.get('password') ?? ''
  const errors: SignUpErrors = {
    ...nameError(username, messages),
    ...checked('email', () => checkEmail(form.get('email') ?? 'none@invalid'), messages.fields.badEmail),
    ...newPasswordErrors(password, form.get('repeated_password'), username, messages),
  }
  if (Object.keys(errors).length > 0) return signUpPage(c, form, errors)
  const provider = c.get('provider')
  // Counted like a sign-in, before anything is hashed.
  const { admitted } = await admitAttempt({ username, client: null, device: null }, provider)
  const created = admitted.user === null ? await createAccount(c, form) : { taken: 'username' as const }
  if ('taken' in created) return signUpPage(c, form, takenError(created.taken, messages))
  await giveSession(c, created.sessionId)
  await rememberDevice(c, username)
  return seeOther(c, nextUrl(c, await openRequest(c, form.get('request'))))
}

function takenError(taken: 'username' | 'email', { fields }: Messages): SignUpErrors {
  return taken === 'username' ? { username: fields.taken } : { email: fields.emailTaken }
}

/** Makes the user and the first session, unless the name, or one that looks the same, or the address is taken. */
async function createAccount(
  c: Handling,
  form: Params,
): Promise<{ readonly sessionId: string } | { readonly taken: 'username' | 'email' }> {
  const { request, settings, store } = c.get('provider')
  const username = checkUsername(form.get('username') ?? '')
  const email = form.get('email')?.trim() || null
  const user = {
    id: randomId(),
    username,
    usernameKey: usernameKey(username),
    usernameSkeleton: usernameSkeleton(username),
    email,
    // Nobody has shown that the address is theirs. Unless the setting says that one address serves one account, it keeps no
    // others from it, and so says nothing of who has it.
    emailKey: email !== null && settings.uniqueEmail ? usernameKey(email) : null,
    passwordHash: await hashPassword(form.get('password') ?? ''),
  }
  const session = await planSession(c, user.id)
  const created = await store.createUser(user, session, request)
  if (created === 'created') return { sessionId: session.id }
  return { taken: created === 'username taken' ? 'username' : 'email' }
}

/** Names that speak for the site, or look like one of those, are not for people who sign up. */
function nameError(username: string, { fields }: Messages): SignUpErrors {
  if (looksOfficial(username)) return { username: fields.reservedUsername }
  return checked('username', () => checkUsername(username), fields.badUsername)
}

function checked(field: 'username' | 'email', check: () => void, message: string): SignUpErrors {
  try {
    check()
    return {}
  } catch (error) {
    if (error instanceof InvalidInputError) return { [field]: message }
    throw error
  }
}

async function signUpPage(c: Handling, values: Params, errors: SignUpErrors): Promise<Response> {
  const captured = await openRequest(c, values.get('request'))
  const { paths } = c.get('provider')
  const page = c.get('pages').signUp({
    ui: await uiOf(c, { form: true }),
    action: paths.signUp,
    ...(captured && { fields: { request: captured.id } }),
    values: { username: values.get('username') ?? '', email: values.get('email') ?? '' },
    errors,
    minPasswordLength: MIN_PASSWORD_LENGTH,
    loginUrl: captured ? `${paths.login}?request=${captured.id}` : paths.login,
  })
  const formTarget = await formTargetOf(c, captured)
  return showPage(c, page, Object.keys(errors).length > 0 ? 400 : 200, {
    formTarget,
    popup: captured !== null,
  })
}
