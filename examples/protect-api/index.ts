import { createProvider, pages, type ProtectedEnv, type ProviderBindings } from 'edge-oauth2-provider'
import { Hono } from 'hono'

const provider = createProvider({ features: [pages()] })

const app = new Hono<{ Bindings: ProviderBindings } & ProtectedEnv>()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.route('/', provider.pages)

// The one line: a token with the scope `read`, or the challenge of RFC 6750.
app.use('/api/*', provider.requireScope('read'))

app.get('/api/me', (c) => {
  const { clientId, scopes, user } = c.get('oauth2')
  return c.json({ user: user?.username ?? null, client: clientId, scopes })
})
app.post('/api/notes', provider.requireScope('write'), (c) => c.json({ saved: true }, 201))

export default app
