import { createProvider, pages } from 'edge-oauth2-provider'
import { Hono } from 'hono'
import { durableObjectStore, type Env } from './durable-object-store.ts'

export { AuthObject } from './auth-object.ts'

const provider = createProvider({
  features: [pages()],
  store: (env: Env) => durableObjectStore(env.AUTH),
})

const app = new Hono<{ Bindings: Env }>()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.route('/', provider.pages)

export default app
