import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { givenStaff } from '../admin/support.ts'
import { givenCast, SECRET } from '../support/fixture.ts'
import { type Answer, answerOf, post } from '../support/http.ts'
import { must } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { expectRefusal } from '../support/refusal.ts'
import { givenTokens, isActive } from '../support/tokens.ts'

const HOME = '192.0.2.1'
const ELSEWHERE = '198.51.100.7'

let alice = ''
let start = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
  start = (await givenTokens(alice)).refresh
})

/** Refreshes from a network. */
async function refreshFrom(network: string, value: string): Promise<Answer> {
  const form = { grant_type: 'refresh_token', client_id: 'web', client_secret: SECRET, refresh_token: value }
  return answerOf(await post('/oauth2/token', form, { 'CF-Connecting-IP': network }))
}

const events = async (): Promise<readonly unknown[]> =>
  all(
    "SELECT type, user_id, client_id, network FROM audit_events WHERE type LIKE 'refresh_token_%' ORDER BY rowid",
  )

describe('a replaced refresh token that comes again within the interval', () => {
  must(
    'RFC 9700',
    '4.14.2',
    'gives the same answer again, and each time leaves an event with its network',
    async () => {
      const first = await refreshFrom(HOME, start)
      for (const network of [HOME, ELSEWHERE]) {
        expect(await refreshFrom(network, start)).toMatchObject({
          access_token: first.access_token,
          status: 200,
        })
      }
      const event = { type: 'refresh_token_repeated', user_id: alice, client_id: 'web' }
      expect(await events()).toEqual([
        { ...event, network: HOME },
        { ...event, network: ELSEWHERE },
      ])
      expect(await isActive(first.access_token)).toBe(true)
    },
  )

  must(
    'RFC 9700',
    '4.14.2',
    'ends the grant where five rotations in a row come again from elsewhere',
    async () => {
      let current = start
      for (let rotation = 0; rotation < 4; rotation++) {
        const { refresh_token: next = '' } = await refreshFrom(HOME, current)
        // The same repeat again counts once.
        for (let time = 0; time < 2; time++) {
          expect(await refreshFrom(ELSEWHERE, current)).toMatchObject({ refresh_token: next, status: 200 })
        }
        current = next
      }
      const last = await refreshFrom(HOME, current)
      expectRefusal(await refreshFrom(ELSEWHERE, current), 'invalid_grant')
      expect(await isActive(last.access_token)).toBe(false)
      expectRefusal(await refreshFrom(HOME, last.refresh_token ?? ''), 'invalid_grant')
      expect(await events()).toContainEqual({
        type: 'refresh_token_followed',
        user_id: alice,
        client_id: 'web',
        network: ELSEWHERE,
      })
    },
  )

  it('is shown to staff with its network, in the audit of its client and of its user', async () => {
    await refreshFrom(HOME, start)
    await refreshFrom(ELSEWHERE, start)
    const { browser } = await givenStaff()
    for (const [record, filter] of [
      ['clients/show?id=web', 'client=web'],
      [`users/show?id=${alice}`, 'user=alice'],
    ] as const) {
      expect((await browser.visit(`/admin/${record}`)).text).toContain(`/admin/audit-events?${filter}"`)
      const list = await browser.visit(`/admin/audit-events?type=refresh_token_repeated&${filter}`)
      expect(list.text).toContain('<option value="refresh_token_repeated" selected="">')
      expect(list.text).toContain(ELSEWHERE)
      const event = /\/admin\/audit-events\/show\?id=[^"]+/.exec(list.text)?.[0] ?? ''
      expect((await browser.visit(event)).text).toContain(ELSEWHERE)
      const others = await browser.visit(`/admin/audit-events?type=refresh_token_followed&${filter}`)
      expect(others.text).not.toContain(ELSEWHERE)
    }
  })

  it('is harmless from the network of its rotation, however often, and where rotations lie between', async () => {
    let current = start
    for (let rotation = 0; rotation < 12; rotation++) {
      const { refresh_token: next = '' } = await refreshFrom(HOME, current)
      for (let tab = 0; tab < 3; tab++) {
        expect(await refreshFrom(HOME, current)).toMatchObject({ refresh_token: next })
      }
      const other = rotation % 2 === 0 ? HOME : ELSEWHERE
      expect(await refreshFrom(other, current)).toMatchObject({ refresh_token: next })
      current = next
    }
    expect(await isActive(current)).toBe(true)
  })

  must('RFC 9700', '4.14.2', 'is a replay at once where its client has an interval of 0', async () => {
    await env.DB.prepare("UPDATE clients SET refresh_reuse_interval = 0 WHERE client_id = 'web'").run()
    const next = await refreshFrom(HOME, start)
    expectRefusal(await refreshFrom(HOME, start), 'invalid_grant')
    expect(await isActive(next.access_token)).toBe(false)
  })

  it('is a lost reply for as long as its client says, whatever the setting', async () => {
    await env.DB.prepare("UPDATE clients SET refresh_reuse_interval = 60 WHERE client_id = 'web'").run()
    const next = await refreshFrom(HOME, start)
    await env.DB.prepare('UPDATE grants SET refreshed_at = refreshed_at - 50').run()
    expect(await refreshFrom(HOME, start)).toMatchObject({ status: 200, refresh_token: next.refresh_token })
    await env.DB.prepare('UPDATE grants SET refreshed_at = refreshed_at - 20').run()
    expectRefusal(await refreshFrom(HOME, start), 'invalid_grant')
  })
})
