import { Hono } from 'hono'
import type { ProviderEnv } from './http/provider-variables.ts'
import { createProvider } from './provider.ts'

const provider = createProvider()

const app = new Hono<ProviderEnv>()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.route('/', provider.pages)
app.notFound(provider.notFoundPage)

export default { fetch: app.fetch } satisfies ExportedHandler<Cloudflare.Env>
