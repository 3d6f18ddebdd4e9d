import type { Context, Handler, Hono, MiddlewareHandler } from 'hono'
import type { EndpointRequest, Params, Provider, ProviderEnv } from '../concepts.ts'
import type { Endpoint, EndpointAnswer } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { countSecretGuess } from '../oauth/client-guesses.ts'
import { parseParams, refuseRepeated } from '../oauth/params.ts'
import { type Presented, readBearer } from '../resource-server/bearer.ts'
import { refuseForeign } from './anti-forgery.ts'
import { bearerChallenged, refuse, tellRefusal } from './endpoint-errors.ts'
import { parseForm, readJson, readQuery } from './params.ts'

/** Adds the routes of endpoints: one path may have several, with a method each. */
export function addEndpoints(
  app: Hono<ProviderEnv>,
  endpoints: readonly Endpoint[],
  ...before: readonly MiddlewareHandler<ProviderEnv>[]
): void {
  for (const [path, rows] of Map.groupBy(endpoints, (row) => row.path)) {
    const methods = rows.map(({ method }) => method)
    for (const spelling of rows.some(({ at }) => at === 'oauth2') ? [path, `${path}/`] : [path]) {
      app.use(spelling, ...before)
      if (rows.some(({ cors }) => cors)) app.use(spelling, allowAnyOrigin(methods))
      for (const row of rows) app.on(row.method, spelling, unlessMissing(row), handlerOf(row))
      app.all(spelling, () => {
        throw new OAuthError('invalid_request', `Only ${methods.join(' and ')} requests allowed.`, {
          reason: 'wrong_method',
          status: 405,
          headers: { Allow: methods.join(', ') },
        })
      })
    }
  }
}

/** An address that the settings leave out is nobody's. */
function unlessMissing({ available }: Endpoint): MiddlewareHandler<ProviderEnv> {
  return async (c, next) => ((available?.(c.get('provider')) ?? true) ? next() : c.notFound())
}

/** One row at work: reads the request, lets it be answered, adds to a refusal what belongs to the row. */
function handlerOf(row: Endpoint): Handler<ProviderEnv> {
  return async (c) => {
    if (row.caller === 'browser') refuseForeign(c.req.raw, c.get('provider').issuer)
    const provider = c.get('provider')
    const asked = await readRequest(c, row)
    await refuseSentTwice(row, asked, provider)
    const bearer = row.caller === 'bearer' ? presentedToken(c.req.raw, row, asked) : null
    if (bearer?.kind === 'none') return bearerChallenged(c)
    const request = { ...asked, bearer: bearer?.kind === 'token' ? bearer.token : '' }
    try {
      if (bearer?.kind === 'malformed') throw malformedBearer()
      return respond(c, row, await answer(row, request, provider))
    } catch (error) {
      throw error instanceof OAuthError ? await refuse(error, row, request, provider) : error
    }
  }
}

/** The token of a bearer, in the header, or in the form where the row takes it there; never in both (RFC 6750 2). */
function presentedToken(raw: Request, { tokenInForm }: Endpoint, { params }: EndpointRequest): Presented {
  const presented = readBearer(raw)
  const token = tokenInForm ? params.get('access_token') : undefined
  if (token === undefined) return presented
  return presented.kind === 'none' ? { kind: 'token', token } : { kind: 'malformed' }
}

function malformedBearer(): OAuthError {
  return new OAuthError('invalid_request', 'The access token must come in the Authorization header alone.')
}

/** Answers a request; once more where a client that failed to authenticate was recognised after all. */
async function answer(row: Endpoint, request: EndpointRequest, provider: Provider): Promise<EndpointAnswer> {
  try {
    return await row.answer(request, provider)
  } catch (error) {
    if (!(error instanceof OAuthError) || error.code !== 'invalid_client') throw error
    for (const recover of provider.clientRecoveries) {
      if (await recover(request, provider)) return row.answer(request, provider)
    }
    await countSecretGuess(request, provider)
    throw error
  }
}

/** @throws {OAuthError} invalid_request: another content type, too large, a parameter in the wrong place */
async function readRequest(c: Context<ProviderEnv>, row: Endpoint): Promise<EndpointRequest> {
  const { headers, method, url } = c.req.raw
  // What a form brings does not belong into URLs, which end up in logs.
  if (row.body !== 'none' && new URL(url).search !== '') {
    throw new OAuthError('invalid_request', 'Parameters belong in the body of the request, not in its URL.', {
      reason: 'parameters_in_url',
    })
  }
  const params = await readParams(c.req.raw, row)
  const json = row.body === 'json' ? await readJson(c.req.raw) : undefined
  return { method, url, headers, params, json, path: c.req.param(), bearer: '' }
}

async function readParams(raw: Request, row: Endpoint): Promise<Params> {
  if (row.body === 'json') return parseParams('')
  return hasForm(raw, row) ? parseForm(raw, row.repeatable ?? []) : readQuery(raw)
}

/** @throws {OAuthError} invalid_request: a parameter that counts once was sent twice; it is told of */
async function refuseSentTwice(row: Endpoint, request: EndpointRequest, provider: Provider): Promise<void> {
  const { parameters = {}, repeatable = [] } = row
  if (request.params.repeated.length === 0) return
  const known = Object.keys(typeof parameters === 'function' ? parameters(provider) : parameters)
  try {
    refuseRepeated(
      request.params,
      known.filter((name) => !repeatable.includes(name)),
    )
  } catch (error) {
    if (error instanceof OAuthError) await tellRefusal(error, row, request, provider)
    throw error
  }
}

/** A request without a body has no form, where the row does not need one. */
function hasForm({ headers }: Request, { body }: Endpoint): boolean {
  return body === 'form' || (body === 'optional form' && headers.has('Content-Type'))
}

function respond(
  c: Context<ProviderEnv>,
  row: Endpoint,
  { body, headers, status = row.status ?? 200 }: EndpointAnswer,
): Response {
  const cache = typeof row.cache === 'function' ? row.cache(c.get('provider')) : (row.cache ?? 'no-store')
  const all = { 'Cache-Control': cache, ...(cache === 'no-store' && { Pragma: 'no-cache' }), ...headers }
  if (body === null || status === 204) return c.body(null, status, all)
  return typeof body === 'string' ? c.body(body, status, all) : c.json(body, status, all)
}

/** Seconds that a browser may remember a preflight. */
const MAX_AGE = 86_400
/** Characters of the headers that a preflight may ask for. */
const MAX_ASKED = 1000
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/

/**
 * Middleware: lets pages of any origin call an endpoint, without credentials of the browser. A preflight may ask for whatever
 * headers it likes, since HTTP layers add their own (`traceparent`, `mcp-protocol-version`) and no cookie is ever read here.
 */
function allowAnyOrigin(methods: readonly string[]): MiddlewareHandler<ProviderEnv> {
  return async (c, next) => {
    c.header('Access-Control-Allow-Origin', '*')
    if (c.req.method !== 'OPTIONS' || c.req.header('Access-Control-Request-Method') === undefined) {
      c.header('Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After, DPoP-Nonce')
      return next()
    }
    const asked = c.req.header('Access-Control-Request-Headers') ?? ''
    return c.body(null, 204, {
      'Access-Control-Allow-Methods': methods.join(', '),
      'Access-Control-Allow-Headers':
        asked.length <= MAX_ASKED && HEADER_NAMES.test(asked) ? asked : 'Authorization, Content-Type',
      'Access-Control-Max-Age': String(MAX_AGE),
      Vary: 'Access-Control-Request-Headers',
    })
  }
}
