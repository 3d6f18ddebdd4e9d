import type { Provider } from '../context.ts'

/** What every handler of the provider's apps finds in Hono's context. */
export interface ProviderEnv {
  Bindings: Cloudflare.Env
  Variables: { provider: Provider }
}
