import { beforeEach, describe, expect, it } from 'vitest'
import { PUBLISHED_AHEAD } from '../../src/openid/keys/lifetimes.ts'
import { admin } from '../../src/provider/admin.ts'
import { pages } from '../../src/public.ts'
import { openBrowser } from '../support/browser.ts'
import { embedded } from '../support/embedded.ts'
import { givenCast, PASSWORD } from '../support/fixture.ts'
import { signedIn } from '../support/flow.ts'
import { send } from '../support/http.ts'
import { json } from '../support/openid.ts'
import { all } from '../support/operator.ts'
import { travel } from '../support/time.ts'
import { givenAdminToken } from '../support/tokens.ts'
import { givenStaff } from './support.ts'

const LIST = '/admin/signing-keys'
const ACT = `${LIST}/act`

interface KeyRow {
  readonly kid: string
  readonly algorithm: string
  readonly state: string
}

const keys = async () =>
  (await all('SELECT kid, algorithm, state FROM signing_keys ORDER BY kid')) as unknown as readonly KeyRow[]
const kidsOf = async (state: string): Promise<readonly string[]> =>
  (await keys()).filter((key) => key.state === state).map(({ kid }) => kid)

beforeEach(async () => {
  await givenCast()
  // The Worker makes its keys when they are first asked for.
  await json('/oauth2/jwks')
})

describe('the list of signing keys', () => {
  it('shows each key with its state, and never its private part', async () => {
    const { browser } = await givenStaff()
    const { text } = await browser.visit(LIST)
    for (const { kid } of await keys()) expect(text).toContain(kid)
    expect(text.match(/state-active/g)).toHaveLength(3)
    expect(text.match(/state-next/g)).toHaveLength(3)
    expect(text).toContain('href="/admin/signing-keys" aria-current="page"')
    for (const { sealed } of await all('SELECT sealed_private_key AS sealed FROM signing_keys')) {
      for (const path of [LIST, '/admin/export/signing-keys']) {
        expect((await browser.visit(path)).text).not.toContain(String(sealed))
      }
    }
  })

  it('is there only where OpenID Connect is a feature', async () => {
    const ask = embedded({ features: [pages(), admin()] })
    const { id } = await givenStaff()
    const browser = openBrowser({}, [], ask)
    for (const [name, value] of (await signedIn(id)).cookies) browser.cookies.set(name, value)
    expect((await browser.visit('/admin')).text).not.toContain('signing-keys')
    expect((await browser.visit(LIST)).status).toBe(404)
  })

  it('is for staff alone', async () => {
    const outsider = await all(`SELECT id FROM users WHERE username = 'alice'`)
    const browser = await signedIn(String(outsider[0]?.['id']))
    expect((await browser.get(LIST)).status).toBe(403)
    expect((await browser.post(ACT, { action: 'rotate', confirmed: 'yes' })).status).toBe(403)
    expect((await openBrowser().visit(LIST)).path).toBe('/login')
  })
})

describe('the rotation of signing keys in the panel', () => {
  it('asks first, then lets the next keys sign, is audited, and keeps the old ones published', async () => {
    const { browser, id } = await givenStaff()
    const [active, next] = [await kidsOf('active'), await kidsOf('next')]
    travel(PUBLISHED_AHEAD)
    const asked = await browser.submit(await browser.visit(LIST), ACT, [['action', 'rotate']])
    expect(asked.text).toContain('Rotate the signing keys?')
    expect(await kidsOf('active')).toEqual(active)
    const done = await browser.submit(asked, ACT, [])
    expect(done.path).toBe(LIST)
    expect(done.text).toContain('From now on these keys sign')
    expect(await kidsOf('active')).toEqual(next)
    expect(await kidsOf('retired')).toEqual(active)
    const published = (await json('/oauth2/jwks'))['keys'] as readonly { readonly kid: string }[]
    expect(published.map(({ kid }) => kid)).toEqual(expect.arrayContaining([...active, ...next]))
    expect(await all(`SELECT actor FROM audit_events WHERE type = 'signing_keys_rotated'`)).toEqual([
      { actor: id },
    ])
  })

  it('wants the password of an operator who gave it long ago', async () => {
    const { browser } = await givenStaff()
    const active = await kidsOf('active')
    travel(PUBLISHED_AHEAD + 1200)
    const asked = await browser.submit(await browser.visit(LIST), ACT, [['action', 'rotate']])
    const password = await browser.submit(asked, ACT, [])
    expect(password.text).toContain('Confirm that it is you')
    expect(await kidsOf('active')).toEqual(active)
    const wrong = await browser.submit(password, ACT, [['your_password', 'not the password']])
    expect(wrong.status).toBe(400)
    expect(await kidsOf('active')).toEqual(active)
    const done = await browser.submit(password, ACT, [['your_password', PASSWORD]])
    expect(done.text).toContain('From now on these keys sign')
    expect(await kidsOf('retired')).toEqual(active)
  })

  it('is refused while clients cannot have fetched the next keys', async () => {
    const { browser } = await givenStaff()
    const active = await kidsOf('active')
    const asked = await browser.submit(await browser.visit(LIST), ACT, [['action', 'rotate']])
    const refused = await browser.submit(asked, ACT, [])
    expect(refused.status).toBe(400)
    expect(refused.text).toMatch(/Clients cannot have fetched the next key yet\. Try again in \d+ seconds\./)
    expect(await kidsOf('active')).toEqual(active)
  })

  it('is refused without the field of our own page', async () => {
    const { browser } = await givenStaff()
    const active = await kidsOf('active')
    travel(PUBLISHED_AHEAD)
    expect((await browser.post(ACT, { action: 'rotate', confirmed: 'yes' })).status).toBe(403)
    expect(await kidsOf('active')).toEqual(active)
  })
})

describe('the rotation of signing keys in the API', () => {
  it('lists the keys and rotates them, for a token of staff alone', async () => {
    const next = await kidsOf('next')
    travel(PUBLISHED_AHEAD)
    const { id } = await givenStaff()
    await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
    const token = await givenAdminToken(id)
    const call = async (path: string, method: string, bearer = token) =>
      send(`/admin/api${path}`, { method, headers: { Authorization: `Bearer ${bearer}` } })
    expect((await call('/signing-keys/rotate', 'POST', 'at_nothing')).status).toBe(401)
    expect(await kidsOf('next')).toEqual(next)
    const listed = await (await call('/signing-keys', 'GET')).json<{ records: readonly object[] }>()
    expect(listed.records).toHaveLength(6)
    expect(listed.records).toContainEqual({
      kid: expect.any(String) as string,
      algorithm: expect.any(String) as string,
      state: 'active',
      created_at: expect.any(Number) as number,
      activated_at: expect.any(Number) as number,
      published_until_at: null,
    })
    const rotated = await call('/signing-keys/rotate', 'POST')
    expect(rotated.status).toBe(200)
    const { active } = await rotated.json<{ active: readonly string[] }>()
    expect(active.toSorted()).toEqual(next)
    expect((await call('/signing-keys/rotate', 'POST')).status).toBe(400)
    expect((await call('/signing-keys/nothing', 'POST')).status).toBe(404)
  })

  it('is in the OpenAPI document', async () => {
    const { paths } = await (await send('/openapi.json')).json<{ paths: Readonly<Record<string, object>> }>()
    expect(paths['/admin/api/signing-keys/rotate']).toHaveProperty('post')
    expect(paths['/admin/api/signing-keys']).toHaveProperty('get')
    expect(paths).not.toHaveProperty('/admin/api/signing-keys/{id}/rotate')
  })
})
