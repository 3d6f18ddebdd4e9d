import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { readMember } from '../../src/clients/member.ts'
import { clientMetadata } from '../../src/clients/members/index.ts'
import { parseClientMetadata } from '../../src/clients/metadata.ts'
import { InvalidInputError } from '../../src/errors.ts'
import { admin } from '../../src/provider/admin.ts'
import { createProvider, pages } from '../../src/public.ts'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, givenSession, givenUser } from '../support/fixture.ts'
import { ORIGIN, type send } from '../support/http.ts'
import { all } from '../support/operator.ts'
import { givenAdminToken } from '../support/tokens.ts'
import { mascot } from './member-row.ts'

const provider = createProvider({ features: [pages(), admin()], clientMetadata: [mascot] })
const app = new Hono().route('/oauth2', provider).route('/', provider.wellKnown).route('/', provider.pages)

const sendToApp: typeof send = async (path, init) => {
  const context = createExecutionContext()
  const response = await app.fetch(
    new Request(new URL(path, ORIGIN), { redirect: 'manual', ...init }),
    env,
    context,
  )
  await waitOnExecutionContext(context)
  return response
}

async function signedIn(): Promise<ReturnType<typeof openBrowser>> {
  const session = await givenSession(await givenUser('staff', { isStaff: true }))
  const browser = openBrowser({}, [], sendToApp)
  browser.cookies.set(session.name, session.value)
  return browser
}

describe('a member of client metadata that one row adds', () => {
  it('has a field in the panel, which says what is wrong, and is shown once it is saved', async () => {
    const browser = await signedIn()
    await givenClient('app')
    const form = await browser.visit('/admin/clients/edit?id=app')
    expect(form.text).toContain('Mascot')
    expect(form.text).toContain('An animal.')
    const action = '/admin/clients/edit?id=app'
    const fields = (animal: string) =>
      [
        ['name', 'App'],
        ['redirect_uris', 'https://app.example/cb'],
        ['grant_types', 'authorization_code'],
        ['mascot', animal],
      ] as const
    const refused = await browser.submit(form, action, fields('dog'))
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('The mascot must be an owl or a fox.')
    const saved = await browser.submit(refused, action, fields('owl'))
    expect(saved.status).toBe(200)
    expect(saved.text).toMatch(/Mascot<\/dt><dd[^>]*>owl/)
    expect(await all("SELECT metadata FROM clients WHERE client_id = 'app'")).toEqual([
      { metadata: '{"mascot":"owl"}' },
    ])
    const exported = await (await browser.get('/admin/export/clients')).text()
    expect(exported.split('\r\n')[0]).toContain(',mascot,')
    expect(exported).toContain(',owl,')
  })

  it('is read, checked, changed and taken away by the API, and described in its OpenAPI document', async () => {
    await givenCast()
    await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
    const access = await givenAdminToken(await givenUser('staff', { isStaff: true }))
    const call = async (method: string, path: string, body?: object) => {
      const headers = { Authorization: `Bearer ${access}`, 'Content-Type': 'application/json' }
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
      return (await sendToApp(`/admin/api${path}`, init)).json<Record<string, unknown>>()
    }
    expect(await call('GET', '/clients/web')).toMatchObject({ mascot: null })
    expect(await call('PATCH', '/clients/web', { mascot: 'dog' })).toMatchObject({
      problems: [{ field: 'mascot', message: 'The mascot must be an owl or a fox.' }],
    })
    expect(await call('PATCH', '/clients/web', { mascot: 'fox' })).toMatchObject({
      record: { mascot: 'fox' },
    })
    expect(await call('PATCH', '/clients/web', { name: 'Web' })).toMatchObject({ record: { mascot: 'fox' } })
    expect(await call('PATCH', '/clients/web', { mascot: null })).toMatchObject({ record: { mascot: null } })
    const made = { name: 'New', redirect_uris: ['https://app.example/cb'], mascot: 'owl' }
    expect(await call('POST', '/clients', made)).toMatchObject({ record: { mascot: 'owl' } })

    const document = await (await sendToApp('/openapi.json')).text()
    const description = expect.objectContaining({ description: 'Mascot. An animal.' }) as unknown
    expect(JSON.parse(document)).toMatchObject({
      paths: {
        '/admin/api/clients': {
          post: {
            requestBody: {
              content: { 'application/json': { schema: { properties: { mascot: description } } } },
            },
          },
        },
      },
    })
  })

  it('is read by its type, and its fallback stands for what was never set or cannot be used', () => {
    const client = { type: 'public', metadata: { mascot: 'owl' } } as const
    expect(readMember(client, mascot)).toBe('owl')
    expect(readMember({ ...client, metadata: {} }, mascot)).toBeNull()
    expect(readMember({ ...client, metadata: { mascot: 'dog' } }, mascot)).toBeNull()
  })

  it('stays when somebody changes the client who does not know the row', async () => {
    const store = createAdminStore(env.DB)
    await givenClient('app', { metadata: '{"mascot":"owl"}' })
    const before = await store.readClient('app')
    if (!before) throw new Error('no client')
    const metadata = parseClientMetadata({ name: 'Renamed' }, { before })
    expect(metadata).toMatchObject({ name: 'Renamed', metadata: { mascot: 'owl' } })
  })

  it('is out of reach of those who may not set it', () => {
    const members = [...clientMetadata, mascot]
    const input = { client_name: 'x', name: 'App', redirect_uris: ['https://app.example/cb'], mascot: 'owl' }
    expect(parseClientMetadata(input, { members, setter: 'registration' }).metadata).toEqual({})
    expect(parseClientMetadata(input, { members }).metadata).toEqual({ mascot: 'owl' })
  })

  it('must have a name that no other member has', () => {
    expect(() => createProvider({ clientMetadata: [mascot, mascot] })).toThrow('mascot')
    expect(() => createProvider({ clientMetadata: [{ ...mascot, name: 'scope' }] })).toThrow('scope')
    expect(() => parseClientMetadata({ mascot: 'dog' }, { members: [...clientMetadata, mascot] })).toThrow(
      InvalidInputError,
    )
  })
})
