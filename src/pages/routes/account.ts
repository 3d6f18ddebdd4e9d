import type { Context, Hono } from 'hono'
import type { Params, Paths, Provider, ProviderEnv } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { requireAntiForgery } from '../../http/anti-forgery.ts'
import {
  readBrowserSession,
  readSessionId,
  sessionRule,
  takeSession,
  useSession,
} from '../../http/browser-session.ts'
import { notifyOwner } from '../../http/notify-owner.ts'
import { readForm } from '../../http/params.ts'
import { checkPassword } from '../../identity/authenticate.ts'
import { hasPassword } from '../../identity/own-password.ts'
import { MIN_PASSWORD_LENGTH } from '../../identity/password-policy.ts'
import { hashPassword } from '../../identity/passwords.ts'
import { afterSessionsEnded } from '../../identity/sessions-ended.ts'
import { invalidGrant } from '../../refusals.ts'
import type { Account, Session } from '../../store/records.ts'
import type { Notice } from '../../ui/components.tsx'
import { displayName } from '../../ui/links.ts'
import { showSections } from '../../ui/sections.tsx'
import type { AccountPageProps, PasswordErrors } from '../account.tsx'
import { openClientUrl } from '../client-about.tsx'
import { takeFlash, writeFlash } from './flash.ts'
import { newPasswordErrors } from './new-password.ts'
import { messagesOf, seeOther, showPage, uiOf } from './respond.ts'
import { scopeTexts } from './scope-texts.ts'

type Handling = Context<ProviderEnv>

/** Adds `/account`, the user's own page. */
export function addAccountRoutes(app: Hono<ProviderEnv>, { account }: Paths): void {
  for (const path of [account, `${account}/`]) {
    app.get(path, (c) => showAccount(c, {}))
    app.post(path, act)
  }
}

async function showAccount(
  c: Handling,
  props: Partial<AccountPageProps>,
  status: 200 | 400 | 429 = 200,
): Promise<Response> {
  const id = await readSessionId(c)
  const account = id === null ? null : await c.get('provider').store.readAccount(id, sessionRule(c))
  const session = await useSession(c, account?.session ?? null)
  if (!account || !session) return seeOther(c, c.get('provider').paths.login)
  const notice = props.notice ?? (await takeFlash(c))
  const page = c.get('pages').account({ ...(await accountProps(c, account, session)), ...props, notice })
  return showPage(c, page, status)
}

/** Returns whether the user has a password that is stored here. */
function ownsPassword(session: Session, provider: Provider): boolean {
  return provider.hooks.users === null && hasPassword(session, provider)
}

async function accountProps(c: Handling, account: Account, session: Session): Promise<AccountPageProps> {
  const ui = await uiOf(c, { form: true })
  const { features, paths } = c.get('provider')
  return {
    ui,
    action: c.get('provider').paths.account,
    user: session.user,
    applications: account.authorizedClients.map((client) => ({
      clientId: client.clientId,
      name: client.name,
      url: client.url,
      openUrl: openClientUrl(client.initiateLoginUri, c.get('provider')),
      scopes: scopeTexts(client.scope, account.scopes, ui.messages),
      since: client.authorizedAt,
      lastUsed: client.lastUsedAt,
      repeatedElsewhere: client.repeatedElsewhereAt,
    })),
    sessions: account.sessions.map((found) => ({
      id: found.id,
      userAgent: found.userAgent,
      network: found.network,
      place: found.place ?? null,
      since: found.authTime,
      lastSeen: found.lastSeenAt,
      current: found.id === session.id,
    })),
    minPasswordLength: MIN_PASSWORD_LENGTH,
    ownsPassword: ownsPassword(session, c.get('provider')),
    logoutUrl: c.get('provider').paths.logout,
    panelUrl: session.user.isStaff && features.includes('admin') ? paths.admin : null,
    sections: await showSections(c, c.get('provider').accountSections),
  }
}

/** Does what a form of the page asks for, then redirects to the page, so that a reload does nothing twice. */
async function act(c: Handling): Promise<Response> {
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const session = await readBrowserSession(c)
  if (!session) return seeOther(c, c.get('provider').paths.login)
  if (form.get('intent') === 'change-password' && ownsPassword(session, c.get('provider')))
    return changePassword(c, form, session)
  await writeFlash(c, await carryOut(c, form, session))
  return seeOther(c, c.get('provider').paths.account)
}

async function carryOut(c: Handling, form: Params, { id, user }: Session): Promise<Notice> {
  const provider = c.get('provider')
  const { request, settings, store } = provider
  const { account } = messagesOf(c)
  const gone: Notice = { kind: 'success', text: account.gone }
  switch (form.get('intent')) {
    case 'revoke-application': {
      const consent = {
        userId: user.id,
        clientId: form.get('client_id') ?? '',
        deleteExpired: settings.deleteExpired,
      }
      const ended = await store.withdrawConsent(consent, request)
      if (!ended) return gone
      return {
        kind: 'success',
        text: account.accessEnded(displayName(ended.clientName), ended.accessTokens + ended.refreshTokens),
      }
    }
    case 'end-session': {
      const which = form.get('session') ?? ''
      const ended = await store.endSessions({ id: which, userId: user.id }, request)
      if (ended > 0) afterSessionsEnded(provider)
      if (which === id) takeSession(c)
      return ended === 0 ? gone : { kind: 'success', text: account.sessionEnded }
    }
    case 'end-other-sessions': {
      const ended = await store.endSessions({ except: id, userId: user.id }, request)
      if (ended > 0) afterSessionsEnded(provider)
      return { kind: 'success', text: account.othersEnded(ended) }
    }
    default:
      throw new OAuthError('invalid_request', 'The form does not say what to do.')
  }
}

/** Checks the whole form, including the current password, before it reports problems. */
async function changePassword(c: Handling, form: Params, { id, user }: Session): Promise<Response> {
  const messages = messagesOf(c)
  const provider = c.get('provider')
  const newPassword = form.get('new_password') ?? ''
  const repeated = form.get('repeated_password')
  const wrong = await newPasswordErrors(newPassword, repeated, user.username, messages, provider)
  const errors: PasswordErrors = {
    ...(wrong.password && { new: wrong.password }),
    ...(wrong.repeated && { repeated: wrong.repeated }),
  }
  const given = form.get('current_password')
  if (given === undefined) return refused(c, { ...errors, current: messages.fields.missing })
  try {
    const attempt = { username: user.username, password: given, client: null, device: id }
    const { commit } = await checkPassword(attempt, provider)
    if (Object.keys(errors).length > 0) return await refused(c, errors)
    const newHash = await hashPassword(newPassword)
    const { deleteExpired } = provider.settings
    const change = { userId: user.id, sessionId: id, signIn: commit, newHash, deleteExpired }
    const changed = await provider.store.changePassword(change, provider.request)
    // A concurrent change was faster: the password that was correct a moment ago is no longer the user's.
    if (!changed) throw invalidGrant('the password was changed meanwhile')
    afterSessionsEnded(provider)
    notifyOwner(c, 'password_changed', user.id)
    await writeFlash(c, { kind: 'success', text: messages.account.passwordChanged })
    return seeOther(c, provider.paths.account)
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const retryAfter = error.headers['Retry-After']
    if (retryAfter !== undefined) {
      c.header('Retry-After', retryAfter)
      const current = messages.login.throttled(Math.ceil(Number(retryAfter) / 60))
      return refused(c, { ...errors, current }, 429)
    }
    if (error.code !== 'invalid_grant') throw error
    return refused(c, { ...errors, current: messages.fields.wrongPassword })
  }
}

async function refused(
  c: Handling,
  passwordErrors: PasswordErrors,
  status: 400 | 429 = 400,
): Promise<Response> {
  return showAccount(c, { passwordErrors }, status)
}
