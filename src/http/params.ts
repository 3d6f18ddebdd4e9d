import type { Params } from '../concepts.ts'
import { concat } from '../crypto/bytes.ts'
import { OAuthError } from '../errors.ts'
import { parseParams, refuseRepeated } from '../oauth/params.ts'
import { drain } from './drain.ts'

/** Bytes: enough for any honest request, and a limit on what a dishonest one makes us read. */
const MAX_BODY = 64 * 1024
/** Characters. */
const MAX_QUERY = 16 * 1024
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads the form of a POST request.
 * @param repeatable names that may be sent more than once
 * @throws {OAuthError} invalid_request: another content type, too large, not UTF-8, a repeated parameter
 */
export async function readForm(request: Request, repeatable: readonly string[] = []): Promise<Params> {
  const params = await parseForm(request, repeatable)
  refuseRepeated(params)
  return params
}

/**
 * Does the same without refusing repeated parameters.
 * @throws {OAuthError} invalid_request: another content type, too large, not UTF-8
 */
export async function parseForm(request: Request, repeatable: readonly string[] = []): Promise<Params> {
  return parseParams(await readFormText(request), repeatable)
}

async function readFormText(request: Request): Promise<string> {
  const [type] = (request.headers.get('Content-Type') ?? '').split(';')
  if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new OAuthError('invalid_request', 'The body must be application/x-www-form-urlencoded.')
  }
  return readText(request)
}

/**
 * Reads the query of a request. Repeated parameters are listed, not refused: the authorization endpoint decides who is told.
 * @throws {OAuthError} invalid_request: too large, not UTF-8
 */
export function readQuery(request: Request): Params {
  const { url } = request
  const query = url.includes('?') ? new URL(url).search.slice(1) : ''
  if (query.length > MAX_QUERY) throw tooLarge()
  return parseParams(query)
}

/**
 * Reads a posted authorization request: its body and query together, so that a parameter in both counts as repeated.
 * @throws {OAuthError} invalid_request: another content type, too large, not UTF-8
 */
export async function readAuthorizationForm(request: Request): Promise<Params> {
  return parseParams(`${new URL(request.url).search.slice(1)}&${await readFormText(request)}`)
}

/**
 * Reads the JSON of a request; an empty body is an empty object.
 * @throws {OAuthError} invalid_request: another content type, too large, not JSON
 */
export async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request)
  if (text === '') return {}
  const [type] = (request.headers.get('Content-Type') ?? '').split(';')
  if (type?.trim().toLowerCase() !== 'application/json') {
    throw new OAuthError('invalid_request', 'The body must be application/json.')
  }
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new OAuthError('invalid_request', 'The body is not JSON.')
  }
}

/** Reads the body as text and refuses one that is too long, whatever Content-Length says. */
async function readText(request: Request): Promise<string> {
  const bytes = await readBytes(request)
  try {
    return decoder.decode(bytes)
  } catch {
    throw new OAuthError('invalid_request', 'The parameters are not form-urlencoded UTF-8.')
  }
}

/**
 * Reads the body, at once if its length is announced, as it nearly always is; otherwise chunk by chunk, as it might never
 * end.
 */
async function readBytes(request: Request): Promise<ArrayBuffer | Uint8Array> {
  const announced = Number(request.headers.get('Content-Length') ?? Infinity)
  if (announced <= MAX_BODY) {
    const body = await request.arrayBuffer()
    if (body.byteLength <= MAX_BODY) return body
    throw tooLarge()
  }
  const chunks: Uint8Array[] = []
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = request.body?.getReader()
  for (let length = 0; ;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) return concat(...chunks)
    length += value.byteLength
    if (length > MAX_BODY) {
      await drain(request, reader)
      throw tooLarge()
    }
    chunks.push(value)
  }
}

function tooLarge(): OAuthError {
  return new OAuthError('invalid_request', 'The request is too large.', { reason: 'too_large' })
}
