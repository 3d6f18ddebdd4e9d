import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { addressProblem } from '../../src/client-id-metadata/address.ts'
import {
  documentOf,
  CALLBACK,
  givenDocument,
  newAddress,
  putUp,
  storedDocument,
  timesAsked,
} from '../support/documents.ts'
import { givenCast } from '../support/fixture.ts'
import { authorizationUrl, codeIn, authorize, PKCE, signedIn } from '../support/flow.ts'
import { send, type Vars } from '../support/http.ts'
import type { Answer } from '../support/internet.ts'
import { must, threat } from '../support/must.ts'
import { countTrips } from '../support/trips.ts'

const CIMD = 'Client ID Metadata Documents'
const UNUSABLE = 'The document that describes the application cannot be used.'

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

function urlFor(address: string, redirectUri = CALLBACK): string {
  return authorizationUrl({ client_id: address, redirect_uri: redirectUri, ...PKCE })
}

/** Checks that an address is refused by a page, and that no client came of it. */
async function expectRefused(address: string, vars: Vars = {}): Promise<void> {
  const response = await send(urlFor(address), {}, vars)
  expect({ status: response.status, location: response.headers.get('Location') }).toEqual({
    status: 400,
    location: null,
  })
  expect(await response.text()).toContain(UNUSABLE)
  expect(await env.DB.prepare('SELECT 1 FROM clients WHERE client_id = ?').bind(address).first()).toBeNull()
}

/** Puts up an answer and checks that it is refused. */
async function expectUnusable(
  answer: Partial<Answer> & { readonly json?: unknown },
  problem: string,
): Promise<void> {
  const address = newAddress()
  await putUp(
    address,
    typeof answer.json === 'object'
      ? { ...answer, json: { ...documentOf(address), ...answer.json } }
      : answer,
  )
  await expectRefused(address)
  expect((await storedDocument(address))?.['problem']).toContain(problem)
}

const rules = (fetchLoopback = false) =>
  ({
    featureSettings: { clientDomains: 'any', refusedClientDomains: [] },
    settings: { fetchLoopback },
  }) as unknown as Parameters<typeof addressProblem>[1]

describe('An address that may not be a client', () => {
  must(
    CIMD,
    '3',
    'refuses an address without a path, with dot segments, a fragment or a user name, and without https',
    async () => {
      for (const address of [
        'https://app.example.org',
        'https://app.example.org/',
        'https://app.example.org/a/../client.json',
        'https://app.example.org/./client.json',
        'https://app.example.org/%2e%2e/client.json',
        'https://app.example.org/client.json#fragment',
        'https://app.example.org/client.json#',
        'https://somebody@app.example.org/client.json',
        'https://somebody:secret@app.example.org/client.json',
        'https://APP.example.org/client.json',
        'https://app.example.org:443/client.json',
        'https:app.example.org/client.json',
        'https://app.example.org\\client.json',
        'https://app.example.org/client json',
        `https://app.example.org/${'x'.repeat(2000)}`,
      ]) {
        expect([address, addressProblem(address, rules())]).toEqual([address, expect.any(String)])
      }
      for (const address of [
        'https://app.example.org/client.json',
        'https://app.example.org:8443/c',
        'https://app.example.org/c?v=1',
      ]) {
        expect([address, addressProblem(address, rules())]).toEqual([address, null])
      }
      await expectRefused('https://app.example.org/a/../client.json')
    },
  )

  must(CIMD, '6.5', 'threats 131, 201: asks nothing that is not public, in whatever notation', async () => {
    for (const host of [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '0',
      '10.0.0.1',
      '172.16.5.4',
      '192.168.1.1',
      '100.64.0.1',
      '169.254.169.254',
      '0xa9fea9fe',
      '[::1]',
      '[::]',
      '[::ffff:10.0.0.1]',
      '[fe80::1]',
      '[fc00::1]',
      '[64:ff9b::a00:1]',
      '[2002:a00:1::]',
      'localhost',
      'localhost.',
      'metadata.google.internal',
      'printer.local',
      'intranet',
      'db.home.arpa',
      'x.onion',
      '127.0.0.1.nip.io',
      '10-0-0-1.sslip.io',
      'app.localtest.me',
      'lvh.me',
    ]) {
      const address = `https://${host}/client.json`
      expect([address, addressProblem(address, rules())]).toEqual([address, expect.any(String)])
      await expectRefused(address)
      expect(await timesAsked('https://app.example.org/never')).toBe(0)
    }
    expect(addressProblem('http://app.example.org/client.json', rules(true))).toContain('https')
    expect(addressProblem('http://127.0.0.1:9/client.json', rules(true))).toBeNull()
  })

  it('is one of a domain that the settings do not name, or refuse', async () => {
    const address = await givenDocument()
    await expectRefused(address, { OAUTH_CLIENT_DOMAINS: 'claude.ai vscode.dev' })
    await expectRefused(address, { OAUTH_REFUSED_CLIENT_DOMAINS: 'example.org' })
    expect(await timesAsked(address)).toBe(0)
    // A domain stands for the names below it, and not for those that only end alike.
    const evil = newAddress('evilexample.org')
    await expectRefused(evil, { OAUTH_CLIENT_DOMAINS: 'example.org' })
    const below = await send(urlFor(address), {}, { OAUTH_CLIENT_DOMAINS: 'example.org' })
    expect(below.status).toBe(303)
    // One that is known already is refused at the token endpoint, too.
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: 'rt_none',
      client_id: address,
    })
    const ask = async (vars: Vars) =>
      (await send('/oauth2/token', { method: 'POST', body: form }, { ...countTrips().vars, ...vars })).json()
    expect(await ask({})).toMatchObject({ error: 'invalid_grant' })
    expect(await ask({ OAUTH_REFUSED_CLIENT_DOMAINS: 'app.example.org' })).toMatchObject({
      error: 'invalid_client',
    })
  })

  it('is a setting that cannot be used', async () => {
    for (const OAUTH_CLIENT_DOMAINS of ['https://claude.ai', 'Claude.ai', 'claude.ai/x', 'claude.ai:443']) {
      expect((await send('/healthz', {}, { OAUTH_CLIENT_DOMAINS })).status).toBe(500)
    }
  })
})

describe('A document that cannot be used', () => {
  must(CIMD, '4', 'threat 202: refuses an answer that is no JSON of 200 at the very address', async () => {
    await expectUnusable(
      { status: 302, body: '', headers: { Location: 'https://app.example.org/other' } },
      'redirects',
    )
    await expectUnusable({ status: 201, json: {} }, 'status 201')
    await expectUnusable({ status: 404, json: {} }, 'status 404')
    await expectUnusable({ status: 500, json: {} }, 'status 500')
    await expectUnusable({ json: {}, headers: { 'Content-Type': 'text/html' } }, 'type')
    await expectUnusable({ json: {}, headers: { 'Content-Type': 'text/plain' } }, 'type')
    await expectUnusable({ body: '[]' }, 'JSON object')
    await expectUnusable({ body: '{"client_id":' }, 'JSON object')
    await expectUnusable({ body: 'null' }, 'JSON object')
  })

  must(CIMD, '6.6', 'threat 202: refuses a body that is large, slow or endless', async () => {
    await expectUnusable({ json: { more: 'x'.repeat(6000) } }, 'larger than 5120 bytes')
    await expectUnusable({ body: ' '.repeat(400), endless: true }, 'larger than 5120 bytes')
    await expectUnusable({ body: ' ', endless: true }, 'longer than 3 seconds')
    await expectUnusable({ json: {}, delay: 4 }, 'longer than 3 seconds')
  })

  threat(202, 'has headers beyond measure, which neither harm nor are kept', async () => {
    const address = newAddress()
    const headers = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`x-more-${n}`, 'x'.repeat(200)]))
    await putUp(address, {
      json: documentOf(address),
      headers: { ...headers, 'Cache-Control': `max-age=${'9'.repeat(500)}` },
    })
    expect((await send(urlFor(address))).status).toBe(303)
    const stored = await storedDocument(address)
    expect(Number(stored?.['expires_at']) - Number(stored?.['fetched_at'])).toBeLessThanOrEqual(86_400)
  })

  must(CIMD, '4', 'threat 203: refuses another client_id, byte for byte', async () => {
    const other = newAddress()
    await expectUnusable({ json: { client_id: other } }, 'another client')
    await expectUnusable({ json: { client_id: 7 } }, 'no client_id')
    await expectUnusable({ json: { client_id: undefined } }, 'no client_id')
    const address = newAddress()
    for (const wrong of [
      `${address}?`,
      `${address}#`,
      `${address}/`,
      address.replace('https', 'HTTPS'),
      ` ${address}`,
    ]) {
      await putUp(address, { json: documentOf(address, { client_id: wrong }) })
      await expectRefused(address)
    }
  })

  must(
    'MCP authorization',
    'Client ID Metadata Documents',
    'refuses one without a name or redirect URIs',
    async () => {
      await expectUnusable({ json: { client_name: undefined } }, 'no client_name')
      await expectUnusable({ json: { client_name: '  ' } }, 'no client_name')
      await expectUnusable({ json: { redirect_uris: undefined } }, 'no redirect_uris')
      await expectUnusable({ json: { redirect_uris: [] } }, 'no redirect_uris')
      await expectUnusable(
        { json: { redirect_uris: 'https://app.example.org/callback' } },
        'no redirect_uris',
      )
      await expectUnusable({ json: { redirect_uris: ['javascript:alert(1)'] } }, 'javascript')
      await expectUnusable({ json: { redirect_uris: ['http://app.example.org/callback'] } }, 'https')
    },
  )

  must(CIMD, '4.1', 'refuses secrets, which everybody can read there, and private keys', async () => {
    await expectUnusable({ json: { client_secret: 'hush' } }, 'client_secret')
    await expectUnusable({ json: { client_secret_expires_at: 0 } }, 'client_secret_expires_at')
    for (const method of ['client_secret_basic', 'client_secret_post', 'client_secret_jwt']) {
      await expectUnusable({ json: { token_endpoint_auth_method: method } }, 'authenticates only with')
    }
    const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }] }
    await expectUnusable({ json: { token_endpoint_auth_method: 'private_key_jwt', jwks } }, 'public keys')
    await expectUnusable({ json: { token_endpoint_auth_method: 'private_key_jwt' } }, 'jwks')
    await expectUnusable(
      { json: { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://169.254.169.254/jwks' } },
      'jwks_uri',
    )
  })

  it('has lists that are none, or no grant that it may have', async () => {
    await expectUnusable({ json: { grant_types: 'authorization_code' } }, 'grant_types')
    await expectUnusable({ json: { redirect_uris: [7] } }, 'redirect_uris')
    await expectUnusable(
      { json: { grant_types: ['password', 'client_credentials', 'implicit'] } },
      'grant types',
    )
  })

  threat(
    207,
    'is counted against the network that causes it, and a client that is known still works then',
    async () => {
      const known = await givenDocument()
      const headers = { 'CF-Connecting-IP': '198.51.100.77' }
      expect((await send(urlFor(known), { headers })).status).toBe(303)
      const statuses = new Set<number>()
      for (let n = 0; n < 61; n++) statuses.add((await send(urlFor(newAddress()), { headers })).status)
      expect(statuses).toEqual(new Set([400, 429]))
      expect((await send(urlFor(known), { headers }, { DB: env.DB })).status).toBe(303)
    },
  )
})

describe('What a document says that it may not', () => {
  it('is left out where the rest can be used, and staff are told', async () => {
    const address = await givenDocument({
      grant_types: ['authorization_code', 'refresh_token', 'urn:example:unknown', 'client_credentials'],
      redirect_uris: [CALLBACK, 'cursor://x/callback', 'http://app.example.org/plain'],
      client_uri: 'https://claude.ai/',
      scope: 'admin nothing read',
      auto_authorize: true,
      require_pkce: false,
      disabled: false,
    })
    codeIn(await authorize(await signedIn(alice), { client_id: address, redirect_uri: CALLBACK, ...PKCE }))
    const row = await env.DB.prepare('SELECT * FROM clients WHERE client_id = ?').bind(address).first()
    expect(row).toMatchObject({
      grant_types: '["authorization_code","refresh_token"]',
      scope: null,
      auto_authorize: 0,
      require_pkce: 1,
      type: 'public',
    })
    const notes = String((await storedDocument(address))?.['notes'])
    expect(notes).toContain('urn:example:unknown')
    expect(notes).toContain('cursor')
    expect(notes).toContain('claude.ai')
  })

  it('never makes the scope admin its own', async () => {
    const address = await givenDocument({ scope: 'admin' })
    const page = await (
      await signedIn(alice)
    ).visit(authorizationUrl({ client_id: address, redirect_uri: CALLBACK, scope: 'admin', ...PKCE }))
    expect(page.left?.searchParams.get('error')).toBe('invalid_scope')
  })

  must('RFC 7636', '4.4.1', 'does not free its client from PKCE', async () => {
    const address = await givenDocument()
    const page = await (
      await signedIn(alice)
    ).visit(authorizationUrl({ client_id: address, redirect_uri: CALLBACK }))
    expect(page.left?.searchParams.get('error')).toBe('invalid_request')
  })

  threat(203, 'cannot be put into the place of what another address has said', async () => {
    const good = await givenDocument()
    codeIn(await authorize(await signedIn(alice), { client_id: good, redirect_uri: CALLBACK, ...PKCE }))
    // One that says it is the other is refused, and the other stays what it is.
    const evil = newAddress('evil.example.org')
    await putUp(evil, {
      json: documentOf(good, { client_name: 'Poison', redirect_uris: ['https://evil.example.org/cb'] }),
    })
    await expectRefused(evil)
    const name = await env.DB.prepare('SELECT name FROM clients WHERE client_id = ?').bind(good).first('name')
    expect(name).toBe('An application')
  })
})
