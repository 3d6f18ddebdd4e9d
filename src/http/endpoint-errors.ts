import type { Context } from 'hono'
import type { EndpointRequest, Provider } from '../concepts.ts'
import type { Endpoint } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { identifyClient } from '../oauth/client-auth.ts'
import { bearerChallenge } from '../resource-server/bearer.ts'

const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' }

/** Returns the answer of the token endpoint and its kin to an error (RFC 6749 5.2). */
export function errorResponse(c: Context, error: OAuthError): Response {
  const body = { error: error.code, error_description: error.description }
  return c.json(body, error.status, { ...NO_STORE, ...error.headers })
}

/** Returns the answer to a bearer without a token: a challenge without an error code (RFC 6750 3.1). */
export function bearerChallenged(c: Context, further: Readonly<Record<string, string>>): Response {
  return c.body(null, 401, { ...NO_STORE, ...further, 'WWW-Authenticate': bearerChallenge({}) })
}

/**
 * Reports a refusal and adds its challenge.
 * @returns what the caller of the endpoint is told
 */
export async function refuse(
  error: OAuthError,
  row: Endpoint,
  request: EndpointRequest,
  provider: Provider,
): Promise<OAuthError> {
  await reportRefusal(error, row, request, provider)
  const challenge = challengeOf(error, row, request, provider)
  if (challenge === null) return error
  const { code, description, detail, headers, reason, status } = error
  return new OAuthError(code, description, {
    reason,
    ...(detail !== undefined && { detail }),
    status: code === 'invalid_client' || isAboutProof(error) ? 401 : status,
    headers: { 'WWW-Authenticate': challenge, ...headers },
  })
}

function isAboutProof({ code }: OAuthError): boolean {
  return code === 'invalid_dpop_proof' || code === 'use_dpop_nonce'
}

/** Client libraries show only the header, so it repeats the body. Descriptions contain no quotes or backslashes. */
function challengeOf(
  error: OAuthError,
  row: Endpoint,
  request: EndpointRequest,
  { possessionProofs }: Provider,
): string | null {
  const { code, description } = error
  if (row.caller === 'bearer') {
    const wantsProof = isAboutProof(error) || /^dpop /i.test(request.headers.get('Authorization') ?? '')
    const algorithms = wantsProof ? possessionProofs.flatMap((proof) => proof.algorithms) : undefined
    return bearerChallenge({ error: code, description, algorithms })
  }
  const challenged = row.caller === 'confidential client' || request.headers.has('Authorization')
  if (code !== 'invalid_client' || !challenged) return null
  return `Basic realm="oauth2", error="${code}", error_description="${description}"`
}

/** Reports the refusal of a client; refusals of other callers are not reported. */
export async function reportRefusal(
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

/** Returns the client that a request names in its form or header, without proof. */
async function namedClient(request: EndpointRequest, provider: Provider): Promise<string | null> {
  const named = request.params.get('client_id')
  if (named !== undefined) return named
  return identifyClient(request, provider).then(
    ({ clientId }) => clientId,
    () => null,
  )
}
