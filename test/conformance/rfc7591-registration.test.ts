import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { newAddress, putUp } from '../support/documents.ts'
import { givenCast, givenUser } from '../support/fixture.ts'
import { givenCode, redeem, signedIn } from '../support/flow.ts'
import { ORIGIN, send, token } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { metadataOf, OPEN, registerClient } from '../support/registration.ts'
import { assertionOf, makeKey, signedBy, tokenBy } from '../support/signer.ts'
import { countTrips } from '../support/trips.ts'

const BAD_METADATA = { status: 400, error: 'invalid_client_metadata' }
const BAD_REDIRECT = { status: 400, error: 'invalid_redirect_uri' }
const TOKEN = { OAUTH_REGISTRATION: 'token' }

let alice: string

async function countClients(): Promise<number> {
  return (await env.DB.prepare('SELECT count(*) AS n FROM clients').first<number>('n')) ?? 0
}

/** An access token of a client of its own, with a scope. */
async function initialToken(scope: string): Promise<string> {
  await env.DB.prepare("INSERT INTO scopes VALUES ('register', 'Register clients', 0)").run()
  return (await token({ client_id: 'service', grant_type: 'client_credentials', scope })).access_token
}

describe('client registration', () => {
  beforeEach(async () => {
    ;({ alice } = await givenCast())
  })

  must(
    'RFC 7591',
    '3.2.1',
    'answers 201 with the id, the secret, the token, the address and every member',
    async () => {
      const answer = await registerClient(
        metadataOf({ contacts: ['ops@rp.example'], tos_uri: 'https://rp.example/t' }),
      )
      const { client_id: id, ...rest } = answer
      expect(rest).toMatchObject({
        status: 201,
        client_secret_expires_at: 0,
        registration_client_uri: `${ORIGIN}/oauth2/register/${id}`,
        client_name: 'An application',
        redirect_uris: ['https://rp.example/cb'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
        contacts: ['ops@rp.example'],
        tos_uri: 'https://rp.example/t',
        application_type: 'web',
      })
      expect(answer['client_secret']).toMatch(/^[\w-]{43}$/)
      expect(answer['registration_access_token']).toMatch(/^ra_[\w-]{60,}$/)
      expect(answer.headers.get('Cache-Control')).toBe('no-store')
    },
  )

  must(
    'RFC 7591',
    '3.2.1',
    'registers a client that signs people in by a code, without PKCE if it keeps a secret',
    async () => {
      const { client_id, client_secret } = await registerClient(metadataOf())
      const asked = { client_id: client_id, redirect_uri: 'https://rp.example/cb', scope: 'read' }
      const code = await givenCode(alice, asked)
      const answer = await redeem(code, { ...asked, client_secret: client_secret, scope: undefined })
      expect(answer).toMatchObject({ status: 200, token_type: 'Bearer' })
      expect(answer.refresh_token).toBeDefined()
    },
  )

  must('RFC 7591', '2', 'makes a client of the method none a public one, without a secret', async () => {
    const answer = await registerClient(metadataOf({ token_endpoint_auth_method: 'none' }))
    expect(answer).toMatchObject({ status: 201, token_endpoint_auth_method: 'none' })
    expect(answer).not.toHaveProperty('client_secret')
    expect(answer).not.toHaveProperty('client_secret_expires_at')
    const row = await env.DB.prepare('SELECT type, require_pkce FROM clients WHERE client_id = ?')
      .bind(answer['client_id'])
      .first()
    expect(row).toEqual({ type: 'public', require_pkce: 1 })
  })

  must('RFC 7591', '2', 'registers a client that signs, by its keys', async () => {
    const key = await makeKey()
    const answer = await registerClient(
      metadataOf({
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [key.jwk] },
        grant_types: ['authorization_code', 'client_credentials'],
      }),
      TOKEN,
      { Authorization: `Bearer ${await initialToken('register')}` },
    )
    expect(answer).toMatchObject({ status: 201 })
    expect(answer).not.toHaveProperty('client_secret')
    const signer = { clientId: answer['client_id'], ...key }
    expect(await tokenBy(signedBy(await assertionOf(signer)))).toMatchObject({ status: 200 })
    expect(await registerClient(metadataOf({ token_endpoint_auth_method: 'private_key_jwt' }))).toMatchObject(
      BAD_METADATA,
    )
  })

  it.each([
    ['a method that nobody has', { token_endpoint_auth_method: 'client_secret_jwt' }, BAD_METADATA],
    ['a method that is no text', { token_endpoint_auth_method: ['none'] }, BAD_METADATA],
    ['an algorithm with a shared secret', { id_token_signed_response_alg: 'HS256' }, BAD_METADATA],
    [
      'a response type without its grant type',
      { grant_types: ['authorization_code'], response_types: ['token'] },
      BAD_METADATA,
    ],
    ['a response type that nobody has', { response_types: ['device'] }, BAD_METADATA],
    ['grant types of which none is known', { grant_types: ['urn:example:magic'] }, BAD_METADATA],
    ['the password grant alone', { grant_types: ['password'] }, BAD_METADATA],
    ['a client of its own, of a stranger', { grant_types: ['client_credentials'] }, BAD_METADATA],
    ['scopes of which none exists', { scope: 'admin nothing' }, BAD_METADATA],
    [
      'keys by value and by address',
      { jwks: { keys: [] }, jwks_uri: 'https://rp.example/jwks' },
      BAD_METADATA,
    ],
    ['a private key', { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }, BAD_METADATA],
    ['a home page that runs script', { client_uri: 'javascript:alert(1)' }, BAD_METADATA],
    ['a logo that runs script', { logo_uri: 'data:text/html,<script>alert(1)</script>' }, BAD_METADATA],
    ['an address for sign-in over http', { initiate_login_uri: 'http://rp.example/login' }, BAD_METADATA],
    ['no redirect URI', { redirect_uris: undefined }, BAD_REDIRECT],
    ['redirect URIs that are no list', { redirect_uris: 'https://rp.example/cb' }, BAD_METADATA],
    ['a redirect URI with a fragment', { redirect_uris: ['https://rp.example/cb#a'] }, BAD_REDIRECT],
    ['a redirect URI over http', { redirect_uris: ['http://rp.example/cb'] }, BAD_REDIRECT],
    ['a redirect URI with a wildcard', { redirect_uris: ['https://*.rp.example/cb'] }, BAD_REDIRECT],
    ['a redirect URI with a user', { redirect_uris: ['https://a@rp.example/cb'] }, BAD_REDIRECT],
    ['a redirect URI that runs script', { redirect_uris: ['javascript:alert(1)'] }, BAD_REDIRECT],
    [
      '500 redirect URIs',
      { redirect_uris: Array.from({ length: 500 }, (_, n) => `https://rp.example/${n}`) },
      BAD_REDIRECT,
    ],
  ])('refuses %s', async (_, changed, refusal) => {
    const before = await countClients()
    expect(await registerClient(metadataOf(changed))).toMatchObject(refusal)
    expect(await countClients()).toBe(before)
  })

  it.each([
    ['a list', []],
    ['a text', 'a'],
    ['null', null],
  ])('refuses %s for a body', async (_, body) => {
    expect(await registerClient(body)).toMatchObject(BAD_METADATA)
  })

  it('leaves out redirect URIs that cannot be used while others can', async () => {
    const redirect_uris = [
      'https://rp.example/cb#a',
      'https://rp.example/cb',
      'cursor://a/b',
      'https://rp.example/cb',
    ]
    expect(await registerClient(metadataOf({ redirect_uris }))).toMatchObject({
      status: 201,
      redirect_uris: ['https://rp.example/cb'],
    })
  })

  it('ignores grant types and members that it does not know', async () => {
    const grant_types = ['authorization_code', 'urn:example:magic', 'password', 'client_credentials']
    const answer = await registerClient(
      metadataOf({ grant_types, 'client_name#de': 'Anwendung', foo: { a: 1 } }),
    )
    expect(answer).toMatchObject({ status: 201, grant_types: ['authorization_code'] })
    expect(answer).not.toHaveProperty('foo')
  })

  must('RFC 7591', '5', 'threat 129: takes nothing that only an operator may set', async () => {
    const body = `{"redirect_uris":["https://rp.example/cb"],"client_id":"web","client_secret":"chosen-by-me-123",
      "auto_authorize":true,"require_pkce":false,"access_token_lifetime":999999999,"allow_short_schemes":true,"type":"public",
      "owner_id":"${alice}","disabled":false,"is_staff":true,"__proto__":{"auto_authorize":true},"scope":"read admin"}`
    const response = await send(
      '/oauth2/register',
      { method: 'POST', headers: { 'Content-Type': 'application/json' }, body },
      OPEN,
    )
    const answer = await response.json<Record<string, unknown>>()
    expect(response.status).toBe(201)
    expect(answer['client_id']).not.toBe('web')
    expect(answer['client_secret']).not.toBe('chosen-by-me-123')
    expect(answer['scope']).toBe('read')
    const row = await env.DB.prepare(
      'SELECT type, auto_authorize, access_token_lifetime, owner_id, metadata FROM clients WHERE client_id = ?',
    )
      .bind(answer['client_id'])
      .first()
    expect(row).toMatchObject({
      type: 'confidential',
      auto_authorize: 0,
      access_token_lifetime: null,
      owner_id: null,
    })
    expect(String(row?.['metadata'])).not.toContain('allow_short_schemes')
  })

  must('RFC 7591', '3', 'threat 128: is not there until it is turned on', async () => {
    const asked = {
      method: 'POST',
      body: JSON.stringify(metadataOf()),
      headers: { 'Content-Type': 'application/json' },
    }
    const missing = await send('/oauth2/register', asked)
    // A page of another origin can read that there is nothing.
    expect([missing.status, missing.headers.get('Access-Control-Allow-Origin')]).toEqual([404, '*'])
    expect((await send('/oauth2/register', asked, OPEN)).status).toBe(201)
    const off = await send('/.well-known/oauth-authorization-server')
    expect(await off.json()).not.toHaveProperty('registration_endpoint')
    const on = await send('/.well-known/oauth-authorization-server', {}, OPEN)
    expect(await on.json()).toMatchObject({ registration_endpoint: `${ORIGIN}/oauth2/register` })
  })

  must('RFC 7591', '3', 'threat 128: wants an initial access token where the setting says so', async () => {
    const bearer = (value: string) => ({ Authorization: `Bearer ${value}` })
    const none = await registerClient(metadataOf(), TOKEN)
    expect(none).toMatchObject({ status: 401, error: 'invalid_token' })
    expect(none.headers.get('WWW-Authenticate')).toMatch(/^Bearer /)
    expect(await registerClient(metadataOf(), TOKEN, bearer('at_forged'))).toMatchObject({ status: 401 })
    const right = await initialToken('register')
    expect(await registerClient(metadataOf(), TOKEN, bearer(right))).toMatchObject({ status: 201 })
    const { access_token: narrow } = await token({ client_id: 'service', grant_type: 'client_credentials' })
    expect(await registerClient(metadataOf(), TOKEN, bearer(narrow))).toMatchObject({
      status: 403,
      error: 'insufficient_scope',
    })
  })

  it('takes the token of a member of staff, and of no other user', async () => {
    await initialToken('read')
    await givenUser('boss', { isStaff: true })
    const ask = async (username: string) =>
      token({ grant_type: 'password', username, password: 'correct horse battery staple', scope: 'register' })
    const [staff, anybody] = [await ask('boss'), await ask('alice')]
    const bearer = (answer: typeof staff) => ({ Authorization: `Bearer ${answer.access_token}` })
    expect(await registerClient(metadataOf(), TOKEN, bearer(anybody))).toMatchObject({ status: 403 })
    expect(await registerClient(metadataOf(), TOKEN, bearer(staff))).toMatchObject({ status: 201 })
  })

  threat(182, 'makes no more clients than the limit of a network, however many arrive at once', async () => {
    const before = await countClients()
    const vars = { ...OPEN, OAUTH_REGISTRATION_LIMIT: '5' }
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => registerClient(metadataOf(), vars)),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(15)
    expect(Number(refused[0]?.headers.get('Retry-After'))).toBeGreaterThan(3000)
    expect(await countClients()).toBe(before + 5)
  })

  it('costs one trip', async () => {
    const trips = countTrips()
    expect(await registerClient(metadataOf(), { ...OPEN, ...trips.vars })).toMatchObject({ status: 201 })
    expect(trips).toMatchObject({ d1: 1, depth: 1, kv: 0 })
  })

  it('keeps neither the secret nor the registration access token in the clear', async () => {
    const answer = await registerClient(metadataOf())
    const secrets = [String(answer['client_secret']), answer['registration_access_token']]
    for (const table of ['clients', 'client_secrets', 'client_registrations', 'audit_events', 'throttle']) {
      const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all()
      for (const secret of secrets) expect(JSON.stringify(results)).not.toContain(secret)
    }
  })

  it('shows the name of a client as text, whatever it holds', async () => {
    const client_name = '<script>alert(1)</script><img src=x onerror=alert(1)>'
    const { client_id } = await registerClient(metadataOf({ client_name }))
    const browser = await signedIn(alice)
    const fields = { client_id: client_id, redirect_uri: 'https://rp.example/cb', scope: 'read' }
    const url = new URLSearchParams({ response_type: 'code', ...fields }).toString()
    const page = await browser.visit(`/oauth2/authorize?${url}`)
    expect(page.text).toContain('&lt;script&gt;alert(1)')
    expect(page.text).not.toContain('<script>alert(1)')
    expect(page.text).not.toContain('<img src=x')
  })

  must('RFC 7591', '5', 'threat 131: fetches nothing from addresses that are not public', async () => {
    for (const host of [
      '127.0.0.1',
      '0x7f.1',
      '169.254.169.254',
      '[::ffff:7f00:1]',
      '10.0.0.1',
      'metadata.internal',
    ]) {
      for (const name of ['jwks_uri', 'sector_identifier_uri', 'backchannel_logout_uri']) {
        const answer = await registerClient(metadataOf({ [name]: `https://${host}/x` }))
        expect([name, host, answer.error]).toEqual([name, host, 'invalid_client_metadata'])
      }
    }
  })

  must(
    'OpenID Connect Registration',
    '5',
    'refuses a sector whose document does not list each redirect URI',
    async () => {
      const sector_identifier_uri = newAddress('sector.example.org')
      const redirect_uris = ['https://rp.example/cb', 'https://other.example/cb']
      const metadata = metadataOf({ subject_type: 'pairwise', redirect_uris, sector_identifier_uri })
      for (const json of [redirect_uris.slice(1), { redirect_uris }, []]) {
        await putUp(sector_identifier_uri, { json })
        expect(await registerClient(metadata)).toMatchObject(BAD_METADATA)
      }
      await putUp(sector_identifier_uri, { json: redirect_uris })
      expect(await registerClient(metadata)).toMatchObject({ status: 201 })
    },
  )

  must(
    'OpenID Connect Registration',
    '5',
    'refuses pairwise subjects of several hosts without a sector',
    async () => {
      const redirect_uris = ['https://rp.example/cb', 'https://other.example/cb']
      expect(await registerClient(metadataOf({ subject_type: 'pairwise', redirect_uris }))).toMatchObject(
        BAD_METADATA,
      )
      expect(await registerClient(metadataOf({ subject_type: 'pairwise' }))).toMatchObject({ status: 201 })
    },
  )
})
