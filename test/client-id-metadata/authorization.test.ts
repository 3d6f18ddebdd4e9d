import { env } from 'cloudflare:workers'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  CALLBACK,
  documentOf,
  givenDocument,
  newAddress,
  putUp,
  storedDocument,
  takeDown,
  timesAsked,
} from '../support/documents.ts'
import { givenCast, SECRET } from '../support/fixture.ts'
import {
  act,
  approve,
  authorizationUrl,
  authorize,
  codeIn,
  PKCE,
  redeem,
  signedIn,
  VERIFIER,
} from '../support/flow.ts'
import { type Answer, answerOf, ORIGIN, post, send, type Vars } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { travel } from '../support/time.ts'
import { countTrips, type Trips } from '../support/trips.ts'

const CIMD = 'Client ID Metadata Documents'

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** What the client of a document asks for. */
function asked(
  address: string,
  fields: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return { client_id: address, redirect_uri: CALLBACK, ...PKCE, ...fields }
}

/** A code that alice's approval brought. */
async function codeFor(
  address: string,
  fields: Readonly<Record<string, string>> = {},
  vars: Vars = {},
): Promise<string> {
  return codeIn(await authorize(await signedIn(alice, vars), asked(address, fields)))
}

function redeemAs(
  address: string,
  code: string,
  more: Readonly<Record<string, string>> = {},
  vars: Vars = {},
): Promise<Answer> {
  const usual = {
    client_id: address,
    client_secret: undefined,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  }
  return redeem(code, { ...usual, ...more }, vars)
}

async function refresh(address: string, token: string, vars: Vars = {}): Promise<Answer> {
  const form = { grant_type: 'refresh_token', refresh_token: token, client_id: address }
  return answerOf(await post('/oauth2/token', form, {}, vars))
}

describe('A client whose id is the address of a document', () => {
  it('signs a person in, refreshes, is introspected, is on the account page, and loses its access there', async () => {
    const address = await givenDocument()
    const pair = await redeemAs(address, await codeFor(address))
    expect(pair).toMatchObject({ status: 200, token_type: 'Bearer', scope: 'read' })
    const again = await refresh(address, pair.refresh_token ?? '')
    expect(again).toMatchObject({ status: 200, scope: 'read' })
    const live = { token: again.access_token, client_id: 'web', client_secret: SECRET }
    const browser = await signedIn(alice)
    const page = await browser.visit('/account')
    expect(page.text).toContain('An application')
    const introspected = await answerOf(await post('/oauth2/introspect', live))
    expect(introspected).toMatchObject({ active: true, client_id: address, username: 'alice' })
    await act(browser, 'revoke-application', { client_id: address })
    expect(await answerOf(await post('/oauth2/introspect', live))).toMatchObject({ active: false })
    expect(await refresh(address, again.refresh_token ?? '')).toMatchObject({ error: 'invalid_grant' })
  })

  it('revokes its own tokens', async () => {
    const address = await givenDocument()
    const pair = await redeemAs(address, await codeFor(address))
    const form = { token: pair.refresh_token ?? '', client_id: address }
    expect((await post('/oauth2/revoke', form)).status).toBe(200)
    expect(await refresh(address, pair.refresh_token ?? '')).toMatchObject({ error: 'invalid_grant' })
  })

  must(
    CIMD,
    '5',
    'is announced by the metadata, and only if the requests of the Worker are strictly public',
    async () => {
      const metadata = async (vars: Vars = {}) =>
        (await send('/.well-known/oauth-authorization-server', {}, vars)).json<Record<string, unknown>>()
      expect(await metadata()).toHaveProperty('client_id_metadata_document_supported', true)
      expect(await metadata({ OAUTH_CLIENT_DOMAINS: 'none' })).not.toHaveProperty(
        'client_id_metadata_document_supported',
      )
      const { compatibilityFlags } = Cloudflare as unknown as { compatibilityFlags: Record<string, boolean> }
      expect(compatibilityFlags['global_fetch_strictly_public']).toBe(true)
    },
  )

  it('is unknown where documents describe no clients', async () => {
    const address = await givenDocument()
    const response = await send(authorizationUrl(asked(address)), {}, { OAUTH_CLIENT_DOMAINS: 'none' })
    expect(response.status).toBe(400)
    expect(await timesAsked(address)).toBe(0)
  })

  it('has one row, however many people connect', async () => {
    const address = await givenDocument()
    for (let n = 0; n < 3; n++) await codeFor(address)
    const rows = await env.DB.prepare('SELECT count(*) AS n FROM clients WHERE client_id = ?')
      .bind(address)
      .first('n')
    expect(rows).toBe(1)
    expect(await timesAsked(address)).toBe(1)
  })

  it('is the one that somebody has registered under the same id, and no document is fetched', async () => {
    const address = newAddress()
    await env.DB.prepare(
      `INSERT INTO clients (client_id, type, name, grant_types, response_types, created_at, updated_at)
       VALUES (?, 'public', 'Registered', '["authorization_code"]', '["code"]', 1, 1)`,
    )
      .bind(address)
      .run()
    await env.DB.prepare('INSERT INTO client_redirect_uris (client_id, uri, position) VALUES (?, ?, 0)')
      .bind(address, CALLBACK)
      .run()
    await putUp(address, { json: documentOf(address, { client_name: 'Of the document' }) })
    const page = await (await signedIn(alice)).visit(authorizationUrl(asked(address)))
    expect(page.text).toContain('Authorize Registered')
    expect(await timesAsked(address)).toBe(0)
    expect(await storedDocument(address)).toBeNull()
  })
})

describe('The storage round trips of a client that a document describes', () => {
  let trips: Trips
  const costOf = async (work: () => Promise<unknown>): Promise<unknown> => {
    const before = { ...trips }
    await work()
    return { d1: trips.d1 - before.d1, depth: trips.depth - before.depth, kv: trips.kv - before.kv }
  }

  it('are none more than those of a registered client, once an isolate has seen it', async () => {
    trips = countTrips()
    const address = await givenDocument()
    const browser = await signedIn(alice, trips.vars)
    const first = codeIn(await authorize(browser, asked(address)))
    const pair = await redeemAs(address, first, {}, trips.vars)
    expect(await costOf(() => browser.get(authorizationUrl(asked(address))))).toEqual({
      d1: 1,
      depth: 2,
      kv: 1,
    })
    const code = codeIn(await browser.visit(authorizationUrl(asked(address))))
    expect(await costOf(() => redeemAs(address, code, {}, trips.vars))).toEqual({ d1: 1, depth: 2, kv: 1 })
    expect(await costOf(() => refresh(address, pair.refresh_token ?? '', trips.vars))).toEqual({
      d1: 1,
      depth: 1,
      kv: 0,
    })
    expect(await timesAsked(address)).toBe(1)
  })

  it('are one read more at the first page of another isolate, which agrees with the first by the storage', async () => {
    const address = await givenDocument()
    const code = await codeFor(address)
    trips = countTrips()
    const browser = await signedIn(alice, trips.vars)
    expect(await costOf(() => browser.get(authorizationUrl(asked(address))))).toEqual({
      d1: 2,
      depth: 3,
      kv: 1,
    })
    expect(await timesAsked(address)).toBe(1)
    // The token endpoint does not wait: the commit proves the client, and what is looked at runs beside.
    trips = countTrips()
    expect(await redeemAs(address, code, {}, trips.vars)).toMatchObject({ status: 200 })
    expect(trips.depth).toBeLessThanOrEqual(2)
  })
})

describe('A document is fetched again', () => {
  must(CIMD, '4.4', 'fetches a document again once its HTTP headers say so, and not before', async () => {
    const address = await givenDocument({}, { 'Cache-Control': 'public, max-age=7200' })
    await codeFor(address)
    travel(7100)
    await codeFor(address)
    expect(await timesAsked(address)).toBe(1)
    travel(200)
    await codeFor(address)
    expect(await timesAsked(address)).toBe(2)
  })

  it.each<[string, Record<string, string>, number]>([
    ['no header', {}, 3600],
    ['no-store', { 'Cache-Control': 'no-store' }, 60],
    ['a day and more', { 'Cache-Control': 'max-age=31536000' }, 86_400],
    ['an age', { 'Cache-Control': 'max-age=600', Age: '100' }, 500],
    ['a shared one', { 'Cache-Control': 'max-age=60, s-maxage=900' }, 900],
    ['nonsense', { 'Cache-Control': 'max-age=soon', Expires: '0' }, 60],
  ])('after a time within bounds, by %s', async (_, headers, seconds) => {
    const address = await givenDocument({}, headers)
    await codeFor(address)
    const stored = await storedDocument(address)
    expect(Number(stored?.['expires_at']) - Number(stored?.['fetched_at'])).toBe(seconds)
  })

  must(CIMD, '4.4', 'fetches a document again after a failure, which is never kept', async () => {
    const address = newAddress()
    await putUp(address, { status: 404, json: {}, headers: { 'Cache-Control': 'max-age=86400' } })
    const browser = await signedIn(alice)
    const refused = await browser.visit(authorizationUrl(asked(address)))
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('The document that describes the application cannot be used.')
    await putUp(address, { json: documentOf(address) })
    expect(await codeFor(address)).toMatch(/^ac_/)
  })

  it('while its server fails, in vain: the last good copy serves for a week', async () => {
    const address = await givenDocument()
    const pair = await redeemAs(address, await codeFor(address))
    await takeDown(address)
    travel(4000)
    expect(await codeFor(address)).toMatch(/^ac_/)
    expect(await storedDocument(address)).toHaveProperty('problem', expect.any(String))
    expect(await refresh(address, pair.refresh_token ?? '')).toMatchObject({ status: 200 })
    travel(8 * 86_400)
    const late = await (await signedIn(alice)).visit(authorizationUrl(asked(address)))
    expect(late.status).toBe(400)
  })

  it('beside a token request, whose client then is what the document says now', async () => {
    const address = await givenDocument()
    const pair = await redeemAs(address, await codeFor(address))
    await putUp(address, { json: documentOf(address, { client_name: 'Renamed' }) })
    travel(4000)
    expect(await refresh(address, pair.refresh_token ?? '')).toMatchObject({ status: 200 })
    const name = await env.DB.prepare('SELECT name FROM clients WHERE client_id = ?')
      .bind(address)
      .first('name')
    expect(name).toBe('Renamed')
  })

  it('for a client that no isolate and no storage knows at the token endpoint', async () => {
    const address = await givenDocument()
    expect(await redeemAs(address, 'ac_none')).toMatchObject({ error: 'invalid_grant' })
    expect(await timesAsked(address)).toBe(1)
    const nothing = newAddress()
    expect(await redeemAs(nothing, 'ac_none')).toMatchObject({ error: 'invalid_client' })
  })
})

describe('A document that says something else after a person has consented', () => {
  it.each([
    ['other redirect URIs', { redirect_uris: [CALLBACK, 'https://app.example.org/other'] }],
    ['another name', { client_name: 'Something else' }],
    ['another home page', { client_uri: 'https://app.example.org/new' }],
  ])('asks again: %s', async (_, changed) => {
    const address = await givenDocument()
    const browser = await signedIn(alice)
    codeIn(await authorize(browser, asked(address, { scope: 'read write' })))
    const silent = await browser.visit(authorizationUrl(asked(address)))
    codeIn(silent)
    await putUp(address, { json: documentOf(address, changed) })
    travel(4000)
    const page = await browser.visit(authorizationUrl(asked(address)))
    expect(page.left).toBeNull()
    expect(page.text).toContain('name="authorize"')
    // What was allowed to what it was before is not allowed to what it is now.
    expect(page.text).not.toContain('You have allowed')
    travel(1)
    codeIn(await approve(browser, page))
    codeIn(await browser.visit(authorizationUrl(asked(address))))
    const more = await browser.visit(authorizationUrl(asked(address, { scope: 'write' })))
    expect(more.left).toBeNull()
  })

  it('does not ask again if only what nobody sees has changed', async () => {
    const address = await givenDocument()
    const browser = await signedIn(alice)
    codeIn(await authorize(browser, asked(address)))
    await putUp(address, {
      json: documentOf(address, { software_version: '2', contacts: ['a@app.example.org'] }),
    })
    travel(4000)
    codeIn(await browser.visit(authorizationUrl(asked(address))))
    expect(await timesAsked(address)).toBe(2)
  })

  threat(204, 'does not send codes to a redirect URI that is gone', async () => {
    const address = await givenDocument()
    const browser = await signedIn(alice)
    codeIn(await authorize(browser, asked(address)))
    await putUp(address, { json: documentOf(address, { redirect_uris: ['https://app.example.org/new'] }) })
    travel(4000)
    const refused = await browser.visit(authorizationUrl(asked(address)))
    expect(refused.status).toBe(400)
    expect(refused.left).toBeNull()
  })
})

describe('A document with keys', () => {
  it('makes a client that signs at the token endpoint, and cannot do without', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
    const jwks = `https://app.example.org/jwks-${Date.now()}.json`
    await putUp(jwks, {
      json: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] },
    })
    const address = await givenDocument({
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      token_endpoint_auth_signing_alg: 'RS256',
      jwks_uri: jwks,
    })
    const assertion = async (): Promise<Readonly<Record<string, string>>> => ({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await new SignJWT({ jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: 'RS256', kid: 'k' })
        .setIssuer(address)
        .setSubject(address)
        .setAudience(ORIGIN)
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(privateKey),
    })
    // Nobody has seen the document yet: the token endpoint looks at it by itself.
    expect(await redeemAs(address, 'ac_none', await assertion())).toMatchObject({ error: 'invalid_grant' })
    const code = await codeFor(address)
    expect(await redeemAs(address, code)).toMatchObject({ error: 'invalid_client' })
    const pair = await redeemAs(address, code, await assertion())
    expect(pair).toMatchObject({ status: 200 })
    expect(await refresh(address, pair.refresh_token ?? '')).toMatchObject({ error: 'invalid_client' })
  })

  it('is a public client where the provider cannot check signatures, if it can do without', async () => {
    const address = await givenDocument({
      token_endpoint_auth_method: 'tls_client_auth',
      token_endpoint_auth_methods_supported: ['tls_client_auth', 'none'],
    })
    expect(await redeemAs(address, await codeFor(address))).toMatchObject({ status: 200 })
  })
})
