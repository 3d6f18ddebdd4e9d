import type { GrantType, Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { invalidGrant } from '../refusals.ts'
import type { DeviceStore } from '../store/device-store.ts'
import { issueTokens } from '../tokens/issue.ts'
import { openDeviceCode } from '../tokens/opaque.ts'

/** The grant type of devices (RFC 8628 3.4). A client must be registered for this name. */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/**
 * A device polls whether it was approved (RFC 8628 3.4, 3.5), with one statement for each poll. Once it is, its code is
 * spent like an authorization code, by the grant with its id. Polling again does not indicate theft, as devices poll until
 * they get an answer.
 */
export function deviceGrant(storeOf: (provider: Pick<Provider, 'bindings'>) => DeviceStore): GrantType {
  return {
    label: 'Device code: for devices without a browser',
    parameters: ['device_code'],
    async exchange(request, provider) {
      const id = await openDeviceCode(request.params.get('device_code') ?? '', provider.keys)
      const device = id === null ? null : { id, proof: request.proof, grantType: DEVICE_GRANT }
      const poll = device && (await storeOf(provider).poll(device, provider.request))
      if (!device || !poll) {
        await request.authenticateClient()
        throw invalidGrant('no device of this client is waiting for this code')
      }
      const { answer, expiresAt, isHurried } = poll
      if (expiresAt <= provider.request.now) {
        throw new OAuthError('expired_token', 'The device code has expired. Start again.')
      }
      if (!answer) throw waiting(isHurried)
      if (answer.kind === 'denied') throw new OAuthError('access_denied', 'The user denied the request.')
      const { authTime, consentId, details, scope, sessionId, userId } = answer
      const claim = { kind: 'code', consentId, expiresAt, earlierId: null, comesAgain: true } as const
      const issue = { userId, authTime, scope, sessionId, details, grantId: device.id, claim }
      return issueTokens(request, issue, provider)
    },
  }
}

function waiting(isHurried: boolean): OAuthError {
  return isHurried
    ? new OAuthError('slow_down', 'The device asks too often. Wait five seconds longer each time.')
    : new OAuthError('authorization_pending', 'The user has not answered yet.')
}
