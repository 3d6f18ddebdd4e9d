import type { Context, Hono } from 'hono'
import type { Paths } from '../../concepts.ts'
import { randomId } from '../../crypto/bytes.ts'
import { InvalidInputError } from '../../errors.ts'
import { requireAntiForgery } from '../../http/anti-forgery.ts'
import { giveSession } from '../../http/browser-session.ts'
import { openRequest } from '../../http/captured-requests.ts'
import { readForm, readQuery } from '../../http/params.ts'
import type { ProviderEnv } from '../../http/provider-variables.ts'
import { admitAttempt } from '../../identity/authenticate.ts'
import { MIN_PASSWORD_LENGTH } from '../../identity/password-policy.ts'
import { hashPassword } from '../../identity/passwords.ts'
import { checkEmail, checkUsername, usernameKey } from '../../identity/usernames.ts'
import type { Params } from '../../oauth/params.ts'
import type { SignUpErrors } from '../sign-up.tsx'
import { formTargetOf, nextUrl, planSession } from './login.ts'
import { newPasswordErrors } from './new-password.ts'
import { messagesOf, seeOther, requireSetting, showPage, uiOf } from './respond.ts'

type Handling = Context<ProviderEnv>

/** Adds `/sign-up`, which is there under OAUTH_ALLOW_SIGNUP alone. */
export function addSignUpRoutes(app: Hono<ProviderEnv>, { signUp: base }: Paths): void {
  for (const path of [base, `${base}/`]) {
    app.use(path, requireSetting('allowSignup'))
    app.get(path, (c) => signUpPage(c, readQuery(c.req.raw), {}))
    app.post(path, signUp)
  }
}

async function signUp(c: Handling): Promise<Response> {
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const messages = messagesOf(c)
  const username = form.get('username') ?? ''
  const password = form.get('password') ?? ''
  const errors: SignUpErrors = {
    ...checked('username', () => checkUsername(username), messages.fields.badUsername),
    ...checked('email', () => checkEmail(form.get('email') ?? 'none@invalid'), messages.fields.badEmail),
    ...newPasswordErrors(password, form.get('repeated_password'), username, messages),
  }
  if (Object.keys(errors).length > 0) return signUpPage(c, form, errors)
  const provider = c.get('provider')
  // Counted like a sign-in, before anything is hashed.
  const { admitted } = await admitAttempt({ username, client: null }, provider)
  const created = admitted.user === null && (await createAccount(c, form))
  if (!created) return signUpPage(c, form, { username: messages.fields.taken })
  await giveSession(c, created)
  return seeOther(c, nextUrl(c, await openRequest(c, form.get('request'))))
}

/** Makes the user and the first session; returns the session's id, or null where the name is taken. */
async function createAccount(c: Handling, form: Params): Promise<string | null> {
  const { request, store } = c.get('provider')
  const username = checkUsername(form.get('username') ?? '')
  const user = {
    id: randomId(),
    username,
    usernameKey: usernameKey(username),
    email: form.get('email')?.trim() ?? null,
    // Nobody has shown that the address is theirs, so it does not keep others from it, and says nothing of who has it.
    emailKey: null,
    passwordHash: await hashPassword(form.get('password') ?? ''),
  }
  const session = await planSession(c, user.id)
  return (await store.createUser(user, session, request)) ? session.id : null
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
  const { pages, paths } = c.get('provider')
  const page = pages.signUp({
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
