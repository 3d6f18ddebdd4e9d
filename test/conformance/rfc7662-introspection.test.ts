import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { givenCast, SECRET } from '../support/fixture.ts'
import {
  type Answer,
  answerOf,
  basic,
  introspect,
  ORIGIN,
  post,
  revoke,
  send,
  token,
} from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { expectRefusal, expectService } from '../support/refusal.ts'
import { stopClock, travel } from '../support/time.ts'
import { givenTokens, type Pair } from '../support/tokens.ts'

let alice = ''
let pair: Pair

beforeEach(async () => {
  ;({ alice } = await givenCast())
  pair = await givenTokens(alice)
})
afterEach(expectService)

/** Checks the one answer for whatever is not alive. */
function expectInactive({ headers, ...body }: Answer): void {
  expect(body).toEqual({ active: false, status: 200 })
  expect(headers.get('Cache-Control')).toBe('no-store')
}

describe('introspection: refusals', () => {
  must('RFC 7662', '2.1', 'threat 111: refuses who does not authenticate, with a challenge', async () => {
    for (const client of [
      {},
      { client_id: 'web' },
      { client_id: 'web', client_secret: 'wrong' },
      { client_id: 'nobody', client_secret: SECRET },
      { client_id: 'native' },
      { client_id: 'native', client_secret: SECRET },
    ]) {
      for (const value of [pair.access, pair.refresh, 'unknown', '']) {
        const answer = await answerOf(await post('/oauth2/introspect', { ...client, token: value }))
        expectRefusal(answer, 'invalid_client', 401)
        expect(answer.headers.get('WWW-Authenticate')).toBe(
          'Basic realm="oauth2", error="invalid_client", error_description="Client authentication failed."',
        )
      }
    }
    const header = await answerOf(
      await post('/oauth2/introspect', { token: pair.access }, basic('web', 'wrong')),
    )
    expectRefusal(header, 'invalid_client', 401)
  })

  must('RFC 7662', '2.1', 'refuses a bearer token in place of client credentials', async () => {
    const answer = await answerOf(
      await post('/oauth2/introspect', { token: pair.access }, { Authorization: `Bearer ${pair.access}` }),
    )
    expectRefusal(answer, 'invalid_client', 401)
  })

  must('RFC 7662', '2.1', 'refuses a request without token, after authentication', async () => {
    const answer = await answerOf(await post('/oauth2/introspect', {}, basic('web')))
    expectRefusal(answer, 'invalid_request')
    expect(answer.error_description).toBe("No 'token' included in the request.")
  })

  must('RFC 7662', '4', 'refuses GET, JSON, parameters in the URL and repeated ones', async () => {
    const query = new URLSearchParams({ token: pair.access }).toString()
    for (const path of ['/oauth2/introspect', '/oauth2/introspect/']) {
      const get = await answerOf(await send(`${path}?${query}`, { headers: basic('web') }))
      expectRefusal(get, 'invalid_request', 405)
      expectRefusal(await answerOf(await post(`${path}?${query}`, '', basic('web'))), 'invalid_request')
      const json = { ...basic('web'), 'Content-Type': 'application/json' }
      expectRefusal(await answerOf(await post(path, '{}', json)), 'invalid_request')
      expectRefusal(await answerOf(await post(path, `${query}&${query}`, basic('web'))), 'invalid_request')
    }
  })

  must('RFC 7662', '2.1', 'refuses two ways to authenticate', async () => {
    const form = { client_id: 'web', client_secret: SECRET, token: pair.access }
    expectRefusal(await answerOf(await post('/oauth2/introspect', form, basic('web'))), 'invalid_request')
  })
})

describe('introspection: what is not alive', () => {
  must('RFC 7662', '2.2', 'threat 112: says nothing of a token that is unknown or not ours', async () => {
    for (const value of [
      'unknown',
      'at_',
      `at_${'A'.repeat(64)}`,
      `${pair.access.slice(0, -2)}xx`,
      pair.access.slice(0, -1),
      pair.access.replace('at_', 'rt_'),
      pair.access.replace('at_', 'se_'),
      pair.access.replace('at_', 'ac_'),
      "' OR 1=1 --",
      '\u{1F600}\0',
      'x'.repeat(60_000),
    ]) {
      expectInactive(await introspect(value))
    }
  })

  must('RFC 7662', '2.2', 'threat 112: says nothing of a token that has expired', async () => {
    travel(86_390)
    expect(await introspect(pair.access)).toMatchObject({ active: true })
    travel(10)
    expectInactive(await introspect(pair.access))
    travel(90 * 86_400)
    expectInactive(await introspect(pair.refresh, 'web'))
  })

  must('RFC 7662', '2.2', 'threats 112, 113: says nothing of a token that was revoked', async () => {
    await revoke(pair.access)
    expectInactive(await introspect(pair.access))
    await revoke(pair.refresh)
    expectInactive(await introspect(pair.refresh, 'web'))
    const own = await token({ client_id: 'service', grant_type: 'client_credentials' })
    await revoke(own.access_token, 'service')
    expectInactive(await introspect(own.access_token, 'service'))
  })

  const ends: Record<string, string> = {
    'its user was disabled': 'UPDATE users SET is_active = 0',
    'its client was disabled': `UPDATE clients SET disabled_at = 1 WHERE client_id = 'web'`,
    'its grant was revoked': 'UPDATE grants SET revoked_at = 1',
    'its grant expired with its refresh token': 'UPDATE grants SET refresh_expires_at = 1, revoked_at = 1',
    'it was deleted': 'DELETE FROM grants',
  }
  for (const [name, sql] of Object.entries(ends)) {
    must('RFC 7662', '2.2', `threat 112: says nothing of a token once ${name}`, async () => {
      await env.DB.exec(sql)
      expectInactive(await introspect(pair.access))
      const own = await introspect(pair.refresh, 'web')
      if (name === 'its client was disabled') expectRefusal(own, 'invalid_client', 401)
      else expectInactive(own)
    })
  }

  must('RFC 7662', '4', "says nothing of another client's refresh token", async () => {
    expectInactive(await introspect(pair.refresh, 'other'))
    expectInactive(await introspect(pair.refresh, 'service'))
  })

  must('RFC 7662', '2.2', 'says nothing of a refresh token that was replaced', async () => {
    await token({ grant_type: 'refresh_token', refresh_token: pair.refresh })
    expectInactive(await introspect(pair.refresh, 'web'))
    expectInactive(await introspect(pair.access))
  })
})

describe('introspection', () => {
  must('RFC 7662', '2.2', "tells any confidential client about a user's access token", async () => {
    const now = stopClock()
    const fresh = await givenTokens(alice, { scope: 'write read' })
    for (const client of ['web', 'other', 'service']) {
      const { headers, ...body } = await introspect(fresh.access, client)
      expect(body).toEqual({
        acr: '1',
        active: true,
        auth_time: now,
        client_id: 'web',
        exp: now + 86_400,
        iat: now,
        iss: ORIGIN,
        scope: 'read write',
        status: 200,
        sub: alice,
        token_type: 'Bearer',
        username: 'alice',
      })
      expect(headers.get('Content-Type')).toBe('application/json')
      expect(headers.get('Cache-Control')).toBe('no-store')
    }
  })

  must('RFC 7662', '2.2', 'tells a client about its own refresh token, which is of no type', async () => {
    const now = stopClock()
    const fresh = await givenTokens(alice)
    const { headers: _, ...body } = await introspect(fresh.refresh, 'web')
    expect(body).toEqual({
      acr: '1',
      active: true,
      auth_time: now,
      client_id: 'web',
      exp: now + 90 * 86_400,
      iat: now,
      iss: ORIGIN,
      scope: 'read',
      status: 200,
      sub: alice,
      username: 'alice',
    })
  })

  must('RFC 7662', '2.1', 'takes both paths, the header, and any hint', async () => {
    for (const path of ['/oauth2/introspect', '/oauth2/introspect/']) {
      for (const hint of ['refresh_token', 'access_token', 'foo', '']) {
        const form = { token: pair.access, token_type_hint: hint }
        expect(await answerOf(await post(path, form, basic('other')))).toMatchObject({ active: true })
      }
    }
  })

  threat(112, 'asking about a token changes nothing', async () => {
    const before = await env.DB.prepare('SELECT * FROM grants').all()
    await introspect(pair.access)
    await introspect(pair.refresh, 'web')
    await introspect(pair.refresh, 'other')
    const after = await env.DB.prepare('SELECT * FROM grants').all()
    expect(after.results).toEqual(before.results)
  })
})
