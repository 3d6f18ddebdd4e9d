import { asObject } from '../crypto/json.ts'
import { publicUrlProblem } from './public-url.ts'

/** What may be fetched, and how much. */
export interface FetchRules {
  /** For development: allows addresses of this machine, also over http. */
  readonly allowLoopback: boolean
  /** The most bytes. */
  readonly maxBytes: number
  /** Seconds within which the answer must arrive completely. */
  readonly timeout: number
  /** Media types that the answer may have, such as `application/json`; `+json` is always accepted. */
  readonly types: readonly string[]
}

/** A fetched document. */
export interface FetchedDocument {
  readonly text: string
  readonly headers: Headers
}

/** A document could not be fetched. The message is for staff and the log, as it may reveal what is behind an address. */
export class FetchError extends Error {
  /** @param problem as the end of a sentence that begins with the address */
  constructor(problem: string) {
    super(problem)
    this.name = 'FetchError'
  }
}

/**
 * Fetches a document whose address a stranger named. No credentials are sent, redirects are not followed, and answers that
 * are slow, large or of another type are refused. On Cloudflare the flag `global_fetch_strictly_public` keeps requests to
 * our own zone from bypassing its front line.
 * @throws {FetchError} the address may not be fetched, or the document is
 * unusable
 */
export async function fetchDocument(url: string, rules: FetchRules): Promise<FetchedDocument> {
  const headers = { Accept: [...rules.types, 'application/json'].join(', ') }
  return reach(url, { headers }, rules, async (response) => {
    const refusal = refusalOf(response, rules)
    if (refusal !== null) {
      await response.body?.cancel()
      throw new FetchError(refusal)
    }
    return { text: await readText(response, rules.maxBytes), headers: response.headers }
  })
}

/**
 * Sends a request to an address that a stranger named, if it is allowed, and reads the whole answer, whatever its status.
 * @returns the answer; of its headers only the type and the challenges
 * @throws {FetchError} the address is not allowed,
 * could not be reached in time, or its answer is too long
 */
export async function fetchAnswer(
  url: string,
  init: RequestInit,
  rules: Pick<FetchRules, 'allowLoopback' | 'maxBytes' | 'timeout'>,
): Promise<Response> {
  return reach(url, init, rules, async (response) => {
    const text = await readText(response, rules.maxBytes)
    const headers = ['Content-Type', 'WWW-Authenticate'].flatMap((name) => {
      const value = response.headers.get(name)
      return value === null ? [] : [[name, value] as const]
    })
    return new Response(text === '' ? null : text, {
      status: response.status,
      headers: Object.fromEntries(headers),
    })
  })
}

/**
 * Sends a request to an address that a stranger named, if it is allowed.
 * @param read processes the answer, within the
 * time that the rules allow
 * @throws {FetchError} the address is not allowed, or could not be reached in time, or what
 * `read` throws
 */
export async function reach<T>(
  url: string,
  init: RequestInit,
  { allowLoopback, timeout }: Pick<FetchRules, 'allowLoopback' | 'timeout'>,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const problem = publicUrlProblem(url, allowLoopback)
  if (problem !== null) throw new FetchError(problem)
  const signal = AbortSignal.timeout(timeout * 1000)
  try {
    return await read(await fetch(url, { ...init, redirect: 'manual', signal }))
  } catch (error) {
    if (error instanceof FetchError) throw error
    throw new FetchError(signal.aborted ? `took longer than ${timeout} seconds` : 'could not be reached')
  }
}

/**
 * Fetches a JSON object; see `fetchDocument`.
 * @throws {FetchError} like `fetchDocument`, or it is not a JSON object
 */
export async function fetchJson(
  url: string,
  rules: FetchRules,
): Promise<{ readonly json: Readonly<Record<string, unknown>>; readonly headers: Headers }> {
  const { headers, text } = await fetchDocument(url, rules)
  const json = parseObject(text)
  if (!json) throw new FetchError('does not contain a JSON object')
  return { json, headers }
}

function refusalOf({ headers, status }: Response, { maxBytes, types }: FetchRules): string | null {
  if (status >= 300 && status < 400) return 'redirects, which is not followed'
  if (status !== 200) return `answers with status ${status}`
  const type = (headers.get('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (![...types, 'application/json'].includes(type) && !/^application\/[\w.-]+\+json$/.test(type)) {
    return `has the type ${JSON.stringify(type.slice(0, 100))}`
  }
  return Number(headers.get('Content-Length') ?? 0) > maxBytes ? tooLarge(maxBytes) : null
}

function tooLarge(maxBytes: number): string {
  return `is larger than ${maxBytes} bytes`
}

/**
 * Reads text.
 * @throws {FetchError} it is larger, or not UTF-8
 */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  const body: AsyncIterable<Uint8Array> | null = response.body
  if (body) {
    for await (const part of body) {
      size += part.byteLength
      // Leaving the loop cancels the rest.
      if (size > maxBytes) throw new FetchError(tooLarge(maxBytes))
      parts.push(part)
    }
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    throw new FetchError('is not UTF-8')
  }
}

/** Parses a JSON object; null if the text is not one. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return null
  }
}
