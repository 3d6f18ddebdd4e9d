import type { Context, Hono } from 'hono'
import type { Params, Paths, Provider, ProviderEnv } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { readSessionId, sessionRule, useSession } from '../http/browser-session.ts'
import { type CapturedRequest, openRequest } from '../http/captured-requests.ts'
import { rememberDevice } from '../http/device.ts'
import { readForm, readQuery } from '../http/params.ts'
import { emailKey } from '../identity/usernames.ts'
import { mailMessages } from '../letters/messages.ts'
import { sendMail } from '../mail/send.ts'
import { confirmUrl, isFreshSession } from '../pages/routes/confirm.tsx'
import { takeFlash, writeFlash } from '../pages/routes/flash.ts'
import { messagesOf, seeOther, showNotFound, showPage, uiOf } from '../pages/routes/respond.ts'
import { nextUrl } from '../pages/routes/sign-in.ts'
import type { AddressRecords, LinkUse, MailLink, MailLinkStore } from '../store/mail-links.ts'
import type { Session } from '../store/records.ts'
import { isMailCode, SIX_DIGITS } from '../tokens/mail-codes.ts'
import { openMailLink } from '../tokens/opaque.ts'
import { changedLetter } from './letters.ts'
import { type AddressErrors, AddressPage, ConfirmAddressPage, DeadLinkPage } from './page.tsx'
import { addressUrl, askForProof } from './verification.ts'

type Handling = Context<ProviderEnv>

/** What the routes need. */
export interface Addresses {
  readonly store: (provider: Provider) => MailLinkStore
  /** Returns whether people can verify addresses here. */
  readonly isOn: (provider: Provider) => boolean
}

/** A signed-in user, with what is known about the address. */
interface Owner extends AddressRecords {
  readonly session: Session
}

/** Adds the page about a user's address. */
export function addAddressRoutes(app: Hono<ProviderEnv>, { account }: Paths, addresses: Addresses): void {
  for (const path of [addressUrl(account), `${addressUrl(account)}/`]) {
    app.get(path, async (c) => show(c, addresses))
    app.post(path, async (c) => act(c, addresses))
  }
}

async function readOwner(c: Handling, store: MailLinkStore, linkId: string | null): Promise<Owner | null> {
  const id = await readSessionId(c)
  const found = id === null ? null : await store.readAddress(id, linkId, sessionRule(c))
  const session = await useSession(c, found?.session ?? null)
  return found && session && { ...found, session }
}

/** Shows the page, or that of a link. Opening a link changes nothing, as programs open every link in a mail. */
async function show(c: Handling, { isOn, store }: Addresses): Promise<Response> {
  const provider = c.get('provider')
  if (!isOn(provider)) return showNotFound(c)
  const query = readQuery(c.req.raw)
  const token = query.get('token')
  const captured = await openRequest(c, query.get('request'))
  if (token === undefined) {
    const owner = await readOwner(c, store(provider), null)
    return owner ? page(c, owner, captured, {}) : seeOther(c, provider.paths.login)
  }
  const linkId = await openMailLink(token, provider.keys)
  const owner = await readOwner(c, store(provider), linkId ?? '')
  if (!owner?.link) return deadLink(c, owner !== null)
  const shown = ConfirmAddressPage({
    ui: await uiOf(c, { form: true }),
    action: addressUrl(provider.paths.account),
    token,
    address: owner.link.email,
    username: owner.session.user.username,
  })
  return showPage(c, shown)
}

/** A link works only for the account that requested it; anybody else who follows it verifies nothing. */
async function deadLink(c: Handling, isSignedIn: boolean): Promise<Response> {
  const { paths } = c.get('provider')
  const { common } = messagesOf(c)
  const addresses = mailMessages(messagesOf(c)).addresses
  const mail = mailMessages(messagesOf(c)).mail
  const shown = DeadLinkPage({
    ui: await uiOf(c, { form: false }),
    text: isSignedIn ? mail.deadText : addresses.signedOutText,
    advice: isSignedIn ? addresses.deadAdvice : addresses.signedOutAdvice,
    next: isSignedIn
      ? { url: addressUrl(paths.account), label: addresses.title }
      : { url: paths.login, label: common.signIn },
  })
  return showPage(c, shown, 400)
}

async function act(c: Handling, { isOn, store }: Addresses): Promise<Response> {
  const provider = c.get('provider')
  if (!isOn(provider)) return showNotFound(c)
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const intent = form.get('intent')
  const linkId = intent === 'link' ? await openMailLink(form.get('token') ?? '', provider.keys) : null
  const owner = await readOwner(c, store(provider), intent === 'link' ? (linkId ?? '') : null)
  if (!owner) return seeOther(c, provider.paths.login)
  switch (intent) {
    case 'send':
      return send(c, store(provider), owner, form)
    case 'code':
    case 'link':
      return confirm(c, store(provider), owner, form)
    default:
      throw new OAuthError('invalid_request', 'The form does not say what to do.')
  }
}

/** Sends a code to the address of the account, or to another one that will replace it. */
async function send(c: Handling, store: MailLinkStore, owner: Owner, form: Params): Promise<Response> {
  const { session } = owner
  const { request } = c.get('provider')
  const { fields } = messagesOf(c)
  const addresses = mailMessages(messagesOf(c)).addresses
  const captured = await openRequest(c, form.get('request'))
  const typed = form.get('email')?.trim()
  const email = typed ?? session.user.email ?? ''
  const isNew = email !== session.user.email && email !== owner.link?.email
  // A hijacked session must not be enough to take over the account.
  if (isNew && !isFreshSession(session, c)) return seeOther(c, confirmUrl(c.get('provider').paths, 'email'))
  const asked = await askForProof(c, store, { email, userId: session.user.id })
  if (asked === 'no address')
    return page(c, owner, captured, { errors: { email: fields.badEmail }, typed, status: 400 })
  if (asked !== 'sent') {
    c.header('Retry-After', String(asked.until - request.now))
    return page(c, owner, captured, { notice: addresses.tooMany, status: 429 })
  }
  return seeOther(c, here(c, captured))
}

/** Verifies the address by the code or the link in its mail. */
async function confirm(c: Handling, store: MailLinkStore, owner: Owner, form: Params): Promise<Response> {
  const { link, session } = owner
  const addresses = mailMessages(messagesOf(c)).addresses
  const captured = await openRequest(c, form.get('request'))
  if (!link) {
    return form.get('intent') === 'link'
      ? deadLink(c, true)
      : page(c, owner, captured, { notice: addresses.codeGone, status: 400 })
  }
  const use = await useOf(c, link, form)
  const outcome = await store.verifyAddress(
    { id: link.id, userId: session.user.id, email: link.email, emailKey: emailKey(link.email), use },
    c.get('provider').request,
  )
  if (outcome === 'taken') return page(c, owner, captured, { notice: addresses.taken, status: 400 })
  if (outcome === 'gone') {
    if (use === 'link') return deadLink(c, true)
    return page(c, owner, captured, { errors: { code: addresses.wrongCode }, status: 400 })
  }
  tellFormerAddress(c, session.user.email, link.email)
  await rememberDevice(c, session.user.username, link.email)
  await writeFlash(c, { kind: 'success', text: addresses.done(link.email) })
  return seeOther(c, captured ? nextUrl(c, captured) : addressUrl(c.get('provider').paths.account))
}

async function useOf(c: Handling, { id }: MailLink, form: Params): Promise<LinkUse> {
  if (form.get('intent') === 'link') return 'link'
  const { keys } = c.get('provider')
  return (await isMailCode(form.get('code') ?? '', id, SIX_DIGITS, keys)) ? 'right code' : 'wrong code'
}

/** Notifies the previous address, as somebody else may have taken over the account. */
function tellFormerAddress(c: Handling, former: string | null, address: string): void {
  if (former === null || former === address) return
  const provider = c.get('provider')
  const { siteName } = provider.settings
  sendMail(changedLetter(messagesOf(c), { address, siteName }), former, provider)
}

function here(c: Handling, captured: CapturedRequest | null): string {
  const path = addressUrl(c.get('provider').paths.account)
  return captured ? `${path}?request=${captured.id}` : path
}

async function page(
  c: Handling,
  { isVerified, link, session }: Owner,
  captured: CapturedRequest | null,
  said: {
    readonly errors?: AddressErrors
    readonly notice?: string
    readonly status?: 200 | 400 | 429
    readonly typed?: string | undefined
  },
): Promise<Response> {
  const { paths } = c.get('provider')
  const { common } = messagesOf(c)
  const addresses = mailMessages(messagesOf(c)).addresses
  const { errors = {}, notice, status = 200, typed } = said
  const shown = AddressPage({
    ui: await uiOf(c, { form: true }),
    action: addressUrl(paths.account),
    ...(captured && { fields: { request: captured.id } }),
    address: session.user.email,
    isVerified,
    sentTo: link?.email ?? null,
    confirmUrl: isFreshSession(session, c) ? null : confirmUrl(paths, 'email'),
    notice: notice === undefined ? await takeFlash(c) : { kind: 'error', text: notice },
    errors,
    typed,
    next: captured
      ? { url: nextUrl(c, captured), label: addresses.later }
      : { url: paths.account, label: common.backToAccount },
  })
  return showPage(c, shown, status, { popup: captured !== null })
}
