import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { sha256, toHex } from '../../src/crypto/bytes.ts'
import { entriesOf, readEntry } from '../../src/imports/workers-oauth-provider.ts'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { post } from '../support/http.ts'
import { mark } from '../support/operator.ts'

const SECRET = 'the-secret-that-the-client-has'

async function clientEntry(more: Readonly<Record<string, unknown>> = {}) {
  const value = {
    clientId: 'abc123',
    clientSecret: toHex(await sha256(SECRET)),
    redirectUris: ['https://app.example.com/callback'],
    clientName: 'Example App',
    logoUri: 'https://app.example.com/logo.png',
    jwksUri: null,
    contacts: ['dev@example.com'],
    grantTypes: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    responseTypes: ['code'],
    registrationDate: 1_644_256_123,
    tokenEndpointAuthMethod: 'client_secret_basic',
    ...more,
  }
  return { key: `client:${value.clientId}`, value }
}

describe('a client of workers-oauth-provider', () => {
  it('comes with its id and a secret that works on', async () => {
    const read = readEntry(await clientEntry(), {})
    expect(read).toMatchObject({
      kind: 'client',
      client: { clientId: 'abc123', metadata: { name: 'Example App', type: 'confidential' } },
      notes: ['It may no longer use urn:ietf:params:oauth:grant-type:token-exchange.'],
    })
    if (read.kind !== 'client') throw new Error(read.kind)
    expect(await createAdminStore(env.DB).createClient(read.client, mark())).not.toBeNull()
    const ask = (client_secret: string) =>
      post('/oauth2/introspect', { client_id: 'abc123', client_secret, token: 'none' })
    expect((await ask(SECRET)).status).toBe(200)
    expect((await ask(`${SECRET}x`)).status).toBe(401)
  })

  it('is public if it has no secret to prove itself by', async () => {
    const read = readEntry(
      await clientEntry({ tokenEndpointAuthMethod: 'none', clientSecret: undefined }),
      {},
    )
    expect(read).toMatchObject({
      client: { secretHash: null, metadata: { type: 'public', requirePkce: true } },
    })
  })

  it('is not taken where it could not be registered here, and the reason is said', async () => {
    for (const [more, why] of [
      [{ redirectUris: ['javascript:alert(1)'] }, 'javascript'],
      [{ clientId: '' }, 'The client id must have'],
      [{ redirectUris: [] }, 'need a redirect URI'],
    ] as const) {
      const read = readEntry(await clientEntry(more), {})
      expect(read.kind).toBe('not taken')
      expect(JSON.stringify(read)).toContain(why)
    }
  })

  it('has no secret where the hash is none, and says what to do', async () => {
    const read = readEntry(
      await clientEntry({ clientSecret: 'not a hash', i18n: {}, registrationExpiresAt: 5 }),
      {},
    )
    expect(read).toMatchObject({
      client: { secretHash: null },
      notes: [
        expect.stringContaining('It may no longer use'),
        'It has no secret: create one with client rotate-secret.',
        'Its texts in other languages are not imported.',
        'It had an expiry there; here it does not expire.',
      ],
    })
  })
})

describe('a dump of its namespace', () => {
  it('is read by entries, by keys, and with values as text', async () => {
    const { key, value } = await clientEntry()
    for (const object of [
      { key, value },
      { key, value: JSON.stringify(value) },
      { [key]: JSON.stringify(value) },
    ]) {
      expect(entriesOf(object)).toEqual([{ key, value }])
    }
    expect(entriesOf({ key: 'client:x', value: 'no JSON' })).toEqual([{ key: 'client:x', value: {} }])
  })

  it('has grants, tokens and others, which stay behind', () => {
    const kinds = ['grant:user:1', 'token:user:1:2', 'transaction:5e'].map(
      (key) => readEntry({ key, value: {} }, {}).kind,
    )
    expect(kinds).toEqual(['grant', 'token', 'other'])
  })
})
