import { createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import worker from '../../src/index.ts'
import { createClientDocumentStore } from '../../src/store/d1/client-documents.ts'
import { givenStaff } from '../admin/support.ts'
import {
  CALLBACK,
  documentOf,
  givenDocument,
  newAddress,
  putUp,
  storedDocument,
} from '../support/documents.ts'
import { givenCast } from '../support/fixture.ts'
import { authorizationUrl, authorize, codeIn, PKCE, signedIn } from '../support/flow.ts'
import { send } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { all, sentTwice } from '../support/operator.ts'
import { travel } from '../support/time.ts'
import { givenAdminToken } from '../support/tokens.ts'

let alice = ''
let bearer: Readonly<Record<string, string>>
let staff: Awaited<ReturnType<typeof givenStaff>>

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
  staff = await givenStaff()
  bearer = { Authorization: `Bearer ${await givenAdminToken(staff.id)}` }
})

function urlFor(address: string): string {
  return authorizationUrl({ client_id: address, redirect_uri: CALLBACK, ...PKCE })
}

async function use(address: string): Promise<void> {
  codeIn(await authorize(await signedIn(alice), { client_id: address, redirect_uri: CALLBACK, ...PKCE }))
}

async function record(address: string): Promise<Readonly<Record<string, unknown>>> {
  const path = `/admin/api/client-documents/${encodeURIComponent(address)}`
  return (await send(path, { headers: bearer })).json()
}

describe('staff', () => {
  it('see each document with its state, when it was fetched, what was wrong and what is left out', async () => {
    const good = await givenDocument({ grant_types: ['authorization_code', 'urn:example:unknown'] })
    await use(good)
    const now = Math.floor(Date.now() / 1000)
    const shown = await record(good)
    expect(shown).toMatchObject({ client_id: good, name: 'An application', state: 'fresh', problem: null })
    expect(Math.abs(Number(shown['fetched_at']) - now)).toBeLessThan(5)
    expect(shown['notes']).toEqual([expect.stringContaining('urn:example:unknown')])
    expect(JSON.parse(String(shown['document']))).toHaveProperty('client_id', good)
    const bad = newAddress()
    await putUp(bad, { status: 403, json: {} })
    await send(urlFor(bad))
    expect(await record(bad)).toMatchObject({
      state: 'unusable',
      problem: 'answers with status 403',
      fetched_at: null,
    })
    await putUp(good, { json: documentOf(good, { client_name: '' }) })
    travel(4000)
    await use(good)
    expect(await record(good)).toMatchObject({ state: 'failing', problem: 'has no client_name' })
  })

  it('find a document in the panel, in a list and on a page of its own, and its client among the clients', async () => {
    const address = await givenDocument()
    await use(address)
    const bad = newAddress()
    await putUp(bad, { status: 404, json: {} })
    await send(urlFor(bad))
    const list = await staff.browser.visit('/admin/client-documents')
    expect(list.status).toBe(200)
    expect(list.text).toContain(address)
    expect(list.text).toContain('answers with status 404')
    const page = await staff.browser.visit(`/admin/client-documents/show?id=${encodeURIComponent(address)}`)
    expect(page.status).toBe(200)
    expect(page.text).toContain('Last valid copy')
    const client = await staff.browser.visit(`/admin/clients/show?id=${encodeURIComponent(address)}`)
    expect(client.status).toBe(200)
    expect(client.text).toContain('An application')
  })

  it('see why a request with a document was refused, by the reference on its page', async () => {
    const bad = newAddress()
    await putUp(bad, { status: 500, json: {} })
    const page = await (await send(urlFor(bad))).text()
    const id = /<code[^>]*>([\w-]+)<\/code>/.exec(page)?.[1] ?? ''
    const refusal = await (
      await send(`/admin/api/refusals/${id}`, { headers: bearer })
    ).json<{ rule: string }>()
    expect(refusal.rule).toContain('answers with status 500')
  })

  it('stop the client of a document for good: no document enables it again', async () => {
    const address = await givenDocument()
    await use(address)
    await env.DB.prepare('UPDATE clients SET disabled_at = 1 WHERE client_id = ?').bind(address).run()
    await putUp(address, { json: documentOf(address, { client_name: 'Back again' }) })
    travel(4000)
    const page = await (await signedIn(alice)).visit(urlFor(address))
    expect(page.status).toBe(400)
    const row = await env.DB.prepare('SELECT name, disabled_at FROM clients WHERE client_id = ?')
      .bind(address)
      .first()
    expect(row).toEqual({ name: 'Back again', disabled_at: 1 })
  })

  it('forget a document with its client', async () => {
    const address = await givenDocument()
    await use(address)
    const gone = await send(`/admin/api/clients/${encodeURIComponent(address)}/delete`, {
      method: 'POST',
      headers: { ...bearer, 'Content-Type': 'application/json' },
      body: '{}',
    })
    expect(gone.status).toBe(200)
    expect(await storedDocument(address)).toBeNull()
  })
})

describe('Addresses that nobody has used', () => {
  it('are forgotten by the cron trigger after thirty days, and those that somebody has used stay', async () => {
    const [used, unused] = [await givenDocument(), await givenDocument()]
    await use(used)
    expect((await send(urlFor(unused))).status).toBe(303)
    travel(31 * 86_400)
    await worker.scheduled(createScheduledController(), env)
    expect(await storedDocument(unused)).toBeNull()
    expect(await env.DB.prepare('SELECT 1 FROM clients WHERE client_id = ?').bind(unused).first()).toBeNull()
    expect(await storedDocument(used)).not.toBeNull()
  })

  threat(207, 'stay where staff have disabled their client, which would come back enabled', async () => {
    const address = await givenDocument()
    expect((await send(urlFor(address))).status).toBe(303)
    await env.DB.prepare('UPDATE clients SET disabled_at = 1 WHERE client_id = ?').bind(address).run()
    travel(31 * 86_400)
    await worker.scheduled(createScheduledController(), env)
    expect(await storedDocument(address)).not.toBeNull()
    expect((await (await signedIn(alice)).visit(urlFor(address))).status).toBe(400)
  })

  threat(207, 'are a thousand at most: the oldest make room', async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1005)
       INSERT INTO client_documents (client_id, expires_at, tried_at, created_at, op)
       SELECT 'https://x.example.org/' || i, 0, i, i, 'test' FROM n`,
    ).run()
    for (let n = 0; n < 3; n++) await send(urlFor(await givenDocument()))
    const left = await env.DB.prepare(
      'SELECT count(*) AS n FROM client_documents WHERE used_at IS NULL',
    ).first<number>('n')
    expect(left).toBeLessThanOrEqual(1000)
    expect(await storedDocument('https://x.example.org/1')).toBeNull()
    expect(await storedDocument('https://x.example.org/1005')).not.toBeNull()
  })
})

describe('The storage of documents', () => {
  const metadata = {
    type: 'public',
    name: 'First',
    url: null,
    grantTypes: ['authorization_code'],
    responseTypes: ['code'],
    scope: null,
    redirectUris: [CALLBACK],
    autoAuthorize: false,
    authorizeEveryTime: false,
    requirePkce: true,
    accessTokenLifetime: null,
    refreshTokenLifetime: null,
    refreshReuseInterval: null,
    metadata: {},
  } as const
  const mark = (id: string, now: number) => ({ id, now, network: null })

  it('takes a write that is sent again for the same one', async () => {
    const store = createClientDocumentStore(sentTwice(env.DB))
    const clientId = newAddress()
    await store.saveDocument({ clientId, text: '{}', metadata, notes: [], expiresAt: 200 }, mark('a', 100))
    const row = await env.DB.prepare('SELECT name, consents_after FROM clients WHERE client_id = ?')
      .bind(clientId)
      .first()
    expect(row).toEqual({ name: 'First', consents_after: null })
  })

  it('keeps what was fetched last, whichever isolate writes first', async () => {
    const store = createClientDocumentStore(env.DB)
    const clientId = newAddress()
    const save = async (name: string, id: string, now: number) =>
      store.saveDocument(
        { clientId, text: '{}', metadata: { ...metadata, name }, notes: [], expiresAt: now + 60 },
        mark(id, now),
      )
    await Promise.all([save('Newer', 'b', 200), save('Older', 'a', 100)])
    await save('Older', 'c', 150)
    const name = await env.DB.prepare('SELECT name FROM clients WHERE client_id = ?')
      .bind(clientId)
      .first('name')
    expect(name).toBe('Newer')
    await store.noteProblem(clientId, 'late news', mark('d', 150))
    expect(await storedDocument(clientId)).toMatchObject({ problem: null, tried_at: 200 })
  })
})
