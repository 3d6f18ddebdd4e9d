import {
  type AccessTokenService,
  introspectionVerifier,
  type ProtectedEnv,
  requireScope,
  rpcVerifier,
} from 'edge-oauth2-provider'
import { Hono } from 'hono'

interface Bindings {
  /** The provider's Worker. */
  readonly AUTH: AccessTokenService
  readonly INTROSPECTION_ENDPOINT: string
  readonly CLIENT_SECRET?: string
}

const app = new Hono<{ Bindings: Bindings } & ProtectedEnv>()

// Over a service binding: a call within Cloudflare, without HTTP and without a secret.
const byRpc = requireScope<{ Bindings: Bindings }>('read', {
  verify: rpcVerifier<Bindings>(({ AUTH }) => AUTH),
})
app.get('/orders', byRpc, (c) => c.json({ orders: [], for: c.get('oauth2').user?.username ?? null }))

// From anywhere else: introspection (RFC 7662), whose answers are remembered for a short time.
let verifier: ReturnType<typeof introspectionVerifier> | undefined
const byIntrospection = requireScope<{ Bindings: Bindings }>('read', {
  verify: (token, c) => {
    verifier ??= introspectionVerifier({
      endpoint: c.env.INTROSPECTION_ENDPOINT,
      clientId: 'demo',
      clientSecret: c.env.CLIENT_SECRET ?? 'demo-secret',
    })
    return verifier(token)
  },
})
app.get('/invoices', byIntrospection, (c) =>
  c.json({ invoices: [], for: c.get('oauth2').user?.username ?? null }),
)

export default app
