import type { Context, Handler } from 'hono'
import type { Provider } from '../concepts.ts'
import { answerWithImportedSecret } from '../django/imported-secret.ts'
import { OAuthError } from '../errors.ts'
import type { EndpointRequest } from '../oauth/endpoint-request.ts'
import { readForm } from './params.ts'
import type { ProviderEnv } from './provider-variables.ts'

/** What a function of the protocol answers to a form. */
export type EndpointFunction = (request: EndpointRequest, provider: Provider) => Promise<object>

const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' }

/**
 * Makes a handler of a function of the protocol: POST of a form in, JSON out, never stored (RFC 6749 3.2, 5.1, 5.2).
 * Parameters in the URL are refused, since URLs end up in logs.
 */
export function formEndpoint(endpoint: EndpointFunction): Handler<ProviderEnv> {
  return async (c) => {
    if (c.req.method !== 'POST') {
      throw new OAuthError('invalid_request', 'Only POST requests allowed.', {
        status: 405,
        headers: { Allow: 'POST' },
      })
    }
    if (new URL(c.req.url).search !== '') {
      throw new OAuthError('invalid_request', 'Parameters belong in the body of the request, not in its URL.')
    }
    const params = await readForm(c.req.raw)
    const authorization = c.req.header('Authorization') ?? null
    const request = { params, authorization }
    const provider = c.get('provider')
    const answer = await answerWithImportedSecret(() => endpoint(request, provider), request, provider)
    return c.json(answer, 200, NO_STORE)
  }
}

/** An error as the token endpoint and its like answer it (RFC 6749 5.2). */
export function errorResponse(c: Context, error: OAuthError): Response {
  const body = { error: error.code, error_description: error.description }
  return c.json(body, error.status, { ...NO_STORE, ...error.headers })
}
