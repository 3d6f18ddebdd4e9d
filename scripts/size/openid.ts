// What a team takes that wants sign-in with OpenID Connect, its panel, and its users of Django.
import { Hono } from 'hono/tiny'
import { django } from '../../src/django/index.ts'
import { privateKeyJwt } from '../../src/private-key-jwt/index.ts'
import { admin } from '../../src/provider/admin.ts'
import { openid } from '../../src/provider/openid.ts'
import { registration } from '../../src/provider/registration.ts'
import { createProvider, pages } from '../../src/public.ts'

const provider = createProvider({
  features: [pages(), admin(), openid(), privateKeyJwt(), registration(), django()],
})

export default new Hono().route('/oauth2', provider).route('/', provider.wellKnown).route('/', provider.pages)
