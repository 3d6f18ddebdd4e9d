import type { Keys } from '../crypto/keys.ts'
import type { Pages } from '../pages/components.ts'
import type { Settings } from '../settings/settings.ts'
import type { AdminStore } from '../store/admin-store.ts'
import type { RequestMark } from '../store/records.ts'
import type { SigningKeyStore } from '../store/signing-keys.ts'
import type { Store } from '../store/store.ts'
import type { UpkeepStore } from '../store/upkeep-store.ts'
import type { Messages } from '../ui/messages.ts'
import type { FeatureTables } from './feature.ts'
import type { Hooks, ProviderEvent } from './hooks.ts'
import type { Mailer } from './mail.ts'

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

/** What one request works with: a frozen, plain object, always the last argument, never global. */
export interface Provider extends FeatureTables {
  /** Names of the features. */
  readonly features: readonly string[]
  /** The languages of the pages and mails besides English. */
  readonly languages: readonly Messages[]
  readonly settings: Settings
  /** Settings of the features, parsed, by option name; `settingsOf` adds their types. */
  readonly featureSettings: Readonly<Record<string, unknown>>
  /** Issuer identifier: OAUTH_ISSUER, or the request's origin. */
  readonly issuer: string
  /** The issuer's origin, to which the addresses of `paths` belong, whether or not the issuer has a path. */
  readonly origin: string
  readonly paths: Paths
  readonly store: Store
  /** The Worker's bindings, for features with their own tables. */
  readonly bindings: ProviderBindings
  /** What every provider records, adds up and removes; null if the storage does not support it. */
  readonly upkeep: UpkeepStore | null
  /** What operators can do with records; null if the storage does not support it, or no feature uses it. */
  readonly adminStore: AdminStore | null
  /** Keys that sign tokens; null if the storage keeps none. */
  readonly signingKeyStore: SigningKeyStore | null
  readonly keys: Keys
  /** The id, time and network of this request. */
  readonly request: RequestMark
  readonly hooks: Hooks
  /** How mail is sent; null if no feature sends any. `canMail` and `sendMail` use it. */
  readonly mailer: Mailer | null
  /** Reports an event to `onEvent`, after the answer. */
  readonly emit: (event: ProviderEvent) => void
  /** Lets work go on after the answer. */
  readonly defer: (work: Promise<unknown>) => void
}

/** What the provider takes from the environment of a Worker, besides the variables that hold settings. */
export interface ProviderBindings {
  /** Needed unless `store` is given. */
  readonly DB?: D1Database
  readonly KV?: KVNamespace
  /** The platform's own rate limit for signing in, signing up and getting mail, for each network, if it is bound. */
  readonly RATE_LIMITER?: RateLimit
  /** Cloudflare's Email Service, if mail is sent through it. */
  readonly EMAIL?: SendEmail
  /** A secret; see docs/settings.md. */
  readonly SECRET_KEY?: string
}

/** What every handler of the provider's apps finds in Hono's context. */
export interface ProviderEnv {
  Bindings: ProviderBindings
  Variables: {
    provider: Provider
    /** The pages, ours or their replacements; only in the apps of pages. */
    pages: Pages
    /** Languages that the captured request asks for, best first, separated by spaces; only in the apps of pages. */
    locales: string | undefined
  }
}
