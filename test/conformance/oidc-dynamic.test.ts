import { env } from 'cloudflare:workers'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, UnsecuredJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { PUBLISHED_AHEAD } from '../../src/openid/keys/lifetimes.ts'
import { rotationNow } from '../../src/openid/keys/rotation.ts'
import { createSigningKeyStore } from '../../src/store/d1/signing-keys.ts'
import { givenCast } from '../support/fixture.ts'
import { answerIn, authorizationUrl, expectPage, type Fields, MISMATCH, signedIn } from '../support/flow.ts'
import { type Answer, answerOf, ORIGIN, post, send } from '../support/http.ts'
import { goThrough } from '../support/oidc-flow.ts'
import { json, verifyIdToken } from '../support/openid.ts'
import { manage, metadataOf, OPEN, type Registered, registerClient } from '../support/registration.ts'
import { assertionOf, makeKey, signedBy, type Signer } from '../support/signer.ts'
import { travel } from '../support/time.ts'

const CALLBACK = 'https://rp.example/cb'
const DISCOVERY = '/.well-known/openid-configuration'

/** A client that has registered itself, and signs. */
interface RelyingParty extends Signer {
  readonly registered: Registered
  readonly redirectUri: string
}

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** Registers a client for this test alone, as each module of the plan does. */
async function givenParty(changed: Readonly<Record<string, unknown>> = {}): Promise<RelyingParty> {
  const key = await makeKey('RS256')
  const registered = await registerClient(
    metadataOf({
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.jwk] },
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      ...changed,
    }),
  )
  expect(registered.status).toBe(201)
  const [redirectUri = CALLBACK] = registered['redirect_uris'] as readonly string[]
  return { ...key, clientId: registered.client_id, registered, redirectUri }
}

function requestOf({ clientId, redirectUri }: RelyingParty, fields: Fields = {}): Fields {
  return { client_id: clientId, redirect_uri: redirectUri, scope: 'openid', nonce: 'n', ...fields }
}

async function ask(
  party: RelyingParty,
  form: Readonly<Record<string, string>>,
  claims = {},
): Promise<Answer> {
  return answerOf(await post('/oauth2/token', { ...form, ...signedBy(await assertionOf(party, claims)) }))
}

async function codeFor(party: RelyingParty, fields: Fields = {}): Promise<string> {
  return answerIn(await goThrough(await signedIn(alice), requestOf(party, fields)))['code'] ?? ''
}

async function signIn(party: RelyingParty, fields: Fields = {}, claims = {}): Promise<Answer> {
  const code = await codeFor(party, fields)
  return ask(party, { grant_type: 'authorization_code', code, redirect_uri: party.redirectUri }, claims)
}

async function kids(): Promise<readonly string[]> {
  const { keys } = (await json('/oauth2/jwks')) as unknown as { keys: readonly { kid: string }[] }
  return keys.map(({ kid }) => kid)
}

describe('A client that registers itself, by the plan Dynamic', () => {
  it('goes through the whole flow, and takes its registration away at the end (oidcc-server)', async () => {
    const party = await givenParty()
    const { registration_client_uri: uri } = party.registered
    expect(uri).toBe(`${ORIGIN}/oauth2/register/${party.clientId}`)
    const answer = await signIn(party)
    expect(answer).toMatchObject({ status: 200, token_type: 'Bearer' })
    expect((await verifyIdToken(answer['id_token'], party.clientId)).claims).toMatchObject({
      sub: alice,
      nonce: 'n',
    })
    expect((await manage('DELETE', party.registered)).status).toBe(204)
    await expectPage(await send(authorizationUrl(requestOf(party))), 400, 'An unauthorized client')
  })

  it('finds what the plan demands in the metadata (oidcc-discovery-endpoint-verification)', async () => {
    const response = await send(DISCOVERY, {}, OPEN)
    const metadata = await response.json<Readonly<Record<string, unknown>>>()
    expect(metadata).toMatchObject({
      registration_endpoint: `${ORIGIN}/oauth2/register`,
      request_uri_parameter_supported: true,
      response_types_supported: expect.arrayContaining(['code', 'id_token', 'id_token token']) as unknown,
      grant_types_supported: expect.arrayContaining(['authorization_code', 'implicit']) as unknown,
      userinfo_signing_alg_values_supported: expect.arrayContaining(['RS256']) as unknown,
      id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']) as unknown,
      token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt']) as unknown,
      subject_types_supported: expect.arrayContaining(['pairwise']) as unknown,
    })
  })

  it.each(['RS256', 'ES256', 'EdDSA'])(
    'gets ID tokens signed by %s where it registered that (oidcc-idtoken-rs256)',
    async (algorithm) => {
      const party = await givenParty({ id_token_signed_response_alg: algorithm })
      const { header } = await verifyIdToken((await signIn(party))['id_token'], party.clientId)
      expect(header.alg).toBe(algorithm)
    },
  )

  it('cannot register to get ID tokens that nobody signed (oidcc-idtoken-unsigned)', async () => {
    expect((await json(DISCOVERY))['id_token_signing_alg_values_supported']).not.toContain('none')
    expect(await registerClient(metadataOf({ id_token_signed_response_alg: 'none' }))).toMatchObject({
      status: 400,
      error: 'invalid_client_metadata',
    })
  })

  it('gets UserInfo as a JWT where it registered that (oidcc-userinfo-rs256)', async () => {
    const party = await givenParty({ userinfo_signed_response_alg: 'RS256' })
    const { access_token } = await signIn(party)
    const response = await send('/oauth2/userinfo', { headers: { Authorization: `Bearer ${access_token}` } })
    expect(response.headers.get('Content-Type')).toMatch(/^application\/jwt/)
    const keys = createLocalJWKSet((await json('/oauth2/jwks')) as unknown as JSONWebKeySet)
    const expected = { issuer: ORIGIN, audience: party.clientId, algorithms: ['RS256'] }
    const { payload } = await jwtVerify(await response.text(), keys, expected)
    expect(payload.sub).toBe(alice)
    expect(payload).not.toHaveProperty('nonce')
  })

  it('must say where the answer goes where it has two addresses (oidcc-ensure-redirect-uri-in-authorization-request)', async () => {
    const party = await givenParty({ redirect_uris: [CALLBACK, `${CALLBACK}2`] })
    await expectPage(
      await send(authorizationUrl(requestOf(party, { redirect_uri: undefined }))),
      400,
      MISMATCH,
    )
  })

  it('may have an address with a query, which comes back (oidcc-redirect-uri-query-OK)', async () => {
    const party = await givenParty({ redirect_uris: [`${CALLBACK}?foo=bar`] })
    const { left } = await goThrough(await signedIn(alice), requestOf(party))
    expect(left?.searchParams.get('foo')).toBe('bar')
    expect(await signIn(party)).toMatchObject({ status: 200 })
  })

  it.each([
    ['another query (oidcc-redirect-uri-query-mismatch)', `${CALLBACK}?foo=other`],
    ['a query more (oidcc-redirect-uri-query-added)', `${CALLBACK}?foo=bar&bar=foo`],
    ['no query', CALLBACK],
  ])('is not answered at an address with %s', async (_, redirect_uri) => {
    const party = await givenParty({ redirect_uris: [`${CALLBACK}?foo=bar`] })
    await expectPage(await send(authorizationUrl(requestOf(party, { redirect_uri }))), 400, MISMATCH)
  })

  it('cannot register an address with a fragment (oidcc-redirect-uri-regfrag)', async () => {
    expect(await registerClient(metadataOf({ redirect_uris: [`${CALLBACK}#fragment`] }))).toMatchObject({
      status: 400,
      error: 'invalid_redirect_uri',
    })
  })

  it('may address its assertion to the issuer (oidcc-ensure-client-assertion-with-iss-aud-succeeds)', async () => {
    expect(await signIn(await givenParty(), {}, { aud: ORIGIN })).toMatchObject({ status: 200 })
  })

  it('refreshes, as itself alone (oidcc-refresh-token)', async () => {
    const [party, other] = [await givenParty(), await givenParty()]
    const fields = { scope: 'openid offline_access', prompt: 'consent' }
    const { id_token, refresh_token } = await signIn(party, fields)
    const form = { grant_type: 'refresh_token', refresh_token: refresh_token ?? '' }
    expect(await ask(other, form)).toMatchObject({ status: 400, error: 'invalid_grant' })
    const refreshed = await ask(party, form)
    expect(refreshed.status).toBe(200)
    const [before, after] = [id_token, refreshed['id_token']].map((token) =>
      verifyIdToken(token, party.clientId),
    )
    expect((await after)?.claims.sub).toBe((await before)?.claims.sub)
    expect((await after)?.claims['auth_time']).toBe((await before)?.claims['auth_time'])
  })

  it('sees a new key that signs after a rotation, beside the old one (oidcc-server-rotate-keys)', async () => {
    const party = await givenParty()
    const first = await verifyIdToken((await signIn(party))['id_token'], party.clientId)
    const before = await kids()
    travel(PUBLISHED_AHEAD)
    const now = Math.floor(Date.now() / 1000)
    const mark = { id: 'rotation', now, network: null, actor: 'cli' }
    const rotated = await createSigningKeyStore(env.DB).rotateSigningKeys(rotationNow(now), mark)
    const second = await verifyIdToken((await signIn(party))['id_token'], party.clientId)
    expect(rotated).toContain(second.header.kid)
    expect(second.header.kid).not.toBe(first.header.kid)
    expect(await kids()).toEqual(expect.arrayContaining([...before]))
    expect(await kids()).toContain(second.header.kid)
  })

  it('is refused a request object that nobody signed, and never ignored (oidcc-request-uri-unsigned)', async () => {
    const party = await givenParty()
    expect((await json(DISCOVERY))['request_object_signing_alg_values_supported']).not.toContain('none')
    const request = new UnsecuredJWT({ client_id: party.clientId, redirect_uri: CALLBACK }).encode()
    const response = await send(authorizationUrl(requestOf(party, { request })))
    await expectPage(response, 400, 'request object')
  })

  it('is not answered at a wrong address beside a request object (oidcc-ensure-request-object-with-redirect-uri)', async () => {
    const party = await givenParty()
    const request = new UnsecuredJWT({ client_id: party.clientId, redirect_uri: CALLBACK }).encode()
    const fields = requestOf(party, { request, redirect_uri: 'https://rp.example/wrong' })
    const response = await send(authorizationUrl(fields))
    expect([response.status, response.headers.get('Location')]).toEqual([400, null])
  })
})

it('Two isolates that start at once make one key for each place', async () => {
  const isolates = Array.from({ length: 2 }, () => ({ ...env }))
  const sets = await Promise.all(
    isolates.map(async (isolate) => (await send('/oauth2/jwks', {}, isolate)).json()),
  )
  expect(sets[0]).toEqual(sets[1])
  const { results } = await env.DB.prepare(
    'SELECT algorithm, state, count(*) AS keys FROM signing_keys GROUP BY algorithm, state',
  ).all<{ keys: number }>()
  expect(results.map(({ keys }) => keys)).toEqual([1, 1, 1, 1, 1, 1])
})
