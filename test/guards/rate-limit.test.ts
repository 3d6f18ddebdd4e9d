import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { givenCast, PASSWORD } from '../support/fixture.ts'
import { post, send, tokensOf } from '../support/http.ts'
import { OUTBOX } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { countTrips } from '../support/trips.ts'

/** The platform's limit: five in a minute, for each network. */
const LIMITED = { RATE_LIMITER: env.TEST_LIMITER }
const FORM = {
  client_id: 'web',
  client_secret: 'the-secret-of-a-client',
  grant_type: 'password',
  username: 'alice',
}

beforeEach(async () => {
  await givenCast()
})

/** Asks for a token from a network. */
async function ask(network: string, vars: Readonly<Record<string, unknown>> = LIMITED): Promise<Response> {
  return post('/oauth2/token', { ...FORM, password: PASSWORD }, { 'CF-Connecting-IP': network }, vars)
}

/** Asks until the limit refuses; once at most does another minute begin meanwhile, with five requests of its own. */
async function untilRefused(request: () => Promise<{ readonly status: number }>): Promise<number[]> {
  const statuses: number[] = []
  while (statuses.length < 11 && statuses.at(-1) !== 429) statuses.push((await request()).status)
  return statuses
}

/** Five requests or more were answered, and one was refused then. */
function expectLimited(statuses: readonly number[]): void {
  expect(statuses.length).toBeGreaterThanOrEqual(6)
  expect(statuses).toEqual([...statuses.slice(1).map(() => 200), 429])
}

describe('the limit of the platform, where it is bound', () => {
  threat(90, 'refuses a network before the storage is asked, and no other', async () => {
    expectLimited(await untilRefused(async () => ask('192.0.2.1')))
    expect((await ask('192.0.2.1')).headers.get('Retry-After')).toBe('60')
    const trips = countTrips()
    expect((await ask('192.0.2.1', { ...LIMITED, ...trips.vars })).status).toBe(429)
    expect(trips.d1).toBe(0)
    expect((await ask('192.0.2.2')).status).toBe(200)
    // Not bound, it limits nothing.
    expect((await ask('192.0.2.1', {})).status).toBe(200)
    expect((await tokensOf()).status).toBe(200)
  })

  threat(175, 'is asked before mail is sent and at the sign-in page, too', async () => {
    const browser = openBrowser({ ...OUTBOX, ...LIMITED }, [], async (path, init = {}, vars = {}) => {
      const headers = new Headers(init.headers)
      headers.set('CF-Connecting-IP', '192.0.2.3')
      return send(path, { ...init, headers }, vars)
    })
    expectLimited(
      await untilRefused(async () =>
        browser.submit(await browser.visit('/login/recover'), '/login/recover', [['identifier', 'nobody']]),
      ),
    )
    const refused = await browser.submit(await browser.visit('/login'), '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    expect([refused.status, refused.text.includes('Too many attempts.')]).toEqual([429, true])
  })
})
