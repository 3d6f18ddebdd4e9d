import type { AdminPanel } from './admin/panel.ts'
import type { ClientMetadataMember } from './clients/member.ts'
import type { Keys } from './crypto/keys.ts'
import type { Hooks, ProviderEvent } from './hooks.ts'
import type { AuthorizationCheck } from './oauth/authorize/checks.ts'
import type { AuthorizationParameter } from './oauth/authorize/parameters.ts'
import type { ClientAuthMethod } from './oauth/client-auth/index.ts'
import type { GrantType } from './oauth/grants/index.ts'
import type { ResponseMode } from './oauth/response-modes/index.ts'
import type { ResponseType } from './oauth/response-types/index.ts'
import type { Pages } from './pages/index.ts'
import type { Settings } from './settings/settings.ts'
import type { RequestMark } from './store/records.ts'
import type { Store } from './store/store.ts'

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
export interface Provider {
  readonly settings: Settings
  /** Issuer identifier: OAUTH_ISSUER, or the request's origin. */
  readonly issuer: string
  readonly paths: Paths
  readonly store: Store
  readonly keys: Keys
  /** Id, time and network of this request. */
  readonly request: RequestMark
  readonly grantTypes: Readonly<Record<string, GrantType>>
  /** Parts of response types, in the order in which they answer. */
  readonly responseTypes: Readonly<Record<string, ResponseType>>
  readonly responseModes: Readonly<Record<string, ResponseMode>>
  /** The rules of an authorization request, in the order in which it meets them. */
  readonly authorizationChecks: readonly AuthorizationCheck[]
  /** The parameters of an authorization request that are kept while its user answers. */
  readonly authorizationParameters: Readonly<Record<string, AuthorizationParameter>>
  readonly pages: Pages
  /** Members that a client's metadata may have, in the order of the form. */
  readonly clientMetadata: readonly ClientMetadataMember[]
  readonly clientAuthMethods: Readonly<Record<string, ClientAuthMethod>>
  readonly hooks: Hooks
  /** Null where there is no admin. */
  readonly admin: AdminPanel | null
  /** Tells `onEvent` what happened, after the answer. */
  readonly emit: (event: ProviderEvent) => void
  /** Lets work go on after the answer. */
  readonly defer: (work: Promise<unknown>) => void
}
