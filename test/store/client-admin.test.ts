import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { parseClientMetadata } from '../../src/clients/metadata.ts'
import { sha256Base64url } from '../../src/crypto/bytes.ts'
import type { AdminStore, ClientRecord } from '../../src/store/admin-store.ts'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { all, mark, sentTwice } from '../support/operator.ts'

const REDIRECT = 'https://app.example/callback'
const store = createAdminStore(env.DB)

async function givenClient(clientId: string, store_: AdminStore = store): Promise<ClientRecord> {
  const metadata = parseClientMetadata({ name: clientId, redirect_uris: [REDIRECT, `${REDIRECT}/2`] })
  const secretHash = await sha256Base64url('first')
  const client = await store_.createClient({ clientId, secretHash, metadata }, mark())
  if (!client) throw new Error(`${clientId} is taken`)
  return client
}

const secretsOf = async (clientId: string): Promise<readonly (string | null)[]> =>
  (await all(`SELECT expires_at FROM client_secrets WHERE client_id = '${clientId}' ORDER BY rowid`)).map(
    ({ expires_at }) => expires_at as string | null,
  )

describe('createClient', () => {
  it('keeps everything, redirect URIs in their order', async () => {
    const created = await givenClient('app')
    expect(created).toMatchObject({
      clientId: 'app',
      type: 'confidential',
      redirectUris: [REDIRECT, `${REDIRECT}/2`],
      grantTypes: ['authorization_code', 'refresh_token'],
      responseTypes: ['code'],
      requirePkce: false,
      disabled: false,
    })
    expect(await store.readClient('app')).toEqual(created)
    expect(await secretsOf('app')).toEqual([null])
  })

  it('changes nothing where the id is taken', async () => {
    await givenClient('app')
    const metadata = parseClientMetadata({ name: 'Thief', redirect_uris: ['https://evil.example/'] })
    expect(await store.createClient({ clientId: 'app', secretHash: 'hash', metadata }, mark())).toBeNull()
    expect(await store.readClient('app')).toMatchObject({
      name: 'app',
      redirectUris: [REDIRECT, `${REDIRECT}/2`],
    })
    expect(await secretsOf('app')).toHaveLength(1)
  })

  it('makes one of many that want the same id at once', async () => {
    const metadata = parseClientMetadata({ name: 'App', redirect_uris: [REDIRECT] })
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        store.createClient({ clientId: 'app', secretHash: `hash ${at}`, metadata }, mark()),
      ),
    )
    expect(made.filter(Boolean)).toHaveLength(1)
    expect(await secretsOf('app')).toHaveLength(1)
  })

  it('gives the same answer when its reply was lost', async () => {
    expect(await givenClient('app', createAdminStore(sentTwice(env.DB)))).toMatchObject({ clientId: 'app' })
    expect(await all('SELECT type FROM audit_events')).toEqual([{ type: 'client_created' }])
  })
})

describe('updateClient', () => {
  it('changes every field, and nothing of another client', async () => {
    const [seen, other] = [await givenClient('app'), await givenClient('other')]
    const change = parseClientMetadata({
      name: 'New',
      redirect_uris: [`${REDIRECT}/3`],
      scope: 'read',
      auto_authorize: true,
    })
    const updated = await store.updateClient('app', { ...change, disabled: true }, seen.updatedAt, mark())
    expect(updated).toMatchObject({ ...change, disabled: true })
    expect(await store.readClient('app')).toEqual(updated)
    expect(await store.readClient('other')).toEqual(other)
  })

  it('lets one of two win that saw the same', async () => {
    const seen = await givenClient('app')
    const rename = (name: string) =>
      store.updateClient(
        'app',
        { ...seen, name, redirectUris: [`${REDIRECT}/${name}`] },
        seen.updatedAt,
        mark(),
      )
    const results = await Promise.all(['one', 'two', 'three'].map(rename))
    expect(results.filter((result) => result === 'stale')).toHaveLength(2)
    const winner = results.find((result) => typeof result === 'object')
    expect(await store.readClient('app')).toEqual(winner)
    expect(winner?.redirectUris).toEqual([`${REDIRECT}/${winner?.name}`])
  })

  it('gives the same answer when its reply was lost', async () => {
    const seen = await givenClient('app')
    const lossy = createAdminStore(sentTwice(env.DB))
    expect(await lossy.updateClient('app', { ...seen, name: 'New' }, seen.updatedAt, mark())).toMatchObject({
      name: 'New',
    })
  })

  it('takes the secrets of a client that becomes public', async () => {
    const seen = await givenClient('app')
    await store.updateClient('app', { ...seen, type: 'public' }, seen.updatedAt, mark())
    expect(await secretsOf('app')).toEqual([])
  })

  it('knows that there is no such client', async () => {
    const seen = await givenClient('app')
    expect(await store.updateClient('nobody', seen, seen.updatedAt, mark())).toBeNull()
  })
})

describe('rotateClientSecret', () => {
  it('ends the old secret at once, or lets it live for a while', async () => {
    await givenClient('app')
    const { now } = mark()
    expect(await store.rotateClientSecret('app', 'second', 3600, mark())).toMatchObject({
      oldEndsAt: now + 3600,
    })
    expect(await secretsOf('app')).toEqual([now + 3600, null])
    expect(await store.rotateClientSecret('app', 'third', 0, mark())).toMatchObject({ oldEndsAt: null })
    expect(await all('SELECT secret_hash FROM client_secrets')).toEqual([{ secret_hash: 'third' }])
  })

  it('keeps two at most: the oldest ends', async () => {
    await givenClient('app')
    for (const hash of ['second', 'third', 'fourth'])
      await store.rotateClientSecret('app', hash, 3600, mark())
    expect(await all('SELECT secret_hash FROM client_secrets ORDER BY rowid')).toEqual([
      { secret_hash: 'third' },
      { secret_hash: 'fourth' },
    ])
  })

  it('never lengthens the life of an old secret', async () => {
    await givenClient('app')
    await store.rotateClientSecret('app', 'second', 60, mark())
    await env.DB.prepare("DELETE FROM client_secrets WHERE secret_hash = 'second'").run()
    const { now } = mark()
    expect(await store.rotateClientSecret('app', 'third', 3600, mark())).toMatchObject({
      oldEndsAt: now + 60,
    })
  })

  it('keeps two at most of many at once', async () => {
    await givenClient('app')
    await Promise.all(
      Array.from({ length: 10 }, (_, at) => store.rotateClientSecret('app', `hash ${at}`, 60, mark())),
    )
    expect(await secretsOf('app')).toHaveLength(2)
  })

  it('keeps the old secret when its reply was lost', async () => {
    await givenClient('app')
    const lossy = createAdminStore(sentTwice(env.DB))
    expect(await lossy.rotateClientSecret('app', 'second', 60, mark())).toMatchObject({
      client: { clientId: 'app' },
    })
    expect(await secretsOf('app')).toHaveLength(2)
  })

  it('has nothing to rotate for a public client, or for none', async () => {
    const metadata = parseClientMetadata({ name: 'App', type: 'public', redirect_uris: [REDIRECT] })
    await store.createClient({ clientId: 'native', secretHash: null, metadata }, mark())
    expect(await store.rotateClientSecret('native', 'hash', 0, mark())).toBe('public')
    expect(await store.rotateClientSecret('nobody', 'hash', 0, mark())).toBeNull()
    expect(await all('SELECT secret_hash FROM client_secrets')).toEqual([])
  })
})

describe('deleteClient', () => {
  it('deletes once', async () => {
    await givenClient('app')
    expect(await store.deleteClient('app', mark())).toBe(true)
    expect(await store.deleteClient('app', mark())).toBe(false)
    expect(await store.readClient('app')).toBeNull()
  })

  it('gives the same answer when its reply was lost', async () => {
    await givenClient('app')
    expect(await createAdminStore(sentTwice(env.DB)).deleteClient('app', mark())).toBe(true)
  })
})
