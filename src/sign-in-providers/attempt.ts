import type { Context } from 'hono'
import * as v from 'valibot'
import type { ProviderEnv } from '../concepts.ts'
import { randomId, sha256Base64url } from '../crypto/bytes.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { dropCookie, listCookies, readCookie, writeCookie } from '../http/cookies.ts'
import type { ProvedIdentity } from '../store/sign-in-provider-store.ts'

type Handling = Context<ProviderEnv>

const PREFIX = 'with_'
/** Seconds that a person may take elsewhere. */
const LIFETIME = 900
/** The most attempts that are kept for a browser; the oldest is dropped first. */
const MAX_ATTEMPTS = 5
/** The format of `randomId`; nothing else may become the name of a cookie. */
const STATE = /^[\w-]{16,64}$/

const content = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    provider: v.string(),
    nonce: v.string(),
    verifier: v.string(),
    /** The pending captured request. */
    request: v.nullable(v.string()),
    /** The session whose user links an account, or confirms who it is; null for a sign-in. */
    session: v.nullable(v.string()),
    /** The page below the account page that a user who confirms the sign-in goes on to; null if an account is connected. */
    confirms: v.nullable(v.string()),
    /** The most seconds since the person was authenticated there; null for any. */
    maxAge: v.nullable(v.number()),
    /** Whether a person who was authenticated earlier, or at an unknown time, is refused. */
    insists: v.boolean(),
    at: v.number(),
  }),
)

/** A person on the way to a provider and back. */
export type Attempt = v.InferOutput<typeof content> & { readonly state: string }

/**
 * Keeps an attempt in its own sealed cookie, under its state, so that tabs do not interfere with each other, and no other
 * browser can finish it (RFC 6749 10.12, RFC 9700 4.7).
 */
export async function keepAttempt(c: Handling, begun: Omit<Attempt, 'at' | 'state'>): Promise<Attempt> {
  const { keys, request } = c.get('provider')
  const attempt = { ...begun, at: request.now, state: randomId() }
  const { state, ...kept } = attempt
  for (const [name] of listCookies(c, PREFIX).slice(0, -(MAX_ATTEMPTS - 1))) dropCookie(c, name)
  const sealed = await seal(JSON.stringify(kept), contextOf(state), keys)
  writeCookie(c, `${PREFIX}${state}`, sealed, LIFETIME)
  return attempt
}

/**
 * Takes the attempt that an answer belongs to, and removes it from the browser.
 * @returns null if this browser started
 * none with this state at this provider, or too long ago
 */
export async function takeAttempt(c: Handling, provider: string, state: string): Promise<Attempt | null> {
  const { keys, request } = c.get('provider')
  const name = `${PREFIX}${state}`
  const sealed = STATE.test(state) ? readCookie(c, name) : undefined
  if (sealed === undefined) return null
  dropCookie(c, name)
  const text = await unseal(sealed, contextOf(state), keys)
  const parsed = text === null ? null : v.safeParse(content, text)
  if (!parsed?.success) return null
  const { at, provider: begunAt } = parsed.output
  return begunAt === provider && at > request.now - LIFETIME ? { ...parsed.output, state } : null
}

/** What an attempt spends, so that a browser that keeps its cookie can still finish it only once. */
export async function spendOf({ at, state }: Attempt): Promise<ProvedIdentity['state']> {
  return { jtiHash: await sha256Base64url(`sign-in with another\n${state}`), expiresAt: at + LIFETIME }
}

function contextOf(state: string): string {
  return `sign-in with another ${state}`
}
