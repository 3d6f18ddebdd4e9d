import type { Hono } from 'hono'
import type { Paths, Provider } from '../concepts.ts'
import type { ProviderBindings, ProviderEnv } from '../http/provider-variables.ts'
import type { AdminStore } from '../store/admin-store.ts'

/** Gives the operators' store of an environment; null where its storage has none. */
export type CreateAdminStore = (env: ProviderBindings) => AdminStore | null

/** The admin as `createProvider` takes it. */
export interface AdminPanel {
  readonly addRoutes: (app: Hono<ProviderEnv>, paths: Paths, createAdminStore: CreateAdminStore) => void
  /** Its API's paths, for the OpenAPI document. */
  readonly describe: (
    provider: Pick<Provider, 'clientMetadata' | 'grantTypes' | 'paths'>,
  ) => Readonly<Record<string, unknown>>
}
