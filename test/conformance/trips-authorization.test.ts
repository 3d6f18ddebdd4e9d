import { beforeEach, describe, expect, it } from 'vitest'
import { hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenSession, PASSWORD } from '../support/fixture.ts'
import { act, approve, authorizationUrl, authorize, givenCode, redeem, signedIn } from '../support/flow.ts'
import { countTrips, type Trips } from '../support/trips.ts'

const ONE = { d1: 1, depth: 1, kv: 0 }
let alice = ''
let trips: Trips

beforeEach(async () => {
  ;({ alice } = await givenCast())
  trips = countTrips()
})

/** Does something, and says what it cost. */
async function costOf(
  work: Promise<unknown> | (() => Promise<unknown>),
): Promise<Pick<Trips, 'd1' | 'depth' | 'kv'>> {
  const before = { ...trips }
  await (typeof work === 'function' ? work() : work)
  return { d1: trips.d1 - before.d1, depth: trips.depth - before.depth, kv: trips.kv - before.kv }
}

describe('storage round trips of the authorization endpoint', () => {
  it('are one for each page that is shown', async () => {
    const stranger = openBrowser(trips.vars)
    expect(await costOf(() => stranger.get(authorizationUrl()))).toEqual(ONE)
    expect(await costOf(() => stranger.get('/login'))).toEqual(ONE)
    const browser = await signedIn(alice, trips.vars)
    let location = ''
    const capture = async (): Promise<void> => {
      location = (await browser.get(authorizationUrl())).headers.get('Location') ?? ''
    }
    expect(await costOf(capture)).toEqual(ONE)
    expect(await costOf(() => browser.get(location))).toEqual(ONE)
  })

  it('are one of D1 and then one of KV for a silent code', async () => {
    const browser = await signedIn(alice, trips.vars)
    await authorize(browser)
    expect(await costOf(() => browser.get(authorizationUrl()))).toEqual({ d1: 1, depth: 2, kv: 1 })
    const posted = { client_id: 'web', response_type: 'code', redirect_uri: 'https://app.example/cb' }
    expect(await costOf(() => browser.post('/oauth2/authorize', posted))).toEqual(ONE)
  })

  it('are two for a silent token', async () => {
    const browser = await signedIn(alice, trips.vars)
    const fields = { response_type: 'token' }
    await authorize(browser, fields)
    expect(await costOf(() => browser.get(authorizationUrl(fields)))).toEqual({ d1: 2, depth: 2, kv: 0 })
  })

  it('are one read for a consent, which is then saved beside the code', async () => {
    const browser = await signedIn(alice, trips.vars)
    const page = await browser.visit(authorizationUrl())
    expect(await costOf(() => approve(browser, page))).toEqual({ d1: 2, depth: 2, kv: 1 })
    const other = await browser.visit(authorizationUrl({ scope: 'write' }))
    expect(await costOf(() => approve(browser, other, []))).toEqual(ONE)
    // What is unticked is taken from the older consent.
    const older = await browser.visit(authorizationUrl({ scope: 'read write' }))
    expect(await costOf(() => approve(browser, older, []))).toEqual({ d1: 2, depth: 2, kv: 0 })
  })

  it('are one for a refusal', async () => {
    const browser = await signedIn(alice, trips.vars)
    for (const fields of [{ client_id: 'no' }, { redirect_uri: 'https://no.example' }, { scope: 'no' }]) {
      expect(await costOf(() => browser.get(authorizationUrl(fields)))).toEqual(ONE)
    }
    expect(await costOf(() => browser.get('/oauth2/authorize/confirm'))).toEqual({ d1: 0, depth: 0, kv: 0 })
  })
})

describe('storage round trips of a code', () => {
  it('are one of KV and one of D1 when it is redeemed', async () => {
    const code = await givenCode(alice)
    expect(await costOf(() => redeem(code, {}, trips.vars))).toEqual({ d1: 1, depth: 2, kv: 1 })
  })

  it('are the same for a refusal, and one of D1 more for a replay, which asks why', async () => {
    const code = await givenCode(alice)
    const refused = { redirect_uri: 'https://app.example/' }
    expect(await costOf(() => redeem(code, refused, trips.vars))).toEqual({ d1: 1, depth: 2, kv: 1 })
    await redeem(code)
    expect(await costOf(() => redeem(code, {}, trips.vars))).toEqual({ d1: 2, depth: 3, kv: 1 })
  })

  it('are one of D1 for a forged code, to authenticate the client, and none of KV', async () => {
    const code = await givenCode(alice)
    for (const forged of [`${code.slice(0, -1)}x`, 'x', `at_${code.slice(3)}`, `ac_${'A'.repeat(64)}`]) {
      expect(await costOf(() => redeem(forged, {}, trips.vars))).toEqual(ONE)
    }
  })
})

describe('storage round trips of the other pages', () => {
  it('are two for a sign-in, and one for a wrong password', async () => {
    const browser = openBrowser(trips.vars)
    const page = await browser.visit('/login')
    expect(trips.d1).toBe(0)
    const { name } = await givenSession(alice)
    const fields = (password: string): (readonly [string, string])[] => [
      ['username', 'alice'],
      ['password', password],
    ]
    const wrong = await costOf(() => browser.submit(page, '/login', fields('wrong')))
    expect(wrong).toEqual({ d1: 1, depth: 1, kv: 0 })
    const post = async (): Promise<void> => {
      const form = { ...hiddenFields(page.text, '/login'), password: PASSWORD, username: 'alice' }
      await browser.post('/login', form)
    }
    expect(await costOf(post)).toEqual({ d1: 2, depth: 2, kv: 0 })
    expect(browser.cookies.has(name)).toBe(true)
  })

  it('are one for the account page, and two for a form of it, plus one to show the page again', async () => {
    const browser = await signedIn(alice, trips.vars)
    expect(await costOf(() => browser.get('/account'))).toEqual(ONE)
    expect(await costOf(() => act(browser, 'end-other-sessions'))).toEqual({ d1: 4, depth: 4, kv: 0 })
  })
})
