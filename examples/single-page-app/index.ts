import { createProvider, pages, type ProtectedEnv, type ProviderBindings } from 'edge-oauth2-provider'
import { Hono } from 'hono'
import { PAGE, SCRIPT } from './app.ts'

const provider = createProvider({ features: [pages()] })

const app = new Hono<{ Bindings: ProviderBindings } & ProtectedEnv>()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.route('/', provider.pages)
app.get('/api/me', provider.requireScope('read'), (c) => c.json({ user: c.get('oauth2').user?.username }))

// The app itself: static files, which could live anywhere.
const policy = { 'Content-Security-Policy': "default-src 'none'; script-src 'self'; connect-src 'self'" }
app.get('/app', (c) => c.html(PAGE, 200, policy))
app.get('/app.js', (c) => c.body(SCRIPT, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))

export default app
