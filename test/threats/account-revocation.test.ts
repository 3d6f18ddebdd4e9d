import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect } from 'vitest'
import { givenCast, PASSWORD } from '../support/fixture.ts'
import { act, authorize, codeIn, redeem, signedIn } from '../support/flow.ts'
import { refresh, tokensOf } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { expectRefusal, expectService } from '../support/refusal.ts'
import { givenTokens, isActive, type Pair } from '../support/tokens.ts'

const NEXT_PASSWORD = 'another horse, another battery'

let alice = ''
let bob = ''

beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
})

/** Tokens that an application got by a code that alice approved. */
async function tokensByCode(): Promise<Pair> {
  const answer = await redeem(codeIn(await authorize(await signedIn(alice))))
  return { access: answer.access_token, refresh: answer.refresh_token ?? '' }
}

/** Checks that nothing of a pair lives any more, not even as a lost reply. */
async function expectDead(pair: Pair, client = 'web'): Promise<void> {
  expect(await isActive(pair.access, client)).toBe(false)
  expect(await isActive(pair.refresh, client)).toBe(false)
  expectRefusal(await refresh(pair.refresh, { client_id: client }), 'invalid_grant')
}

describe('an application that a user takes the access from', () => {
  threat(117, 'loses access and refresh token, and no other application or user does', async () => {
    const pair = await tokensByCode()
    const other = await givenTokens(alice, { client: 'other' })
    const bobs = await givenTokens(bob)
    const page = await act(await signedIn(alice), 'revoke-application', { client_id: 'web' })
    expect(page.status).toBe(200)
    await expectDead(pair)
    expect(await isActive(other.refresh, 'other')).toBe(true)
    expect(await isActive(bobs.refresh)).toBe(true)
    await expectService()
  })

  threat(97, 'gets no answer to a lost reply any more', async () => {
    const pair = await tokensByCode()
    const next = await refresh(pair.refresh)
    await act(await signedIn(alice), 'revoke-application', { client_id: 'web' })
    expectRefusal(await refresh(pair.refresh), 'invalid_grant')
    await expectDead({ access: next.access_token, refresh: next.refresh_token ?? '' })
  })

  threat(104, 'at the moment when it refreshes has nothing that lives afterwards', async () => {
    const browser = await signedIn(alice)
    for (let round = 0; round < 5; round++) {
      const pair = await tokensByCode()
      const [answer] = await Promise.all([
        refresh(pair.refresh),
        act(browser, 'revoke-application', { client_id: 'web' }),
      ])
      await expectDead(pair)
      await expectDead({
        access: answer.access_token ?? pair.access,
        refresh: answer.refresh_token ?? pair.refresh,
      })
    }
  })

  threat(117, 'is not reached by a form of another user', async () => {
    const pair = await tokensByCode()
    await act(await signedIn(bob), 'revoke-application', { client_id: 'web' })
    expect(await isActive(pair.access)).toBe(true)
    expect(await refresh(pair.refresh)).toMatchObject({ status: 200 })
  })
})

describe('a password change', () => {
  threat(101, 'ends every token of the user, and no other user’s', async () => {
    const pairs = [await tokensByCode(), await givenTokens(alice, { scope: 'write' })]
    const bobs = await givenTokens(bob)
    const page = await act(await signedIn(alice), 'change-password', {
      current_password: PASSWORD,
      new_password: NEXT_PASSWORD,
      repeated_password: NEXT_PASSWORD,
    })
    expect(page.status).toBe(200)
    for (const pair of pairs) await expectDead(pair)
    expect(await isActive(bobs.access)).toBe(true)
    expect(await refresh(bobs.refresh)).toMatchObject({ status: 200 })
    expectRefusal(await tokensOf(), 'invalid_grant')
    expect(await tokensOf({ password: NEXT_PASSWORD })).toMatchObject({ status: 200 })
    const stored = JSON.stringify((await env.DB.prepare('SELECT * FROM users').all()).results)
    expect(stored).not.toContain(NEXT_PASSWORD)
  })

  threat(101, 'with a wrong password ends nothing', async () => {
    const pair = await givenTokens(alice)
    await act(await signedIn(alice), 'change-password', {
      current_password: 'wrong',
      new_password: NEXT_PASSWORD,
      repeated_password: NEXT_PASSWORD,
    })
    expect(await refresh(pair.refresh)).toMatchObject({ status: 200 })
    expect(await tokensOf()).toMatchObject({ status: 200 })
  })
})
