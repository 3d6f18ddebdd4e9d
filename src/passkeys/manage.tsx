import type { Context, Hono } from 'hono'
import type { AfterSignIn, Params, Paths, ProviderEnv } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { ownerOfSession, requireAntiForgery } from '../http/anti-forgery.ts'
import { readBrowserSession, readSessionId, sessionRule, useSession } from '../http/browser-session.ts'
import { openRequest } from '../http/captured-requests.ts'
import { notifyOwner } from '../http/notify-owner.ts'
import { readForm, readQuery } from '../http/params.ts'
import { waysIn } from '../mail/ways-in.ts'
import { confirmUrl, isFreshSession } from '../pages/routes/confirm.tsx'
import { takeFlash, writeFlash } from '../pages/routes/flash.ts'
import { leadingSection } from '../pages/routes/leading-section.tsx'
import { messagesOf, seeOther, showNotFound, showPage, uiOf } from '../pages/routes/respond.ts'
import { nextUrl } from '../pages/routes/sign-in.ts'
import type { PasskeysOfUser, PasskeyStore } from '../store/passkey-store.ts'
import type { Session } from '../store/records.ts'
import type { Notice } from '../ui/components.tsx'
import { scriptHash } from '../ui/inline-script.tsx'
import { displayName } from '../ui/links.ts'
import { describeUserAgent } from '../ui/user-agent.ts'
import { CREDENTIAL } from './button.tsx'
import { challengeOf, parseAttestation, verifyAttestation } from './ceremony.ts'
import { makeChallenge, openChallenge } from './challenge.ts'
import { passkeyMessages } from './messages.ts'
import { creationOptions } from './options.ts'
import { PasskeyOfferPage, PasskeysPage } from './page.tsx'
import { offersPasskeys, relyingPartyOf, userHandleOf } from './relying-party.ts'
import { PASSKEY_SCRIPT } from './script.ts'

type Handling = Context<ProviderEnv>
type StoreOf = (c: Handling) => PasskeyStore

/** The most passkeys that a user may have. */
const MOST = 20
const MAX_NAME = 60

const passkeysUrl = ({ account }: Pick<Paths, 'account'>): string => `${account}/passkeys`
const offerUrl = (paths: Pick<Paths, 'account'>): `/${string}` => `/${passkeysUrl(paths).slice(1)}/offer`

/** The part of the account page that links to the passkeys; it reads nothing. */
export const passkeySection = leadingSection(
  'passkeys',
  'security',
  passkeyMessages,
  passkeysUrl,
  offersPasskeys,
)

/** Offers a passkey if the device that showed the sign-in page can store one. */
export const offerPasskey: AfterSignIn = async (c, form) => {
  const provider = c.get('provider')
  return offersPasskeys(provider) && form.get('can_passkey') === 'yes' ? offerUrl(provider.paths) : null
}

/** Adds the page of a user's passkeys, and the one that offers the first. */
export function addPasskeyPages(app: Hono<ProviderEnv>, paths: Paths, storeOf: StoreOf): void {
  const guarded =
    (handle: (c: Handling, store: PasskeyStore) => Promise<Response>) =>
    async (c: Handling): Promise<Response> =>
      offersPasskeys(c.get('provider')) ? handle(c, storeOf(c)) : showNotFound(c)
  for (const slash of ['', '/']) {
    app.get(`${passkeysUrl(paths)}${slash}`, guarded(show))
    app.post(`${passkeysUrl(paths)}${slash}`, guarded(act))
    app.get(`${offerUrl(paths)}${slash}`, guarded(offer))
    app.post(`${offerUrl(paths)}${slash}`, guarded(answerOffer))
  }
}

async function readOwn(c: Handling, store: PasskeyStore): Promise<PasskeysOfUser | null> {
  const id = await readSessionId(c)
  const own = id === null ? null : await store.readPasskeys(id, sessionRule(c))
  return own && (await useSession(c, own.session)) && own
}

async function show(c: Handling, store: PasskeyStore): Promise<Response> {
  const own = await readOwn(c, store)
  if (!own) return seeOther(c, c.get('provider').paths.login)
  return passkeysPage(c, own, { notice: await takeFlash(c) })
}

async function passkeysPage(
  c: Handling,
  own: PasskeysOfUser,
  { badName = null, notice = null }: { readonly badName?: string | null; readonly notice?: Notice | null },
): Promise<Response> {
  const { paths } = c.get('provider')
  const texts = passkeyMessages(messagesOf(c))
  const fresh = isFreshSession(own.session, c)
  const full = own.passkeys.length >= MOST
  const page = (
    <PasskeysPage
      ui={await uiOf(c, { form: true })}
      action={passkeysUrl(paths)}
      passkeys={own.passkeys}
      renaming={badName ?? readQuery(c.req.raw).get('rename') ?? null}
      badName={badName !== null}
      notice={notice}
      adding={
        fresh && !full
          ? { options: await optionsFor(c, own) }
          : full
            ? { instead: texts.tooMany(MOST), url: null }
            : { instead: texts.confirmFirst, url: confirmUrl(paths, 'passkeys') }
      }
      accountUrl={paths.account}
    />
  )
  return showPage(c, page, badName === null ? 200 : 400, { scriptHashes: [await scriptHash(PASSKEY_SCRIPT)] })
}

async function optionsFor(c: Handling, { passkeys, session }: PasskeysOfUser): Promise<object> {
  const provider = c.get('provider')
  const challenge = await makeChallenge('add', ownerOfSession(session.id), provider)
  const handle = await userHandleOf(session.user.id)
  const { siteName } = provider.settings
  return creationOptions(
    challenge,
    relyingPartyOf(provider),
    { handle, name: session.user.username, siteName },
    passkeys,
  )
}

/** Does what a form of the page asks for; a user whose sign-in is old must authenticate first. */
async function act(c: Handling, store: PasskeyStore): Promise<Response> {
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const { paths, request } = c.get('provider')
  const session = await readBrowserSession(c)
  if (!session) return seeOther(c, paths.login)
  if (!isFreshSession(session, c)) return seeOther(c, confirmUrl(paths, 'passkeys'))
  const texts = passkeyMessages(messagesOf(c))
  const credentialId = form.get('passkey') ?? ''
  const userId = session.user.id
  switch (form.get('intent')) {
    case 'add':
      await writeFlash(c, await add(c, form, session, store))
      break
    case 'rename': {
      const name = displayName(form.get('name') ?? '')
      if (name === '' || Array.from(name).length > MAX_NAME) {
        const own = await readOwn(c, store)
        return own ? passkeysPage(c, own, { badName: credentialId }) : seeOther(c, paths.login)
      }
      await store.rename({ credentialId, userId, name })
      await writeFlash(c, { kind: 'success', text: texts.renamed })
      break
    }
    case 'remove': {
      const outcome = await store.remove({ credentialId, userId, ways: waysIn(c.get('provider')) }, request)
      const { account } = messagesOf(c)
      const text = { removed: texts.removed, kept: texts.kept, gone: account.gone }[outcome]
      await writeFlash(c, { kind: outcome === 'kept' ? 'error' : 'success', text })
      break
    }
    default:
      throw new OAuthError('invalid_request', 'The form does not say what to do.')
  }
  return seeOther(c, passkeysUrl(paths))
}

/** Verifies what the browser has created, and saves it under the name of the browser. */
async function add(c: Handling, form: Params, session: Session, store: PasskeyStore): Promise<Notice> {
  const provider = c.get('provider')
  const messages = messagesOf(c)
  const refused: Notice = { kind: 'error', text: passkeyMessages(messages).notAdded }
  const attestation = parseAttestation(form.get(CREDENTIAL))
  if (!attestation) return refused
  const challenge = challengeOf(attestation)
  const spend = await openChallenge(challenge, 'add', ownerOfSession(session.id), provider)
  if (!spend) return refused
  try {
    const made = await verifyAttestation(attestation, { challenge, ...relyingPartyOf(provider) })
    const name = describeUserAgent(c.req.header('User-Agent') ?? null, messages)
    const passkey = { ...made, name, createdAt: provider.request.now, lastUsedAt: null }
    const of = { userId: session.user.id, sessionId: session.id, challenge: spend, most: MOST }
    const added = await store.add(passkey, of, provider.request)
    if (added) notifyOwner(c, 'passkey_added', session.user.id)
    return added ? { kind: 'success', text: passkeyMessages(messages).added } : refused
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    console.warn(`A passkey was not added: ${error.message}`)
    return refused
  }
}

/** Shown once; a user who has a passkey, or declined one, continues at once. */
async function offer(c: Handling, store: PasskeyStore): Promise<Response> {
  const { paths } = c.get('provider')
  const captured = await openRequest(c, readQuery(c.req.raw).get('request'))
  const own = await readOwn(c, store)
  if (!own) return seeOther(c, paths.login)
  if (own.declined || own.passkeys.length > 0 || !isFreshSession(own.session, c)) {
    return seeOther(c, nextUrl(c, captured))
  }
  const page = (
    <PasskeyOfferPage
      ui={await uiOf(c, { form: true })}
      action={offerUrl(paths)}
      request={captured?.id ?? null}
      options={await optionsFor(c, own)}
    />
  )
  return showPage(c, page, 200, {
    popup: captured !== null,
    scriptHashes: [await scriptHash(PASSKEY_SCRIPT)],
    // The interrupted flow may end at a native app.
    formTarget: captured?.params.get('redirect_uri') ?? null,
  })
}

async function answerOffer(c: Handling, store: PasskeyStore): Promise<Response> {
  const form = await readForm(c.req.raw)
  const { paths, request } = c.get('provider')
  await requireAntiForgery(c, form)
  const captured = await openRequest(c, form.get('request'))
  const session = await readBrowserSession(c)
  if (!session) return seeOther(c, paths.login)
  if (form.get('intent') === 'add') {
    if (!isFreshSession(session, c)) return seeOther(c, confirmUrl(paths, 'passkeys'))
    await writeFlash(c, await add(c, form, session, store))
  } else {
    await store.decline(session.user.id, request.now)
  }
  return seeOther(c, nextUrl(c, captured))
}
