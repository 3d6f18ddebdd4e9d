// What an API's Worker takes: the middleware, and asking the provider about tokens.
import { introspectionVerifier, requireScope } from 'edge-oauth2-provider'
import { Hono } from 'hono'

const verify = introspectionVerifier({
  endpoint: 'https://id.example',
  clientId: 'api',
  clientSecret: 'secret',
})

export default new Hono().get('/', requireScope('read', { verify }), (c) => c.text('ok'))
