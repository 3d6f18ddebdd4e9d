import { beforeEach, describe, expect, it } from 'vitest'
import { actOn, givenStaff } from '../admin/support.ts'
import { type Browser, openBrowser } from '../support/browser.ts'
import { givenCast } from '../support/fixture.ts'
import { send, tokensOf, type Vars } from '../support/http.ts'
import { linkIn, mailTo, OUTBOX, readMails } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { givenAdminToken } from '../support/tokens.ts'
import { choose, giveAddress, NEW } from './support.ts'

let alice = ''
let staff: { readonly id: string; readonly browser: Browser }

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await all(`INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)`)
})

/** A link as a page or an answer shows it, as a path of ours. */
function shownLink(text: string): string {
  return /https:\/\/id\.example(\/login\/password\?token=ml_[\w-]+)/.exec(text)?.[1] ?? ''
}

/** Asks for it as a program. */
async function start(userId: string, vars: Vars = {}): Promise<Response> {
  const access = await givenAdminToken(staff.id)
  const headers = { Authorization: `Bearer ${access}` }
  return send(`/admin/api/users/${userId}/start-recovery`, { method: 'POST', headers }, vars)
}

describe('staff let somebody back in', () => {
  it('by a link that goes to the address of the account', async () => {
    staff = await givenStaff(OUTBOX)
    await giveAddress(alice, 'alice@example.org')
    const done = await actOn(staff.browser, 'users', [alice], 'start-recovery')
    expect(done.text).toContain('alice gets a mail with a link for a new password at alice@example.org.')
    expect(done.text).not.toContain('ml_')
    const mail = await mailTo('alice@example.org')
    expect(mail.text).toContain('This works once, for a day.')
    expect((await choose(openBrowser(OUTBOX), linkIn(mail))).path).toBe('/login')
    expect(await tokensOf({ password: NEW })).toMatchObject({ status: 200 })
    expect(
      await all(`SELECT type, actor, user_id FROM audit_events WHERE type = 'recovery_started'`),
    ).toEqual([{ type: 'recovery_started', actor: staff.id, user_id: alice }])
  })

  it('by a link that is shown once, where there is no mail or no address', async () => {
    const vars: Vars = { OAUTH_ISSUER: 'https://id.example' }
    staff = await givenStaff(vars)
    const done = await actOn(staff.browser, 'users', [alice], 'start-recovery')
    const path = shownLink(done.text)
    expect(path).not.toBe('')
    expect((await staff.browser.visit(done.path)).text).not.toContain('ml_')
    expect((await choose(openBrowser(vars), path)).path).toBe('/login')
    expect(await tokensOf({ password: NEW })).toMatchObject({ status: 200 })
    expect((await openBrowser(vars).visit(path)).status).toBe(400)
  })

  it('through the API', async () => {
    staff = await givenStaff()
    const answer = await start(alice)
    const body = await answer.json<Record<string, unknown>>()
    expect(body).not.toHaveProperty('client_secret')
    expect((await choose(openBrowser(), shownLink(String(body['recovery_link'])))).path).toBe('/login')
  })

  threat(
    149,
    'staff start recovery neither for themselves nor for anybody who is disabled, and only where it is on',
    async () => {
      staff = await givenStaff(OUTBOX)
      for (const [userId, vars] of [
        [staff.id, OUTBOX],
        [alice, { ...OUTBOX, OAUTH_RECOVERY: 'false' }],
      ] as const) {
        expect((await start(userId, vars)).status).toBe(400)
      }
      await all(`UPDATE users SET is_active = 0 WHERE id = '${alice}'`)
      expect((await staff.browser.visit(`/admin/users/show?id=${alice}`)).text).not.toContain(
        'start-recovery',
      )
      expect(await readMails()).toEqual([])
      expect(await all('SELECT count(*) AS n FROM mail_links')).toEqual([{ n: 0 }])
    },
  )
})
