import type { Keys } from '../crypto/keys.ts'
import type { Pages } from '../pages/components.ts'
import type { Settings } from '../settings/settings.ts'
import type { AdminStore } from '../store/admin-store.ts'
import type { RequestMark } from '../store/records.ts'
import type { SigningKeyStore } from '../store/signing-keys.ts'
import type { Store } from '../store/store.ts'
import type { FeatureTables } from './feature.ts'
import type { Hooks, ProviderEvent } from './hooks.ts'

/** Where things are mounted below the issuer's origin. */
export interface Paths {
  /** The protocol's endpoints. */
  readonly oauth2: string
  readonly login: string
  readonly logout: string
  readonly account: string
  readonly signUp: string
  readonly admin: string
}

/** What one request works with: frozen, plain, always the last argument, never global. */
export interface Provider extends FeatureTables {
  /** Names of the features. */
  readonly features: readonly string[]
  readonly settings: Settings
  /** Settings of the features, parsed, by option name; `settingsOf` gives them their types. */
  readonly featureSettings: Readonly<Record<string, unknown>>
  /** Issuer identifier: OAUTH_ISSUER, or the request's origin. */
  readonly issuer: string
  readonly paths: Paths
  readonly store: Store
  /** What the Worker is bound to, for features with tables of their own. */
  readonly bindings: ProviderBindings
  /** What operators do to records; null where the storage has none. */
  readonly adminStore: AdminStore | null
  /** Keys that sign tokens; null where the storage keeps none. */
  readonly signingKeyStore: SigningKeyStore | null
  readonly keys: Keys
  /** Id, time and network of this request. */
  readonly request: RequestMark
  readonly hooks: Hooks
  /** Tells `onEvent` what happened, after the answer. */
  readonly emit: (event: ProviderEvent) => void
  /** Lets work go on after the answer. */
  readonly defer: (work: Promise<unknown>) => void
}

/** What the provider takes from the environment of a Worker; settings are variables beside these. */
export interface ProviderBindings {
  /** Needed unless `store` is given. */
  readonly DB?: D1Database
  readonly KV?: KVNamespace
  /** A secret; see docs/settings.md. */
  readonly SECRET_KEY?: string
}

/** What every handler of the provider's apps finds in Hono's context. */
export interface ProviderEnv {
  Bindings: ProviderBindings
  Variables: {
    provider: Provider
    /** The pages, ours or those that took their place; in the apps of pages alone. */
    pages: Pages
    /** Languages that the captured request asks for, best first, separated by spaces; in the apps of pages alone. */
    locales: string | undefined
  }
}
