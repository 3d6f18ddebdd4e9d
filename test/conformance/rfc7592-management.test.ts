import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import worker from '../../src/index.ts'
import { givenCast } from '../support/fixture.ts'
import { givenCode, redeem } from '../support/flow.ts'
import { answerOf, basic, introspect, send } from '../support/http.ts'
import { must } from '../support/must.ts'
import { manage, metadataOf, OPEN, registerClient, type Registered } from '../support/registration.ts'
import { tokenBy } from '../support/signer.ts'

let alice: string
let registered: Registered

async function exists(clientId: unknown): Promise<boolean> {
  return (await env.DB.prepare('SELECT 1 FROM clients WHERE client_id = ?').bind(clientId).first()) !== null
}

/** Runs the cron trigger some seconds from now. */
async function runCron(later: number): Promise<void> {
  const context = createExecutionContext()
  const controller = createScheduledController({
    scheduledTime: new Date(Date.now() + later * 1000),
    cron: '',
  })
  await worker.scheduled(controller, { ...env, ...OPEN })
  await waitOnExecutionContext(context)
}

describe('management of a registration', () => {
  beforeEach(async () => {
    ;({ alice } = await givenCast())
    registered = await registerClient(metadataOf({ policy_uri: 'https://rp.example/p' }))
  })

  must('RFC 7592', '2.1', 'tells a client what is registered, but not its secret again', async () => {
    const read = await answerOf(await manage('GET', registered))
    const {
      client_secret: _secret,
      client_secret_expires_at: _end,
      headers: _headers,
      status: _status,
      ...told
    } = registered
    expect(read).toMatchObject({ status: 200, ...told })
    expect(read).not.toHaveProperty('client_secret')
    expect(read.headers.get('Cache-Control')).toBe('no-store')
  })

  must(
    'RFC 7592',
    '2',
    'threat 132: refuses a token that is wrong, of another client, or missing',
    async () => {
      const other = await registerClient(metadataOf())
      const { client_id } = registered
      for (const token of ['ra_forged', 'at_forged', other['registration_access_token']]) {
        for (const method of ['GET', 'DELETE', 'PUT'] as const) {
          const body = method === 'PUT' ? { client_id, ...metadataOf() } : undefined
          const response = await manage(method, { client_id, registration_access_token: token }, body)
          expect([token, method, response.status]).toEqual([token, method, 401])
          expect(response.headers.get('WWW-Authenticate')).toContain('invalid_token')
        }
      }
      const path = `/oauth2/register/${client_id}`
      expect((await send(path, {}, OPEN)).status).toBe(401)
      expect(await exists(client_id)).toBe(true)
    },
  )

  must('RFC 7592', '2.2', 'replaces what is registered, and what is left out is gone', async () => {
    const { client_id } = registered
    const redirect_uris = ['https://rp.example/new']
    const answer = await answerOf(
      await manage('PUT', registered, { client_id, redirect_uris, client_name: 'Another name' }),
    )
    expect(answer).toMatchObject({ status: 200, client_name: 'Another name', redirect_uris, client_id })
    expect(answer).not.toHaveProperty('policy_uri')
    expect(answer['registration_access_token']).toBe(registered['registration_access_token'])
    const read = await answerOf(await manage('GET', registered))
    expect(read).toMatchObject({ redirect_uris })
    // The secret stays.
    const asked = { grant_type: 'refresh_token', refresh_token: 'rt_x' }
    const known = await tokenBy(asked, {}, basic(client_id, String(registered['client_secret'])))
    expect(known.error).toBe('invalid_grant')
  })

  must(
    'RFC 7592',
    '2.2',
    'threat 132: refuses a change that names another client, or another secret',
    async () => {
      const { client_id, client_secret } = registered
      for (const identity of [{}, { client_id: 'web' }, { client_id, client_secret: 'chosen-by-me-12345' }]) {
        expect(
          await answerOf(await manage('PUT', registered, { ...metadataOf(), ...identity })),
        ).toMatchObject({
          status: 400,
          error: 'invalid_client_metadata',
        })
      }
      const own = { ...metadataOf(), client_id, client_secret }
      expect((await manage('PUT', registered, own)).status).toBe(200)
    },
  )

  it('does not let a client change whether it has a secret', async () => {
    const { client_id } = registered
    const open = { ...metadataOf({ token_endpoint_auth_method: 'none' }), client_id }
    expect(await answerOf(await manage('PUT', registered, open))).toMatchObject({
      error: 'invalid_client_metadata',
    })
  })

  it('leaves what an operator has set', async () => {
    const { client_id } = registered
    await env.DB.prepare(
      'UPDATE clients SET require_pkce = 1, access_token_lifetime = 77 WHERE client_id = ?',
    )
      .bind(client_id)
      .run()
    expect((await manage('PUT', registered, { ...metadataOf(), client_id })).status).toBe(200)
    const row = await env.DB.prepare(
      'SELECT require_pkce, access_token_lifetime FROM clients WHERE client_id = ?',
    )
      .bind(client_id)
      .first()
    expect(row).toEqual({ require_pkce: 1, access_token_lifetime: 77 })
  })

  must(
    'RFC 7592',
    '2.3',
    'deletes a client with its tokens, and answers 204; then its token is 401',
    async () => {
      const { client_id, client_secret } = registered
      const asked = { client_id: client_id, redirect_uri: 'https://rp.example/cb', scope: 'read' }
      const pair = await redeem(await givenCode(alice, asked), {
        ...asked,
        client_secret: client_secret,
        scope: undefined,
      })
      expect(pair.status).toBe(200)
      const response = await manage('DELETE', registered)
      expect([response.status, await response.text()]).toEqual([204, ''])
      expect(await exists(client_id)).toBe(false)
      expect(await introspect(pair.access_token)).toMatchObject({ active: false })
      expect((await manage('GET', registered)).status).toBe(401)
      expect((await manage('DELETE', registered)).status).toBe(401)
      // What makes clients register again.
      const asking = { grant_type: 'refresh_token', refresh_token: 'rt_x' }
      const gone = await tokenBy(asking, {}, basic(client_id, client_secret))
      expect(gone).toMatchObject({ status: 401, error: 'invalid_client' })
      const rows = await env.DB.prepare('SELECT count(*) AS n FROM client_registrations').first('n')
      expect(rows).toBe(0)
    },
  )

  it('refuses the token of a client that was disabled', async () => {
    await env.DB.prepare('UPDATE clients SET disabled_at = 1 WHERE client_id = ?')
      .bind(registered['client_id'])
      .run()
    expect((await manage('GET', registered)).status).toBe(401)
  })

  it('is not there while registration is off', async () => {
    expect((await manage('GET', registered, undefined, {})).status).toBe(404)
  })

  it('deletes clients that nobody has used for 30 days, and no others', async () => {
    const used = await registerClient(metadataOf())
    const asked = {
      client_id: used['client_id'],
      redirect_uri: 'https://rp.example/cb',
      scope: 'read',
    }
    await givenCode(alice, asked)
    await runCron(29 * 86_400)
    expect(await exists(registered['client_id'])).toBe(true)
    await runCron(31 * 86_400)
    expect(await exists(registered['client_id'])).toBe(false)
    expect(await exists(used['client_id'])).toBe(true)
    expect(await exists('web')).toBe(true)
    for (const table of ['client_secrets', 'client_redirect_uris', 'client_registrations']) {
      const left = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE client_id = ?`)
        .bind(registered['client_id'])
        .first('n')
      expect([table, left]).toEqual([table, 0])
    }
  })
})
