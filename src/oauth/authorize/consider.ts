import type { Params, Provider, Redirection } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { requestedScope } from '../../scope.ts'
import type { AuthorizationRecords } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { redirectError } from './answer.ts'
import { resolveRedirectTarget } from './redirect-target.ts'
import { authorizationRefused } from './refused.ts'
import { type AuthorizationRequest, parseAuthorizationRequest } from './request.ts'

/** A request that keeps every rule, with what decides it. */
export interface Considered {
  readonly params: Params
  readonly records: AuthorizationRecords
  readonly request: AuthorizationRequest
}

/** Reads what a request is decided by; the browser's session joins in. */
export type ReadRecords = (
  wanted: Pick<Parameters<Store['readAuthorization']>[0], 'clientId' | 'scopes'>,
) => Promise<AuthorizationRecords>

/**
 * Reads and checks an authorization request, and goes on with `next`.
 * @returns what `next` returns; or what the client is told, where the request or `next` is refused after its redirect target is
 *   known (RFC 6749 4.1.2.1)
 * @throws {OAuthError} unauthorized_client, invalid_request: there is nowhere to redirect, so a page says it
 */
export async function consider<T>(
  params: Params,
  readRecords: ReadRecords,
  next: (considered: Considered) => Promise<T>,
  provider: Provider,
): Promise<{ readonly done: T } | { readonly refused: Redirection }> {
  const scopes = (requestedScope(params.get('scope')) ?? provider.settings.defaultScope).split(' ')
  const clientId = params.get('client_id') ?? ''
  for (const prepare of provider.clientSources) await prepare(clientId, provider)
  const records = await readRecords({ clientId, scopes })
  const target = tellRefusal(params, provider, () => resolveRedirectTarget(params, records.client))
  try {
    const request = await parseAuthorizationRequest(params, target, records, provider)
    return { done: await next({ params, records, request }) }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    provider.emit(authorizationRefused(params, error))
    return { refused: redirectError(params, target, error, provider) }
  }
}

/** Runs a check whose refusal becomes a page, and tells of the refusal. */
function tellRefusal<T>(params: Params, provider: Provider, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (error instanceof OAuthError) provider.emit(authorizationRefused(params, error))
    throw error
  }
}
