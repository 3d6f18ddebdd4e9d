import type { Context } from 'hono'
import type { EndpointRequest, Provider } from '../concepts.ts'
import type { Endpoint } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { identifyClient } from '../oauth/client-auth.ts'
import { bearerChallenge } from '../resource-server/bearer.ts'

const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' }

/** An error as the token endpoint and its like answer it (RFC 6749 5.2). */
export function errorResponse(c: Context, error: OAuthError): Response {
  const body = { error: error.code, error_description: error.description }
  return c.json(body, error.status, { ...NO_STORE, ...error.headers })
}

/** The answer to a bearer without a token: a challenge, and no error code (RFC 6750 3.1). */
export function bearerChallenged(c: Context): Response {
  return c.body(null, 401, { ...NO_STORE, 'WWW-Authenticate': bearerChallenge({}) })
}

/**
 * Tells of a refusal, and adds the challenge that belongs to it.
 * @returns what the caller of the endpoint is told
 */
export async function refuse(
  error: OAuthError,
  row: Endpoint,
  request: EndpointRequest,
  provider: Provider,
): Promise<OAuthError> {
  await tellRefusal(error, row, request, provider)
  const challenge = challengeOf(error, row, request)
  if (challenge === null) return error
  const { code, description, detail, headers, reason, status } = error
  return new OAuthError(code, description, {
    reason,
    ...(detail !== undefined && { detail }),
    status: code === 'invalid_client' ? 401 : status,
    headers: { 'WWW-Authenticate': challenge, ...headers },
  })
}

/** Client libraries show the header alone, so it says what the body says. Descriptions hold no quotes and no backslashes. */
function challengeOf(
  { code, description }: OAuthError,
  row: Endpoint,
  request: EndpointRequest,
): string | null {
  if (row.caller === 'bearer') return bearerChallenge({ error: code, description })
  const challenged = row.caller === 'confidential client' || request.headers.has('Authorization')
  if (code !== 'invalid_client' || !challenged) return null
  return `Basic realm="oauth2", error="${code}", error_description="${description}"`
}

/** Tells of the refusal of a client; what others ask for in vain is not told of. */
export async function tellRefusal(
  { code, description, detail, reason }: OAuthError,
  row: Endpoint,
  request: EndpointRequest,
  provider: Provider,
): Promise<void> {
  if (!row.caller.endsWith('client')) return
  const clientId = await namedClient(request, provider)
  const scope = request.params.get('scope') ?? null
  const refused = { clientId, scope, error: code, reason, detail: detail ?? description }
  provider.emit(
    row.refusal?.(refused, request) ?? { type: 'request_refused', endpoint: row.path, ...refused },
  )
}

/** The client that a request names, in its form or in its header; it may be anybody's name. */
async function namedClient(request: EndpointRequest, provider: Provider): Promise<string | null> {
  const named = request.params.get('client_id')
  if (named !== undefined) return named
  return identifyClient(request, provider).then(
    ({ clientId }) => clientId,
    () => null,
  )
}
