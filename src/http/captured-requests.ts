import type { Context } from 'hono'
import * as v from 'valibot'
import type { Params, ProviderEnv } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { OAuthError } from '../errors.ts'
import { parseParams } from '../oauth/params.ts'
import { dropCookie, listCookies, writeCookie } from './cookies.ts'

/** An authorization request while its user answers it. It lives in a sealed cookie of its own, so that tabs don't disturb each other. */
export interface CapturedRequest {
  readonly id: string
  readonly params: Params
  /** Seconds since 1970. */
  readonly capturedAt: number
}

const PREFIX = 'request_'
/** Seconds that a user may take. */
const LIFETIME = 3600
/** Browsers drop cookies over 4,096 bytes without a word; this leaves room for the attributes. */
const MAX_COOKIE = 3800
const MAX_REQUESTS = 5

const content = v.pipe(v.string(), v.parseJson(), v.object({ query: v.string(), at: v.number() }))

/**
 * Captures a checked authorization request: its parameters leave the URL.
 * @returns the id by which the pages name it
 * @throws {OAuthError} invalid_request: it is too large for a cookie
 */
export async function captureRequest(c: Context<ProviderEnv>, params: Params): Promise<string> {
  const { authorizationParameters, keys, request } = c.get('provider')
  const id = randomId()
  const query = new URLSearchParams(
    Object.entries(authorizationParameters).flatMap(([name, { repeats }]) => {
      const value = params.get(name)
      return (repeats ? params.getAll(name) : value === undefined ? [] : [value]).map((each) => [name, each])
    }),
  )
  const sealed = await seal(JSON.stringify({ query: query.toString(), at: request.now }), context(id), keys)
  if (sealed.length > MAX_COOKIE)
    throw new OAuthError('invalid_request', 'The request is too large.', { reason: 'too_large' })
  const others = await readAll(c)
  for (const { id: old } of others.slice(MAX_REQUESTS - 1)) dropRequest(c, old)
  writeCookie(c, `${PREFIX}${id}`, sealed, LIFETIME)
  return id
}

/**
 * Opens a captured request.
 * @param id which one; the newest, if left out
 * @returns null where the browser has none, or its time is over
 */
export async function openRequest(
  c: Context<ProviderEnv>,
  id: string | undefined,
): Promise<CapturedRequest | null> {
  const requests = await readAll(c)
  // A cross-site POST, which sees none of them, may have added more than there may be.
  for (const { id: old } of requests.slice(MAX_REQUESTS)) dropRequest(c, old)
  return (id === undefined ? requests[0] : requests.find((request) => request.id === id)) ?? null
}

/** Forgets a captured request: it is answered. */
export function dropRequest(c: Context<ProviderEnv>, id: string): void {
  dropCookie(c, `${PREFIX}${id}`)
}

/** Every captured request of the browser, the newest first. */
async function readAll(c: Context<ProviderEnv>): Promise<readonly CapturedRequest[]> {
  const { keys, request } = c.get('provider')
  // A browser sends the newest last; somebody else may send a thousand cookies to have them opened.
  const cookies = listCookies(c, PREFIX).slice(-4 * MAX_REQUESTS)
  const opened = await Promise.all(
    cookies.map(async ([name, value]) => {
      const id = name.slice(PREFIX.length)
      const text = await unseal(value, context(id), keys)
      const parsed = text === null ? null : v.safeParse(content, text)
      return parsed?.success
        ? [{ id, params: parseParams(parsed.output.query), capturedAt: parsed.output.at }]
        : []
    }),
  )
  return (
    opened
      .flat()
      .filter(({ capturedAt }) => capturedAt > request.now - LIFETIME)
      // Browsers send the older cookie first (RFC 6265 5.4), which tells apart what one second brought.
      .toReversed()
      .toSorted((a, b) => b.capturedAt - a.capturedAt)
  )
}

function context(id: string): string {
  return `authorization request ${id}`
}
