import type { InteractionRule } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { parseClaimsRequest, requestedAcr } from '../openid/claims-request.ts'
import { reachedLevels } from '../tokens/authentication-level.ts'
import { offersSecondFactor, type StoreOf } from './context.ts'
import { secondFactorUrl } from './sign-in.tsx'

/** Levels that a second factor reaches. */
const LEVELS = ['2', 'phr']

/**
 * Asks for the second factor if a client names levels of authentication that the sign-in does not reach (RFC 9470 5). A user
 * who has none is not kept from the application, as levels are voluntary (OpenID Connect Core 3.1.2.1), and the tokens name
 * the reached level. If the client insists (5.5.1.1), it gets an error.
 * @throws {OAuthError}
 * unmet_authentication_requirements: the client insists on more than the user has, or allows no page
 */
export function reachLevels(storeOf: StoreOf): InteractionRule {
  return async ({ params, request, session }, provider) => {
    const claim = requestedAcr(parseClaimsRequest(params.get('claims')))
    const wishes = params.get('acr_values')?.split(' ').filter(Boolean) ?? []
    const asked = claim?.values ? claim.values.map(String) : wishes
    const reached = reachedLevels(session.amr)
    if (!offersSecondFactor(provider) || asked.some((level) => reached.includes(level))) return null
    if (!asked.some((level) => LEVELS.includes(level))) return null
    const rule = { now: provider.request.now, idleDelta: provider.settings.sessionIdleDelta }
    const standing = await storeOf(provider).readStanding(session.id, rule)
    const hasCodes = standing !== null && standing.sealedSecret !== null && asked.includes('2')
    if (hasCodes || standing?.hasPasskey) {
      if (!request.prompts.includes('none')) return secondFactorUrl(provider.paths)
    } else if (claim?.essential !== true) return null
    throw new OAuthError(
      'unmet_authentication_requirements',
      'The user was not authenticated in the way that is asked for.',
    )
  }
}
