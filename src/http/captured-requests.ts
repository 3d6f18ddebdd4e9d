import type { Context } from 'hono'
import * as v from 'valibot'
import type { Params, ProviderEnv } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { capturedParameters } from '../oauth/authorize/parameters.ts'
import { paramsOf } from '../oauth/params.ts'
import { dropCookie, listCookies, writeCookie } from './cookies.ts'

/** An authorization request while its user answers it. It is kept in sealed cookies of its own, so that tabs don't disturb each other. */
export interface CapturedRequest {
  readonly id: string
  readonly params: Params
  /** Seconds since 1970. */
  readonly capturedAt: number
  /** Seconds since 1970; null while nobody has answered. */
  readonly answeredAt: number | null
}

/** A captured request with the cookies that it is kept in. */
interface Kept extends CapturedRequest {
  /** Names of its cookies, without the prefix of all of ours. */
  readonly cookies: readonly string[]
  /** Characters that the browser sends for it each time. */
  readonly size: number
}

const PREFIX = 'request_'
/** The cookie of a request that was posted. A POST from another site shows no cookies, so each takes the place of the one before. */
const POSTED = `${PREFIX}posted`
/** Seconds that a user may take. */
const LIFETIME = 3600
/** Seconds in which an answer may be given again: the button pressed twice, or Back and then again. */
const ANSWERED_LIFETIME = 600
/** Browsers drop cookies over 4,096 bytes without a word; this leaves room for the name and the attributes. */
const MAX_COOKIE = 3800
const MAX_REQUESTS = 5
/** Characters of all captured requests together: what servers and proxies take in a header field is bounded. */
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
 * Captures a checked authorization request: its parameters leave the URL.
 * @returns the id by which the pages name it
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
 * @param id which one, answered a short while ago or not; the newest that waits for its answer, if left out
 * @returns null where the browser has none, or its time is over
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
  // The next POST would take its place.
  if (found.cookies[0] === POSTED) {
    dropCookies(c, found)
    await writeRequest(c, found, `${PREFIX}${found.id}`)
  }
  return found
}

/** Notes that a captured request is answered: for a short while its answer may be given again, and it is meant only by its id. */
export async function closeRequest(c: Context<ProviderEnv>, captured: CapturedRequest): Promise<void> {
  const answered = { ...captured, answeredAt: c.get('provider').request.now }
  await writeRequest(c, answered, `${PREFIX}${captured.id}`, ANSWERED_LIFETIME)
}

/** Writes the cookies of a request, the further ones under a number, and says how many characters they have. */
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
  // What a longer request left there would join this one.
  if (name === POSTED) {
    for (let index = parts.length; index < MAX_COOKIES; index++) dropCookie(c, partName(name, index))
  }
  return value.length
}

function partName(name: string, index: number): string {
  return index === 0 ? name : `${name}.${index}`
}

/** Drops the oldest of the requests, which begin with the newest, that are too many or too long together. */
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

/** Every captured request of the browser that may still be answered, the newest first. */
async function readAll(c: Context<ProviderEnv>): Promise<readonly Kept[]> {
  const { request } = c.get('provider')
  const cookies = new Map(listCookies(c, PREFIX))
  // A browser sends the newest last; somebody else may send a thousand cookies to have them opened.
  const names = [...cookies.keys()].filter((name) => !name.includes('.')).slice(-4 * MAX_REQUESTS)
  const opened = await Promise.all(names.map(async (name) => open(c, name, cookies)))
  return (
    opened
      .filter((kept) => kept !== null)
      .filter(({ capturedAt }) => capturedAt > request.now - LIFETIME)
      .filter(({ answeredAt }) => answeredAt === null || answeredAt > request.now - ANSWERED_LIFETIME)
      // Browsers send the older cookie first (RFC 6265 5.4), which tells apart what one second brought.
      .toReversed()
      .toSorted((a, b) => b.capturedAt - a.capturedAt)
  )
}

/** Opens the request whose first cookie has this name; null where it is not of our making, or under a name that is not its own. */
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
