import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inspect } from './look.ts'
import { givenUser, heading, PASSWORD, press, signIn, startWorld, type World } from './world.ts'

const DESKTOP = { width: 1280, height: 800 }

let world: World
beforeAll(async () => {
  world = await startWorld({
    OAUTH_SIGN_IN_LINKS: 'true',
    OAUTH_SIGNUP_INVITED: 'true',
    OAUTH_SIGNUP_DOMAINS: 'corp.example',
  })
  await givenUser(world, 'ann')
})
beforeEach(async () => {
  const tables = ['sessions', 'throttle', 'mail_links']
  await world.db.batch(tables.map((table) => world.db.prepare(`DELETE FROM ${table}`)))
  await world.db
    .prepare(`UPDATE users SET email = 'ann@example.org', email_key = NULL, email_verified_at = NULL`)
    .run()
})
afterEach(async () => {
  await world.tidy()
  expect(world.takeComplaints()).toEqual([])
})
afterAll(() => world.close())

/** A page as a visitor comes to it. */
interface Scene {
  readonly name: string
  /** Its heading, so that it is known to be the one that is looked at. */
  readonly title: string
  readonly arrive: (page: Page) => Promise<void>
}

async function goTo(page: Page, path: string): Promise<void> {
  await page.goto(new URL(path, world.origin).href)
}

async function atAddress(page: Page): Promise<void> {
  await goTo(page, '/login')
  await signIn(page, 'ann')
  await page.waitForURL('**/account')
  await goTo(page, '/account/email')
}

/** What the newest mail in the outbox says. */
async function newestMail(page: Page): Promise<string> {
  const other = await page.context().newPage()
  await other.goto(new URL('/demo/mail', world.origin).href)
  const text = await other.locator('.code').first().innerText()
  await other.close()
  return text
}

/** The code in the newest mail. */
async function newestCode(page: Page): Promise<string> {
  return /^ {4}(\S+)$/m.exec(await newestMail(page))?.[1] ?? ''
}

/** The link in the newest mail. */
async function newestLink(page: Page): Promise<string> {
  return /^(http\S+)$/m.exec(await newestMail(page))?.[1] ?? ''
}

async function ask(page: Page, path: string, button: string): Promise<void> {
  await goTo(page, path)
  await page.getByLabel('Username or email address').fill('ann')
  await press(page, button)
}

const scenes: readonly Scene[] = [
  {
    name: 'outbox-empty',
    title: 'Mail of the demo',
    arrive: (page) => goTo(page, '/demo/mail'),
  },
  { name: 'email', title: 'Email address', arrive: atAddress },
  {
    name: 'email-sent',
    title: 'Email address',
    async arrive(page) {
      await atAddress(page)
      await press(page, 'Send a code')
      expect(await page.getByText('We have sent a code to').count()).toBe(1)
    },
  },
  {
    name: 'email-wrong-code',
    title: 'Email address',
    async arrive(page) {
      await atAddress(page)
      await press(page, 'Send a code')
      await page.getByLabel('Code from the email').fill('nothing')
      await press(page, 'Confirm')
      expect(await page.locator('#code-error').count()).toBe(1)
    },
  },
  {
    name: 'email-change',
    title: 'Email address',
    async arrive(page) {
      await atAddress(page)
      await page.getByText('Use another address').click()
      // A browser would stop at it; the page answers for itself.
      await page.evaluate<undefined>(
        "document.querySelectorAll('form').forEach((form) => (form.noValidate = true))",
      )
      await page.getByLabel('New email address').fill('nobody')
      await press(page, 'Send a code to this address')
      expect(await page.locator('#email-error').count()).toBe(1)
    },
  },
  {
    name: 'email-old-sign-in',
    title: 'Email address',
    async arrive(page) {
      await atAddress(page)
      await world.db.prepare('UPDATE sessions SET auth_time = auth_time - 1000').run()
      await page.reload()
      await page.getByText('Use another address').click()
      await page.getByRole('link', { name: 'Confirm that it is you' }).waitFor()
    },
  },
  {
    name: 'email-verified',
    title: 'Email address',
    async arrive(page) {
      await atAddress(page)
      await press(page, 'Send a code')
      await page.getByLabel('Code from the email').fill(await newestCode(page))
      await press(page, 'Confirm')
      expect(await page.getByRole('status').textContent()).toContain('verified address of your account')
    },
  },
  {
    name: 'email-link',
    title: 'Confirm your email address',
    async arrive(page) {
      await atAddress(page)
      await press(page, 'Send a code')
      await page.goto(await newestLink(page))
    },
  },
  {
    name: 'email-link-signed-out',
    title: 'This link does not work',
    async arrive(page) {
      await atAddress(page)
      await press(page, 'Send a code')
      const link = await newestLink(page)
      await page.context().clearCookies()
      await page.goto(link)
    },
  },
  { name: 'recover', title: 'Forgot your password?', arrive: (page) => goTo(page, '/login/recover') },
  {
    name: 'recover-sent',
    title: 'Check your email',
    arrive: (page) => ask(page, '/login/recover', 'Send the link'),
  },
  {
    name: 'new-password',
    title: 'Choose a new password',
    async arrive(page) {
      await ask(page, '/login/recover', 'Send the link')
      await page.goto(await newestLink(page))
      await page.getByLabel('New password', { exact: true }).fill('password1')
      await page.getByLabel('New password again').fill('something')
      await press(page, 'Change password')
      expect(await page.locator('[aria-invalid]').count()).toBe(2)
    },
  },
  {
    name: 'new-password-ways',
    title: 'Choose a new password',
    async arrive(page) {
      await world.db.batch([
        world.db.prepare(`UPDATE users SET email_verified_at = 1 WHERE username = 'ann'`),
        world.db
          .prepare(`INSERT INTO passkeys (credential_id, user_id, public_key, sign_count, transports, name, synced,
            backed_up, created_at, op) SELECT 'own', id, '{}', 0, '', 'Chrome on Windows', 0, 0, 1700000000, ''
          FROM users WHERE username = 'ann'`),
      ])
      await ask(page, '/login/recover', 'Send the link')
      await page.goto(await newestLink(page))
      await page.getByLabel('Passkey: Chrome on Windows').check()
      await world.db.batch([
        world.db.prepare(`UPDATE users SET email_verified_at = NULL WHERE username = 'ann'`),
        world.db.prepare('DELETE FROM passkeys'),
      ])
    },
  },
  {
    name: 'new-password-done',
    title: 'Sign in',
    async arrive(page) {
      await ask(page, '/login/recover', 'Send the link')
      await page.goto(await newestLink(page))
      await page.getByLabel('New password', { exact: true }).fill(PASSWORD)
      await page.getByLabel('New password again').fill(PASSWORD)
      await press(page, 'Change password')
      expect(await page.getByRole('status').textContent()).toContain('Your password is changed.')
    },
  },
  {
    name: 'new-password-dead',
    title: 'This link does not work',
    arrive: (page) => goTo(page, '/login/password?token=ml_x'),
  },
  { name: 'sign-in-by-mail', title: 'Sign in by email', arrive: (page) => goTo(page, '/login/link') },
  {
    name: 'sign-in-by-mail-code',
    title: 'Check your email',
    async arrive(page) {
      await ask(page, '/login/link', 'Send the email')
      await page.getByLabel('Code from the email').fill('nothing')
      await press(page, 'Sign in')
      expect(await page.locator('#code-error').count()).toBe(1)
    },
  },
  {
    name: 'sign-in-by-mail-link',
    title: 'Sign in',
    async arrive(page) {
      await ask(page, '/login/link', 'Send the email')
      await page.goto(await newestLink(page))
      expect(await page.getByText('Continue to sign in with this browser.').count()).toBe(1)
    },
  },
  {
    name: 'sign-up-domain',
    title: 'Create an account',
    async arrive(page) {
      await goTo(page, '/sign-up')
      await page.getByLabel('Email address').fill('ann@elsewhere.example')
      await press(page, 'Send the link')
      expect(await page.locator('#email-error').count()).toBe(1)
    },
  },
  {
    name: 'sign-up-invited',
    title: 'Create an account',
    async arrive(page) {
      await goTo(page, '/sign-up')
      await page.getByLabel('Email address').fill('ben@corp.example')
      await press(page, 'Send the link')
      await page.goto(await newestLink(page))
      expect(await page.getByText('ben@corp.example').count()).toBe(1)
    },
  },
  {
    name: 'sign-up-dead',
    title: 'This link does not work',
    arrive: (page) => goTo(page, '/sign-up?invitation=x'),
  },
  {
    name: 'outbox',
    title: 'Mail of the demo',
    async arrive(page) {
      await atAddress(page)
      await press(page, 'Send a code')
      await goTo(page, '/demo/mail')
    },
  },
]

describe('every page around mail', () => {
  it.each(scenes)('$name can be used by everybody, light and dark', async ({ arrive, name, title }) => {
    const page = await world.open({ viewport: DESKTOP })
    await arrive(page)
    expect(await heading(page)).toBe(title)
    await inspect(page, name)
  })
})
