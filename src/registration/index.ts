import type { Feature, Provider } from '../concepts.ts'
import { settingsOf } from '../settings/settings.ts'
import type { RegistrationStore } from '../store/registration-store.ts'
import { storeOver } from '../store/store-over.ts'
import { registrationEndpoints } from './endpoints.ts'
import { refuseGone } from './gone.ts'
import { REGISTRATION_SETTINGS, type RegistrationMode } from './settings.ts'

/** The most clients that one run of the cron trigger deletes. */
const EXPIRED_AT_ONCE = 200

/** Options of the feature; its variables set the rest. */
export interface RegistrationOptions {
  readonly registration?: RegistrationMode
  readonly registrationLimit?: number
  readonly registrationUnusedDelta?: number
}

/**
 * Clients that register themselves, as a feature (RFC 7591, RFC 7592).
 * @param createStore the storage over a database
 */
export function registrationFeature(
  createStore: (db: D1Database) => RegistrationStore,
  given: RegistrationOptions,
): Feature {
  const storeOf = storeOver(createStore, 'registrations are stored there')
  return {
    name: 'registration',
    settings: { rows: REGISTRATION_SETTINGS, given: { ...given } },
    endpoints: registrationEndpoints(storeOf),
    clientRecoveries: [async (request, provider) => refuseGone(request, storeOf(provider), provider)],
    scheduled: [async (provider) => expire(storeOf(provider), provider)],
  }
}

async function expire(store: RegistrationStore, provider: Provider): Promise<void> {
  const { now } = provider.request
  const { registrationUnusedDelta } = settingsOf(REGISTRATION_SETTINGS, provider)
  const deleted = await store.expireUnused(now - registrationUnusedDelta, EXPIRED_AT_ONCE, now)
  if (deleted > 0) console.info('deleted clients that registered themselves and were never used:', deleted)
}
