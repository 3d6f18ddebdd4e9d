import type { Context } from 'hono'
import * as v from 'valibot'
import type { Params, ProviderEnv } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { capturedParameters } from '../oauth/authorize/parameters.ts'
import { paramsOf } from '../oauth/params.ts'
import { dropCookie, listCookies, writeCookie } from './cookies.ts'

/**
 * An authorization request while its user answers it. Each is kept in its own sealed cookies, so that tabs don't interfere
 * with each other.
 */
export interface CapturedRequest {
  readonly id: string
  readonly params: Params
  /** Seconds since 1970. */
  readonly capturedAt: number
  /** Seconds since 1970; null until it is answered. */
  readonly answeredAt: number | null
}

/** A captured request with the cookies that hold it. */
interface Kept extends CapturedRequest {
  /** Names of its cookies, without our common prefix. */
  readonly cookies: readonly string[]
  /** Characters that the browser sends for it with each request. */
  readonly size: number
}

const PREFIX = 'request_'
/** The cookie of a request that was posted. A POST from another site carries no cookies, so each replaces the one before. */
const POSTED = `${PREFIX}posted`
/** Seconds that a user may take. */
const LIFETIME = 3600
/** Seconds in which an answer may be repeated, such as by pressing the button twice, or going back and answering again. */
const ANSWERED_LIFETIME = 600
/** Browsers silently drop cookies over 4,096 bytes; this leaves room for the name and the attributes. */
const MAX_COOKIE = 3800
const MAX_REQUESTS = 5
/** Characters of all captured requests together, as servers and proxies limit the length of a header field. */
const MAX_TOGETHER = 20_000
/** Cookies of one request: the longest has 10,000 bytes (`checkSize`), 13,400 characters when sealed. */
const MAX_COOKIES = 4

const content = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    parameters: v.array(v.tuple([v.string(), v.string()])),
    at: v.number(),
    answeredAt: v.nullable(v.number()),
  }),
)

/**
 * Captures a checked authorization request, so that its parameters leave the URL.
 * @returns the id that the pages use for it
 */
export async function captureRequest(c: Context<ProviderEnv>, params: Params): Promise<string> {
  const { request } = c.get('provider')
  const id = randomId()
  const kept = { id, params, capturedAt: request.now, answeredAt: null }
  if (c.req.method === 'POST') {
    await writeRequest(c, kept, POSTED)
    return id
  }
  const size = await writeRequest(c, kept, `${PREFIX}${id}`)
  dropSurplus(c, await readAll(c), { requests: MAX_REQUESTS - 1, characters: MAX_TOGETHER - size })
  return id
}

/**
 * Opens a captured request.
 * @param id the request's id, even if it was answered recently; defaults to the newest unanswered one
 * @returns null if the browser has none, or it has expired
 */
export async function openRequest(
  c: Context<ProviderEnv>,
  id: string | undefined,
): Promise<CapturedRequest | null> {
  const requests = await readAll(c)
  dropSurplus(c, requests, { requests: MAX_REQUESTS, characters: MAX_TOGETHER })
  const found =
    id === undefined
      ? requests.find(({ answeredAt }) => answeredAt === null)
      : requests.find((request) => request.id === id)
  if (!found) return null
  c.set('locales', found.params.get('ui_locales'))
  // The next POST would overwrite it.
  if (found.cookies[0] === POSTED) {
    dropCookies(c, found)
    await writeRequest(c, found, `${PREFIX}${found.id}`)
  }
  return found
}

/** Marks a captured request as answered: its answer may be repeated for a short while, and only its id refers to it. */
export async function closeRequest(c: Context<ProviderEnv>, captured: CapturedRequest): Promise<void> {
  const answered = { ...captured, answeredAt: c.get('provider').request.now }
  await writeRequest(c, answered, `${PREFIX}${captured.id}`, ANSWERED_LIFETIME)
}

/** Writes the cookies of a request, numbering those after the first, and returns how many characters they have. */
async function writeRequest(
  c: Context<ProviderEnv>,
  { answeredAt, capturedAt, id, params }: CapturedRequest,
  name: string,
  maxAge: number = LIFETIME,
): Promise<number> {
  const { keys } = c.get('provider')
  const parameters = capturedParameters(params, c.get('provider'))
  const text = JSON.stringify({ parameters, at: capturedAt, answeredAt } satisfies v.InferOutput<
    typeof content
  >)
  const value = `${id}.${await seal(text, context(id), keys)}`
  const parts = Array.from({ length: Math.ceil(value.length / MAX_COOKIE) }, (_, index) =>
    value.slice(index * MAX_COOKIE, (index + 1) * MAX_COOKIE),
  )
  for (const [index, part] of parts.entries()) writeCookie(c, partName(name, index), part, maxAge)
  // Otherwise the rest of a longer request would be appended to this one.
  if (name === POSTED) {
    for (let index = parts.length; index < MAX_COOKIES; index++) dropCookie(c, partName(name, index))
  }
  return value.length
}

function partName(name: string, index: number): string {
  return index === 0 ? name : `${name}.${index}`
}

/** Drops the oldest requests (the list begins with the newest) if there are too many, or if they are too long together. */
function dropSurplus(
  c: Context<ProviderEnv>,
  requests: readonly Kept[],
  most: { readonly requests: number; readonly characters: number },
): void {
  let characters = 0
  for (const [index, request] of requests.entries()) {
    characters += request.size
    if (index >= most.requests || characters > most.characters) dropCookies(c, request)
  }
}

function dropCookies(c: Context<ProviderEnv>, { cookies }: Kept): void {
  for (const name of cookies) dropCookie(c, name)
}

/** Returns every captured request of the browser that may still be answered, newest first. */
async function readAll(c: Context<ProviderEnv>): Promise<readonly Kept[]> {
  const { request } = c.get('provider')
  const cookies = new Map(listCookies(c, PREFIX))
  // A browser sends the newest last; an attacker may send a thousand cookies to make us open them.
  const names = [...cookies.keys()].filter((name) => !name.includes('.')).slice(-4 * MAX_REQUESTS)
  const opened = await Promise.all(names.map(async (name) => open(c, name, cookies)))
  return (
    opened
      .filter((kept) => kept !== null)
      .filter(({ capturedAt }) => capturedAt > request.now - LIFETIME)
      .filter(({ answeredAt }) => answeredAt === null || answeredAt > request.now - ANSWERED_LIFETIME)
      // Browsers send the older cookie first (RFC 6265 5.4), which orders requests of the same second.
      .toReversed()
      .toSorted((a, b) => b.capturedAt - a.capturedAt)
  )
}

/** Opens the request whose first cookie has this name; null if we did not seal it, or it has another request's name. */
async function open(
  c: Context<ProviderEnv>,
  name: string,
  cookies: ReadonlyMap<string, string>,
): Promise<Kept | null> {
  const found = Array.from({ length: MAX_COOKIES }, (_, index) => partName(name, index)).filter((part) =>
    cookies.has(part),
  )
  const value = found.map((part) => cookies.get(part)).join('')
  const [id = '', sealed = ''] = value.split('.')
  if (name !== POSTED && name !== `${PREFIX}${id}`) return null
  const text = await unseal(sealed, context(id), c.get('provider').keys)
  const parsed = text === null ? null : v.safeParse(content, text)
  if (!parsed?.success) return null
  const { answeredAt, at, parameters } = parsed.output
  return { id, params: paramsOf(parameters), capturedAt: at, answeredAt, cookies: found, size: value.length }
}

function context(id: string): string {
  return `authorization request ${id}`
}
