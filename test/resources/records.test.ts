import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { identifierKey } from '../../src/resource-identifier.ts'
import { createResourceStore } from '../../src/store/d1/resources.ts'
import { actOn, givenStaff } from '../admin/support.ts'
import type { Browser } from '../support/browser.ts'
import { givenClient } from '../support/fixture.ts'
import { answerOf, send, token, type Vars } from '../support/http.ts'
import { all, mark, NOW, sentTwice } from '../support/operator.ts'
import { FILES, MAIL, givenAdminScope, RESOURCES } from '../support/resources.ts'
import { givenAdminToken } from '../support/tokens.ts'

const NOTES = 'https://notes.example/mcp'
const resource = {
  identifier: NOTES,
  name: 'Notes',
  scope: null,
  tokenFormat: 'opaque',
  accessTokenLifetime: null,
} as const

let browser: Browser
let staff: string

beforeEach(async () => {
  ;({ browser, id: staff } = await givenStaff(RESOURCES))
})

/** Asks for a token for a resource, as a client that acts for itself. */
async function tokenFor(identifier: string, vars: Vars = RESOURCES): Promise<number> {
  const form = { client_id: 'service', grant_type: 'client_credentials', resource: identifier }
  return (await token(form, vars)).status
}

describe('the panel', () => {
  it('lists the resources of the setting and of the table, with their source', async () => {
    await createResourceStore(env.DB).createResource(resource, [], mark())
    const { text } = await browser.visit('/admin/resources')
    for (const [identifier, source] of [
      [FILES, 'settings'],
      [MAIL, 'settings'],
      [NOTES, 'table'],
    ] as const) {
      const row = text.split('<tr>').find((part) => part.includes(identifier)) ?? ''
      expect(row).toContain(`data-label="Source">${source}<`)
    }
    expect((await browser.visit('/admin')).text).toContain('href="/admin/resources"')
  })

  it('makes, changes and deletes a resource, which requests can then name', async () => {
    await givenClient('service', { grantTypes: ['client_credentials'] })
    expect(await tokenFor(NOTES)).toBe(400)
    const page = await browser.visit('/admin/resources/new')
    const made = await browser.submit(page, '/admin/resources/new', [
      ['identifier', NOTES],
      ['name', 'Notes'],
      ['scope', 'read'],
      ['token_format', 'opaque'],
      ['access_token_lifetime', '60'],
    ])
    expect(made.text).toContain('The resource Notes is created.')
    expect(await tokenFor(NOTES)).toBe(200)
    const path = `/admin/resources/edit?id=${encodeURIComponent(NOTES)}`
    const changed = await browser.submit(await browser.visit(path), path, [
      ['name', 'All notes'],
      ['scope', ''],
      ['token_format', 'opaque'],
      ['access_token_lifetime', ''],
    ])
    expect(changed.text).toContain('The resource All notes is changed.')
    expect(await all('SELECT name, scope, access_token_lifetime FROM resources')).toEqual([
      { name: 'All notes', scope: null, access_token_lifetime: null },
    ])
    const gone = await actOn(browser, 'resources', [NOTES], 'delete')
    expect(gone.text).toContain('The resource All notes is deleted.')
    expect(await tokenFor(NOTES)).toBe(400)
    expect(await all("SELECT type FROM audit_events WHERE type LIKE 'resource%' ORDER BY type")).toEqual([
      { type: 'resource_created' },
      { type: 'resource_deleted' },
      { type: 'resource_updated' },
    ])
  })

  it('says beside each field what is wrong, and changes nothing', async () => {
    const page = await browser.visit('/admin/resources/new')
    const refused = await browser.submit(page, '/admin/resources/new', [
      ['identifier', '/mcp'],
      ['name', ''],
      ['token_format', 'opaque'],
    ])
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('The identifier must be an absolute URI without a fragment')
    const unknown = await browser.submit(page, '/admin/resources/new', [
      ['identifier', NOTES],
      ['name', 'Notes'],
      ['scope', 'nonsense'],
      ['token_format', 'opaque'],
    ])
    expect(unknown.text).toContain('There are no such scopes: nonsense.')
    expect(await all('SELECT 1 FROM resources')).toEqual([])
  })

  it('leaves a resource of the setting to the setting', async () => {
    const path = `/admin/resources/edit?id=${encodeURIComponent(FILES)}`
    const refused = await browser.submit(await browser.visit(path), path, [
      ['name', 'Mine'],
      ['token_format', 'opaque'],
    ])
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('A resource of OAUTH_RESOURCES is changed there.')
  })
})

describe('the API of the panel', () => {
  it('does the same', async () => {
    await givenAdminScope()
    const bearer = { Authorization: `Bearer ${await givenAdminToken(staff, RESOURCES)}` }
    const headers = { ...bearer, 'Content-Type': 'application/json' }
    const write = async (method: string, path: string, body: object): Promise<unknown> =>
      answerOf(
        await send(`/admin/api/resources${path}`, { method, headers, body: JSON.stringify(body) }, RESOURCES),
      )
    const id = `/${encodeURIComponent(NOTES)}`
    expect(await write('POST', '', { identifier: NOTES, name: 'Notes', token_format: 'jwt' })).toMatchObject({
      status: 201,
      record: { identifier: NOTES, token_format: 'jwt', source: 'table', scope: null },
    })
    expect(await write('POST', '', { identifier: `${NOTES}/`, name: 'Again' })).toMatchObject({
      status: 400,
      problems: [{ field: 'identifier' }],
    })
    expect(await write('PATCH', id, { access_token_lifetime: 90 })).toMatchObject({
      record: { name: 'Notes', access_token_lifetime: 90 },
    })
    expect(await write('PATCH', id, { access_token_lifetime: -1 })).toMatchObject({ status: 400 })
    const listed = await send('/admin/api/resources', { headers: bearer }, RESOURCES)
    expect(await listed.json()).toMatchObject({
      records: [{ identifier: FILES }, { identifier: MAIL }, { identifier: NOTES }],
    })
    expect(await write('POST', `${id}/delete`, {})).toMatchObject({ status: 200, record: null })
  })

  it('creates one resource of several spellings that are sent at once, and every other resource', async () => {
    await givenAdminScope()
    const bearer = { Authorization: `Bearer ${await givenAdminToken(staff, RESOURCES)}` }
    const headers = { ...bearer, 'Content-Type': 'application/json' }
    const spellings = [NOTES, `${NOTES}/`, NOTES.replace('notes.example', 'Notes.Example:443')]
    const others = ['https://one.example/mcp', 'https://two.example/mcp', 'https://three.example/mcp']
    const answers = await Promise.all(
      [...spellings, ...others, ...spellings].map(async (identifier) => {
        const body = JSON.stringify({ identifier, name: identifier })
        return (await send('/admin/api/resources', { method: 'POST', headers, body }, RESOURCES)).status
      }),
    )
    expect(answers.filter((status) => status === 201)).toHaveLength(4)
    expect(answers.filter((status) => status === 400)).toHaveLength(5)
    const rows = await all('SELECT identifier FROM resources')
    expect(new Set(rows.map(({ identifier }) => identifierKey(String(identifier))))).toEqual(
      new Set([NOTES, ...others].map(identifierKey)),
    )
    expect(rows).toHaveLength(4)
    expect(await all("SELECT 1 FROM audit_events WHERE type = 'resource_created'")).toHaveLength(4)
  })

  it('is described by the OpenAPI document', async () => {
    const document = await (await send('/openapi.json')).json<{ paths: Record<string, unknown> }>()
    expect(Object.keys(document.paths)).toContain('/admin/api/resources/{id}/delete')
  })
})

describe('the storage', () => {
  it('writes each change once, in one round trip that may be sent again', async () => {
    const change = { ...resource, name: 'Other' }
    expect(await createResourceStore(sentTwice(env.DB)).createResource(resource, [], mark())).toBe(true)
    expect(await createResourceStore(env.DB).createResource(resource, [], mark())).toBe(false)
    const next = { ...resource, identifier: 'https://next.example/mcp' }
    expect(await createResourceStore(env.DB).createResource(next, [], mark())).toBe(false)
    expect(await createResourceStore(sentTwice(env.DB)).updateResource(change, mark())).toBe(true)
    expect(await createResourceStore(env.DB).listResources()).toEqual([{ ...change, createdAt: NOW }])
    expect(await createResourceStore(sentTwice(env.DB)).deleteResource(NOTES, mark())).toBe(true)
    expect(await createResourceStore(env.DB).deleteResource(NOTES, mark())).toBe(false)
    expect(await createResourceStore(env.DB).updateResource(change, mark())).toBe(false)
  })
})
