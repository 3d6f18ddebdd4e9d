import type { Hono } from 'hono'
import type { Paths, ProviderEnv } from '../concepts.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { OAuthError } from '../errors.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { giveSession, readSessionId, sessionRule } from '../http/browser-session.ts'
import { openRequest } from '../http/captured-requests.ts'
import { notifyOwner } from '../http/notify-owner.ts'
import { readForm, readQuery } from '../http/params.ts'
import { confirmUrl, isFreshSession } from '../pages/routes/confirm.tsx'
import { takeFlash, writeFlash } from '../pages/routes/flash.ts'
import { leadingSection } from '../pages/routes/leading-section.tsx'
import { messagesOf, seeOther, showNotFound, showPage, uiOf } from '../pages/routes/respond.ts'
import { nextUrl } from '../pages/routes/sign-in.ts'
import type { SecondFactorOfUser, SecondFactorStore, Standing } from '../store/second-factor-store.ts'
import { type Handling, isDemanded, offersSecondFactor, passingOf, type StoreOf } from './context.ts'
import { secondFactorMessages } from './messages.ts'
import { CodesPage, ManagePage, SetUpPage } from './pages.tsx'
import { forcedSetUpUrl, maySetUp } from './sign-in.tsx'
import {
  keyUri,
  newRecoveryCodes,
  newSecret,
  readCode,
  recoveryCodeHash,
  sealSecret,
  stepOf,
} from './totp.ts'

const pageUrl = ({ account }: Pick<Paths, 'account'>): string => `${account}/second-factor`
const setUpUrl = (paths: Pick<Paths, 'account'>): string => `${pageUrl(paths)}/set-up`

/** The part of the account page that links to the second factor; it reads nothing. */
export const secondFactorSection = leadingSection(
  'second-factor',
  'security',
  secondFactorMessages,
  pageUrl,
  offersSecondFactor,
)

/** Adds `/account/second-factor`, and its set-up, also for users whose sign-in lacks it. */
export function addSecondFactorPages(app: Hono<ProviderEnv>, paths: Paths, storeOf: StoreOf): void {
  const add = (
    path: string,
    method: 'get' | 'post',
    handle: (c: Handling, store: SecondFactorStore) => Promise<Response>,
  ): void => {
    for (const slash of ['', '/']) {
      app[method](`${path}${slash}`, async (c: Handling) => {
        const provider = c.get('provider')
        return offersSecondFactor(provider) ? handle(c, storeOf(provider)) : showNotFound(c)
      })
    }
  }
  add(pageUrl(paths), 'get', show)
  add(pageUrl(paths), 'post', act)
  for (const path of [setUpUrl(paths), forcedSetUpUrl(paths)]) {
    add(path, 'get', showSetUp)
    add(path, 'post', setUp)
  }
}

async function readOwn(c: Handling, store: SecondFactorStore): Promise<SecondFactorOfUser | null> {
  const id = await readSessionId(c)
  return id === null ? null : store.readSecondFactor(id, sessionRule(c))
}

async function show(c: Handling, store: SecondFactorStore): Promise<Response> {
  const provider = c.get('provider')
  const own = await readOwn(c, store)
  if (!own) return seeOther(c, provider.paths.login)
  const page = (
    <ManagePage
      {...own}
      ui={await uiOf(c, { form: true })}
      action={pageUrl(provider.paths)}
      notice={await takeFlash(c)}
      isDemanded={isDemanded(own.standing.session, provider)}
      accountUrl={provider.paths.account}
    />
  )
  return showPage(c, page)
}

/** Does what a form of the page asks for; a user whose sign-in is old must authenticate first. */
async function act(c: Handling, store: SecondFactorStore): Promise<Response> {
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const { paths, request } = c.get('provider')
  const own = await readOwn(c, store)
  if (!own) return seeOther(c, paths.login)
  const { session } = own.standing
  if (!isFreshSession(session, c)) return seeOther(c, confirmUrl(paths, 'second-factor'))
  const texts = secondFactorMessages(messagesOf(c))
  const { id: userId } = session.user
  switch (form.get('intent')) {
    case 'set-up':
      return seeOther(c, setUpUrl(paths))
    case 'renew': {
      const codes = newRecoveryCodes()
      await store.renewRecoveryCodes(userId, await hashesOf(codes, userId), request)
      return showCodes(c, codes, pageUrl(paths))
    }
    case 'forget':
      await store.forgetBrowser(userId, form.get('browser') ?? '')
      await writeFlash(c, { kind: 'success', text: texts.forgotten })
      break
    case 'turn-off':
      if (isDemanded(session, c.get('provider'))) {
        await writeFlash(c, { kind: 'error', text: texts.isRequired })
        break
      }
      await store.removeSecondFactor(userId, request)
      notifyOwner(c, 'second_factor_removed', userId)
      await writeFlash(c, { kind: 'success', text: texts.turnedOff })
      break
    default:
      throw new OAuthError('invalid_request', 'The form does not say what to do.')
  }
  return seeOther(c, pageUrl(paths))
}

async function hashesOf(codes: readonly string[], userId: string): Promise<readonly string[]> {
  return Promise.all(codes.map(async (code) => recoveryCodeHash(code, userId)))
}

async function showCodes(c: Handling, codes: readonly string[], next: string): Promise<Response> {
  return showPage(c, <CodesPage ui={await uiOf(c, { form: false })} codes={codes} nextUrl={next} />)
}

/** Reads who may set up now, or where to go instead. */
async function readSetter(c: Handling, store: SecondFactorStore): Promise<Standing | Response> {
  const { paths } = c.get('provider')
  const id = await readSessionId(c)
  const standing = id === null ? null : await store.readStanding(id, sessionRule(c))
  if (!standing) return seeOther(c, paths.login)
  if (standing.lives && standing.sealedSecret !== null) {
    await writeFlash(c, { kind: 'warning', text: secondFactorMessages(messagesOf(c)).already })
    return seeOther(c, pageUrl(paths))
  }
  if (!maySetUp(standing, c)) return seeOther(c, paths.login)
  // A user who must set up before the sign-in is valid has just signed in, here or elsewhere.
  return !standing.lives || isFreshSession(standing.session, c)
    ? standing
    : seeOther(c, confirmUrl(paths, 'second-factor'))
}

async function showSetUp(c: Handling, store: SecondFactorStore): Promise<Response> {
  const standing = await readSetter(c, store)
  return standing instanceof Response ? standing : setUpPage(c, standing, newSecret(), null)
}

/** The form carries the key, sealed for this session, until an app has proved that it knows it. */
async function setUpPage(
  c: Handling,
  { lives, session }: Standing,
  secret: string,
  problem: string | null,
): Promise<Response> {
  const { keys, paths, settings } = c.get('provider')
  const captured = await openRequest(c, readQuery(c.req.raw).get('request'))
  const page = (
    <SetUpPage
      ui={await uiOf(c, { form: true })}
      action={lives ? setUpUrl(paths) : forcedSetUpUrl(paths)}
      fields={{
        key: await seal(secret, `new one-time codes ${session.id}`, keys),
        ...(captured && { request: captured.id }),
      }}
      uri={keyUri(secret, { issuer: settings.siteName, user: session.user.username })}
      secret={secret}
      why={lives ? null : secondFactorMessages(messagesOf(c)).required}
      problem={problem}
    />
  )
  return showPage(c, page, problem === null ? 200 : 400)
}

async function setUp(c: Handling, store: SecondFactorStore): Promise<Response> {
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const standing = await readSetter(c, store)
  if (standing instanceof Response) return standing
  const provider = c.get('provider')
  const { session } = standing
  const { id: userId } = session.user
  const secret = await unseal(form.get('key') ?? '', `new one-time codes ${session.id}`, provider.keys)
  if (secret === null) throw new OAuthError('invalid_request', 'The form does not belong to this session.')
  const code = readCode(form.get('code'))
  const step = code === null ? null : stepOf(code, secret, provider.request.now, 0)
  if (step === null) return setUpPage(c, standing, secret, secondFactorMessages(messagesOf(c)).wrong)
  const codes = newRecoveryCodes()
  const passing = passingOf(standing, ['otp', 'mfa'])
  const sealedSecret = await sealSecret(secret, userId, provider.keys)
  const kept = { sealedSecret, step, codeHashes: await hashesOf(codes, userId) }
  if (!(await store.enrol(passing, kept, provider.request))) return seeOther(c, provider.paths.login)
  notifyOwner(c, 'second_factor_added', userId)
  if (passing.newId !== null) await giveSession(c, passing.newId, true)
  const captured = await openRequest(c, form.get('request'))
  return showCodes(c, codes, standing.lives ? pageUrl(provider.paths) : nextUrl(c, captured))
}
