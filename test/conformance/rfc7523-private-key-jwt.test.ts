import { env } from 'cloudflare:workers'
import { SignJWT, UnsecuredJWT } from 'jose'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { givenCast, REDIRECT_URI, SECRET } from '../support/fixture.ts'
import { givenCode, redeem } from '../support/flow.ts'
import { answerOf, basic, ORIGIN, post, refresh, send, tokensOf } from '../support/http.ts'
import { must } from '../support/must.ts'
import { assertionOf, givenSigner, makeKey, type Signer, signedBy, tokenBy } from '../support/signer.ts'
import { countTrips } from '../support/trips.ts'

const REFUSED = { error: 'invalid_client' }

let alice: string
let signer: Signer

async function signed(claims: Readonly<Record<string, unknown>> = {}): Promise<Record<string, string>> {
  return signedBy(await assertionOf(signer, claims))
}

describe('private_key_jwt', () => {
  beforeEach(async () => {
    ;({ alice } = await givenCast())
    signer = await givenSigner()
  })

  must('RFC 7523', '2.2', 'gives a token to a client that has signed an assertion', async () => {
    expect(await tokenBy(await signed())).toMatchObject({ status: 200, token_type: 'Bearer' })
    const named = { ...(await signed()), client_id: signer.clientId }
    expect(await tokenBy(named)).toMatchObject({ status: 200 })
  })

  must('RFC 7523', '2.2', 'redeems codes, refreshes, revokes and introspects by an assertion', async () => {
    const none = { client_id: undefined, client_secret: undefined }
    const code = await givenCode(alice, { client_id: signer.clientId })
    const pair = await redeem(code, { ...none, ...(await signed()) })
    expect(pair).toMatchObject({ status: 200 })
    const { refresh_token = '' } = pair
    const next = await tokenBy({ grant_type: 'refresh_token', refresh_token, ...(await signed()) })
    expect(next).toMatchObject({ status: 200 })
    const token = next.access_token
    const asked = async () => answerOf(await post('/oauth2/introspect', { token, ...(await signed()) }))
    expect(await asked()).toMatchObject({ active: true, client_id: signer.clientId })
    expect((await post('/oauth2/revoke', { token, ...(await signed()) })).status).toBe(200)
    expect(await asked()).toMatchObject({ active: false })
  })

  must('RFC 7521', '4.2.1', 'refuses a client_id that is not the one of the assertion', async () => {
    const answer = await tokenBy({ ...(await signed()), client_id: 'web' })
    expect(answer).toMatchObject({ status: 400, error: 'invalid_request' })
  })

  must('RFC 7521', '4.2', 'refuses another assertion type, and an assertion without its type', async () => {
    const client_assertion = await assertionOf(signer)
    const saml = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'
    expect(await tokenBy({ client_assertion, client_assertion_type: saml })).toMatchObject(REFUSED)
    expect(await tokenBy({ client_assertion, client_id: signer.clientId })).toMatchObject(REFUSED)
    const { client_assertion_type = '' } = await signed()
    expect(await tokenBy({ client_assertion_type, client_id: 'native' })).toMatchObject(REFUSED)
  })

  must('RFC 6749', '2.3', 'refuses an assertion beside a secret', async () => {
    const several = { status: 400, error: 'invalid_request' }
    expect(await tokenBy({ ...(await signed()), client_secret: SECRET })).toMatchObject(several)
    expect(await tokenBy(await signed(), {}, basic('web'))).toMatchObject(several)
  })

  must('RFC 6749', '3.2', 'refuses an assertion that is sent twice', async () => {
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...(await signed()) })
    form.append('client_assertion', await assertionOf(signer))
    expect(await answerOf(await post('/oauth2/token', form.toString()))).toMatchObject({
      status: 400,
      error: 'invalid_request',
    })
  })

  must('RFC 7591', '2', 'refuses a secret of a client that is registered for private_key_jwt', async () => {
    const secret = { client_id: signer.clientId, client_secret: SECRET }
    expect(await tokenBy(secret)).toMatchObject(REFUSED)
    expect(await tokenBy({}, {}, basic(signer.clientId))).toMatchObject(REFUSED)
  })

  must('RFC 7591', '2', 'refuses an assertion of a client that is registered for a secret', async () => {
    const other = await givenSigner({}, { token_endpoint_auth_method: 'client_secret_basic' })
    expect(await tokenBy(signedBy(await assertionOf(other)))).toMatchObject(REFUSED)
    expect(await tokenBy({}, {}, basic(other.clientId))).toMatchObject({ status: 200 })
  })

  must('RFC 7591', '2', 'refuses an assertion of a public client', async () => {
    const open = await givenSigner({ type: 'public' }, {})
    const form = { grant_type: 'password', username: 'alice', password: 'x' }
    expect(await tokenBy({ ...form, ...signedBy(await assertionOf(open)) })).toMatchObject(REFUSED)
    expect(await tokenBy({ ...form, client_id: open.clientId })).toMatchObject(REFUSED)
  })

  must('RFC 7523', '3', 'threat 83: takes the issuer as audience, alone', async () => {
    const endpoint = `${ORIGIN}/oauth2/token`
    for (const aud of [endpoint, [ORIGIN, endpoint], 'https://other.example', undefined]) {
      expect(await tokenBy(await signed({ aud }))).toMatchObject(REFUSED)
    }
    expect(await tokenBy(await signed({ aud: [ORIGIN] }))).toMatchObject({ status: 200 })
  })

  it('takes the URL of the token endpoint as audience where OAUTH_ASSERTION_AUDIENCES says so', async () => {
    const vars = { OAUTH_ASSERTION_AUDIENCES: 'issuer token_endpoint' }
    for (const aud of [`${ORIGIN}/oauth2/token`, ORIGIN]) {
      expect(await tokenBy(await signed({ aud }), vars)).toMatchObject({ status: 200 })
    }
    expect(await tokenBy(await signed({ aud: 'https://other.example' }), vars)).toMatchObject(REFUSED)
  })

  it('refuses a setting of audiences without the issuer', async () => {
    const vars = { OAUTH_ASSERTION_AUDIENCES: 'token_endpoint' }
    expect((await send('/oauth2/token', {}, vars)).status).toBe(500)
  })

  must(
    'RFC 7523',
    '3',
    'threat 82: lets one of 50 requests win that send one assertion at once',
    async () => {
      const form = await signed()
      const answers = await Promise.all(Array.from({ length: 50 }, async () => tokenBy(form)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(answers.filter(({ error }) => error === 'invalid_client')).toHaveLength(49)
      const { results } = await env.DB.prepare('SELECT jti_hash FROM used_jti').all()
      expect(results).toHaveLength(1)
    },
  )

  must('RFC 7523', '3', 'refuses an assertion that another endpoint has spent', async () => {
    const form = await signed()
    const pair = await tokensOf()
    const introspected = await post('/oauth2/introspect', { token: pair.access_token, ...form })
    expect(introspected.status).toBe(200)
    expect(await tokenBy(form)).toMatchObject(REFUSED)
    expect((await post('/oauth2/revoke', { token: pair.access_token, ...form })).status).toBe(400)
  })

  must('RFC 7523', '3', 'leaves a code unspent that comes with a spent assertion', async () => {
    const form = await signed()
    expect(await tokenBy(form)).toMatchObject({ status: 200 })
    const code = await givenCode(alice, { client_id: signer.clientId })
    const none = { client_id: undefined, client_secret: undefined }
    expect(await redeem(code, { ...none, ...form })).toMatchObject(REFUSED)
    expect(await redeem(code, { ...none, ...(await signed()) })).toMatchObject({ status: 200 })
  })

  must(
    'RFC 8725',
    '3.1',
    'threat 85: refuses an assertion of no algorithm, or one signed by a stranger or by a public key as a secret',
    async () => {
      const now = Math.floor(Date.now() / 1000)
      const claims = { iss: signer.clientId, sub: signer.clientId, aud: ORIGIN, exp: now + 60, jti: 'x' }
      const unsigned = new UnsecuredJWT(claims).encode()
      expect(await tokenBy(signedBy(unsigned))).toMatchObject(REFUSED)
      const secret = new TextEncoder().encode(JSON.stringify(signer.jwk))
      const confused = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret)
      expect(await tokenBy(signedBy(confused))).toMatchObject(REFUSED)
      const stranger = await makeKey()
      const foreign = await assertionOf({ clientId: signer.clientId, ...stranger })
      expect(await tokenBy(signedBy(foreign))).toMatchObject(REFUSED)
      const embedded = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', jwk: stranger.jwk })
        .sign(stranger.privateKey)
      expect(await tokenBy(signedBy(embedded))).toMatchObject(REFUSED)
    },
  )

  must('RFC 7523', '3', 'threat 131: fetches no keys from an address that is not public', async () => {
    const said = vi.spyOn(console, 'info').mockImplementation(() => undefined)
    onTestFinished(() => said.mockRestore())
    for (const jwks_uri of [
      'https://169.254.169.254/latest/meta-data',
      'https://10.0.0.1/jwks',
      'https://[::ffff:7f00:1]/jwks',
      'https://localhost/jwks',
      'http://127.0.0.1:9/jwks',
      'http://localhost:9/jwks',
    ]) {
      // However the address came into the storage.
      const party = await givenSigner({}, { jwks: undefined, jwks_uri })
      expect(await tokenBy(signedBy(await assertionOf(party)))).toMatchObject(REFUSED)
      expect(String(said.mock.calls.at(-1)?.[0])).toMatch(/is not at a public host|does not use https/)
    }
  })

  it('refuses a client that was disabled while an isolate remembers its keys', async () => {
    expect(await tokenBy(await signed())).toMatchObject({ status: 200 })
    await env.DB.prepare('UPDATE clients SET disabled_at = 1 WHERE client_id = ?').bind(signer.clientId).run()
    expect(await tokenBy(await signed())).toMatchObject(REFUSED)
  })

  it('costs a trip for the keys, once, and no other trip than a secret does', async () => {
    const cold = countTrips()
    expect(await tokenBy(await signed(), cold.vars)).toMatchObject({ status: 200 })
    expect(cold).toMatchObject({ d1: 2, depth: 2, kv: 0 })
    const warm = countTrips()
    expect(await tokenBy(await signed(), warm.vars)).toMatchObject({ status: 200 })
    expect(warm).toMatchObject({ d1: 1, depth: 1, kv: 0 })
  })

  it('costs a stranger with a made-up assertion one trip, and writes nothing', async () => {
    const stranger = { clientId: `nobody-${crypto.randomUUID()}`, ...(await makeKey()) }
    const trips = countTrips()
    expect(await tokenBy(signedBy(await assertionOf(stranger)), trips.vars)).toMatchObject(REFUSED)
    expect(trips).toMatchObject({ d1: 1, kv: 0 })
    const { results } = await env.DB.prepare('SELECT jti_hash FROM used_jti').all()
    expect(results).toEqual([])
  })

  must('RFC 8414', '2', 'names the method and its algorithms in the metadata', async () => {
    const response = await send('/.well-known/oauth-authorization-server')
    const announced = await response.json<Record<string, readonly string[]>>()
    for (const endpoint of ['token', 'introspection', 'revocation']) {
      expect(announced[`${endpoint}_endpoint_auth_methods_supported`]).toContain('private_key_jwt')
      expect(announced[`${endpoint}_endpoint_auth_methods_supported`]).not.toContain('client_secret_jwt')
      expect(announced[`${endpoint}_endpoint_auth_signing_alg_values_supported`]).toEqual([
        'RS256',
        'PS256',
        'ES256',
        'EdDSA',
      ])
    }
  })

  it('changes nothing for clients with secrets and public clients', async () => {
    expect(await tokenBy({ client_id: 'service', client_secret: SECRET })).toMatchObject({ status: 200 })
    const code = await givenCode(alice, { client_id: 'web', redirect_uri: REDIRECT_URI })
    const pair = await redeem(code)
    expect(pair).toMatchObject({ status: 200 })
    expect(await refresh(pair.refresh_token ?? '')).toMatchObject({ status: 200 })
  })
})
