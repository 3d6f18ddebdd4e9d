import type { Context, Handler, Hono } from 'hono'
import type { EndpointRequest, Params, Provider, ProvenKey, ProviderEnv } from '../concepts.ts'
import type { Endpoint, EndpointAnswer } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { countSecretGuess } from '../oauth/client-guesses.ts'
import { parseParams, refuseRepeated } from '../oauth/params.ts'
import { type Presented, readBearer } from '../resource-server/bearer.ts'
import { refuseForeign } from './anti-forgery.ts'
import { bearerChallenged, refuse, reportRefusal } from './endpoint-errors.ts'
import { parseForm, readJson, readQuery } from './params.ts'

/** Headers of every answer of a path. */
type Shared = Readonly<Record<string, string>>

/** What happens before and after a request to any endpoint. */
interface Entrance {
  /** Admits a request by setting its provider, or refuses it. */
  readonly enter: (c: Context<ProviderEnv>) => Promise<void>
  /** Answers an error. */
  readonly fail: (error: unknown, c: Context<ProviderEnv>) => Promise<Response>
}

/**
 * Adds the routes of endpoints; one path may have several, one for each method. A path is one handler that never throws:
 * every further step in Hono, including its error handlers, costs a request more than most of our own steps.
 */
export function addEndpoints(
  app: Hono<ProviderEnv>,
  endpoints: readonly Endpoint[],
  entrance: Entrance,
): void {
  for (const [path, rows] of Map.groupBy(endpoints, (row) => row.path)) {
    const handler = handlerOf(rows, /[*:]/.test(path), entrance)
    app.all(path, handler)
    if (rows.some(({ at }) => at === 'oauth2')) app.all(`${path}/`, handler)
  }
}

/**
 * Returns the handler for the rows of one path.
 * @param isPattern the path is that of many addresses, of which those that no row is available at are none of ours
 */
function handlerOf(
  rows: readonly Endpoint[],
  isPattern: boolean,
  { enter, fail }: Entrance,
): Handler<ProviderEnv> {
  const methods = rows.map(({ method }) => method)
  const byMethod: ReadonlyMap<string, Endpoint> = new Map(rows.map((row) => [row.method, row]))
  const cors = rows.some((row) => row.cors) ? ANY_ORIGIN : null
  return async (c, next) => {
    let shared: Shared = {}
    try {
      await enter(c)
      const isAvailable = (row: Endpoint): boolean => row.available?.(c.get('provider'), c.req.path) ?? true
      if (!isPattern || rows.some(isAvailable)) {
        if (cors && isPreflight(c.req.raw)) return answerPreflight(c, methods)
        shared = cors ?? shared
        const row = byMethod.get(c.req.method === 'HEAD' ? 'GET' : c.req.method)
        if (!row) throw wrongMethod(methods)
        if (isAvailable(row)) return await serve(c, row, shared)
      }
    } catch (error) {
      return fail(error, addHeaders(c, shared))
    }
    // An endpoint that the settings turn off does not exist; another part of the Worker may have its address.
    addHeaders(c, shared)
    return next()
  }
}

function addHeaders(c: Context<ProviderEnv>, headers: Shared): Context<ProviderEnv> {
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
  return c
}

function wrongMethod(methods: readonly string[]): OAuthError {
  return new OAuthError('invalid_request', `Only ${methods.join(' and ')} requests allowed.`, {
    reason: 'wrong_method',
    status: 405,
    headers: { Allow: methods.join(', ') },
  })
}

/** Handles a request with one row: reads it, answers it, and adds to a refusal what the row requires. */
async function serve(c: Context<ProviderEnv>, row: Endpoint, shared: Shared): Promise<Response> {
  const provider = c.get('provider')
  if (row.caller === 'browser') refuseForeign(c.req.raw, provider.origin)
  const asked = await readRequest(c, row)
  await refuseRepeatedParameters(row, asked, provider)
  const bearer = row.caller === 'bearer' ? presentedToken(c.req.raw, row, asked, provider) : null
  if (bearer?.kind === 'none') return bearerChallenged(c, shared)
  let request = { ...asked, bearer: bearer?.kind === 'token' ? bearer.token : '' }
  try {
    if (bearer?.kind === 'malformed') throw malformedBearer()
    const key = await provenKey(row, request, bearer, provider)
    request = { ...request, jkt: key?.jkt ?? null }
    return respond(c, row, await answer(row, request, provider), { ...shared, ...key?.headers })
  } catch (error) {
    throw error instanceof OAuthError ? await refuse(error, row, request, provider) : error
  }
}

/** Returns the token of a bearer, from the header, or from the form if the row accepts it there; never from both (RFC 6750 2). */
function presentedToken(
  raw: Request,
  { tokenInForm }: Endpoint,
  { params }: EndpointRequest,
  { possessionProofs }: Provider,
): Presented {
  const presented = readBearer(raw, possessionProofs.length > 0)
  const token = tokenInForm ? params.get('access_token') : undefined
  if (token === undefined) return presented
  return presented.kind === 'none' ? { kind: 'token', token, scheme: 'Bearer' } : { kind: 'malformed' }
}

/**
 * Returns the key that a request proves to hold, if the row or the scheme of its token requires that (RFC 9449 5, 7.1); null
 * if it proves none.
 * @throws {OAuthError} invalid_dpop_proof, use_dpop_nonce: the proof is invalid, or is missing beside a token of its scheme
 */
async function provenKey(
  { provesKey = false }: Endpoint,
  request: EndpointRequest,
  presented: Presented | null,
  provider: Provider,
): Promise<ProvenKey | null> {
  const token = presented?.kind === 'token' && presented.scheme === 'DPoP' ? presented.token : null
  if (!provesKey && token === null) return null
  const proof = provider.possessionProofs.find(({ header }) => request.headers.has(header))
  if (proof) return proof.verify(request, token, provider)
  if (token === null) return null
  throw new OAuthError('invalid_dpop_proof', 'The access token came without a proof.', {
    reason: 'missing_proof',
  })
}

function malformedBearer(): OAuthError {
  return new OAuthError('invalid_request', 'The access token must be only in the Authorization header.')
}

/** Answers a request, a second time if a client that failed to authenticate was recognized after all. */
async function answer(row: Endpoint, request: EndpointRequest, provider: Provider): Promise<EndpointAnswer> {
  try {
    return await row.answer(request, provider)
  } catch (error) {
    if (!(error instanceof OAuthError) || error.code !== 'invalid_client') throw error
    for (const recover of provider.clientRecoveries) {
      // A new object, since what was found out about the first one is no longer true.
      if (await recover(request, provider)) return row.answer({ ...request }, provider)
    }
    await countSecretGuess(request, provider)
    throw error
  }
}

/** The path parameters of a path that has none. */
const NO_NAMES = Object.freeze({})

/** @throws {OAuthError} invalid_request: another content type, too large, a parameter in the wrong place */
async function readRequest(c: Context<ProviderEnv>, row: Endpoint): Promise<EndpointRequest> {
  const { headers, method, url } = c.req.raw
  // Form parameters do not belong in URLs, which end up in logs.
  if (row.body !== 'none' && /\?./.test(url)) {
    throw new OAuthError('invalid_request', 'Parameters belong in the body of the request, not in its URL.', {
      reason: 'parameters_in_url',
    })
  }
  const params = await readParams(c.req.raw, row)
  const json = row.body === 'json' ? await readJson(c.req.raw) : undefined
  const path = row.path.includes(':') ? c.req.param() : NO_NAMES
  return { method, url, headers, params, json, path, bearer: '', jkt: null }
}

async function readParams(raw: Request, row: Endpoint): Promise<Params> {
  if (row.body === 'json') return parseParams('')
  return hasForm(raw, row) ? parseForm(raw, row.repeatable ?? []) : readQuery(raw)
}

/** @throws {OAuthError} invalid_request, after reporting it: a parameter that must be sent once was repeated */
async function refuseRepeatedParameters(
  row: Endpoint,
  request: EndpointRequest,
  provider: Provider,
): Promise<void> {
  const { parameters = {}, repeatable = [] } = row
  if (request.params.repeated.length === 0) return
  const known = Object.keys(typeof parameters === 'function' ? parameters(provider) : parameters)
  try {
    refuseRepeated(
      request.params,
      known.filter((name) => !repeatable.includes(name)),
    )
  } catch (error) {
    if (error instanceof OAuthError) await reportRefusal(error, row, request, provider)
    throw error
  }
}

/** A request without a body has no form, unless the row requires one. */
function hasForm({ headers }: Request, { body }: Endpoint): boolean {
  return body === 'form' || (body === 'optional form' && headers.has('Content-Type'))
}

function respond(
  c: Context<ProviderEnv>,
  row: Endpoint,
  { body, headers, status = row.status ?? 200 }: EndpointAnswer,
  further: Shared,
): Response {
  const cache = typeof row.cache === 'function' ? row.cache(c.get('provider')) : (row.cache ?? 'no-store')
  const all = {
    'Cache-Control': cache,
    ...(cache === 'no-store' && { Pragma: 'no-cache' }),
    ...headers,
    ...further,
  }
  if (body === null || status === 204) return c.body(null, status, all)
  return typeof body === 'string' ? c.body(body, status, all) : c.json(body, status, all)
}

/** Headers that let pages of any origin call an endpoint, without the browser's credentials. */
const ANY_ORIGIN: Shared = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'WWW-Authenticate, Retry-After, DPoP-Nonce',
}
/** Seconds that a browser may remember a preflight. */
const MAX_AGE = 86_400
/** Characters of the header names that a preflight may ask for. */
const MAX_ASKED = 1000
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/

function isPreflight({ headers, method }: Request): boolean {
  return method === 'OPTIONS' && headers.has('Access-Control-Request-Method')
}

/**
 * Answers a preflight. It may ask for any headers, since HTTP libraries add their own (`traceparent`,
 * `mcp-protocol-version`) and no cookie is ever read here.
 */
function answerPreflight(c: Context<ProviderEnv>, methods: readonly string[]): Response {
  const asked = c.req.header('Access-Control-Request-Headers') ?? ''
  return c.body(null, 204, {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': methods.join(', '),
    'Access-Control-Allow-Headers':
      asked.length <= MAX_ASKED && HEADER_NAMES.test(asked) ? asked : 'Authorization, Content-Type',
    'Access-Control-Max-Age': String(MAX_AGE),
    Vary: 'Access-Control-Request-Headers',
  })
}
