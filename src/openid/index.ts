import type { Feature, Provider } from '../concepts.ts'
import { OPENID_SCOPES } from '../oauth/openid-scopes.ts'
import { insistOnSubject, openIdChecks, openIdParameters } from './authorization.ts'
import { deliverLogoutNotices, ROUNDS_AFTER_ANSWER, ROUNDS_OF_CRON } from './backchannel-logout.ts'
import { readOpenIdDetails, subjectFor } from './details.ts'
import { openIdDocuments, openIdMetadata } from './discovery.ts'
import { maintainKeys } from './keys/rotation.ts'
import type { OpenId } from './open-id.ts'
import { requestObjects } from './request-object/index.ts'
import { idTokenPart } from './response-type.ts'
import { OPENID_SETTINGS } from './settings.ts'
import { idTokenMember } from './token-member.ts'
import { userInfoEndpoints } from './userinfo.ts'

/**
 * OpenID Connect 1.0 as a feature: ID tokens, UserInfo, discovery, keys.
 * @param openId shared by its parts
 */
export function openIdFeature(openId: OpenId): Feature {
  return {
    name: 'openid',
    scopes: OPENID_SCOPES,
    settings: { rows: OPENID_SETTINGS },
    authorizationParameters: openIdParameters,
    parameterSources: [requestObjects],
    authorizationChecks: openIdChecks(openId),
    interactions: [insistOnSubject(openId)],
    grantDetails: [readOpenIdDetails(openId)],
    subjects: [(userId, client, provider) => subjectFor(userId, client, openId, provider)],
    responseTypes: { id_token: idTokenPart(openId) },
    responseTypeChoices: ['id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'],
    tokenMembers: [idTokenMember(openId)],
    endpoints: [...userInfoEndpoints(openId), ...openIdDocuments(openId)],
    metadata: [openIdMetadata],
    sessionsEnded: [(provider) => deliverLogoutNotices(openId, provider, ROUNDS_AFTER_ANSWER)],
    scheduled: [
      (provider) => keepKeys(openId, provider),
      (provider) => deliverLogoutNotices(openId, provider, ROUNDS_OF_CRON),
    ],
  }
}

async function keepKeys(openId: OpenId, provider: Provider): Promise<void> {
  const mark = { ...provider.request, actor: 'system' }
  await maintainKeys(openId.ring(provider), openId.store(provider), openId.keyContext(provider), mark)
}
