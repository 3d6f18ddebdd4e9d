import { beforeEach, describe, expect, it } from 'vitest'
import { givenCast } from '../support/fixture.ts'
import { RECORDED_REGISTRATIONS } from '../support/recorded-registrations.ts'
import { registerClient } from '../support/registration.ts'
import { discover, OPEN_TO_ALL, type Recorded, walk } from './walk.ts'

/** What they ask for at the authorization endpoint beside the usual. */
const MORE: Readonly<Record<string, Partial<Recorded>>> = { 'VS Code': { asks: { prompt: 'consent' } } }

beforeEach(async () => {
  await givenCast()
})

describe('Clients that register themselves', () => {
  it.each(RECORDED_REGISTRATIONS)(
    '%s: found, registered, signed in, given consent, called, refreshed, stepped up, revoked',
    async (name, body, redirectUri) => {
      await discover()
      const registered = await registerClient(body, OPEN_TO_ALL, { Origin: 'http://localhost:6274' })
      expect(registered).toMatchObject({ status: 201 })
      expect(registered.headers.get('Access-Control-Allow-Origin')).toBe('*')
      const { client_id: clientId, client_secret: secret } = registered
      const authentication = async () => ({
        client_id: clientId,
        ...(secret === undefined ? {} : { client_secret: secret }),
      })
      await walk({ clientId, redirectUri, authentication, ...MORE[name] })
    },
  )
})
