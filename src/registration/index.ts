import type { Feature, Provider, ProviderBindings } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'
import { settingsOf } from '../settings/settings.ts'
import type { RegistrationStore } from '../store/registration-store.ts'
import { registrationEndpoints } from './endpoints.ts'
import { REGISTRATION_SETTINGS, type RegistrationMode } from './settings.ts'

/** Clients that one run of the cron trigger deletes at most. */
const EXPIRED_AT_ONCE = 200

/** What the feature may be made with; its variables say the rest. */
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
  const stores = new WeakMap<D1Database, RegistrationStore>()
  const storeOf = ({ bindings }: { readonly bindings: ProviderBindings }): RegistrationStore => {
    if (!bindings.DB) throw new ConfigurationError('DB', 'is not bound; registrations are kept there')
    const known = stores.get(bindings.DB) ?? createStore(bindings.DB)
    stores.set(bindings.DB, known)
    return known
  }
  return {
    name: 'registration',
    settings: { rows: REGISTRATION_SETTINGS, given: { ...given } },
    endpoints: registrationEndpoints(storeOf),
    scheduled: [async (provider) => expire(storeOf(provider), provider)],
  }
}

async function expire(store: RegistrationStore, provider: Provider): Promise<void> {
  const { now } = provider.request
  const { registrationUnusedDelta } = settingsOf(REGISTRATION_SETTINGS, provider)
  const deleted = await store.expireUnused(now - registrationUnusedDelta, EXPIRED_AT_ONCE, now)
  if (deleted > 0) console.info('clients that registered themselves and were never used, deleted:', deleted)
}
