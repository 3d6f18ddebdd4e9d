import * as v from 'valibot'
import { readMember } from '../clients/member.ts'
import { requestMembers } from '../clients/members/requests.ts'
import type {
  ApprovalCheck,
  AuthorizationCheck,
  AuthorizationParameter,
  ParameterSource,
  Provider,
} from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { unseal } from '../crypto/seal.ts'
import { OAuthError } from '../errors.ts'
import { paramsOf } from '../oauth/params.ts'
import { settingsOf } from '../settings/settings.ts'
import type { PushedRequestStore } from '../store/pushed-request-store.ts'
import { isPushedRequestUri, pushedRequestId, visitOf, visitUriOf } from './name.ts'
import { sealContext } from './push.ts'
import { PUSHED_REQUEST_SETTINGS } from './settings.ts'

type StoreOf = (provider: Pick<Provider, 'bindings'>) => PushedRequestStore

/** The parameter that names a pushed request (RFC 9126 4). */
export const pushedParameters: Readonly<Record<string, AuthorizationParameter>> = {
  request_uri: { meaning: 'A pushed request; only client_id is sent with it (RFC 9126 4)' },
}

const kept = v.pipe(v.string(), v.parseJson(), v.array(v.tuple([v.string(), v.string()])))

/**
 * Replaces the parameters of a request with those of the pushed request that it names (RFC 9126 4, RFC 9101 5), in one round
 * trip, or none for a name that we did not mint. It may be opened again until it is answered, such as by reloading the page.
 */
export function pushedSource(storeOf: StoreOf): ParameterSource {
  return async (params, provider) => {
    const uri = params.get('request_uri')
    if (uri === undefined || !isPushedRequestUri(uri)) return null
    if (params.getAll('request').length > 0) {
      throw new OAuthError(
        'invalid_request',
        "The parameters 'request' and 'request_uri' cannot be combined.",
      )
    }
    const id = await pushedRequestId(uri, provider)
    const found = id === null ? null : await storeOf(provider).read(id)
    if (id === null || !found) throw invalidUri('the pushed request is unknown')
    if (found.clientId !== params.get('client_id'))
      throw invalidUri('the pushed request belongs to another client')
    if (found.answered) throw invalidUri('the pushed request was answered before')
    if (found.expiresAt <= provider.request.now) throw invalidUri('the pushed request has expired')
    const text = await unseal(found.sealed, sealContext(id), provider.keys)
    const parameters = v.safeParse(kept, text)
    if (!parameters.success) throw invalidUri('the pushed request is sealed with a key that no longer exists')
    return paramsOf([
      ...parameters.output,
      ['request_uri', await visitUriOf({ id, visit: randomId() }, provider)],
    ])
  }
}

/**
 * Refuses a request that was not pushed, if the server or the client requires that (RFC 9126 5, 6), and addresses of request
 * objects that no feature has read.
 */
export const checkPushed: AuthorizationCheck = async ({ client, params }, provider) => {
  if ((await visitOf(params, provider)) !== null) return
  if (params.get('request_uri') !== undefined) {
    throw new OAuthError('request_uri_not_supported', "The parameter 'request_uri' is not supported.")
  }
  const { requirePushedRequests } = settingsOf(PUSHED_REQUEST_SETTINGS, provider)
  if (!requirePushedRequests && !readMember(client, requestMembers.requirePushedRequests)) return
  throw new OAuthError('invalid_request', 'The authorization request must be pushed first (RFC 9126).', {
    reason: 'not_pushed',
  })
}

/** A pushed request is answered once (RFC 9126 4), by the first visit, which may answer again. */
export function answerOnce(storeOf: StoreOf): ApprovalCheck {
  return async ({ params }, _, provider) => {
    const found = await visitOf(params, provider)
    if (!found || (await storeOf(provider).answer(found.id, found.visit))) return
    throw new OAuthError('invalid_request', 'The pushed request was answered before.', {
      reason: 'request_uri_answered',
    })
  }
}

/** One sentence for every reason, so that guessing reveals none of them. */
function invalidUri(detail: string): OAuthError {
  return new OAuthError('invalid_request_uri', "The 'request_uri' is unknown, expired or was used before.", {
    detail,
  })
}
