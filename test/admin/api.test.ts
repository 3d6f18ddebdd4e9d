import { beforeEach, describe, expect, it } from 'vitest'
import { givenCast, givenClient, SECRET } from '../support/fixture.ts'
import { answerOf, post, send } from '../support/http.ts'
import { all } from '../support/operator.ts'
import { givenAdminToken } from '../support/tokens.ts'
import { givenStaff, signIn } from './support.ts'

let bearer: Readonly<Record<string, string>>
let staff: string

beforeEach(async () => {
  await givenCast()
  await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
  staff = (await givenStaff()).id
  const access = await givenAdminToken(staff)
  bearer = { Authorization: `Bearer ${access}` }
})

interface Json {
  readonly status: number
  readonly [name: string]: unknown
}

async function call(method: string, path: string, body?: unknown): Promise<Json> {
  const response = await send(`/admin/api${path}`, {
    method,
    headers: { ...bearer, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  return { ...(await response.json<Record<string, unknown>>()), status: response.status }
}

describe('the API of the panel', () => {
  it('keeps lifetimes of its own for the tokens of a client, and takes them away again', async () => {
    const form = { client_id: 'own', client_secret: SECRET, grant_type: 'client_credentials' }
    await givenClient('own')
    const usual = await answerOf(await post('/oauth2/token', form))
    const lifetimes = { access_token_lifetime: 60, refresh_token_lifetime: 120 }
    expect(await call('PATCH', '/clients/own', lifetimes)).toMatchObject({ status: 200, record: lifetimes })
    expect(await answerOf(await post('/oauth2/token', form))).toMatchObject({ status: 200, expires_in: 60 })
    for (const wrong of [0, -1, 1.5, 1e12, 'soon', '1e3', true, []]) {
      expect(await call('PATCH', '/clients/own', { access_token_lifetime: wrong })).toMatchObject({
        status: 400,
        problems: [{ field: 'access_token_lifetime' }],
      })
    }
    const both = { access_token_lifetime: 0, refresh_token_lifetime: 'soon' }
    expect(await call('PATCH', '/clients/own', both)).toMatchObject({
      problems: [{ field: 'access_token_lifetime' }, { field: 'refresh_token_lifetime' }],
    })
    await call('PATCH', '/clients/own', { name: 'Renamed' })
    expect(await call('GET', '/clients/own')).toMatchObject(lifetimes)
    await call('PATCH', '/clients/own', { access_token_lifetime: null })
    const { expires_in } = await answerOf(await post('/oauth2/token', form))
    expect(expires_in).toBe(usual.expires_in)
  })

  it('says what stands out in the set-up of a client, and what happened in the last days', async () => {
    await signIn('staff')
    await givenClient('idle', { disabledAt: 1 })
    const { advice, status } = await call('GET', '/clients/idle/advice')
    expect(status).toBe(200)
    expect(advice).toContainEqual({
      severity: 'stops',
      text: 'The client is disabled: every request is refused.',
    })
    expect(await call('GET', '/clients/nobody/advice')).toMatchObject({ status: 404 })
    expect(await call('GET', `/users/${staff}/advice`)).toMatchObject({ status: 404 })
    const today = Math.floor(Date.now() / 86_400_000)
    await all(
      `INSERT INTO activity (day, kind, count) VALUES (${today - 13}, 'token_issued', 3), (${today - 14}, 'token_issued', 4)`,
    )
    const { activity, ...answer } = await call('GET', '/activity')
    expect(answer).toEqual({ status: 200 })
    expect(activity).toContainEqual({ day: today - 13, kind: 'token_issued', count: 3 })
    expect(activity).not.toContainEqual({ day: today - 14, kind: 'token_issued', count: 4 })
    expect(activity).toContainEqual({ day: expect.any(Number) as number, kind: 'signed_in', count: 1 })
  })

  it('creates, shows, changes, rotates and deletes a client', async () => {
    const made = await call('POST', '/clients', {
      name: 'Service',
      grant_types: ['client_credentials'],
      client_id: 'made-by-api',
    })
    expect(made).toMatchObject({
      status: 201,
      id: 'made-by-api',
      record: { name: 'Service', type: 'confidential' },
    })
    const form = { client_id: 'made-by-api', grant_type: 'client_credentials' }
    const secret = String(made['client_secret'])
    expect(await answerOf(await post('/oauth2/token', { ...form, client_secret: secret }))).toMatchObject({
      status: 200,
    })
    const changed = await call('PATCH', '/clients/made-by-api', { name: 'Renamed' })
    expect(changed).toMatchObject({
      status: 200,
      record: { name: 'Renamed', grant_types: ['client_credentials'] },
    })
    const rotated = await call('POST', '/clients/made-by-api/rotate-secret', { keep_old: 60 })
    expect(rotated['client_secret']).not.toBe(secret)
    const shown = await call('GET', '/clients/made-by-api')
    expect(shown).toMatchObject({ status: 200, secrets: 2 })
    expect(JSON.stringify(shown)).not.toContain(secret)
    expect(await call('POST', '/clients/made-by-api/delete')).toMatchObject({ status: 200, record: null })
    expect(await call('GET', '/clients/made-by-api')).toMatchObject({ status: 404 })
    const events = await all(
      `SELECT type FROM audit_events WHERE actor = '${staff}' AND client_id = 'made-by-api' ORDER BY id`,
    )
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(['client_created', 'client_deleted', 'client_secret_rotated', 'client_updated']),
    )
  })

  it('says what is wrong with each member', async () => {
    const refused = await call('POST', '/clients', { name: '', redirect_uris: ['nonsense'] })
    expect(refused).toMatchObject({ status: 400, error: 'invalid_request' })
    expect(refused['problems']).toEqual(expect.arrayContaining([expect.objectContaining({ field: 'name' })]))
    expect(await call('POST', '/clients', [])).toMatchObject({ status: 400 })
    expect(await call('POST', '/users', { username: 'x', password: 'short' })).toMatchObject({ status: 400 })
    expect(await call('PATCH', '/clients/nobody', {})).toMatchObject({ status: 404 })
    expect(await call('POST', '/clients/web/explode', {})).toMatchObject({ status: 404 })
    expect(await call('POST', '/grants', {})).toMatchObject({ status: 404 })
    expect(await call('POST', '/clients/web/enable', {})).toMatchObject({ status: 400 })
    expect(await call('GET', '/clients?limit=1000')).toMatchObject({ status: 400 })
    expect(await call('POST', `/users/${staff}/delete`)).toMatchObject({ status: 400 })
  })

  it('lists part by part, each record once', async () => {
    const seen: unknown[] = []
    let after = ''
    for (let part = 0; part < 10; part++) {
      const page = await call('GET', `/clients?limit=1${after && `&after=${after}`}`)
      seen.push(...(page['records'] as readonly { client_id: string }[]).map(({ client_id }) => client_id))
      if (page['next'] === null) break
      after = page['next'] as string
    }
    expect(seen).toEqual(['console', 'service', 'native', 'other', 'web'])
    expect(await call('GET', '/users?username=AL')).toMatchObject({
      records: [{ username: 'alice' }],
      next: null,
    })
    expect(await call('GET', '/clients?name=application%20n')).toMatchObject({
      records: [{ client_id: 'native' }],
    })
  })

  it('lists in the order that is asked for, goes back to the part before, and counts', async () => {
    const ids = ({ records }: Readonly<Record<string, unknown>>): unknown =>
      (records as readonly { client_id: string }[]).map(({ client_id }) => client_id)
    const first = await call('GET', '/clients?sort=client_id&limit=2')
    expect(first).toMatchObject({
      previous: null,
      sort: 'client_id',
      total: { count: 5, is_exact: true },
    })
    expect(ids(first)).toEqual(['console', 'native'])
    const second = await call('GET', `/clients?sort=client_id&limit=2&after=${String(first['next'])}`)
    expect(ids(second)).toEqual(['other', 'service'])
    const back = await call('GET', `/clients?sort=client_id&limit=2&before=${String(second['previous'])}`)
    expect(back).toEqual(first)
    expect(ids(await call('GET', '/clients?sort=-client_id&limit=2'))).toEqual(['web', 'service'])
    expect(await call('GET', '/clients')).toMatchObject({ sort: '-created_at', next: null, previous: null })
    for (const sort of ['secrets', '-', "name'--"]) {
      const refused = await call('GET', `/clients?sort=${encodeURIComponent(sort)}`)
      expect(refused).toMatchObject({ status: 400, problems: [{ field: 'sort' }] })
    }
    expect(await call('GET', '/access-tokens?sort=created_at')).toMatchObject({ status: 400 })
    expect(await call('GET', '/clients?before=nonsense')).toMatchObject({ status: 200, previous: null })
  })

  it('is described in the OpenAPI document', async () => {
    const document = await (
      await send('/openapi.json')
    ).json<{ paths: Record<string, Record<string, unknown>> }>()
    expect(Object.keys(document.paths['/admin/api/clients'] ?? {})).toEqual(['get', 'post'])
    expect(Object.keys(document.paths['/admin/api/clients/{id}'] ?? {})).toEqual(['get', 'patch'])
    expect(document.paths['/admin/api/clients/{id}/rotate-secret']).toHaveProperty('post')
    expect(document.paths['/admin/api/audit-events']).not.toHaveProperty('post')
  })
})
