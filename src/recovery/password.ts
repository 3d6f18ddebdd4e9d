import type { Context } from 'hono'
import type { ProviderEnv } from '../concepts.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { giveSession, sessionRule, takeSession } from '../http/browser-session.ts'
import { type CapturedRequest, openRequest } from '../http/captured-requests.ts'
import { rememberDevice } from '../http/device.ts'
import { readForm, readQuery } from '../http/params.ts'
import { MIN_PASSWORD_LENGTH } from '../identity/password-policy.ts'
import { hashPassword } from '../identity/passwords.ts'
import { refuseFlood } from '../identity/rate-limit.ts'
import { afterSessionsEnded } from '../identity/sessions-ended.ts'
import { throttleKeys } from '../identity/throttle.ts'
import { usernameKey } from '../identity/usernames.ts'
import { mailMessages } from '../letters/messages.ts'
import { sendMail } from '../mail/send.ts'
import { writeFlash } from '../pages/routes/flash.ts'
import { refusalOfGuards, renderGuards } from '../pages/routes/form-guards.ts'
import { planBrowserSession } from '../pages/routes/login.ts'
import { newPasswordErrors } from '../pages/routes/new-password.ts'
import { messagesOf, seeOther, showNotFound, showPage, uiOf } from '../pages/routes/respond.ts'
import type { OtherWay, Recipient } from '../store/mail-links.ts'
import { mintMailLink, openMailLink } from '../tokens/opaque.ts'
import type { Notice } from '../ui/components.tsx'
import { hasRecovery, newPasswordUrl, resetLetter } from './by-staff.ts'
import { passwordChangedLetter } from './letters.ts'
import { AskPage, EnterPage, NewPasswordPage, type NewPasswordPageProps, SayPage } from './pages.tsx'
import { askForMail, loginUrl, type MailLinks, offersRecovery, recoverUrl } from './recovery.ts'

type Handling = Context<ProviderEnv>

/** Seconds for which a link is valid. */
const LIFETIME = 1800

/** The user of a link. */
type Owner = Recipient & { readonly others: readonly OtherWay[] }

/** Shows the page to request a new password and, after that, what to do next, which is the same for everybody. */
export async function showRecover(c: Handling): Promise<Response> {
  const provider = c.get('provider')
  if (!offersRecovery(provider)) return showNotFound(c)
  const query = readQuery(c.req.raw)
  const captured = await openRequest(c, query.get('request'))
  if (query.get('sent') === undefined) return askPage(c, captured)
  const messages = messagesOf(c)
  const { mail, recovery } = mailMessages(messages)
  const page = SayPage({
    ui: await uiOf(c, { form: false }),
    title: recovery.sentTitle,
    texts: [recovery.sent, mail.spam],
    next: { url: loginUrl(c, captured), label: messages.common.signIn },
  })
  return showPage(c, page, 200, { popup: captured !== null })
}

/** @param refused the typed text, and why nothing was sent */
async function askPage(
  c: Handling,
  captured: CapturedRequest | null,
  refused?: { readonly identifier: string; readonly notice: Notice },
): Promise<Response> {
  const { mail, recovery } = mailMessages(messagesOf(c))
  const guards = renderGuards(c)
  const page = AskPage({
    ui: await uiOf(c, { form: true }),
    title: recovery.title,
    hint: recovery.hint,
    submit: recovery.submit,
    action: recoverUrl(c.get('provider').paths),
    fields: captured ? { request: captured.id } : {},
    identifier: refused?.identifier,
    notice: refused?.notice ?? null,
    back: { url: loginUrl(c, captured), label: mail.back },
    guards: guards.parts,
  })
  return showPage(c, page, refused ? 400 : 200, { popup: captured !== null, embeds: guards.embeds })
}

/** Sends the mail, if there is a recipient. */
export async function recover(c: Handling, links: MailLinks): Promise<Response> {
  const provider = c.get('provider')
  if (!offersRecovery(provider)) return showNotFound(c)
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const { keys, origin, paths, settings } = provider
  const captured = await openRequest(c, form.get('request'))
  const identifier = form.get('identifier') ?? ''
  await refuseFlood(provider)
  const notice = await refusalOfGuards(c, form)
  if (notice) return askPage(c, captured, { identifier, notice })
  await askForMail(c, links, {
    kind: 'reset',
    typed: identifier,
    lifetime: LIFETIME,
    async write(messages, id) {
      const url = `${origin}${newPasswordUrl(paths)}?token=${await mintMailLink(id, keys)}`
      const time = mailMessages(messages).mail.minutes(LIFETIME / 60)
      return resetLetter(messages, settings, { time, url })
    },
  })
  return seeOther(c, `${recoverUrl(paths)}?sent=1${captured ? `&request=${captured.id}` : ''}`)
}

/** Shows the page of a link. Opening it spends nothing, as programs open every link in a mail. */
export async function showNewPassword(c: Handling, links: MailLinks): Promise<Response> {
  if (!hasRecovery(c.get('provider'))) return showNotFound(c)
  const token = readQuery(c.req.raw).get('token') ?? ''
  const { recipient } = await readReset(c, links, token)
  if (!recipient) return deadLink(c)
  const { settings } = c.get('provider')
  return settings.passwords
    ? newPasswordPage(c, token, recipient, [], {}, 200)
    : backInPage(c, token, recipient)
}

/** Spends the link and changes the password. It does not sign in, as that may need another factor. */
export async function choosePassword(c: Handling, links: MailLinks): Promise<Response> {
  const provider = c.get('provider')
  if (!hasRecovery(provider)) return showNotFound(c)
  const form = await readForm(c.req.raw, ['keep'])
  await requireAntiForgery(c, form)
  const token = form.get('token') ?? ''
  const { id, recipient } = await readReset(c, links, token)
  // Nothing is hashed for a link that does not work.
  if (!recipient) return deadLink(c)
  if (!provider.settings.passwords) return signBackIn(c, links, id)
  const { userId, username } = recipient
  const messages = messagesOf(c)
  const password = form.get('new_password') ?? ''
  const repeated = form.get('repeated_password')
  const errors = await newPasswordErrors(password, repeated, username, messages, provider)
  const keeps = form.getAll('keep')
  if (Object.keys(errors).length > 0) return newPasswordPage(c, token, recipient, keeps, errors, 400)
  const { keys, paths, request, settings } = provider
  const reset = {
    id,
    userId,
    newHash: await hashPassword(password),
    deleteExpired: settings.deleteExpired,
    keeps,
    secondFactor: sessionRule(c).secondFactor,
    throttleKeys: await Promise.all(
      [usernameKey(username), usernameKey(recipient.email)].map(
        async (name) => (await throttleKeys(name, null, keys)).account,
      ),
    ),
  }
  if (!(await links(provider).resetPassword(reset, request))) return deadLink(c)
  afterSessionsEnded(provider)
  sendMail(passwordChangedLetter(messages, settings.siteName), recipient.email, provider)
  takeSession(c)
  await writeFlash(c, { kind: 'success', text: mailMessages(messages).recovery.done })
  return seeOther(c, paths.login)
}

/** Asks before a link from staff signs in a user, if there are no passwords to choose. */
async function backInPage(c: Handling, token: string, { username }: Recipient): Promise<Response> {
  const page = EnterPage({
    ui: await uiOf(c, { form: true }),
    action: newPasswordUrl(c.get('provider').paths),
    fields: {},
    hint: mailMessages(messagesOf(c)).backIn.hint(username),
    token,
  })
  return showPage(c, page)
}

/** Spends the link and signs in, leading to the page to add a passkey. If a second factor is required, it is asked for first. */
async function signBackIn(c: Handling, links: MailLinks, id: string): Promise<Response> {
  const provider = c.get('provider')
  const { featureSettings, paths, request } = provider
  const session = await planBrowserSession(c, ['otp'])
  const user = await links(provider).signInByMail({ id, kind: 'reset', session, use: 'link' }, request)
  if (!user) return deadLink(c)
  await giveSession(c, session.id)
  await rememberDevice(c, user.username)
  provider.emit({ type: 'signed_in', userId: user.userId })
  return seeOther(c, featureSettings['passkeys'] === true ? `${paths.account}/passkeys` : paths.account)
}

async function readReset(
  c: Handling,
  links: MailLinks,
  token: string,
): Promise<{ readonly id: string; readonly recipient: Owner | null }> {
  const provider = c.get('provider')
  const id = await openMailLink(token, provider.keys)
  if (id === null) return { id: '', recipient: null }
  return { id, recipient: await links(provider).readReset(id, sessionRule(c)) }
}

async function newPasswordPage(
  c: Handling,
  token: string,
  { others, username }: Owner,
  kept: readonly string[],
  errors: NewPasswordPageProps['errors'],
  status: 200 | 400,
): Promise<Response> {
  const page = NewPasswordPage({
    ui: await uiOf(c, { form: true }),
    action: newPasswordUrl(c.get('provider').paths),
    token,
    username,
    others,
    kept,
    minPasswordLength: MIN_PASSWORD_LENGTH,
    errors,
  })
  return showPage(c, page, status)
}

async function deadLink(c: Handling): Promise<Response> {
  const provider = c.get('provider')
  const { common } = messagesOf(c)
  const recovery = mailMessages(messagesOf(c)).recovery
  const mail = mailMessages(messagesOf(c)).mail
  const page = SayPage({
    ui: await uiOf(c, { form: false }),
    title: mail.deadTitle,
    texts: [mail.deadText],
    failed: true,
    next: offersRecovery(provider)
      ? { url: recoverUrl(provider.paths), label: recovery.again }
      : { url: provider.paths.login, label: common.signIn },
  })
  return showPage(c, page, 400)
}
