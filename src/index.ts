import { Hono } from 'hono'
import { createProvider } from './provider.ts'

const provider = createProvider()

const app = new Hono()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)

export default { fetch: app.fetch } satisfies ExportedHandler<Cloudflare.Env>
