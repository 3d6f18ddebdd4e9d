import {
  createProvider,
  type GrantType,
  invalidGrant,
  issueTokens,
  pages,
  type ProviderBindings,
} from 'edge-oauth2-provider'
import { Hono } from 'hono'

/** The name of the grant type: an absolute URI, as RFC 6749 4.5 wants it. */
const VOUCHER = 'urn:example:voucher'

/** What the shop sold; a real one would be a table, and spend each in one conditional write. */
const vouchers = new Map([['SPRING-2026', 'demo']])

/** Exchanges a voucher for a token of the client that presents it. */
const voucher: GrantType = {
  parameters: ['voucher'],
  async exchange(request, provider) {
    // Before anything is said of a voucher, the client shows who it is.
    const client = await request.authenticateClient()
    if (vouchers.get(request.params.get('voucher') ?? '') !== client.clientId)
      throw invalidGrant('no such voucher')
    return issueTokens(request, { userId: null, scope: 'read' }, provider)
  },
}

const provider = createProvider({
  features: [pages()],
  grantTypes: { [VOUCHER]: voucher, password: false },
})

const app = new Hono<{ Bindings: ProviderBindings }>()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.route('/', provider.pages)

export default app
