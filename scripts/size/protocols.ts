// The shipped Worker without what accounts have beyond a password: what a team takes that has people of its own.
import { Hono } from 'hono/tiny'
import { clientDoctor } from '../../src/client-doctor/index.ts'
import { django } from '../../src/django/index.ts'
import { dpop } from '../../src/dpop/index.ts'
import { jwtAccessTokens } from '../../src/jwt-access-tokens/index.ts'
import { privateKeyJwt } from '../../src/private-key-jwt/index.ts'
import { admin } from '../../src/provider/admin.ts'
import { clientIdMetadata } from '../../src/provider/client-id-metadata.ts'
import { deviceFlow } from '../../src/provider/device.ts'
import { identityAssertions } from '../../src/provider/identity-assertions.ts'
import { openid } from '../../src/provider/openid.ts'
import { pushedRequests } from '../../src/provider/pushed-requests.ts'
import { registration } from '../../src/provider/registration.ts'
import { resources } from '../../src/provider/resources.ts'
import { createProvider, pages } from '../../src/public.ts'
import { tokenExchanges } from '../../src/token-exchange/index.ts'

const provider = createProvider({
  features: [
    pages(),
    admin(),
    openid(),
    privateKeyJwt(),
    registration(),
    clientIdMetadata(),
    clientDoctor(),
    pushedRequests(),
    dpop(),
    deviceFlow(),
    resources(),
    jwtAccessTokens(),
    tokenExchanges(),
    identityAssertions(),
    django(),
  ],
})

export default new Hono().route('/oauth2', provider).route('/', provider.wellKnown).route('/', provider.pages)
