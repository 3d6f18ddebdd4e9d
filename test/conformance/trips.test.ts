import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { givenCast, PASSWORD, SECRET } from '../support/fixture.ts'
import { introspect, post, refresh, revoke, send, token, tokensOf } from '../support/http.ts'
import { givenTokens, isActive, type Pair } from '../support/tokens.ts'
import { countTrips, type Trips } from '../support/trips.ts'

/** One round trip to D1 and nothing else. */
const ONE = { d1: 1, depth: 1, kv: 0 }

let pair: Pair
let trips: Trips

describe('storage round trips', () => {
  beforeEach(async () => {
    const { alice } = await givenCast()
    pair = await givenTokens(alice)
    trips = countTrips()
  })

  it('are one for client_credentials', async () => {
    const form = { client_id: 'service', grant_type: 'client_credentials' }
    expect(await token(form, trips.vars)).toMatchObject({ status: 200 })
    expect(trips).toMatchObject(ONE)
  })

  it('are two for a password', async () => {
    expect(await tokensOf({}, trips.vars)).toMatchObject({ status: 200 })
    expect(trips).toMatchObject({ d1: 2, depth: 2, kv: 0 })
  })

  it('are one for a wrong password and an unknown user', async () => {
    expect(await tokensOf({ password: 'wrong' }, trips.vars)).toMatchObject({ status: 400 })
    expect(trips).toMatchObject(ONE)
    trips = countTrips()
    expect(await tokensOf({ username: 'nobody' }, trips.vars)).toMatchObject({ status: 400 })
    expect(trips).toMatchObject(ONE)
  })

  it('are one for a refresh, and a second one that asks why when it is refused', async () => {
    expect(await refresh(pair.refresh, {}, trips.vars)).toMatchObject({ status: 200 })
    expect(trips).toMatchObject(ONE)
    trips = countTrips()
    expect(
      await refresh(pair.refresh, {}, { ...trips.vars, OAUTH_REFRESH_REUSE_INTERVAL: '0' }),
    ).toMatchObject({
      status: 400,
    })
    expect(trips).toMatchObject({ d1: 2, depth: 2, kv: 0 })
  })

  it('are one for a forged refresh token, to authenticate the client', async () => {
    expect(await refresh(`${pair.refresh.slice(0, -2)}xx`, {}, trips.vars)).toMatchObject({ status: 400 })
    expect(trips).toMatchObject(ONE)
  })

  it('are one for missing parameters, to authenticate the client', async () => {
    expect(await token({ grant_type: 'password' }, trips.vars)).toMatchObject({ status: 400 })
    expect(trips).toMatchObject(ONE)
  })

  it('are one for introspection of a valid token, a forged one and none', async () => {
    for (const value of [pair.access, pair.refresh, `at_${'A'.repeat(64)}`, '']) {
      trips = countTrips()
      await introspect(value, 'web', trips.vars)
      expect(trips).toMatchObject(ONE)
    }
  })

  it('are one for revocation of a valid token, a forged one and none', async () => {
    for (const value of [pair.access, pair.refresh, `rt_${'A'.repeat(72)}`, '']) {
      trips = countTrips()
      await revoke(value, 'web', trips.vars)
      expect(trips).toMatchObject(ONE)
    }
    expect(await isActive(pair.access)).toBe(false)
  })

  it('are none for what can be refused without the storage', async () => {
    const form = { client_id: 'web', client_secret: SECRET }
    for (const request of [
      send('/.well-known/oauth-authorization-server', {}, trips.vars),
      send('/oauth2/token', {}, trips.vars),
      post('/oauth2/token', form, {}, trips.vars),
      post('/oauth2/token', { ...form, grant_type: 'foo' }, {}, trips.vars),
      post('/oauth2/token', 'a=1&a=2', {}, trips.vars),
      post(
        '/oauth2/token',
        { grant_type: 'password', password: PASSWORD, username: 'alice' },
        {},
        trips.vars,
      ),
      post('/oauth2/introspect', { token: pair.access }, { Authorization: 'Basic ?' }, trips.vars),
    ]) {
      await request
    }
    expect(trips).toMatchObject({ d1: 0, depth: 0, kv: 0 })
  })

  it('are counted one by one, too', async () => {
    const { DB, KV } = trips.vars
    const statement = DB.prepare('SELECT ? AS one').bind(1)
    await statement.first()
    await statement.all()
    await statement.raw()
    await DB.prepare('SELECT 1').run()
    await Promise.all([DB.batch([statement, statement]), KV.get('x')])
    expect(trips).toMatchObject({ d1: 5, depth: 5, kv: 1 })
    expect(await env.DB.prepare('SELECT 1 AS one').first()).toEqual({ one: 1 })
  })
})
