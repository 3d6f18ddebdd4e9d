import { beforeEach, describe, expect, it } from 'vitest'
import { givenClient } from '../support/fixture.ts'
import { send } from '../support/http.ts'
import { all } from '../support/operator.ts'
import { makeKey } from '../support/signer.ts'
import { givenAdminToken } from '../support/tokens.ts'
import { givenStaff } from './support.ts'

const PUBLIC = 'A public client cannot authenticate, so its method is none (RFC 6749 2.1).'

let staff: Awaited<ReturnType<typeof givenStaff>>
let bearer: string
beforeEach(async () => {
  await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
  staff = await givenStaff()
  bearer = await givenAdminToken(staff.id)
})

async function call(method: string, path: string, body: object) {
  const response = await send(`/admin/api/clients${path}`, {
    method,
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, ...(await response.json<Record<string, unknown>>()) }
}

async function metadata(): Promise<Readonly<Record<string, unknown>>> {
  return {
    name: 'Signer',
    client_id: 'signer',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [(await makeKey()).jwk] },
  }
}

describe('a client that authenticates by a key', () => {
  it('gets no secret, which nothing would take', async () => {
    const made = await call('POST', '', await metadata())
    expect(made).toMatchObject({ status: 201, record: { token_endpoint_auth_method: 'private_key_jwt' } })
    expect(made).not.toHaveProperty('client_secret')
    expect(await all('SELECT client_id FROM client_secrets')).toEqual([{ client_id: 'console' }])
  })

  it('gets no secret in the panel either, and no button for a new one', async () => {
    const page = await staff.browser.visit('/admin/clients/new')
    const fields = { ...(await metadata()), grant_types: 'client_credentials', type: 'confidential' }
    const made = await staff.browser.submit(
      page,
      '/admin/clients/new',
      Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    )
    expect(made.path).toBe('/admin/clients/show?id=signer')
    expect(made.text).not.toContain('id="secret"')
    expect(made.text).not.toContain('value="rotate-secret"')
    expect(made.text).not.toContain('has no secret: rotate it')
    expect(await call('POST', '/signer/rotate-secret', {})).toMatchObject({ status: 400 })
    expect(await all('SELECT client_id FROM client_secrets')).toEqual([{ client_id: 'console' }])
  })

  it('is refused with a secret of its own', async () => {
    const wrong = { ...(await metadata()), client_secret: 'a secret of many letters' }
    expect(await call('POST', '', wrong)).toMatchObject({
      status: 400,
      problems: [
        {
          field: 'client_secret',
          message: 'A client that authenticates with private_key_jwt has no secret.',
        },
      ],
    })
  })

  it('is not public', async () => {
    const problems = [{ field: 'token_endpoint_auth_method', message: PUBLIC }]
    const wrong = { ...(await metadata()), type: 'public', grant_types: ['refresh_token'] }
    expect(await call('POST', '', wrong)).toMatchObject({ status: 400, problems })
    await givenClient('spa', { type: 'public' })
    expect(await call('PATCH', '/spa', { token_endpoint_auth_method: 'private_key_jwt' })).toMatchObject({
      status: 400,
      problems,
    })
    expect(await call('PATCH', '/spa', { token_endpoint_auth_method: 'none' })).toMatchObject({ status: 200 })
    const page = await staff.browser.visit('/admin/clients/edit?id=spa')
    const refused = await staff.browser.submit(page, '/admin/clients/edit?id=spa', [
      ['name', 'Spa'],
      ['type', 'public'],
      ['grant_types', 'authorization_code'],
      ['redirect_uris', 'https://app.example/cb'],
      ['token_endpoint_auth_method', 'private_key_jwt'],
    ])
    expect(refused.status).toBe(400)
    expect(refused.text).toContain(PUBLIC)
  })
})
