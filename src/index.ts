import { Hono } from 'hono'
import { admin } from './admin/index.ts'
import type { ProviderEnv } from './concepts.ts'
import { django } from './django/index.ts'
import { pages } from './pages/index.ts'
import { privateKeyJwt } from './private-key-jwt/index.ts'
import { createProvider } from './provider/create-provider.ts'
import { openid } from './provider/openid.ts'
import { registration } from './provider/registration.ts'
import { accessTokenEntrypoint } from './rpc.ts'

const provider = createProvider({
  features: [pages(), admin(), openid(), privateKeyJwt(), registration(), django()],
})

const app = new Hono<ProviderEnv>()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.route('/', provider.pages)
app.notFound(provider.notFoundPage)

/** Verifies access tokens for other Workers, over a service binding. */
export const AccessTokens = accessTokenEntrypoint(provider)

export default { fetch: app.fetch, scheduled: provider.scheduled } satisfies ExportedHandler<Cloudflare.Env>
