import { beforeEach, describe, expect, it, vi } from 'vitest'
import { dpop } from '../../src/dpop/index.ts'
import { privateKeyJwt } from '../../src/private-key-jwt/index.ts'
import { pushedRequests } from '../../src/provider/pushed-requests.ts'
import type { Feature } from '../../src/public.ts'
import { PROFILES } from '../../src/settings/profiles.ts'
import { boundToken, makeProofKey } from '../support/dpop.ts'
import { embedded } from '../support/embedded.ts'
import { givenCast } from '../support/fixture.ts'
import { basic, post, send, token } from '../support/http.ts'
import { json } from '../support/openid.ts'
import { assertionOf, givenSigner, makeKey, signedBy, tokenBy } from '../support/signer.ts'

const VARS = { OAUTH_PROFILE: 'fapi2' }

beforeEach(givenCast)

/** What the log says of a request that a wrong setting stops. */
async function configurationError(ask: () => Promise<Response>): Promise<string> {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const response = await ask()
  const line = String(logged.mock.calls[0]?.[0])
  logged.mockRestore()
  expect(response.status).toBe(500)
  return line
}

describe('a setting that the profile fapi2 rules out', () => {
  const values = [
    ['OAUTH_RESPONSE_TYPE_CHOICES', 'code code+id_token'],
    ['OAUTH_PASSWORD_GRANT', 'true'],
    ['OAUTH_REQUIRE_PKCE', 'false'],
    ['OAUTH_SECURE_REDIRECTS', 'false'],
    ['OAUTH_ALLOW_HTTP_REDIRECTS', 'intranet.example'],
    ['OAUTH_CLIENT_AUTH_METHODS', 'any'],
    ['OAUTH_CLIENT_AUTH_METHODS', 'private_key_jwt none'],
    ['OAUTH_SIGNATURE_ALGORITHMS', 'ES256 RS256'],
    ['OAUTH_REQUIRE_PUSHED_REQUESTS', 'false'],
    ['OAUTH_EXPIRE_PUSHED_REQUEST_DELTA', '600'],
    ['OAUTH_EXPIRE_CODE_DELTA', '61'],
    ['OAUTH_REQUIRE_DPOP', 'false'],
    ['OAUTH_ASSERTION_AUDIENCES', 'issuer token_endpoint'],
  ] as const

  it.each(values)('%s=%s stops every request; the log names both settings', async (variable, value) => {
    const line = await configurationError(() => send('/healthz', {}, { ...VARS, [variable]: value }))
    expect(line).toContain(`configuration error: ${variable}: holds `)
    expect(line).toContain('OAUTH_PROFILE=fapi2 does not allow')
    expect((await send('/healthz', {}, { [variable]: value })).status).toBe(200)
  })

  it('has an example above for each rule', () => {
    const tried = new Set<string>(values.map(([variable]) => variable))
    expect(PROFILES.fapi2.forbids.map(({ variable }) => variable).toSorted()).toEqual([...tried].toSorted())
  })
})

describe('a provider without a feature that the profile fapi2 needs', () => {
  it.each<[string, readonly Feature[]]>([
    ['private-key-jwt', [pushedRequests(), dpop()]],
    ['pushed-requests', [privateKeyJwt(), dpop()]],
    ['dpop', [privateKeyJwt(), pushedRequests()]],
  ])('%s answers nothing', async (feature, features) => {
    const line = await configurationError(() => embedded({ features })('/healthz', {}, VARS))
    expect(line).toContain(`OAUTH_PROFILE: holds "fapi2", which needs the feature ${feature}`)
  })
})

describe('the settings by which the profile works, each by itself', () => {
  it('OAUTH_CLIENT_AUTH_METHODS leaves some ways to authenticate, and no other', async () => {
    const vars = { OAUTH_CLIENT_AUTH_METHODS: 'client_secret_basic private_key_jwt' }
    const form = { grant_type: 'client_credentials' }
    expect((await post('/oauth2/token', form, basic('web'), vars)).status).toBe(200)
    expect(await token(form, vars)).toMatchObject({ status: 400, error: 'invalid_client' })
    const metadata = await send('/.well-known/oauth-authorization-server', {}, vars)
    expect(await metadata.json()).toMatchObject({
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
    })
  })

  it('OAUTH_SIGNATURE_ALGORITHMS leaves some signatures of clients, and no other', async () => {
    const rsa = await makeKey('RS256')
    const signer = await givenSigner({}, { jwks: { keys: [rsa.jwk] } })
    const assertion = async () => signedBy(await assertionOf({ ...signer, ...rsa }))
    expect(await tokenBy(await assertion())).toMatchObject({ status: 200 })
    const vars = { OAUTH_SIGNATURE_ALGORITHMS: 'ES256' }
    expect(await tokenBy(await assertion(), vars)).toMatchObject({ error: 'invalid_client' })
  })

  it('OAUTH_REQUIRE_DPOP leaves bound tokens, and no other', async () => {
    const vars = { OAUTH_REQUIRE_DPOP: 'true' }
    const form = { client_id: 'service', grant_type: 'client_credentials' }
    expect(await token(form, vars)).toMatchObject({ status: 400, error: 'invalid_dpop_proof' })
    expect(await token({ ...form, client_secret: 'a wrong secret of it' }, vars)).toMatchObject({
      error: 'invalid_client',
    })
    expect(await boundToken(await makeProofKey(), form, {}, vars)).toMatchObject({ token_type: 'DPoP' })
  })

  it('are as before where nobody sets them', async () => {
    expect(await json('/.well-known/openid-configuration')).toMatchObject({
      token_endpoint_auth_methods_supported: expect.arrayContaining([
        'client_secret_basic',
        'none',
      ]) as unknown,
      id_token_signing_alg_values_supported: ['RS256', 'ES256', 'EdDSA'],
      request_object_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      require_pushed_authorization_requests: false,
    })
  })
})
