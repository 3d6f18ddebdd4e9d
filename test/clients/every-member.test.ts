import { beforeEach, describe, expect, it } from 'vitest'
import { memberKey } from '../../src/clients/member.ts'
import { columnMembers } from '../../src/clients/members/columns.ts'
import { clientMetadata } from '../../src/clients/members/index.ts'
import { parseClientMetadata } from '../../src/clients/metadata.ts'
import { givenStaff } from '../admin/support.ts'
import type { Browser } from '../support/browser.ts'
import { givenCast, givenClient } from '../support/fixture.ts'
import { send } from '../support/http.ts'
import { all } from '../support/operator.ts'
import { givenAdminToken } from '../support/tokens.ts'
import { SAMPLES } from './member-samples.ts'

const others = clientMetadata.filter((member) => !Object.values<unknown>(columnMembers).includes(member))
const REDIRECT = 'https://app.example/cb'

let browser: Browser
let bearer: Readonly<Record<string, string>>

beforeEach(async () => {
  await givenCast()
  await givenClient('app')
  await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
  const staff = await givenStaff()
  browser = staff.browser
  bearer = { Authorization: `Bearer ${await givenAdminToken(staff.id)}` }
})

async function patch(body: object): Promise<Readonly<Record<string, unknown>>> {
  const response = await send('/admin/api/clients/app', {
    method: 'PATCH',
    headers: { ...bearer, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return response.json()
}

describe('the members of client metadata', () => {
  it('have samples, each and no other', () => {
    expect(Object.keys(SAMPLES).toSorted()).toEqual(others.map(({ name }) => name).toSorted())
  })

  it('are fields of the form and rows of the page', async () => {
    const form = await browser.visit('/admin/clients/new')
    const page = await browser.visit('/admin/clients/show?id=app')
    for (const member of clientMetadata) {
      expect(form.text).toContain(`name="${memberKey(member)}"`)
      expect(page.text).toContain(`<dt>${member.control.label}</dt>`)
    }
  })

  it('are described by the OpenAPI document, of requests and of records', async () => {
    const text = await (await send('/openapi.json')).text()
    const { paths } = JSON.parse(text) as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
    }
    const { get, patch: change } = paths['/admin/api/clients/{id}'] ?? {}
    for (const member of clientMetadata) {
      expect(JSON.stringify(change)).toContain(`"${memberKey(member)}":`)
      expect(JSON.stringify(get)).toContain(`"${memberKey(member)}":`)
    }
  })

  it.each(Object.entries(SAMPLES))(
    '%s is kept by the API, refused where wrong, and taken away',
    async (name, sample) => {
      expect(await patch({ [name]: sample.right })).toMatchObject({ record: { [name]: sample.right } })
      expect(await patch({ [name]: sample.wrong })).toMatchObject({ problems: [{ field: name }] })
      const taken = await patch({ [name]: null })
      expect(taken).toMatchObject({ record: { name: 'Application app' } })
      expect(await all("SELECT metadata FROM clients WHERE client_id = 'app'")).toEqual([{ metadata: '{}' }])
    },
  )

  it.each(Object.entries(SAMPLES))('%s is kept from the form, as people type it', async (name, { right }) => {
    const typed = Array.isArray(right) ? right.join('\r\n') : right
    const text = typeof typed === 'object' ? JSON.stringify(typed) : String(typed === true ? 'yes' : typed)
    const form = await browser.visit('/admin/clients/edit?id=app')
    const saved = await browser.submit(form, '/admin/clients/edit?id=app', [
      ['name', 'App'],
      ['redirect_uris', REDIRECT],
      ['grant_types', 'authorization_code'],
      [name, text],
    ])
    expect(saved.status).toBe(200)
    const [row] = await all("SELECT metadata FROM clients WHERE client_id = 'app'")
    expect(JSON.parse(String(row?.['metadata']))).toEqual({ [name]: right })
  })

  it('keep a reuse interval of the client’s own, 0 included, from the API and the form', async () => {
    const name = 'refresh_reuse_interval'
    const kept = "SELECT refresh_reuse_interval AS own FROM clients WHERE client_id = 'app'"
    expect(await patch({ [name]: 0 })).toMatchObject({ record: { [name]: 0 } })
    for (const wrong of [-1, 1.5, 1e12, 'soon', true]) {
      expect(await patch({ [name]: wrong })).toMatchObject({ problems: [{ field: name }] })
    }
    await patch({ name: 'Renamed' })
    expect(await all(kept)).toEqual([{ own: 0 }])
    expect(await patch({ [name]: null })).toMatchObject({ record: { [name]: null } })
    for (const [typed, own] of [
      ['0', 0],
      ['60', 60],
      ['', null],
    ] as const) {
      const form = await browser.visit('/admin/clients/edit?id=app')
      const fields = [
        ['name', 'App'],
        ['redirect_uris', REDIRECT],
        ['grant_types', 'authorization_code'],
        [name, typed],
      ] as const
      expect((await browser.submit(form, '/admin/clients/edit?id=app', fields)).status).toBe(200)
      expect(await all(kept)).toEqual([{ own }])
    }
    const made = { client_id: 'made', name: 'Made', redirect_uris: [REDIRECT], [name]: 0 }
    const headers = { ...bearer, 'Content-Type': 'application/json' }
    const answer = await send('/admin/api/clients', { method: 'POST', headers, body: JSON.stringify(made) })
    expect(await answer.json()).toMatchObject({ record: { [name]: 0 } })
    expect((await browser.visit('/admin/clients/edit?id=made')).text).toMatch(
      /name="refresh_reuse_interval"[^>]*value="0"/,
    )
  })

  it('refuse keys together with the address of keys (RFC 7591 2)', async () => {
    const { right: jwks } = SAMPLES['jwks'] ?? {}
    const both = { jwks, jwks_uri: 'https://app.example/jwks.json' }
    expect(await patch(both)).toMatchObject({ problems: [{ field: 'jwks' }] })
    expect(await patch({ jwks })).toMatchObject({ record: { jwks } })
    expect(await patch({ jwks_uri: both.jwks_uri })).toMatchObject({ problems: [{ field: 'jwks' }] })
    expect(await patch({ jwks_uri: both.jwks_uri, jwks: null })).toMatchObject({ record: { jwks: null } })
  })

  it.each(['k', 'd', 'p', 'oth'])('never keep the private part %s of a key', async (name) => {
    const jwks = {
      keys: [
        { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
        { kty: 'RSA', [name]: 'secret' },
      ],
    }
    expect(await patch({ jwks })).toMatchObject({ problems: [{ field: 'jwks' }] })
    expect(await patch({ jwks: JSON.stringify(jwks) })).toMatchObject({ problems: [{ field: 'jwks' }] })
  })

  it('leave nothing behind where they are as everybody has them', () => {
    const plain = { name: 'App', redirect_uris: [REDIRECT] }
    expect(parseClientMetadata(plain).metadata).toEqual({})
    const usual = Object.fromEntries(others.map(({ fallback, name }) => [name, fallback]))
    expect(parseClientMetadata({ ...plain, ...usual }).metadata).toEqual({})
  })
})
