import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSignInProviderStore } from '../../src/store/d1/sign-in-providers.ts'
import { givenCast, givenSession, givenUser } from '../support/fixture.ts'
import { threat } from '../support/must.ts'
import { all, sentTwice } from '../support/operator.ts'
import { givenIssuer, givenLink, givenProvider, type Issuer, store } from '../support/sign-in-providers.ts'

let issuer: Issuer
let carol = ''
beforeEach(async () => {
  await givenCast()
  issuer = await givenIssuer()
  await givenProvider(issuer.issuer)
  carol = await givenUser('carol', { passwordHash: '!' })
  await givenLink(carol)
})

function now(): number {
  return Math.floor(Date.now() / 1000)
}

async function confirmations(): Promise<number> {
  return (await all(`SELECT 1 FROM audit_events WHERE type = 'sign_in_confirmed'`)).length
}

describe('the confirmation in the storage', () => {
  const identity = (state: string): Parameters<typeof store.confirm>[0] => ({
    provider: { id: 'acme', issuer: issuer.issuer, domains: '' },
    subject: 'sub-of-ann',
    label: 'x',
    countedAsFresh: false,
    state: { jtiHash: state, expiresAt: 9e9 },
  })
  const rule = { now: 1, idleDelta: 9e9, secondFactor: undefined }

  it('sent again, as its reply was lost, is noted once', async () => {
    const { id } = await givenSession(carol, { authTime: 1 })
    const request = { id: 'r', now: now(), network: null }
    const lossy = createSignInProviderStore(sentTwice(env.DB))
    await lossy.spendState(identity('s').state, request)
    const session = { id, authenticatedAt: now(), rule: { ...rule, now: now() } }
    expect(await lossy.confirm(identity('s'), session, request)).toBe(true)
    expect(await confirmations()).toBe(1)
  })

  threat(
    197,
    'against the removal of its link has one order: what is gone confirms nothing after',
    async () => {
      for (let round = 0; round < 10; round++) {
        await env.DB.prepare('DELETE FROM linked_accounts').run()
        await env.DB.prepare('DELETE FROM audit_events').run()
        await givenLink(carol)
        const { id } = await givenSession(carol, { authTime: 1 })
        const request = { id: `r${round}`, now: now(), network: null }
        await store.spendState(identity(`s${round}`).state, request)
        const session = { id, authenticatedAt: now(), rule: { ...rule, now: now() } }
        const ways = { mail: true, password: true, passkeys: true, links: true }
        await env.DB.prepare(`UPDATE users SET password_hash = 'x' WHERE id = ?`).bind(carol).run()
        const [confirmed] = await Promise.all([
          store.confirm(identity(`s${round}`), session, request),
          store.unlink({ providerId: 'acme', subject: 'sub-of-ann', userId: carol }, ways, {
            ...request,
            id: `u${round}`,
          }),
        ])
        expect(await confirmations()).toBe(confirmed ? 1 : 0)
        const late = { ...request, id: `late${round}` }
        await store.spendState(identity(`l${round}`).state, late)
        expect(await store.confirm(identity(`l${round}`), session, late)).toBe(false)
      }
    },
  )

  threat(197, 'that only counts as fresh is refused once staff have taken that back', async () => {
    const { id } = await givenSession(carol, { authTime: 1 })
    const session = { id, authenticatedAt: now(), rule: { ...rule, now: now() } }
    const outcomes: boolean[] = []
    for (const counts of [0, 1]) {
      await env.DB.prepare('UPDATE sign_in_providers SET counts_as_fresh = ?').bind(counts).run()
      const request = { id: `r${counts}`, now: now(), network: null }
      const counted = { ...identity(`s${counts}`), countedAsFresh: true }
      await store.spendState(counted.state, request)
      outcomes.push(await store.confirm(counted, session, request))
    }
    expect(outcomes).toEqual([false, true])
    expect(await confirmations()).toBe(1)
  })

  threat(197, 'is refused to a session that lacks the second factor that is demanded', async () => {
    const { id } = await givenSession(carol, { authTime: 1 })
    const request = { id: 'r', now: now(), network: null }
    await store.spendState(identity('s').state, request)
    const strict = { ...rule, now: now(), secondFactor: 'everybody' } as const
    const session = { id, authenticatedAt: now(), rule: strict }
    expect(await store.confirm(identity('s'), session, request)).toBe(false)
  })
})
