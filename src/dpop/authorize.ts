import { readMember } from '../clients/member.ts'
import { requestMembers } from '../clients/members/requests.ts'
import type { AuthorizationCheck, AuthorizationParameter, GrantDetailsReader } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { normalResponseType } from '../oauth/response-types/index.ts'
import { settingsOf } from '../settings/settings.ts'
import { detailsBoundTo } from '../tokens/binding.ts'
import { DPOP_SETTINGS } from './settings.ts'

/** base64url of a SHA-256, without padding. */
const THUMBPRINT = /^[\w-]{43}$/

/** The parameter by which an authorization request names the key of its client (RFC 9449 10). */
export const dpopParameters: Readonly<Record<string, AuthorizationParameter>> = {
  dpop_jkt: { meaning: 'Thumbprint of the key that the token request must prove (RFC 9449 10)' },
}

/** The rules for a request that names a key, and for clients whose tokens are bound. */
export const checkBinding: AuthorizationCheck = ({ client, params }, provider) => {
  const jkt = params.get('dpop_jkt')
  if (jkt !== undefined && !THUMBPRINT.test(jkt)) {
    throw new OAuthError('invalid_request', "The 'dpop_jkt' is not the thumbprint of a key.")
  }
  const parts = normalResponseType(params.get('response_type') ?? '').split(' ')
  // No proof can come with a token of the front channel.
  const { dpopRequired } = settingsOf(DPOP_SETTINGS, provider)
  const isBound = dpopRequired || readMember(client, requestMembers.dpopBoundAccessTokens)
  if (parts.includes('token') && isBound) {
    throw new OAuthError('unauthorized_client', 'The client gets tokens only at the token endpoint.', {
      reason: 'tokens_must_be_bound',
    })
  }
}

/** Keeps the key that the request names in the code. */
export const readBinding: GrantDetailsReader = async ({ params }) => {
  const jkt = params.get('dpop_jkt')
  return jkt === undefined ? {} : detailsBoundTo(jkt)
}
