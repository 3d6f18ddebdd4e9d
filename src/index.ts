import { Hono } from 'hono/tiny'
import { clientDoctor } from './client-doctor/index.ts'
import type { ProviderEnv } from './concepts.ts'
import { django } from './django/index.ts'
import { slowHashes } from './django/slow-hashes.ts'
import { dpop } from './dpop/index.ts'
import { guards } from './guards/index.ts'
import { jwtAccessTokens } from './jwt-access-tokens/index.ts'
import { demo } from './pages/demo/index.ts'
import { pages } from './pages/index.ts'
import { privateKeyJwt } from './private-key-jwt/index.ts'
import { addresses } from './provider/addresses.ts'
import { admin } from './provider/admin.ts'
import { clientIdMetadata } from './provider/client-id-metadata.ts'
import { createProvider } from './provider/create-provider.ts'
import { deviceFlow } from './provider/device.ts'
import { german } from './provider/german.ts'
import { identityAssertions } from './provider/identity-assertions.ts'
import { invitations } from './provider/invitations.ts'
import { mail } from './provider/mail.ts'
import { notices } from './provider/notices.ts'
import { openid } from './provider/openid.ts'
import { ownData } from './provider/own-data.ts'
import { passkeys } from './provider/passkeys.ts'
import { passwordless } from './provider/passwordless.ts'
import { pushedRequests } from './provider/pushed-requests.ts'
import { recovery } from './provider/recovery.ts'
import { registration } from './provider/registration.ts'
import { resources } from './provider/resources.ts'
import { secondFactor } from './provider/second-factor.ts'
import { setup } from './provider/setup.ts'
import { signInProviders } from './provider/sign-in-providers.ts'
import { accessTokenEntrypoint } from './rpc.ts'
import { tokenExchanges } from './token-exchange/index.ts'

const provider = createProvider({
  features: [
    pages(),
    demo(),
    admin(),
    mail(),
    passwordless(),
    addresses(),
    recovery(),
    guards(),
    invitations(),
    openid(),
    passkeys(),
    signInProviders(),
    secondFactor(),
    ownData(),
    notices(),
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
    django({ slowHashes }),
    setup(),
  ],
  languages: [german],
})

const app = new Hono<ProviderEnv>()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.route('/', provider.pages)
app.notFound(provider.notFoundPage)

/** Verifies access tokens for other Workers, over a service binding. */
export const AccessTokens = accessTokenEntrypoint(provider)

export default { fetch: app.fetch, scheduled: provider.scheduled } satisfies ExportedHandler<Cloudflare.Env>
