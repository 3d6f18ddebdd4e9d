import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { actOn, givenStaff } from '../admin/support.ts'
import { giveAddress } from '../recovery/support.ts'
import { openBrowser } from '../support/browser.ts'
import { givenCast, PASSWORD } from '../support/fixture.ts'
import { send, type Vars } from '../support/http.ts'
import { mailTo, OUTBOX } from '../support/mail.ts'

const ALICE = 'alice@example.org'
const GUEST = 'guest@example.org'
const INVITED = { ...OUTBOX, OAUTH_ALLOW_SIGNUP: 'true', OAUTH_SIGNUP_INVITED: 'true' }
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await giveAddress(alice, ALICE)
})

async function prefer(locale: string): Promise<void> {
  await env.DB.prepare('UPDATE users SET profile = ?1 WHERE id = ?2')
    .bind(JSON.stringify({ locale }), alice)
    .run()
}

/** What the mail says with which staff, whose browser asks for English, let Alice back in. */
async function letBackIn(vars: Vars = {}): Promise<string> {
  const { browser } = await givenStaff({ ...OUTBOX, ...vars })
  await actOn(browser, 'users', [alice], 'start-recovery')
  return (await mailTo(ALICE)).subject
}

async function invite(vars: Vars = {}): Promise<string> {
  const { browser } = await givenStaff({ ...INVITED, ...vars })
  const form = await browser.visit('/admin/invitations/new')
  await browser.submit(form, '/admin/invitations/new', [['email', GUEST]])
  return (await mailTo(GUEST)).subject
}

describe('a mail that staff start', () => {
  it('is in the language that the person prefers', async () => {
    await prefer('de-AT')
    expect(await letBackIn()).toBe('Ein neues Passwort für Accounts')
  })

  it('is in English where the person prefers that, whatever the deployment writes', async () => {
    await prefer('en')
    expect(await letBackIn({ OAUTH_MAIL_LANGUAGE: 'de' })).toBe('A new password for Accounts')
  })

  it.each([
    ['nobody has said which the person prefers', null],
    ['there are no texts in the language that the person prefers', 'fr'],
  ])('is in that of the deployment where %s', async (_what, locale) => {
    if (locale !== null) await prefer(locale)
    expect(await letBackIn({ OAUTH_MAIL_LANGUAGE: 'de' })).toBe('Ein neues Passwort für Accounts')
  })

  it('is in that of the deployment where it invites somebody, else in English', async () => {
    expect(await invite({ OAUTH_MAIL_LANGUAGE: 'de' })).toBe('Ihre Einladung zu Accounts')
  })

  it('is in English where nobody has said anything', async () => {
    expect(await invite()).toBe('Your invitation to Accounts')
  })

  it('has a language of ours alone', async () => {
    const response = await send('/', {}, { ...OUTBOX, OAUTH_MAIL_LANGUAGE: 'fr' })
    expect([response.status, (await response.text()).includes('configuration error')]).toEqual([500, true])
  })
})

describe('a notice', () => {
  it('is in the language that the person prefers, whoever signs in', async () => {
    await prefer('de')
    await env.DB.prepare('UPDATE users SET email_verified_at = 1').run()
    const browser = openBrowser(OUTBOX)
    await browser.submit(await browser.visit('/login'), '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    expect((await mailTo(ALICE)).subject).toBe('Neue Anmeldung an Ihrem Konto bei Accounts')
  })
})
