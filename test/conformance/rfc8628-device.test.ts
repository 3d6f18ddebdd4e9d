import { createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import worker from '../../src/index.ts'
import { DEVICE_GRANT, givenDevices, letIn, poll, startDevice, typeCode } from '../support/device.ts'
import { boundToken, makeProofKey } from '../support/dpop.ts'
import { givenCast, givenClient, SECRET } from '../support/fixture.ts'
import { act, signedIn } from '../support/flow.ts'
import { basic, introspect, ORIGIN, post, refresh, send, token } from '../support/http.ts'
import { must } from '../support/must.ts'
import { json, verifyIdToken } from '../support/openid.ts'
import { all } from '../support/operator.ts'
import { expectRefusal } from '../support/refusal.ts'
import { registerClient } from '../support/registration.ts'
import { assertionOf, givenSigner, signedBy } from '../support/signer.ts'
import { travel } from '../support/time.ts'
import { countTrips } from '../support/trips.ts'

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
  await givenDevices()
})

/** A device that alice has let in; returns its code. */
async function letInDevice(form: Readonly<Record<string, string>> = {}): Promise<string> {
  const started = await startDevice(form)
  const browser = await signedIn(alice)
  const page = await typeCode(browser, started['user_code'])
  const done = await letIn(browser, page, (form['scope'] ?? 'read').split(' '))
  expect(done.text).toContain('Your device is connected')
  return String(started['device_code'])
}

describe('the device authorization endpoint', () => {
  must('RFC 8628', '3.2', 'answers with codes for the device and for its person', async () => {
    const { headers, ...answer } = await startDevice()
    expect(answer).toEqual({
      status: 200,
      device_code: expect.stringMatching(/^dc_[\w-]{60,}$/) as string,
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/) as string,
      verification_uri: `${ORIGIN}/device`,
      verification_uri_complete: `${ORIGIN}/device?user_code=${String(answer['user_code'])}`,
      expires_in: 600,
      interval: 5,
    })
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*')
  })

  must('RFC 8628', '3.1', 'authenticates the client as the token endpoint does', async () => {
    expectRefusal(
      await startDevice({ client_id: 'printer', client_secret: 'a wrong secret of it' }),
      'invalid_client',
    )
    expectRefusal(await startDevice({ client_id: 'nobody' }), 'invalid_client')
    const byHeader = await post('/oauth2/device_authorization', { scope: 'read' }, basic('printer'))
    expect(byHeader.status).toBe(200)
    const wrong = await post('/oauth2/device_authorization', {}, basic('printer', 'wrong'))
    expect(wrong.status).toBe(401)
    const signer = await givenSigner({ grantTypes: [DEVICE_GRANT], redirectUris: [] })
    const signed = { client_id: signer.clientId, ...signedBy(await assertionOf(signer)) }
    expect(await startDevice(signed)).toMatchObject({ status: 200 })
  })

  it('serves clients alone that have the grant type by its name', async () => {
    expectRefusal(await startDevice({ client_id: 'native' }), 'unauthorized_client')
    expectRefusal(await startDevice({ client_id: 'web', client_secret: SECRET }), 'unauthorized_client')
    expect(await all('SELECT id FROM device_codes')).toEqual([])
  })

  it('refuses scopes that do not exist, are not the client’s, or are admin', async () => {
    expectRefusal(await startDevice({ scope: 'nothing' }), 'invalid_scope')
    await env.DB.prepare(`UPDATE clients SET scope = 'admin read' WHERE client_id = 'tv'`).run()
    expectRefusal(await startDevice({ scope: 'write' }), 'invalid_scope')
    expectRefusal(await startDevice({ scope: 'admin' }), 'invalid_scope')
    expect(await startDevice({ scope: '' })).toMatchObject({ status: 200 })
  })

  it('is in the metadata, with its grant type', async () => {
    const metadata = await json('/.well-known/oauth-authorization-server')
    expect(metadata['device_authorization_endpoint']).toBe(`${ORIGIN}/oauth2/device_authorization`)
    expect(metadata['grant_types_supported']).toContain(DEVICE_GRANT)
  })

  it('costs one round trip', async () => {
    const trips = countTrips()
    await startDevice({}, trips.vars)
    expect(trips).toMatchObject({ d1: 1, depth: 1, kv: 0 })
  })

  it('keeps nothing that a thief of the database could use', async () => {
    const { device_code, user_code } = await startDevice()
    const rows = JSON.stringify(await all('SELECT * FROM device_codes'))
    expect(rows).not.toContain(String(user_code))
    expect(rows).not.toContain(String(user_code).replace('-', ''))
    expect(rows).not.toContain(String(device_code).slice(-40))
  })
})

describe('a device that polls', () => {
  must('RFC 8628', '3.5', 'is told to wait while nobody has answered', async () => {
    const { device_code } = await startDevice()
    expectRefusal(await poll(device_code), 'authorization_pending')
  })

  must('RFC 8628', '3.5', 'gets tokens once it was let in', async () => {
    const answer = await poll(await letInDevice())
    expect(answer).toMatchObject({ status: 200, token_type: 'Bearer', scope: 'read' })
    expect(await introspect(answer.access_token)).toMatchObject({ active: true, sub: alice, client_id: 'tv' })
    const next = await refresh(answer.refresh_token ?? '', { client_id: 'tv', client_secret: '' })
    expect(next).toMatchObject({ status: 200, scope: 'read' })
  })

  must('RFC 8628', '3.5', 'is told that its person said no', async () => {
    const { device_code, user_code } = await startDevice()
    const browser = await signedIn(alice)
    const page = await typeCode(browser, user_code)
    const done = await browser.submit(page, '/device', [['authorize', 'False']])
    expect(done.text).toContain('was not connected')
    expectRefusal(await poll(device_code), 'access_denied')
  })

  must('RFC 8628', '3.5', 'threat 123: is told to slow down, five seconds more each time', async () => {
    const { device_code } = await startDevice()
    expectRefusal(await poll(device_code), 'authorization_pending')
    expectRefusal(await poll(device_code), 'slow_down')
    travel(6)
    expectRefusal(await poll(device_code), 'slow_down')
    expect(await all('SELECT interval FROM device_codes')).toEqual([{ interval: 15 }])
    travel(16)
    expectRefusal(await poll(device_code), 'authorization_pending')
  })

  must('RFC 8628', '3.5', 'threat 123: is told that its code has expired', async () => {
    const { device_code } = await startDevice()
    travel(601)
    expectRefusal(await poll(device_code), 'expired_token')
  })

  must('RFC 8628', '3.4', 'threat 122: gets nothing for the code of another client', async () => {
    const deviceCode = await letInDevice()
    expectRefusal(await poll(deviceCode, { client_id: 'printer' }), 'invalid_grant')
    expectRefusal(await poll(deviceCode, { client_id: 'native' }), 'unauthorized_client')
    expectRefusal(
      await poll(deviceCode, { client_id: 'printer', client_secret: 'a wrong secret of it' }),
      'invalid_client',
    )
    expect(await poll(deviceCode)).toMatchObject({ status: 200 })
  })

  it('gets nothing for a code that nobody minted', async () => {
    for (const code of [
      'dc_AAAA',
      'nothing',
      (await token({ grant_type: 'client_credentials' })).access_token,
    ]) {
      expectRefusal(await poll(code), 'invalid_grant')
    }
  })

  it('threat 124: that polls fifty times at once gets its tokens once, and they live', async () => {
    const deviceCode = await letInDevice()
    const answers = await Promise.all(Array.from({ length: 50 }, async () => poll(deviceCode)))
    const [winner, ...others] = answers.filter(({ status }) => status === 200)
    expect(others).toEqual([])
    expect(answers.filter(({ error }) => error === 'invalid_grant')).toHaveLength(49)
    expect(await introspect(winner?.access_token ?? '')).toMatchObject({ active: true })
    expectRefusal(await poll(deviceCode), 'invalid_grant')
    expect(await introspect(winner?.access_token ?? '')).toMatchObject({ active: true })
  })

  it('costs one round trip and one statement, and one more where it gets its tokens', async () => {
    const { device_code } = await startDevice()
    const waiting = countTrips()
    await poll(device_code, {}, waiting.vars)
    expect(waiting).toMatchObject({ d1: 1, depth: 1, kv: 0 })
    const deviceCode = await letInDevice()
    const redeeming = countTrips()
    expect(await poll(deviceCode, {}, redeeming.vars)).toMatchObject({ status: 200 })
    expect(redeeming).toMatchObject({ d1: 2, depth: 2, kv: 0 })
  })

  it('leaves nothing in the list of refusals while it waits', async () => {
    const { device_code } = await startDevice()
    await poll(device_code)
    await poll(device_code)
    expect(await all(`SELECT id FROM refusals WHERE client_id = 'tv'`)).toEqual([])
  })

  it('gets tokens that are bound to its key where it proves one', async () => {
    const key = await makeProofKey()
    const deviceCode = await letInDevice()
    const form = { client_id: 'tv', client_secret: '', grant_type: DEVICE_GRANT, device_code: deviceCode }
    const answer = await boundToken(key, form)
    expect(await introspect(answer.access_token)).toMatchObject({ cnf: { jkt: key.jkt } })
  })

  it('gets an ID token for the scope openid', async () => {
    const answer = await poll(await letInDevice({ scope: 'openid' }))
    expect((await verifyIdToken(answer['id_token'], 'tv')).claims).toMatchObject({ sub: alice, aud: 'tv' })
  })
})

describe('a client that registered itself, as mcp-remote does with --device-code', () => {
  it('is let in by its person, and refreshes', async () => {
    const registered = await registerClient({
      client_name: 'MCP CLI Proxy',
      redirect_uris: [],
      grant_types: [DEVICE_GRANT, 'refresh_token'],
      response_types: [],
      token_endpoint_auth_method: 'none',
    })
    expect(registered).toMatchObject({ status: 201, grant_types: [DEVICE_GRANT, 'refresh_token'] })
    const { client_id } = registered
    const started = await startDevice({ client_id })
    const browser = await signedIn(alice)
    await letIn(browser, await typeCode(browser, started['user_code']))
    const answer = await poll(started['device_code'], { client_id })
    expect(answer).toMatchObject({ status: 200, scope: 'read' })
    const form = { grant_type: 'refresh_token', refresh_token: answer.refresh_token ?? '', client_id }
    expect((await post('/oauth2/token', form)).status).toBe(200)
  })
})

describe('what ends the access of a device', () => {
  it('is the account page, which lists it as every application', async () => {
    const answer = await poll(await letInDevice())
    const browser = await signedIn(alice)
    expect((await browser.visit('/account')).text).toContain('Television')
    await act(browser, 'revoke-application', { client_id: 'tv' })
    expect(await introspect(answer.access_token)).toMatchObject({ active: false })
  })

  it('is a withdrawal before it has its tokens', async () => {
    const deviceCode = await letInDevice()
    await act(await signedIn(alice), 'revoke-application', { client_id: 'tv' })
    expectRefusal(await poll(deviceCode), 'invalid_grant')
  })

  it('is a new password, or a user or client that is disabled', async () => {
    for (const sql of [
      'UPDATE users SET password_changed_at = unixepoch() + 60',
      'UPDATE users SET password_changed_at = 0, is_active = 0',
    ]) {
      await env.DB.prepare('UPDATE users SET password_changed_at = 0, is_active = 1').run()
      const deviceCode = await letInDevice()
      await env.DB.prepare(sql).run()
      expectRefusal(await poll(deviceCode), 'invalid_grant')
    }
    await env.DB.prepare('UPDATE users SET is_active = 1').run()
    const deviceCode = await letInDevice()
    await env.DB.prepare(`UPDATE clients SET disabled_at = 1 WHERE client_id = 'tv'`).run()
    expectRefusal(await poll(deviceCode), 'invalid_client')
  })

  it('is the cron trigger for what waits no longer, an hour later', async () => {
    await startDevice()
    const run = async (seconds: number) =>
      worker.scheduled?.(
        createScheduledController({ scheduledTime: new Date(Date.now() + seconds * 1000) }),
        env,
      )
    await run(4100)
    expect(await all('SELECT id FROM device_codes')).toHaveLength(1)
    await run(4300)
    expect(await all('SELECT id FROM device_codes')).toEqual([])
  })
})

describe('devices in large numbers', () => {
  it('are stopped for the network of public clients, and for no other', async () => {
    const from = (address: string) => ({ 'CF-Connecting-IP': address })
    await startDevice({}, {}, from('192.0.2.9'))
    await env.DB.prepare('UPDATE throttle SET count = 100').run()
    const stopped = await startDevice({}, {}, from('192.0.2.9'))
    expectRefusal(stopped, 'temporarily_unavailable', 429)
    expect(Number(stopped.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(await startDevice({}, {}, from('192.0.2.10'))).toMatchObject({ status: 200 })
    expect(await startDevice({ client_id: 'printer' }, {}, from('192.0.2.9'))).toMatchObject({ status: 200 })
  })
})

describe('the panel', () => {
  it('offers the grant type for clients', async () => {
    await givenClient('app')
    const { text } = await (await signedIn(await staff())).visit('/admin/clients/new')
    expect(text).toContain(`value="${DEVICE_GRANT}"`)
  })
})

async function staff(): Promise<string> {
  await env.DB.prepare('UPDATE users SET is_staff = 1 WHERE id = ?').bind(alice).run()
  expect((await send('/admin')).status).toBe(303)
  return alice
}
