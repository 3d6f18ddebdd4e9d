import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createMailLinkStore } from '../../src/store/d1/mail-links/index.ts'
import { createPasskeyStore } from '../../src/store/d1/passkeys.ts'
import { createSignInProviderStore } from '../../src/store/d1/sign-in-providers.ts'
import { openMailLink } from '../../src/tokens/opaque.ts'
import { actOn, givenStaff } from '../admin/support.ts'
import { hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenSession } from '../support/fixture.ts'
import { like } from '../support/flow.ts'
import type { Vars } from '../support/http.ts'
import { keysOfTests, linkIn, mailTo, OUTBOX, tokenIn } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { all, sentTwice } from '../support/operator.ts'
import { givenProvider } from '../support/sign-in-providers.ts'
import { countTrips } from '../support/trips.ts'
import { askForReset, giveAddress, NEW, NEW_PASSWORD } from './support.ts'

const ISSUER = 'https://issuer.example.org'

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
  await giveAddress(alice, 'alice@example.org')
  await env.DB.prepare(`UPDATE users SET email_verified_at = 1 WHERE id = ?`).bind(alice).run()
  await givenProvider(ISSUER)
  await givenPasskeyRow('own', 'Phone')
  await givenPasskeyRow('planted', 'Phone')
  await givenLink('sub-own')
  await givenLink('sub-planted')
})

async function givenPasskeyRow(id: string, name: string): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO passkeys (credential_id, user_id, public_key, sign_count, transports, name, synced, backed_up, created_at, op)
      VALUES (?, ?, '{}', 0, '', ?, 0, 0, 1700000000, '')`,
  )
    .bind(id, alice, name)
    .run()
}

async function givenLink(subject: string): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO linked_accounts (provider_id, issuer, subject, user_id, label, linked_at, op)
      VALUES ('acme', ?, ?, ?, 'alice@example.org', 1700000000, '')`,
  )
    .bind(ISSUER, subject, alice)
    .run()
}

async function link(vars: Vars = OUTBOX): Promise<string> {
  await askForReset('alice', vars)
  return linkIn(await mailTo('alice@example.org'))
}

/** Chooses a new password by the page of a link, with some boxes ticked. */
async function choose(path: string, keeps: readonly string[], vars: Vars = OUTBOX): Promise<Response> {
  const browser = openBrowser(vars)
  const { text } = await browser.visit(path)
  return browser.post(NEW_PASSWORD, [
    ...Object.entries(hiddenFields(text, NEW_PASSWORD)),
    ['new_password', NEW],
    ['repeated_password', NEW],
    ...keeps.map((id) => ['keep', id] as const),
  ])
}

async function ways(): Promise<readonly unknown[]> {
  const rows = await all(
    `SELECT credential_id AS id FROM passkeys UNION ALL SELECT subject FROM linked_accounts ORDER BY id`,
  )
  return rows.map(({ id }) => id)
}

describe('a new password by mail', () => {
  it('shows how else the account signs in, since when, and asks what is to stay', async () => {
    const { text } = await openBrowser(OUTBOX).visit(await link())
    expect(text).toContain('Check the ones that you know: the others are removed.')
    for (const id of ['own', 'planted', 'acme sub-own', 'acme sub-planted'])
      expect(text).toMatch(new RegExp(`type="checkbox" name="keep" value="${id}"(?! checked)`))
    expect(text).toContain('Acme: alice@example.org')
    expect(text).toContain('Nov 14, 2023')
  })

  threat(198, 'takes away what somebody else has added: all that its owner has not ticked', async () => {
    expect((await choose(await link(), ['own', 'acme sub-own'])).status).toBe(303)
    expect(await ways()).toEqual(['own', 'sub-own'])
    expect(
      await all(`SELECT type, actor, subject FROM audit_events WHERE type IN ('passkey_removed', 'account_unlinked')
        ORDER BY type`),
    ).toEqual([
      { type: 'account_unlinked', actor: alice, subject: 'acme' },
      { type: 'passkey_removed', actor: alice, subject: 'Phone' },
    ])
  })

  threat(198, 'takes away all of it where nothing is ticked, and nothing of anybody else', async () => {
    await env.DB.prepare(`UPDATE passkeys SET user_id = 'another' WHERE credential_id = 'own'`).run()
    await env.DB.prepare(`UPDATE linked_accounts SET user_id = 'another' WHERE subject = 'sub-own'`).run()
    const page = await openBrowser(OUTBOX).visit(await link())
    expect(page.text).not.toContain('value="own"')
    await choose(await link(), [])
    expect(await ways()).toEqual(['own', 'sub-own'])
  })

  threat(198, 'takes away what comes after its page was shown, which nobody could tick', async () => {
    const path = await link()
    const browser = openBrowser(OUTBOX)
    const fields = hiddenFields((await browser.visit(path)).text, NEW_PASSWORD)
    await givenPasskeyRow('late', 'Late')
    await givenLink('sub-late')
    await browser.post(NEW_PASSWORD, [
      ...Object.entries({ ...fields, new_password: NEW, repeated_password: NEW }),
      ...['own', 'planted', 'acme sub-own', 'acme sub-planted'].map((id) => ['keep', id] as const),
    ])
    expect(await ways()).toEqual(['own', 'planted', 'sub-own', 'sub-planted'])
  })

  it('takes nothing away by a password that is refused, and keeps the ticks', async () => {
    const browser = openBrowser(OUTBOX)
    const { text } = await browser.visit(await link())
    const fields = hiddenFields(text, NEW_PASSWORD)
    const again = await browser.post(NEW_PASSWORD, {
      ...fields,
      new_password: 'short',
      repeated_password: 'short',
      keep: 'own',
    })
    expect(again.status).toBe(400)
    expect(await again.text()).toMatch(/name="keep" value="own" checked/)
    expect(await ways()).toHaveLength(4)
  })

  threat(
    198,
    'leaves no passkey that stands for a second factor to whoever has the mailbox alone',
    async () => {
      for (const [demand, change, stay] of [
        ['everybody', 'UPDATE users SET second_factor_at = NULL', true],
        ['staff', 'UPDATE users SET is_staff = 1', true],
        ['staff', 'UPDATE users SET is_staff = 0', false],
        ['optional', 'UPDATE users SET second_factor_at = NULL', false],
        ['everybody', 'UPDATE users SET second_factor_at = 1', false],
      ] as const) {
        await env.DB.prepare('DELETE FROM passkeys').run()
        await env.DB.prepare('DELETE FROM throttle').run()
        await givenPasskeyRow('own', 'Phone')
        await env.DB.prepare(change).run()
        const vars = { ...OUTBOX, OAUTH_SECOND_FACTOR: demand }
        const path = await link(vars)
        const { text } = await openBrowser(vars).visit(path)
        expect([demand, change, text.includes('value="own"')]).toEqual([demand, change, !stay])
        expect((await choose(path, [], vars)).status).toBe(303)
        const left = await all('SELECT 1 FROM passkeys')
        expect([demand, change, left.length]).toEqual([demand, change, stay ? 1 : 0])
        // What is connected is no second factor, and goes all the same.
        expect(await all('SELECT 1 FROM linked_accounts')).toEqual([])
      }
    },
  )

  it('by a link of staff asks which ways in are to stay, and the panel says so before', async () => {
    const vars = { OAUTH_ISSUER: 'https://id.example' }
    await env.DB.prepare('UPDATE users SET email = NULL WHERE id = ?').bind(alice).run()
    const { browser } = await givenStaff(vars)
    const done = await actOn(browser, 'users', [alice], 'start-recovery')
    const [, path = ''] = /https:\/\/id\.example(\/login\/password\?token=ml_[\w-]+)/.exec(done.text) ?? []
    expect((await openBrowser(vars).visit(path)).text).toContain('value="acme sub-planted"')
    await choose(path, ['own'], vars)
    expect(await ways()).toEqual(['own'])
    for (const [action, said] of [
      ['start-recovery', 'Then the user chooses which passkeys and connected accounts stay'],
      ['sign-out', 'passkeys and connected accounts sign in as before'],
    ] as const) {
      const page = await browser.visit('/admin/users')
      const asked = await browser.submit(page, '/admin/users/act', [
        ['id', alice],
        ['action', action],
      ])
      expect(asked.text).toContain(said)
    }
  })

  it('costs one trip to look at, and two to choose, before the answer', async () => {
    const path = await link()
    const seen = countTrips()
    await openBrowser({ ...OUTBOX, ...seen.vars }).get(path)
    expect({ d1: seen.d1, kv: seen.kv }).toEqual({ d1: 1, kv: 0 })
    const browser = openBrowser(OUTBOX)
    const fields = hiddenFields((await browser.visit(path)).text, NEW_PASSWORD)
    const trips = countTrips()
    const own = openBrowser({ ...OUTBOX, DB: trips.vars.DB })
    for (const [name, value] of browser.cookies) own.cookies.set(name, value)
    await own.post(NEW_PASSWORD, { ...fields, new_password: NEW, repeated_password: NEW })
    // The third looks after the answer for clients that are to learn of the end of sessions.
    expect(trips.d1).toBe(3)
  })
})

describe('a new password against whoever is still in the account', () => {
  const reset = async (newHash: string, keeps: readonly string[] = []) => ({
    id: (await openMailLink(tokenIn(await link()), await keysOfTests())) ?? '',
    userId: alice,
    newHash,
    deleteExpired: false,
    throttleKeys: ['none'],
    keeps,
    secondFactor: undefined,
  })
  const request = (id: string) => ({ id, now: Math.floor(Date.now() / 1000), network: null })

  it('sent again, as its reply was lost, takes away once, and notes it once', async () => {
    const links = createMailLinkStore(sentTwice(env.DB))
    expect(await links.resetPassword(await reset('hash', ['own']), request('r'))).toBe(true)
    expect(await ways()).toEqual(['own'])
    expect(await all(`SELECT subject FROM audit_events WHERE type = 'account_unlinked'`)).toEqual([
      { subject: like(/^acme/) },
    ])
  })

  threat(
    198,
    'has one order: an account that is being connected at the same time is not left over',
    async () => {
      for (let round = 0; round < 8; round++) {
        await env.DB.prepare('DELETE FROM linked_accounts').run()
        await env.DB.prepare('DELETE FROM throttle').run()
        const { id: sessionId } = await givenSession(alice)
        const store = createSignInProviderStore(env.DB)
        const state = { jtiHash: `state ${round}`, expiresAt: 9e9 }
        const linking = request(`link ${round}`)
        await store.spendState(state, linking)
        const identity = {
          provider: { id: 'acme', issuer: ISSUER, domains: '' },
          subject: `sub-${round}`,
          label: 'x',
          countedAsFresh: false,
          state,
        }
        const wish = await reset(`hash ${round}`)
        const [changed] = await Promise.all([
          createMailLinkStore(env.DB).resetPassword(wish, request(`reset ${round}`)),
          store.link(identity, { sessionId, userId: alice, most: 20 }, linking),
        ])
        expect(changed).toBe(true)
        expect(await all('SELECT subject FROM linked_accounts')).toEqual([])
      }
    },
  )

  threat(198, 'has one order: a passkey that is being added at the same time is not left over', async () => {
    for (let round = 0; round < 8; round++) {
      await env.DB.prepare('DELETE FROM passkeys').run()
      await env.DB.prepare('DELETE FROM throttle').run()
      const wish = await reset(`hash ${round}`)
      const passkey = {
        credentialId: `late ${round}`,
        publicKey: '{}',
        signCount: 0,
        transports: [],
        synced: false,
        backedUp: false,
        name: 'Late',
        createdAt: 0,
        lastUsedAt: null,
      }
      const { id: sessionId } = await givenSession(alice)
      const challenge = { jtiHash: `challenge ${round}`, expiresAt: 9e9 }
      await Promise.all([
        createMailLinkStore(env.DB).resetPassword(wish, request(`reset ${round}`)),
        createPasskeyStore(env.DB).add(
          passkey,
          { challenge, most: 20, sessionId, userId: alice },
          request(`add ${round}`),
        ),
      ])
      expect(await all('SELECT credential_id FROM passkeys')).toEqual([])
    }
  })
})
