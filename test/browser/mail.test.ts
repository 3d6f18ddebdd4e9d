import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { goTo, expectUsable, type Scene, useWorld } from './use-world.ts'
import { givenUser, PASSWORD, press, signIn } from './world.ts'

const world = useWorld({
  secrets: {
    OAUTH_SIGN_IN_LINKS: 'true',
    OAUTH_SIGNUP_INVITED: 'true',
    OAUTH_SIGNUP_DOMAINS: 'corp.example',
  },
  clears: ['sessions', 'throttle', 'mail_links'],
})
beforeAll(() => givenUser(world, 'ann'))
beforeEach(async () => {
  await world.db
    .prepare(`UPDATE users SET email = 'ann@example.org', email_key = NULL, email_verified_at = NULL`)
    .run()
})

async function atAddress(page: Page): Promise<void> {
  await goTo(world, page, '/login')
  await signIn(page, 'ann')
  await page.waitForURL('**/account')
  await goTo(world, page, '/account/email')
}

/** At the address page, once a code is sent. */
async function atCode(page: Page): Promise<void> {
  await atAddress(page)
  await press(page, 'Send a code')
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
  await goTo(world, page, path)
  await page.getByLabel('Username or email address').fill('ann')
  await press(page, button)
}

/** At the page of the link in the mail of a forgotten password. */
async function atNewPassword(page: Page): Promise<void> {
  await ask(page, '/login/recover', 'Send the link')
  await page.goto(await newestLink(page))
}

const scenes: readonly Scene[] = [
  {
    name: 'outbox-empty',
    title: 'Mail of the demo',
    arrive: (page) => goTo(world, page, '/demo/mail'),
  },
  { name: 'email', title: 'Email address', arrive: atAddress },
  {
    name: 'email-sent',
    title: 'Email address',
    async arrive(page) {
      await atCode(page)
      expect(await page.getByText('We have sent a code to').count()).toBe(1)
    },
  },
  {
    name: 'email-wrong-code',
    title: 'Email address',
    async arrive(page) {
      await atCode(page)
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
      await atCode(page)
      await page.getByLabel('Code from the email').fill(await newestCode(page))
      await press(page, 'Confirm')
      expect(await page.getByRole('status').textContent()).toContain('verified address of your account')
    },
  },
  {
    name: 'email-link',
    title: 'Confirm your email address',
    async arrive(page) {
      await atCode(page)
      await page.goto(await newestLink(page))
    },
  },
  {
    name: 'email-link-signed-out',
    title: 'This link does not work',
    async arrive(page) {
      await atCode(page)
      const link = await newestLink(page)
      await page.context().clearCookies()
      await page.goto(link)
    },
  },
  { name: 'recover', title: 'Forgot your password?', arrive: (page) => goTo(world, page, '/login/recover') },
  {
    name: 'recover-sent',
    title: 'Check your email',
    arrive: (page) => ask(page, '/login/recover', 'Send the link'),
  },
  {
    name: 'new-password',
    title: 'Choose a new password',
    async arrive(page) {
      await atNewPassword(page)
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
      await atNewPassword(page)
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
      await atNewPassword(page)
      await page.getByLabel('New password', { exact: true }).fill(PASSWORD)
      await page.getByLabel('New password again').fill(PASSWORD)
      await press(page, 'Change password')
      expect(await page.getByRole('status').textContent()).toContain('Your password is changed.')
    },
  },
  {
    name: 'new-password-dead',
    title: 'This link does not work',
    arrive: (page) => goTo(world, page, '/login/password?token=ml_x'),
  },
  { name: 'sign-in-by-mail', title: 'Sign in by email', arrive: (page) => goTo(world, page, '/login/link') },
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
      await goTo(world, page, '/sign-up')
      await page.getByLabel('Email address').fill('ann@elsewhere.example')
      await press(page, 'Send the link')
      expect(await page.locator('#email-error').count()).toBe(1)
    },
  },
  {
    name: 'sign-up-invited',
    title: 'Create an account',
    async arrive(page) {
      await goTo(world, page, '/sign-up')
      await page.getByLabel('Email address').fill('ben@corp.example')
      await press(page, 'Send the link')
      await page.goto(await newestLink(page))
      expect(await page.getByText('ben@corp.example').count()).toBe(1)
    },
  },
  {
    name: 'sign-up-dead',
    title: 'This link does not work',
    arrive: (page) => goTo(world, page, '/sign-up?invitation=x'),
  },
  {
    name: 'outbox',
    title: 'Mail of the demo',
    async arrive(page) {
      await atCode(page)
      await goTo(world, page, '/demo/mail')
    },
  },
]

describe('every page around mail', () => {
  it.each(scenes)('$name can be used by everybody, light and dark', async (scene) => {
    await expectUsable(world, scene)
  })
})
