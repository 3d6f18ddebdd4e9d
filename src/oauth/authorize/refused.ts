import type { Params, ProviderEvent } from '../../concepts.ts'
import type { OAuthError } from '../../errors.ts'

/** The event that reports a refused authorization request. */
export function authorizationRefused(
  params: Params,
  { code, description, detail, reason }: OAuthError,
): ProviderEvent {
  return {
    type: 'authorization_refused',
    responseType: params.get('response_type') ?? null,
    clientId: params.get('client_id') ?? null,
    scope: params.get('scope') ?? null,
    error: code,
    reason,
    detail: detail ?? description,
  }
}
