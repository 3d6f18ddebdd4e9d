import type { Provider } from '../concepts.ts'

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
  Variables: { provider: Provider }
}
