import { beforeEach, describe, expect, it } from 'vitest'
import { actOn, givenStaff } from '../admin/support.ts'
import { type Browser, openBrowser, type Visit } from '../support/browser.ts'
import { givenCast, givenUser } from '../support/fixture.ts'
import { expectPage, FORGED } from '../support/flow.ts'
import { send, type Vars } from '../support/http.ts'
import { linkIn, mailTo, OUTBOX, readMails } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'

const INVITED: Vars = { ...OUTBOX, OAUTH_ALLOW_SIGNUP: 'true', OAUTH_SIGNUP_INVITED: 'true' }
const DOMAINS: Vars = {
  ...OUTBOX,
  OAUTH_ALLOW_SIGNUP: 'true',
  OAUTH_SIGNUP_DOMAINS: 'corp.example team.example',
}
const ASK = '/sign-up/invitation'

beforeEach(async () => {
  await givenCast()
})

/** The form of a new account. */
function account(username: string): readonly (readonly [string, string])[] {
  const password = 'many unrelated words'
  return [
    ['username', username],
    ['password', password],
    ['repeated_password', password],
  ]
}

async function users(): Promise<readonly unknown[]> {
  return (await all('SELECT username FROM users WHERE is_staff = 0 ORDER BY username')).map(
    ({ username }) => username,
  )
}

/** Makes an invitation as staff do in the panel, and says what the page shows. */
async function invite(
  email = '',
  vars: Vars = INVITED,
): Promise<{ readonly staff: Browser; readonly page: Visit }> {
  const { browser: staff } = await givenStaff(vars)
  const form = await staff.visit('/admin/invitations/new')
  return { staff, page: await staff.submit(form, '/admin/invitations/new', [['email', email]]) }
}

function shownLink({ text }: Visit): string {
  return /https:\/\/id\.example(\/sign-up\?invitation=ml_[\w-]+)/.exec(text)?.[1] ?? ''
}

async function follow(path: string, username: string, vars: Vars = INVITED): Promise<Visit> {
  const browser = openBrowser(vars)
  const page = await browser.visit(path)
  return page.status === 200 ? browser.submit(page, '/sign-up', account(username)) : page
}

describe('sign-up by invitation', () => {
  it('takes nobody without one', async () => {
    const browser = openBrowser(INVITED)
    const page = await browser.visit('/sign-up')
    expect([page.status, page.text.includes('By invitation only'), page.text.includes('<form')]).toEqual([
      200,
      true,
      false,
    ])
    const { anti_forgery = '' } = Object.fromEntries(
      [...(await browser.visit('/login')).text.matchAll(/name="(anti_forgery)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    )
    const fields = { ...Object.fromEntries(account('carol')), anti_forgery }
    for (const invitation of [{}, { invitation: '' }, { invitation: 'ml_x' }])
      await browser.post('/sign-up', { ...fields, ...invitation })
    expect(await users()).toEqual(['alice', 'bob'])
  })

  it('takes one person by a link that staff hand over', async () => {
    const { page } = await invite()
    expect(page.text).toContain('one person can sign up with it within a week')
    const path = shownLink(page)
    const done = await follow(path, 'carol')
    expect(done.path).toBe('/account')
    const again = await follow(path, 'dave')
    expect([again.status, again.text.includes('It has already been used')]).toEqual([400, true])
    expect(await users()).toEqual(['alice', 'bob', 'carol'])
    expect(await all(`SELECT type FROM audit_events WHERE type = 'invitation_created'`)).toHaveLength(1)
  })

  it('sends one to an address, which is then the verified one of the account', async () => {
    const { page } = await invite('carol@example.org')
    expect(page.text).toContain('The invitation is on its way to carol@example.org.')
    expect(page.text).not.toContain('ml_')
    const browser = openBrowser(INVITED)
    const form = await browser.visit(linkIn(await mailTo('carol@example.org')))
    expect(form.text).toContain('carol@example.org')
    expect(form.text).not.toContain('name="email"')
    // Another address that somebody sends along counts for nothing.
    const done = await browser.submit(form, '/sign-up', [...account('carol'), ['email', 'eve@evil.example']])
    expect(done.path).toBe('/account')
    expect(
      await all(
        `SELECT email, email_key, email_verified_at IS NOT NULL AS verified FROM users WHERE username = 'carol'`,
      ),
    ).toEqual([{ email: 'carol@example.org', email_key: 'carol@example.org', verified: 1 }])
    expect(await readMails()).toHaveLength(1)
  })

  it('keeps the invitation where something else is wrong', async () => {
    const path = shownLink((await invite()).page)
    expect((await follow(path, 'alice')).status).toBe(400)
    expect((await follow(path, 'carol')).path).toBe('/account')
  })

  threat(176, 'of many people with one invitation one gets in', async () => {
    const path = shownLink((await invite()).page)
    const names = ['carol', 'dave', 'erin', 'frank', 'grace', 'heidi']
    const visits = await Promise.all(names.map((name) => follow(path, name)))
    expect(visits.filter((visit) => visit.path === '/account')).toHaveLength(1)
    expect(await users()).toHaveLength(3)
    expect(
      await all('SELECT count(*) AS n FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.is_staff = 0'),
    ).toEqual([{ n: 1 }])
  })

  threat(176, 'an invitation that has expired, was withdrawn or is another link lets nobody in', async () => {
    const { page, staff } = await invite()
    const path = shownLink(page)
    await all('UPDATE mail_links SET expires_at = expires_at - 604800')
    expect((await follow(path, 'carol')).status).toBe(400)
    await all(`UPDATE mail_links SET expires_at = expires_at + 604800, kind = 'reset'`)
    expect((await follow(path, 'carol')).status).toBe(400)
    await all(`UPDATE mail_links SET kind = 'invite'`)
    const [{ id = '' } = {}] = await all('SELECT id FROM mail_links')
    await actOn(staff, 'invitations', [String(id)], 'withdraw')
    expect((await follow(path, 'carol')).status).toBe(400)
    expect(await users()).toEqual(['alice', 'bob'])
  })

  threat(171, 'a program that looks at an invitation spends nothing', async () => {
    const path = shownLink((await invite()).page)
    for (const method of ['GET', 'HEAD', 'GET']) await send(path, { method }, INVITED)
    expect((await follow(path, 'carol')).path).toBe('/account')
  })
})

describe('sign-up with an address at a domain', () => {
  async function ask(email: string, vars: Vars = DOMAINS): Promise<Visit> {
    const browser = openBrowser(vars)
    return browser.submit(await browser.visit('/sign-up'), ASK, [['email', email]])
  }

  it('sends the link to the address, which is proved by it', async () => {
    const sent = await ask('Carol@Corp.Example')
    expect(sent.text).toContain('A link to create your account is on its way.')
    const done = await follow(linkIn(await mailTo('Carol@Corp.Example')), 'carol', DOMAINS)
    expect(done.path).toBe('/account')
    expect(
      await all(
        `SELECT email_key, email_verified_at IS NOT NULL AS verified FROM users WHERE username = 'carol'`,
      ),
    ).toEqual([{ email_key: 'carol@corp.example', verified: 1 }])
  })

  it('refuses all other addresses', async () => {
    for (const email of [
      'carol@example.org',
      'carol@evil-corp.example',
      'carol@corp.example.evil.example',
      'carol@sub.corp.example',
      'carol@evil.example@corp.example',
      'carol',
      'a@evil.example,carol@corp.example',
    ]) {
      const page = await ask(email)
      expect({ email, status: page.status }).toEqual({ email, status: 400 })
    }
    expect(await readMails()).toEqual([])
  })

  it('is not there otherwise, and needs the anti-forgery field', async () => {
    for (const vars of [
      INVITED,
      { ...DOMAINS, OAUTH_ALLOW_SIGNUP: 'false' },
      { ...DOMAINS, OAUTH_DEMO: 'false' },
    ] as const)
      await expectPage(await openBrowser(vars).get(ASK), 404, 'There is no page at this address.')
    await expectPage(await openBrowser(DOMAINS).post(ASK, { email: 'carol@corp.example' }), 403, FORGED)
  })

  threat(144, 'does not tell whether the address has an account', async () => {
    await givenUser('dave', { email: 'dave@corp.example', emailKey: 'dave@corp.example' })
    const [known, unknown] = [await ask('dave@corp.example'), await ask('carol@corp.example')]
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text])
    // Whoever gets the mail is told.
    const taken = await follow(linkIn(await mailTo('dave@corp.example')), 'dave2', DOMAINS)
    expect([taken.status, taken.text.includes('Another account already has this address.')]).toEqual([
      400,
      true,
    ])
  })

  threat(175, 'sends one address ten mails a day', async () => {
    for (let asked = 0; asked < 12; asked++) await ask('carol@corp.example')
    expect(await readMails()).toHaveLength(10)
  })
})
