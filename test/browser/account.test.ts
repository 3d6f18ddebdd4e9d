import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useWorld } from './use-world.ts'
import {
  APP,
  authorizeUrl,
  givenClient,
  givenUser,
  heading,
  landed,
  PASSWORD,
  post,
  press,
  SECRET,
  signIn,
} from './world.ts'

const NEW_PASSWORD = 'staple battery horse correct'

const world = useWorld()
beforeAll(() => givenClient(world, 'web'))

/** Opens a browser in which a user signs in: at the account page. */
async function atAccount(username: string, userAgent?: string): Promise<Page> {
  const page = await world.open(userAgent === undefined ? {} : { userAgent })
  await page.goto(`${world.origin}/login`)
  await signIn(page, username)
  expect(await heading(page)).toBe('Your account')
  return page
}

async function tokensOf(page: Page): Promise<Readonly<Record<string, unknown>>> {
  await page.goto(authorizeUrl(world, { client_id: 'web' }))
  await press(page, 'Authorize')
  const code = (await landed(page)).get('code') ?? ''
  return redeem({ grant_type: 'authorization_code', redirect_uri: `${APP}/cb`, code })
}

async function redeem(form: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>> {
  const body = new URLSearchParams({ client_id: 'web', client_secret: SECRET, ...form }).toString()
  return post(`${world.origin}/oauth2/token`, body)
}

async function apiStatus({ access_token: token }: Readonly<Record<string, unknown>>): Promise<number> {
  const headers = { Authorization: `Bearer ${String(token)}` }
  const response = await fetch(`${world.origin}/demo/api`, { headers })
  return response.status
}

const noticeOf = async (page: Page): Promise<string | null> => page.getByRole('status').textContent()

describe('applications', () => {
  it('lose their access when the user revokes it', async () => {
    await givenUser(world, 'ann')
    const page = await atAccount('ann')
    expect(await page.content()).toContain('No application has access')
    const tokens = await tokensOf(page)
    expect(await apiStatus(tokens)).toBe(200)
    await page.goto(`${world.origin}/account`)
    await page.locator('summary[aria-label="Revoke the access of Photo Prints"]').click()
    expect(await page.content()).toContain('Photo Prints loses its access at once, and has to ask you again.')
    await press(page, 'Revoke the access')
    expect(await noticeOf(page)).toBe('Access of Photo Prints ended: 2 tokens revoked.')
    expect(await page.content()).toContain('No application has access')
    expect(await apiStatus(tokens)).toBe(401)
    const refresh = { grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']) }
    expect(await redeem(refresh)).toMatchObject({ error: 'invalid_grant' })
    await page.reload()
    expect(await page.getByRole('status').count()).toBe(0)
    await page.goto(authorizeUrl(world, { client_id: 'web' }))
    expect(await heading(page)).toBe('Authorize Photo Prints')
  })
})

describe('sign-ins', () => {
  const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

  it('end one by one, or all others at once', async () => {
    await givenUser(world, 'bob')
    const page = await atAccount('bob')
    const lost = await atAccount('bob', FIREFOX)
    await page.reload()
    await press(page, 'Sign out Firefox on Linux')
    expect(await noticeOf(page)).toBe('That browser is signed out.')
    await lost.reload()
    expect(await heading(lost)).toBe('Sign in')
    const others = [await atAccount('bob'), await atAccount('bob')]
    await page.reload()
    await press(page, 'Sign out everywhere else')
    expect(await noticeOf(page)).toBe('2 other browsers are signed out.')
    expect(await page.content()).toContain('You are signed in nowhere else.')
    for (const other of others) {
      await other.reload()
      expect(await heading(other)).toBe('Sign in')
    }
  })

  it('end where they are asked to, not by a link', async () => {
    await givenUser(world, 'cat')
    const page = await atAccount('cat')
    await page.getByRole('link', { name: 'Sign out' }).click()
    expect(await heading(page)).toBe('Sign out?')
    await page.getByRole('link', { name: 'Stay signed in' }).click()
    expect(await heading(page)).toBe('Your account')
    await page.goto(`${world.origin}/login`)
    expect(page.url()).toBe(`${world.origin}/account`)
    const cookies = await page.context().cookies()
    await page.goto(`${world.origin}/logout`)
    await press(page, 'Sign out')
    expect(await heading(page)).toBe('You are signed out')
    // The cookie that somebody kept is worth nothing.
    await page.context().addCookies(cookies)
    await page.goto(`${world.origin}/account`)
    expect(await heading(page)).toBe('Sign in')
  })

  it('are cookies that no script can read, and that stay on our site', async () => {
    await givenUser(world, 'dan')
    const page = await atAccount('dan')
    const session = (await page.context().cookies()).find(({ name }) => name === 'oauth_session')
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/', domain: 'localhost' })
    expect(await page.evaluate<string>('document.cookie')).toBe('')
  })
})

describe('the password', () => {
  async function change(page: Page, current: string, fresh: string, repeated = fresh): Promise<void> {
    await page.getByLabel('Current password').fill(current)
    await page.getByLabel('New password', { exact: true }).fill(fresh)
    await page.getByLabel('New password again').fill(repeated)
    await press(page, 'Change password')
  }
  const describedBy = async (page: Page, label: string): Promise<string | null> => {
    const field = page.getByLabel(label, { exact: true })
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    return page.locator(`#${await field.getAttribute('name')}-error`).textContent()
  }

  it('changes, which ends other sign-ins and what applications have', async () => {
    await givenUser(world, 'eve')
    const page = await atAccount('eve')
    const other = await atAccount('eve')
    const tokens = await tokensOf(page)
    await page.goto(`${world.origin}/account`)
    await change(page, 'not it', NEW_PASSWORD)
    expect(await describedBy(page, 'Current password')).toBe('This is not your current password.')
    await change(page, PASSWORD, NEW_PASSWORD, 'something else')
    expect(await describedBy(page, 'New password again')).toBe('The two passwords differ.')
    await change(page, PASSWORD, 'password123')
    expect(await describedBy(page, 'New password')).toContain('easy to guess')
    expect(await apiStatus(tokens)).toBe(200)
    await change(page, PASSWORD, NEW_PASSWORD)
    expect(await noticeOf(page)).toContain('Your password is changed.')
    expect(await apiStatus(tokens)).toBe(401)
    await other.reload()
    await signIn(other, 'eve')
    expect(await other.getByRole('alert').textContent()).toContain('Wrong username or password.')
    await signIn(other, 'eve', NEW_PASSWORD)
    expect(await heading(other)).toBe('Your account')
  })
})

describe('a new account', () => {
  async function fillIn(page: Page, username: string, password: string, repeated = password): Promise<void> {
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByLabel('Password again').fill(repeated)
    await press(page, 'Create account')
  }

  it('is made on the way to an application', async () => {
    await givenUser(world, 'fay')
    const page = await world.open()
    await page.goto(authorizeUrl(world, { client_id: 'web', state: 'new here' }))
    await page.getByRole('link', { name: 'Create one' }).click()
    await fillIn(page, 'Fay', NEW_PASSWORD)
    expect(await page.locator('#username-error').textContent()).toContain('This username is taken')
    await fillIn(page, 'fay-2', NEW_PASSWORD, 'other')
    expect(await page.locator('#repeated_password-error').textContent()).toBe('The two passwords differ.')
    expect(await page.getByLabel('Username').inputValue()).toBe('fay-2')
    await fillIn(page, 'fay-2', NEW_PASSWORD)
    expect(await page.getByText('Signed in as').textContent()).toBe('Signed in as fay-2')
    await press(page, 'Authorize')
    expect((await landed(page)).get('state')).toBe('new here')
  })
})
