import type { Keys } from './crypto/keys.ts'
import type { ClientAuthMethod } from './oauth/client-auth/index.ts'
import type { GrantType } from './oauth/grants/index.ts'
import type { Settings } from './settings.ts'
import type { RequestMark } from './store/records.ts'
import type { Store } from './store/store.ts'

/** What one request works with: frozen, plain, always the last argument, never global. */
export interface Provider {
  readonly settings: Settings
  /** Issuer identifier: OAUTH_ISSUER, or the request's origin. */
  readonly issuer: string
  /** Where the protocol's endpoints are mounted below the issuer, as `/oauth2`. */
  readonly path: string
  readonly store: Store
  readonly keys: Keys
  /** Id, time and network of this request. */
  readonly request: RequestMark
  readonly grantTypes: Readonly<Record<string, GrantType>>
  readonly clientAuthMethods: Readonly<Record<string, ClientAuthMethod>>
  /** Lets work go on after the answer. */
  defer(work: Promise<unknown>): void
}
