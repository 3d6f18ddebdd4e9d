import type { Params, Provider, Redirection } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { requestedScope } from '../../scope.ts'
import type { AuthorizationRecords } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { prepareClient } from '../client-auth.ts'
import { redirectError } from './answer.ts'
import { requireSecureRedirect, resolveRedirectTarget } from './redirect-target.ts'
import { authorizationRefused } from './refused.ts'
import { type AuthorizationRequest, parseAuthorizationRequest } from './request.ts'

/** A request that passed every check, with the records that decide it. */
export interface Considered {
  readonly params: Params
  readonly records: AuthorizationRecords
  readonly request: AuthorizationRequest
}

/** Reads the records that decide a request, including the browser's session. */
export type ReadRecords = (
  wanted: Pick<Parameters<Store['readAuthorization']>[0], 'clientId' | 'scopes'>,
) => Promise<AuthorizationRecords>

/**
 * Reads and checks an authorization request, and continues with `next`.
 * @returns what `next` returns; or the answer to the client, if the request or `next` is refused once the redirect target is
 *   known (RFC 6749 4.1.2.1)
 * @throws {OAuthError} unauthorized_client, invalid_request: there is nowhere to redirect, so a page shows it
 */
export async function consider<T>(
  params: Params,
  readRecords: ReadRecords,
  next: (considered: Considered) => Promise<T>,
  provider: Provider,
): Promise<{ readonly done: T } | { readonly refused: Redirection }> {
  const scopes = (requestedScope(params.get('scope')) ?? provider.settings.defaultScope).split(' ')
  const clientId = params.get('client_id') ?? ''
  const { records, target } = await reportRefusal(params, provider, async () => {
    await prepareClient(clientId, provider, 'before')
    const read = await readRecords({ clientId, scopes })
    const found = resolveRedirectTarget(params, read.client)
    requireSecureRedirect(found, provider)
    return { records: read, target: found }
  })
  try {
    const request = await parseAuthorizationRequest(params, target, records, provider)
    return { done: await next({ params, records, request }) }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    provider.emit(authorizationRefused(params, error))
    return { refused: redirectError(params, target, error, provider) }
  }
}

/** Runs checks whose refusals are shown on a page, and reports them. */
async function reportRefusal<T>(params: Params, provider: Provider, check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (error) {
    if (error instanceof OAuthError) provider.emit(authorizationRefused(params, error))
    throw error
  }
}
