import type { Provider, ProviderBindings } from '../concepts.ts'
import { settingsOf } from '../settings/settings.ts'
import { type KeptList, keepList, type ListReader } from '../store/kept-list.ts'
import type { SignInProviderRecord, SignInProviderStore } from '../store/sign-in-provider-store.ts'
import { storeOver } from '../store/store-over.ts'
import { SIGN_IN_PROVIDER_SETTINGS } from './settings.ts'

/** The sign-in providers in an isolate's memory. */
export interface KnownProviders {
  /** Returns the storage in the provider's database. */
  readonly storeOf: (provider: { readonly bindings: ProviderBindings }) => SignInProviderStore
  /** Returns the enabled ones. They may be a minute old, so every decision needs the storage's confirmation. */
  readonly list: (provider: Provider) => Promise<readonly SignInProviderRecord[]>
  /** Returns an enabled one; null if there is none. */
  readonly find: (id: string, provider: Provider) => Promise<SignInProviderRecord | null>
  /** Forgets the providers, as they have been changed here. */
  readonly forget: KeptList<SignInProviderRecord>['forget']
}

/** Returns whether people can sign in with other providers here: the setting is on, and the users are our own. */
export function offersProviders({ featureSettings, hooks }: Provider): boolean {
  return settingsOf(SIGN_IN_PROVIDER_SETTINGS, { featureSettings }).signInProviders && hooks.users === null
}

/**
 * Keeps the providers of each environment, so that the sign-in page hardly ever waits for them.
 * @param createStore the storage over a database
 */
export function keepProviders(createStore: (db: D1Database) => SignInProviderStore): KnownProviders {
  const storeOf: KnownProviders['storeOf'] = storeOver(createStore, 'sign-in providers are stored there')
  const kept = keepList((reader: ListReader) => storeOf(reader).listProviders())
  return {
    storeOf,
    forget: kept.forget,
    list: async (provider) =>
      offersProviders(provider)
        ? (await kept.current(provider)).rows.filter(({ isEnabled }) => isEnabled)
        : [],
    async find(id, provider) {
      if (!offersProviders(provider)) return null
      const known = await kept.current(provider)
      const isIt = (row: SignInProviderRecord): boolean => row.id === id && row.isEnabled
      // It may be new.
      const rows =
        known.rows.some(isIt) || known.at >= provider.request.now
          ? known.rows
          : (await kept.read(provider)).rows
      return rows.find(isIt) ?? null
    },
  }
}
