import type { Feature, Provider } from '../concepts.ts'
import { settingsOf } from '../settings/settings.ts'
import type { PushedRequestStore } from '../store/pushed-request-store.ts'
import { storeOver } from '../store/store-over.ts'
import { answerOnce, checkPushed, pushedParameters, pushedSource } from './authorize.ts'
import { pushEndpoint } from './push.ts'
import { PUSHED_REQUEST_SETTINGS } from './settings.ts'

/** Seconds for which a request is remembered after it has expired, as long as its user may take to answer. */
const ANSWERABLE = 7200
/** The most requests that one run of the cron trigger deletes. */
const EXPIRED_AT_ONCE = 5000

/** Options of the feature; its variables set the rest. */
export interface PushedRequestOptions {
  readonly pushedRequestDelta?: number
  readonly pushedRequestLimit?: number
  readonly requirePushedRequests?: boolean
}

/**
 * Pushed authorization requests (RFC 9126), as a feature.
 * @param createStore the storage over a database
 */
export function pushedRequestFeature(
  createStore: (db: D1Database) => PushedRequestStore,
  given: PushedRequestOptions,
): Feature {
  const storeOf = storeOver(createStore, 'pushed requests are stored there')
  return {
    name: 'pushed-requests',
    settings: { rows: PUSHED_REQUEST_SETTINGS, given: { ...given } },
    authorizationParameters: pushedParameters,
    parameterSources: [pushedSource(storeOf)],
    authorizationChecks: [checkPushed],
    approvalChecks: [answerOnce(storeOf)],
    endpoints: [pushEndpoint(storeOf)],
    metadata: [pushedMetadata],
    scheduled: [
      async (provider) => {
        await storeOf(provider).expire(provider.request.now - ANSWERABLE, EXPIRED_AT_ONCE)
      },
    ],
  }
}

/** RFC 9126 5. */
function pushedMetadata(provider: Provider): Readonly<Record<string, unknown>> {
  const { requirePushedRequests } = settingsOf(PUSHED_REQUEST_SETTINGS, provider)
  return { require_pushed_authorization_requests: requirePushedRequests }
}
