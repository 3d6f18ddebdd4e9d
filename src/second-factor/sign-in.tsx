import type { Hono } from 'hono'
import type { Params, Paths, ProviderEnv } from '../concepts.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { giveSession, readSessionId, sessionRule } from '../http/browser-session.ts'
import { type CapturedRequest, openRequest } from '../http/captured-requests.ts'
import { readForm, readQuery } from '../http/params.ts'
import { messagesOf, seeOther, showNotFound, showPage, uiOf } from '../pages/routes/respond.ts'
import { nextUrl } from '../pages/routes/sign-in.ts'
import type {
  Attempted,
  SecondFactorProof,
  SecondFactorStore,
  Standing,
} from '../store/second-factor-store.ts'
import { scriptHash } from '../ui/inline-script.tsx'
import {
  type Handling,
  isDemanded,
  isPending,
  offersSecondFactor,
  passingOf,
  type StoreOf,
} from './context.ts'
import { secondFactorMessages } from './messages.ts'
import { AskPage } from './pages.tsx'
import { rememberBrowser, rememberedHash, rememberFor } from './remembered.ts'
import { openSecret, readCode, readRecoveryCode, recoveryCodeHash, stepOf } from './totp.ts'

/** The most attempts of a user in a window, and its length in seconds; of a million codes, three are valid at a time. */
const LIMIT = 10
const WINDOW = 3600

/** Returns the URL that asks for the second factor. */
export const secondFactorUrl = ({ login }: Pick<Paths, 'login'>): `/${string}` =>
  `/${login.slice(1)}/second-factor`
/** Returns the URL at which users set it up who cannot continue without it. */
export const forcedSetUpUrl = (paths: Pick<Paths, 'login'>): string => `${secondFactorUrl(paths)}/set-up`

/** Adds `/login/second-factor`. */
export function addSecondFactorSignIn(app: Hono<ProviderEnv>, paths: Paths, storeOf: StoreOf): void {
  for (const path of [secondFactorUrl(paths), `${secondFactorUrl(paths)}/`]) {
    app.get(path, async (c) => guarded(c, storeOf, show))
    app.post(path, async (c) => guarded(c, storeOf, answer))
  }
}

async function guarded(
  c: Handling,
  storeOf: StoreOf,
  handle: (c: Handling, store: SecondFactorStore) => Promise<Response>,
): Promise<Response> {
  const provider = c.get('provider')
  return offersSecondFactor(provider) ? handle(c, storeOf(provider)) : showNotFound(c)
}

/** Asks for the second factor. A remembered browser is not asked at sign-in, and a user who has none sets it up. */
async function show(c: Handling, store: SecondFactorStore): Promise<Response> {
  const provider = c.get('provider')
  const captured = await openRequest(c, readQuery(c.req.raw).get('request'))
  const sessionId = await readSessionId(c)
  const standing = sessionId === null ? null : await store.readStanding(sessionId, sessionRule(c))
  if (!standing || !(standing.lives || isPending(standing, provider)))
    return seeOther(c, provider.paths.login)
  const remembered = standing.lives ? null : await rememberedHash(c)
  if (remembered !== null && standing.sealedSecret !== null) {
    const passing = passingOf(standing, [])
    if (await store.recognise(passing, remembered, provider.request)) return goOn(c, passing.newId, captured)
  }
  if (!standing.lives && standing.sealedSecret === null && !standing.hasPasskey) {
    const query = captured ? `?request=${captured.id}` : ''
    return seeOther(c, `${forcedSetUpUrl(provider.paths)}${query}`)
  }
  return ask(c, standing, captured, readQuery(c.req.raw).get('recovery') !== undefined, null, 200)
}

async function goOn(c: Handling, newId: string | null, captured: CapturedRequest | null): Promise<Response> {
  if (newId !== null) await giveSession(c, newId, true)
  return seeOther(c, nextUrl(c, captured))
}

async function ask(
  c: Handling,
  standing: Standing,
  captured: CapturedRequest | null,
  recovery: boolean,
  problem: string | null,
  status: 200 | 400 | 429,
): Promise<Response> {
  const { paths, signInOptions } = c.get('provider')
  const whole = signInOptions.filter(({ hasTwoFactors }) => hasTwoFactors)
  const rendered = whole.map(async ({ render, script }) => ({
    part: await render(c, captured?.id ?? null),
    script,
  }))
  const others = (await Promise.all(rendered)).flatMap(({ part, script = '' }) =>
    part ? [{ part, script }] : [],
  )
  const query = new URLSearchParams({
    ...(captured && { request: captured.id }),
    ...(!recovery && { recovery: 'yes' }),
  })
  const page = (
    <AskPage
      ui={await uiOf(c, { form: true })}
      action={secondFactorUrl(paths)}
      fields={{ ...(captured && { request: captured.id }), ...(recovery && { recovery: 'yes' }) }}
      hasCodes={standing.sealedSecret !== null}
      recovery={recovery}
      insteadUrl={`${secondFactorUrl(paths)}?${query.toString()}`}
      rememberDays={Math.floor(rememberFor(c) / 86_400)}
      problem={problem}
      others={others.map(({ part }) => part)}
      logoutUrl={paths.logout}
    />
  )
  const scripts = new Set(others.map(({ script }) => script).filter(Boolean))
  return showPage(c, page, status, {
    formTarget: captured?.params.get('redirect_uri') ?? null,
    popup: captured !== null,
    scriptHashes: await Promise.all([...scripts].map(scriptHash)),
  })
}

/** Counts the attempt and reads, checks the code, and commits, in two round trips. */
async function answer(c: Handling, store: SecondFactorStore): Promise<Response> {
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const captured = await openRequest(c, form.get('request'))
  const provider = c.get('provider')
  const { paths, request } = provider
  const sessionId = await readSessionId(c)
  const attempted = sessionId === null ? null : await store.admit(sessionId, sessionRule(c), WINDOW, request)
  if (!attempted || !(attempted.standing.lives || isPending(attempted.standing, provider))) {
    return seeOther(c, paths.login)
  }
  const { standing } = attempted
  const recovery = form.get('recovery') !== undefined
  const texts = secondFactorMessages(messagesOf(c))
  if (attempted.attempts > LIMIT) return tooMany(c, attempted, captured, recovery)
  const proof = await proofOf(c, form, standing)
  const passing = passingOf(standing, ['otp', 'mfa'])
  const remember =
    proof && form.get('remember') === 'yes' && rememberFor(c) > 0 ? await rememberBrowser(c) : null
  if (proof && (await store.pass(passing, proof, remember, request))) return goOn(c, passing.newId, captured)
  provider.emit({ type: 'sign_in_refused', detail: 'the second factor is wrong, or was used already' })
  provider.defer(store.noteRefusal(standing.session.user.id, request))
  return ask(c, standing, captured, recovery, texts.wrong, 400)
}

async function tooMany(
  c: Handling,
  { resetAt, standing }: Attempted,
  captured: CapturedRequest | null,
  recovery: boolean,
): Promise<Response> {
  const seconds = Math.max(1, resetAt - c.get('provider').request.now)
  c.header('Retry-After', String(seconds))
  const texts = secondFactorMessages(messagesOf(c))
  return ask(c, standing, captured, recovery, texts.throttled(Math.ceil(seconds / 60)), 429)
}

/** Returns the form's proof, checked as far as possible before it is spent; null if it is already wrong. */
async function proofOf(
  c: Handling,
  form: Params,
  { lastStep, sealedSecret, session }: Standing,
): Promise<SecondFactorProof | null> {
  const { keys, request } = c.get('provider')
  const { id: userId } = session.user
  if (sealedSecret === null) return null
  const typed = form.get('code')
  if (form.get('recovery') !== undefined) {
    const code = readRecoveryCode(typed)
    return code === null ? null : { kind: 'recovery code', codeHash: await recoveryCodeHash(code, userId) }
  }
  const code = readCode(typed)
  const secret = code === null ? null : await openSecret(sealedSecret, userId, keys)
  const step = code === null || secret === null ? null : stepOf(code, secret, request.now, lastStep)
  return step === null ? null : { kind: 'code', step }
}

/** See `SecondFactor.pending`. */
export async function pendingSecondFactor(c: Handling, storeOf: StoreOf): Promise<`/${string}` | null> {
  const provider = c.get('provider')
  const sessionId = await readSessionId(c)
  if (!offersSecondFactor(provider) || sessionId === null) return null
  const standing = await storeOf(provider).readStanding(sessionId, sessionRule(c))
  return standing && isPending(standing, provider) ? secondFactorUrl(provider.paths) : null
}

/** Returns whether a user may set up a first second factor now: it is required, and there is nothing yet to ask for. */
export function maySetUp(standing: Standing, c: Handling): boolean {
  const provider = c.get('provider')
  if (standing.sealedSecret !== null) return false
  return (
    standing.lives ||
    (isPending(standing, provider) && isDemanded(standing.session, provider) && !standing.hasPasskey)
  )
}
