import type { Context, Hono } from 'hono'
import type { Params, Paths, Provider, ProviderEnv, SignUpInvitation, SignUpStep } from '../../concepts.ts'
import { randomId } from '../../crypto/bytes.ts'
import { InvalidInputError } from '../../errors.ts'
import { requireAntiForgery } from '../../http/anti-forgery.ts'
import { giveSession, readBrowserSession } from '../../http/browser-session.ts'
import { openRequest } from '../../http/captured-requests.ts'
import { rememberDevice } from '../../http/device.ts'
import { readForm, readQuery } from '../../http/params.ts'
import { countSignUp, takesAddresses } from '../../identity/authenticate.ts'
import { MIN_PASSWORD_LENGTH } from '../../identity/password-policy.ts'
import { hashPassword, NO_PASSWORD } from '../../identity/passwords.ts'
import { refuseFlood } from '../../identity/rate-limit.ts'
import { looksOfficial, usernameSkeleton } from '../../identity/skeleton.ts'
import { checkEmail, checkUsername, emailKey, isEmail, usernameKey } from '../../identity/usernames.ts'
import type { User } from '../../store/records.ts'
import type { Notice } from '../../ui/components.tsx'
import type { Messages } from '../../ui/messages.ts'
import type { SignUpErrors } from '../sign-up.tsx'
import { refusalOfGuards, renderGuards } from './form-guards.ts'
import { formTargetOf, planSession } from './login.ts'
import { newPasswordErrors } from './new-password.ts'
import { messagesOf, seeOther, requireSetting, showPage, uiOf } from './respond.ts'
import { nextUrl } from './sign-in.ts'

type Handling = Context<ProviderEnv>

/** Adds `/sign-up`, which exists only under OAUTH_ALLOW_SIGNUP. */
export function addSignUpRoutes(app: Hono<ProviderEnv>, { signUp: base }: Paths): void {
  for (const path of [base, `${base}/`]) {
    app.use(path, requireSetting('allowSignup'))
    app.get(path, showSignUp)
    app.post(path, signUp)
  }
}

/** Shows the page for new accounts; a signed-in user continues at once. */
async function showSignUp(c: Handling): Promise<Response> {
  const query = readQuery(c.req.raw)
  if (!(await readBrowserSession(c))) {
    const invitation = await readInvitation(c, query)
    return invitation instanceof Response ? invitation : signUpPage(c, query, {}, invitation)
  }
  return seeOther(c, nextUrl(c, await openRequest(c, query.get('request'))))
}

async function signUp(c: Handling): Promise<Response> {
  const form = await readForm(c.req.raw)
  try {
    await requireAntiForgery(c, form)
  } catch (error) {
    // The user has signed in in another tab since the page was shown: continue as that user.
    if (await readBrowserSession(c)) return seeOther(c, nextUrl(c, await openRequest(c, form.get('request'))))
    throw error
  }
  const provider = c.get('provider')
  // Before any service is asked about the password or the person.
  await refuseFlood(provider)
  const invitation = await readInvitation(c, form)
  if (invitation instanceof Response) return invitation
  const messages = messagesOf(c)
  const hasPassword = takesPassword(c, form)
  const username = form.get('username') ?? ''
  const password = form.get('password') ?? ''
  const errors: SignUpErrors = {
    ...nameError(username, messages, provider),
    ...checked('email', () => checkEmail(form.get('email') ?? 'none@invalid'), messages.fields.badEmail),
    ...(hasPassword
      ? await newPasswordErrors(password, form.get('repeated_password'), username, messages, provider)
      : needsEmail(form, invitation, messages)),
  }
  if (Object.keys(errors).length > 0) return signUpPage(c, form, errors, invitation)
  const refused = await refusalOfGuards(c, form)
  if (refused) return signUpPage(c, form, {}, invitation, refused)
  // Counted like a sign-in, before anything is hashed.
  const namesake = await countSignUp(username, provider)
  const created =
    namesake === null ? await createAccount(c, form, invitation) : { taken: 'username' as const }
  if ('taken' in created) return signUpPage(c, form, takenError(created.taken, messages), invitation)
  await giveSession(c, created.sessionId)
  await rememberDevice(c, username)
  const captured = await openRequest(c, form.get('request'))
  const step = await stepAfter(c, { ...created.user, hasWayIn: hasPassword })
  if (step === null) return seeOther(c, nextUrl(c, captured))
  return seeOther(c, captured ? `${step}?request=${captured.id}` : step)
}

/** Returns the page of a feature that follows a sign-up; null if there is none. */
export async function stepAfter(c: Handling, user: Parameters<SignUpStep>[1]): Promise<string | null> {
  for (const step of c.get('provider').signUpSteps) {
    const path = await step(c, user)
    if (path !== null) return path
  }
  return null
}

/** Returns whether the account is created with a password. */
function takesPassword(c: Handling, params: Params): boolean {
  const { settings, signUpOptions } = c.get('provider')
  return settings.passwords && !signUpOptions.some(({ skipsPassword }) => skipsPassword(c, params))
}

/** Returns whether an address is required, as a user without a password signs in by mail. */
function needsEmail(
  form: Params,
  invitation: SignUpInvitation | null,
  { fields }: Messages,
): Pick<SignUpErrors, 'email'> {
  const isThere = (invitation?.email ?? form.get('email')?.trim() ?? '') !== ''
  return isThere ? {} : { email: fields.badEmail }
}

function takenError(taken: 'username' | 'email' | 'invitation', { fields }: Messages): SignUpErrors {
  if (taken === 'invitation') return { username: fields.invitationOver }
  return taken === 'username' ? { username: fields.taken } : { email: fields.emailTaken }
}

/** Reads the invitation, if one is required; a page if it is missing. */
async function readInvitation(c: Handling, params: Params): Promise<SignUpInvitation | Response | null> {
  for (const rule of c.get('provider').signUpRules) {
    const admission = await rule(c, params)
    if (admission) return admission
  }
  return null
}

/** Creates the user and the first session, unless the name, or one that looks the same, or the address is taken. */
async function createAccount(
  c: Handling,
  form: Params,
  invitation: SignUpInvitation | null,
): Promise<
  | { readonly sessionId: string; readonly user: Pick<User, 'id' | 'email'> }
  | { readonly taken: 'username' | 'email' | 'invitation' }
> {
  const { request, settings, store } = c.get('provider')
  const hasPassword = takesPassword(c, form)
  const username = checkUsername(form.get('username') ?? '')
  const email = invitation?.email ?? (form.get('email')?.trim() || null)
  const provesEmail = typeof invitation?.email === 'string'
  const user = {
    id: randomId(),
    username,
    usernameKey: usernameKey(username),
    usernameSkeleton: usernameSkeleton(username),
    email,
    // Nobody has proved the address. Unless the setting allows only one account for each address, it does not block
    // others, and so reveals nothing about its owner.
    emailKey: email !== null && (settings.uniqueEmail || provesEmail) ? emailKey(email) : null,
    passwordHash: hasPassword ? await hashPassword(form.get('password') ?? '') : NO_PASSWORD,
    ...(invitation && { invitation: { id: invitation.id, provesEmail } }),
  }
  // Without a password only a person's presence was proved (RFC 8176 2).
  const session = await planSession(c, user.id, hasPassword ? ['pwd'] : ['user'])
  const created = await store.createUser(user, session, request)
  if (created === 'created')
    return { sessionId: session.id, user: { id: user.id, email: provesEmail ? null : email } }
  if (created === 'invitation gone') return { taken: 'invitation' }
  return { taken: created === 'username taken' ? 'username' : 'email' }
}

/** Refuses names that represent the site, or look as if they did. */
/** Where users sign in by address, none is a username, whoever has it: nobody learns who does, nor takes it from its owner. */
function nameError(username: string, { fields }: Messages, provider: Provider): SignUpErrors {
  if (takesAddresses(provider) && isEmail(username)) return { username: fields.notAnAddress }
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

async function signUpPage(
  c: Handling,
  values: Params,
  errors: SignUpErrors,
  invitation: SignUpInvitation | null,
  notice: Notice | null = null,
): Promise<Response> {
  const guards = renderGuards(c)
  const captured = await openRequest(c, values.get('request'))
  const { paths, settings, signInOptions, signUpOptions } = c.get('provider')
  const hasPasswords = takesPassword(c, values)
  const parts = await Promise.all([
    ...signInOptions.map(async ({ renderSignUp }) => renderSignUp?.(c, captured?.id ?? null)),
    ...signUpOptions.map(async ({ render }) => render(c, values)),
  ])
  const page = c.get('pages').signUp({
    ui: await uiOf(c, { form: true }),
    action: paths.signUp,
    fields: {
      ...(captured && { request: captured.id }),
      ...(invitation && { invitation: invitation.token }),
      ...(settings.passwords && !hasPasswords && { without: 'password' }),
    },
    invitedEmail: invitation?.email ?? null,
    values: { username: values.get('username') ?? '', email: values.get('email') ?? '' },
    errors,
    notice,
    guards: guards.parts,
    minPasswordLength: MIN_PASSWORD_LENGTH,
    hasPasswords,
    options: parts.flatMap((part) => part ?? []),
    loginUrl: captured ? `${paths.login}?request=${captured.id}` : paths.login,
  })
  const formTarget = await formTargetOf(c, captured)
  return showPage(c, page, notice || Object.keys(errors).length > 0 ? 400 : 200, {
    formTarget,
    embeds: guards.embeds,
    popup: captured !== null,
  })
}
