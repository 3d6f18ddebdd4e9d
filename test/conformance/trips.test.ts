import { beforeEach, describe, expect, it } from 'vitest'
import { givenCast } from '../support/fixture.ts'
import { token, tokensOf } from '../support/http.ts'
import { countTrips } from '../support/trips.ts'

describe('storage round trips', () => {
  beforeEach(givenCast)

  it('client_credentials: one', async () => {
    const trips = countTrips()
    expect(await token({ client_id: 'service', grant_type: 'client_credentials' }, trips.vars)).toMatchObject(
      { status: 200 },
    )
    expect(trips).toMatchObject({ d1: 1, kv: 0, depth: 1 })
  })

  it('password: two', async () => {
    const trips = countTrips()
    expect(await tokensOf({}, trips.vars)).toMatchObject({ status: 200 })
    expect(trips).toMatchObject({ d1: 2, kv: 0, depth: 2 })
  })
})
