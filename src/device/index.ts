import type { Feature } from '../concepts.ts'
import { form, page, query, seeOther } from '../http/openapi-parts.ts'
import type { DeviceStore } from '../store/device-store.ts'
import { storeOver } from '../store/store-over.ts'
import { DEVICE_PATH, deviceAuthorizationEndpoint } from './authorization.ts'
import { DEVICE_GRANT, deviceGrant } from './grant.ts'
import { addDeviceRoutes } from './routes.tsx'
import { DEVICE_SETTINGS } from './settings.ts'

/** Seconds for which an expired device is remembered, so that it learns about it. */
const REMEMBERED = 3600
/** The most devices that one run of the cron trigger deletes. */
const EXPIRED_AT_ONCE = 5000

/** Options of the feature; its variable has the same meaning. */
export interface DeviceFlowOptions {
  readonly deviceCodeDelta?: number
}

/**
 * The sign-in of devices without a browser (RFC 8628), as a feature.
 * @param createStore the storage over a database
 */
export function deviceFeature(
  createStore: (db: D1Database) => DeviceStore,
  given: DeviceFlowOptions,
): Feature {
  const storeOf = storeOver(createStore, 'waiting devices are stored there')
  return {
    name: 'device',
    settings: { rows: DEVICE_SETTINGS, given: { ...given } },
    grantTypes: { [DEVICE_GRANT]: deviceGrant(storeOf) },
    endpoints: [deviceAuthorizationEndpoint(storeOf)],
    signInReturns: { device: () => DEVICE_PATH },
    pages: [
      {
        at: 'root',
        below: () => [DEVICE_PATH],
        addRoutes: (app) => addDeviceRoutes(app, storeOf),
        describe: () => ({ [DEVICE_PATH]: DESCRIPTION }),
      },
    ],
    scheduled: [
      async (provider) => {
        await storeOf(provider).expire(provider.request.now - REMEMBERED, EXPIRED_AT_ONCE)
      },
    ],
  }
}

const DESCRIPTION = {
  get: {
    summary: 'Where a person connects a device (RFC 8628 3.3)',
    parameters: query({ user_code: 'The code to fill in' }),
    responses: { 200: page('The form'), 303: seeOther },
  },
  post: {
    summary: 'Finds the device of a code, and takes the answer',
    requestBody: form(
      {
        anti_forgery: 'From the page that shows the form',
        intent: 'find or answer',
        user_code: 'As the device shows it',
        authorize: 'Authorize; anything else denies',
        scope: 'Once for each ticked box',
      },
      ['anti_forgery', 'intent', 'user_code'],
    ),
    responses: {
      200: page('The question, or the result'),
      303: seeOther,
      400: page('No device is waiting for this code'),
      403: page('Not from our page'),
      429: page('Too many attempts'),
    },
  },
}
