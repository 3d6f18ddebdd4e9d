import type { Context } from 'hono'
import type { ProviderEnv } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { giveSession, readBrowserSession, readSessionId, sessionRule } from '../http/browser-session.ts'
import { openRequest } from '../http/captured-requests.ts'
import { knownDevice, rememberDevice } from '../http/device.ts'
import { notifyOwner } from '../http/notify-owner.ts'
import { refuseFlood } from '../identity/rate-limit.ts'
import { emailKey } from '../identity/usernames.ts'
import { confirmUrl, goalOf } from '../pages/routes/confirm.tsx'
import { writeFlash } from '../pages/routes/flash.ts'
import { planBrowserSession } from '../pages/routes/login.ts'
import { messagesOf, seeOther, showNotFound } from '../pages/routes/respond.ts'
import { nextUrl } from '../pages/routes/sign-in.ts'
import { stepAfter } from '../pages/routes/sign-up.ts'
import type { LinkedUser, ProvedIdentity, SignInProviderRecord } from '../store/sign-in-provider-store.ts'
import type { Notice } from '../ui/components.tsx'
import { displayName } from '../ui/links.ts'
import { type Attempt, spendOf, takeAttempt } from './attempt.ts'
import { connectionsUrl } from './connections-url.ts'
import { explain, noticeOf } from './explain.ts'
import { domainsOf, type Identity, isAt, labelOf, namesFor, provedAddress } from './identity.ts'
import type { KnownProviders } from './known-providers.ts'
import { signInProviderMessages } from './messages.ts'
import { SignInProblem } from './problem.ts'
import { answered, ask } from './protocol.ts'

type Handling = Context<ProviderEnv>

/** The most accounts elsewhere that a user may connect. */
export const MOST = 20

/** Handles the answer of a provider: it signs in, connects an account, or confirms who is there, whichever this browser started. */
export async function takeAnswer(c: Handling, known: KnownProviders): Promise<Response> {
  const provider = c.get('provider')
  const row = await known.find(c.req.param('id') ?? '', provider)
  if (!row) return showNotFound(c)
  await refuseFlood(provider)
  const parameters = new URL(c.req.url).searchParams
  const attempt = await takeAttempt(c, row.id, parameters.get('state') ?? '')
  const captured = attempt?.request ? await openRequest(c, attempt.request) : null
  try {
    if (!attempt) throw new SignInProblem('stale', 'the state was not given to this browser')
    const state = await spendOf(attempt)
    // A repeated answer must not make us ask the provider again.
    if (!(await known.storeOf(provider).spendState(state, provider.request)))
      throw new SignInProblem('stale', 'the state is spent')
    const identity = await answered(await ask(row, provider), attempt, parameters, provider)
    const domains = domainsOf(row)
    const address = provedAddress(identity)
    if (domains.length > 0 && !(address !== null && isAt(address, domains)))
      throw new SignInProblem('domain', 'the person has no verified address at one of the domains')
    const proved: ProvedIdentity = {
      provider: { id: row.id, issuer: row.issuer, domains: row.domains },
      subject: identity.subject,
      label: labelOf(identity),
      countedAsFresh: identity.countedAsFresh,
      state,
    }
    const { confirms, session } = attempt
    if (session !== null && confirms !== null)
      return await confirm(c, proved, { confirms, session, authenticatedAt: identity.authenticatedAt }, known)
    if (session !== null) return await connect(c, row, proved, session, known)
    const user = await signIn(c, row, identity, proved, known)
    const step = user.created
      ? await stepAfter(c, { id: user.userId, email: unproved(row, identity), hasWayIn: true })
      : null
    if (step === null) return seeOther(c, nextUrl(c, captured))
    return seeOther(c, captured ? `${step}?request=${captured.id}` : step)
  } catch (error) {
    if (!(error instanceof SignInProblem)) throw error
    if (!attempt || attempt.session === null) return explain(c, error, row, captured)
    provider.emit({ type: 'sign_in_refused', detail: `${row.id}: ${error.message}` })
    return backTo(c, attempt.confirms, noticeOf(c, error, row))
  }
}

/** Returns a new user's address that is still to be verified. */
function unproved(row: SignInProviderRecord, identity: Identity): string | null {
  return row.trustsAddresses && provedAddress(identity) !== null ? null : identity.email
}

/** Commits the sign-in; the storage determines the user of the identity, in one round trip. */
async function signIn(
  c: Handling,
  row: SignInProviderRecord,
  identity: Identity,
  proved: ProvedIdentity,
  known: KnownProviders,
): Promise<LinkedUser> {
  const provider = c.get('provider')
  const address = row.trustsAddresses ? provedAddress(identity) : null
  // If an address may belong to only one account, an unproved one is not given to a second.
  const email = address ?? (provider.settings.uniqueEmail ? null : identity.email)
  const session = { ...(await planBrowserSession(c, ['fed'])), vouchedAt: identity.authenticatedAt }
  const user = await known.storeOf(provider).signIn(
    {
      ...proved,
      session,
      address: address === null ? null : { email: address, emailKey: emailKey(address) },
      newUser: row.createsAccounts ? { id: randomId(), names: namesFor(identity), email } : null,
    },
    provider.request,
  )
  if (!user) throw new SignInProblem('nobody', 'it is not linked to anybody who may sign in')
  const isKnown = user.created || (await knownDevice(c, user.username)) !== null
  if (!isKnown) notifyOwner(c, 'new_browser', user.userId)
  if (user.linked) notifyOwner(c, 'account_linked', user.userId)
  await giveSession(c, session.id)
  await rememberDevice(c, user.username)
  provider.emit({ type: 'signed_in', userId: user.userId })
  return user
}

/** Connects the account to the user of the session that started it, and to no other. */
async function connect(
  c: Handling,
  row: SignInProviderRecord,
  proved: ProvedIdentity,
  sessionId: NonNullable<Attempt['session']>,
  known: KnownProviders,
): Promise<Response> {
  const provider = c.get('provider')
  const session = await readBrowserSession(c)
  if (session?.id !== sessionId)
    throw new SignInProblem('stale', 'the session that started it no longer belongs to the browser')
  const to = { sessionId, userId: session.user.id, most: MOST }
  const outcome = await known.storeOf(provider).link(proved, to, provider.request)
  if (outcome === 'linked') notifyOwner(c, 'account_linked', session.user.id)
  const texts = signInProviderMessages(messagesOf(c))
  const text = {
    had: texts.had(row.name),
    linked: texts.done(row.name, displayName(proved.label)),
    refused: texts.notConnected(row.name),
    taken: texts.taken(row.name),
  }[outcome]
  return backTo(c, null, { kind: outcome === 'linked' || outcome === 'had' ? 'success' : 'error', text })
}

/** Confirms who is there to the session that began it, by an account that is linked to its user. */
async function confirm(
  c: Handling,
  proved: ProvedIdentity,
  begun: { readonly authenticatedAt: number; readonly confirms: string; readonly session: string },
  known: KnownProviders,
): Promise<Response> {
  const provider = c.get('provider')
  const { authenticatedAt, confirms, session: id } = begun
  if ((await readSessionId(c)) !== id)
    throw new SignInProblem('stale', 'the session that began it is not that of the browser any more')
  // Staff may have changed meanwhile that the provider's word counts as fresh.
  if (authenticatedAt === 0)
    throw new SignInProblem('fresh', 'the provider does not say when the person was authenticated')
  const session = { id, authenticatedAt, rule: sessionRule(c) }
  if (!(await known.storeOf(provider).confirm(proved, session, provider.request)))
    throw new SignInProblem('foreign', 'it is not linked to the user who is signed in')
  return seeOther(c, goalOf(provider.paths, confirms))
}

/** Leads back to the page on which it began. */
export async function backTo(c: Handling, confirms: Attempt['confirms'], notice: Notice): Promise<Response> {
  const { paths } = c.get('provider')
  await writeFlash(c, notice)
  return seeOther(c, confirms === null ? connectionsUrl(paths) : confirmUrl(paths, confirms))
}
