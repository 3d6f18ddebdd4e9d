import { publicUrlProblem } from './public-url.ts'

/** What may be fetched, and how much of it. */
export interface FetchRules {
  /** For development: addresses of this machine, over http, too. */
  readonly allowLoopback: boolean
  /** Bytes at most. */
  readonly maxBytes: number
  /** Seconds until the last byte must be here. */
  readonly timeout: number
  /** Media types that the answer may have, such as `application/json`; `+json` is always taken. */
  readonly types: readonly string[]
}

/** A document that was fetched. */
export interface FetchedDocument {
  readonly text: string
  readonly headers: Headers
}

/** A document that could not be fetched. Its message is for staff and for the log: it may tell what is behind an address. */
export class FetchError extends Error {
  /** @param problem what is wrong, as the end of a sentence that begins with the address */
  constructor(problem: string) {
    super(problem)
    this.name = 'FetchError'
  }
}

/**
 * Fetches a document whose address a stranger named. Nothing of ours goes along, redirects are not followed, and what is slow,
 * large or of another type is refused. On Cloudflare the flag `global_fetch_strictly_public` keeps requests for our own zone
 * from going around its front line.
 * @throws {FetchError} the address may not be fetched, or what is there cannot be used
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
 * Sends a request to an address that a stranger named, if it may be asked at all.
 * @param read what is done with the answer, within the time that the rules allow
 * @throws {FetchError} the address may not be asked, or could not be reached in time, or what `read` throws
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
 * @throws {FetchError} likewise, or it is not a JSON object
 */
export async function fetchJson(
  url: string,
  rules: FetchRules,
): Promise<{ readonly json: Readonly<Record<string, unknown>>; readonly headers: Headers }> {
  const { headers, text } = await fetchDocument(url, rules)
  const json = parseObject(text)
  if (!json) throw new FetchError('does not hold a JSON object')
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

async function readText(response: Response, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  const body: AsyncIterable<Uint8Array> | null = response.body
  if (body) {
    for await (const part of body) {
      size += part.byteLength
      // Leaving the loop cancels what is still to come.
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

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
