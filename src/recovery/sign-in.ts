import type { Context } from 'hono'
import type { Params, ProviderEnv } from '../concepts.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { OAuthError } from '../errors.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { giveSession } from '../http/browser-session.ts'
import { type CapturedRequest, openRequest } from '../http/captured-requests.ts'
import { dropCookie, readCookie, writeCookie } from '../http/cookies.ts'
import { rememberDevice } from '../http/device.ts'
import { readForm, readQuery } from '../http/params.ts'
import { refuseFlood } from '../identity/rate-limit.ts'
import { emailKey } from '../identity/usernames.ts'
import { mailMessages } from '../letters/messages.ts'
import { refusalOfGuards, renderGuards } from '../pages/routes/form-guards.ts'
import { formTargetOf, planBrowserSession } from '../pages/routes/login.ts'
import { messagesOf, seeOther, showNotFound, showPage, uiOf } from '../pages/routes/respond.ts'
import { nextUrl } from '../pages/routes/sign-in.ts'
import { EIGHT_LETTERS, isMailCode, mailCode } from '../tokens/mail-codes.ts'
import { mintMailLink, openMailLink } from '../tokens/opaque.ts'
import type { Notice } from '../ui/components.tsx'
import { signInLetter } from './letters.ts'
import { AskPage, CodePage, EnterPage, SayPage } from './pages.tsx'
import { askForMail, loginUrl, type MailLinks, offersSignInLinks, signInLinkUrl } from './recovery.ts'

type Handling = Context<ProviderEnv>

/** Seconds for which a link and a code are valid. */
const LIFETIME = 600
/** Cookie of the browser that requested a mail; no other one can sign in with it. */
const ASKED = 'mail'

/** Shows the page to request a mail, enter its code, or arrive from its link; opening the link spends nothing. */
export async function showSignInLink(c: Handling): Promise<Response> {
  if (!offersSignInLinks(c.get('provider'))) return showNotFound(c)
  const query = readQuery(c.req.raw)
  const captured = await openRequest(c, query.get('request'))
  const token = query.get('token')
  if (token !== undefined) return enterPage(c, token, captured)
  return query.get('sent') === undefined ? askPage(c, captured) : codePage(c, captured, undefined)
}

/** Sends a mail, or signs in with its code or its link. */
export async function signInByLink(c: Handling, links: MailLinks): Promise<Response> {
  if (!offersSignInLinks(c.get('provider'))) return showNotFound(c)
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const captured = await openRequest(c, form.get('request'))
  switch (form.get('intent')) {
    case 'ask':
      return ask(c, links, form, captured)
    case 'code':
    case 'link':
      return enter(c, links, form, captured)
    default:
      throw new OAuthError('invalid_request', 'The form does not say what to do.')
  }
}

async function ask(
  c: Handling,
  links: MailLinks,
  form: Params,
  captured: CapturedRequest | null,
): Promise<Response> {
  const provider = c.get('provider')
  const { keys, origin, paths, settings } = provider
  const identifier = form.get('identifier') ?? ''
  await refuseFlood(provider)
  const notice = await refusalOfGuards(c, form)
  if (notice) return askPage(c, captured, { identifier, notice })
  const rest = captured ? `&request=${captured.id}` : ''
  const id = await askForMail(c, links, {
    kind: 'sign_in',
    typed: identifier,
    lifetime: LIFETIME,
    async write(messages, linkId) {
      const code = await mailCode(linkId, EIGHT_LETTERS, keys)
      const url = `${origin}${signInLinkUrl(paths)}?token=${await mintMailLink(linkId, keys)}${rest}`
      return signInLetter(messages, {
        code: `${code.slice(0, 4)}-${code.slice(4)}`,
        minutes: LIFETIME / 60,
        siteName: settings.siteName,
        url,
      })
    },
  })
  writeCookie(c, ASKED, await seal(id, ASKED, keys), LIFETIME)
  return seeOther(c, `${signInLinkUrl(paths)}?sent=1${rest}`)
}

/** Returns the id of the link that this browser has requested. */
async function askedFor(c: Handling): Promise<string | null> {
  const sealed = readCookie(c, ASKED)
  return sealed === undefined ? null : unseal(sealed, ASKED, c.get('provider').keys)
}

/**
 * Spends the code or link. A link that another browser requested does nothing here; otherwise attackers could send links to
 * their own accounts and watch what is done there.
 */
async function enter(
  c: Handling,
  links: MailLinks,
  form: Params,
  captured: CapturedRequest | null,
): Promise<Response> {
  const provider = c.get('provider')
  const { emit, keys, request } = provider
  const id = await askedFor(c)
  const byLink = form.get('intent') === 'link'
  if (byLink && (id === null || (await openMailLink(form.get('token') ?? '', keys)) !== id))
    return deadLink(c, id)
  const isRight =
    byLink || (id !== null && (await isMailCode(form.get('code') ?? '', id, EIGHT_LETTERS, keys)))
  const session = await planBrowserSession(c, ['otp'])
  const use = byLink ? 'link' : isRight ? 'right code' : 'wrong code'
  const linkId = id ?? ''
  const user = await links(provider).signInByMail({ id: linkId, kind: 'sign_in', session, use }, request)
  if (!user) {
    emit({ type: 'sign_in_refused', detail: `the ${byLink ? 'link' : 'code'} of a mail` })
    return byLink
      ? deadLink(c, null)
      : codePage(c, captured, mailMessages(messagesOf(c)).signInLink.wrongCode)
  }
  if (!user.isVerified) {
    const { email, userId } = user
    const own = { id: linkId, userId, email, emailKey: emailKey(email) }
    await links(provider).verifyAddress({ ...own, use }, request)
  }
  dropCookie(c, ASKED)
  await giveSession(c, session.id)
  await rememberDevice(c, user.username, user.email)
  emit({ type: 'signed_in', userId: user.userId })
  return seeOther(c, nextUrl(c, captured))
}

/** @param refused what was typed, and why nothing was sent */
async function askPage(
  c: Handling,
  captured: CapturedRequest | null,
  refused?: { readonly identifier: string; readonly notice: Notice },
): Promise<Response> {
  const { paths } = c.get('provider')
  const guards = renderGuards(c)
  const signInLink = mailMessages(messagesOf(c)).signInLink
  const mail = mailMessages(messagesOf(c)).mail
  const page = AskPage({
    ui: await uiOf(c, { form: true }),
    title: signInLink.title,
    hint: signInLink.hint,
    submit: signInLink.submit,
    action: signInLinkUrl(paths),
    fields: { intent: 'ask', ...(captured && { request: captured.id }) },
    identifier: refused?.identifier,
    notice: refused?.notice ?? null,
    back: { url: loginUrl(c, captured), label: mail.back },
    guards: guards.parts,
  })
  return showPage(c, page, refused ? 400 : 200, { popup: captured !== null, embeds: guards.embeds })
}

async function codePage(
  c: Handling,
  captured: CapturedRequest | null,
  error: string | undefined,
): Promise<Response> {
  const action = signInLinkUrl(c.get('provider').paths)
  const request = captured ? `?request=${captured.id}` : ''
  const page = CodePage({
    ui: await uiOf(c, { form: true }),
    action,
    fields: captured ? { request: captured.id } : {},
    error,
    again: { url: `${action}${request}`, label: mailMessages(messagesOf(c)).addresses.again },
  })
  return showPage(c, page, error === undefined ? 200 : 400, {
    formTarget: await formTargetOf(c, captured),
    popup: captured !== null,
  })
}

async function enterPage(c: Handling, token: string, captured: CapturedRequest | null): Promise<Response> {
  const { keys, paths } = c.get('provider')
  const id = await openMailLink(token, keys)
  const own = await askedFor(c)
  if (id === null || id !== own) return deadLink(c, own)
  const page = EnterPage({
    ui: await uiOf(c, { form: true }),
    action: signInLinkUrl(paths),
    fields: captured ? { request: captured.id } : {},
    hint: mailMessages(messagesOf(c)).signInLink.enterHint,
    token,
  })
  return showPage(c, page, 200, {
    formTarget: await formTargetOf(c, captured),
    popup: captured !== null,
  })
}

/** @param asked the link that this browser has requested; null if none */
async function deadLink(c: Handling, asked: string | null): Promise<Response> {
  const { paths } = c.get('provider')
  const signInLink = mailMessages(messagesOf(c)).signInLink
  const mail = mailMessages(messagesOf(c)).mail
  const page = SayPage({
    ui: await uiOf(c, { form: false }),
    title: mail.deadTitle,
    texts: asked === null ? [mail.deadText, signInLink.otherBrowser] : [signInLink.otherMail],
    failed: true,
    next: { url: signInLinkUrl(paths), label: signInLink.title },
  })
  return showPage(c, page, 400)
}
