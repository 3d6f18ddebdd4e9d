import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { photograph, violations } from './look.ts'
import { givenClient, givenUser, heading, PASSWORD, SECRET, signIn, startWorld, type World } from './world.ts'

const PHONE = { width: 360, height: 740 }
const DESKTOP = { width: 1280, height: 800 }

const PAGES = [
  ['overview', '/admin', 'Overview'],
  ['clients', '/admin/clients', 'Clients'],
  ['client', '/admin/clients/show?id=web', 'Application web'],
  ['client-new', '/admin/clients/new', 'New client'],
  ['client-edit', '/admin/clients/edit?id=web', 'Edit Application web'],
  ['users', '/admin/users', 'Users'],
  ['user-new', '/admin/users/new', 'New user'],
  ['scopes', '/admin/scopes', 'Scopes'],
  ['scope-new', '/admin/scopes/new', 'New scope'],
  ['authorized-clients', '/admin/authorized-clients', 'Authorized clients'],
  ['grants', '/admin/grants', 'Grants'],
  ['access-tokens', '/admin/access-tokens', 'Access tokens'],
  ['refresh-tokens', '/admin/refresh-tokens', 'Refresh tokens'],
  ['sessions', '/admin/sessions', 'Sessions'],
  ['refusals', '/admin/refusals', 'Refused requests'],
  ['audit', '/admin/audit-events', 'Audit'],
] as const

let world: World
beforeAll(async () => {
  world = await startWorld()
  await givenClient(world, 'web', { name: 'Application web' })
  await givenUser(world, 'ann')
  await givenUser(world, 'staff')
  await world.db.prepare("UPDATE users SET is_staff = 1 WHERE username = 'staff'").run()
})
afterEach(async () => {
  await world.tidy()
  expect(world.takeComplaints()).toEqual([])
})
afterAll(() => world.close())

async function openAsStaff(viewport: { readonly width: number; readonly height: number }): Promise<Page> {
  const page = await world.open({ viewport, javaScriptEnabled: true })
  await page.goto(`${world.origin}/admin`)
  await signIn(page, 'staff', PASSWORD)
  expect(await heading(page)).toBe('Overview')
  return page
}

describe('the admin in a browser', () => {
  it('has accessible pages, on a phone and on a desktop none wider than the screen', async () => {
    const page = await openAsStaff(PHONE)
    await page.goto(`${world.origin}/oauth2/authorize?client_id=web&response_type=nonsense`)
    for (const [name, path, title] of PAGES) {
      await page.goto(`${world.origin}${path}`)
      expect(await heading(page)).toBe(title)
      expect(await violations(page)).toEqual([])
      for (const [device, viewport] of [
        ['desktop', DESKTOP],
        ['phone', PHONE],
      ] as const) {
        await page.setViewportSize(viewport)
        const width = await page.evaluate('document.documentElement.scrollWidth')
        expect([name, width]).toEqual([name, viewport.width])
        await photograph(page, `admin-${name}-${device}`)
      }
    }
  })

  it('has accessible pages of what users gave to applications', async () => {
    await givenClient(world, 'direct', { name: 'Direct', grantTypes: '["password","refresh_token"]' })
    const form = { client_id: 'direct', client_secret: SECRET, grant_type: 'password' }
    const body = new URLSearchParams({ ...form, username: 'ann', password: PASSWORD })
    expect((await fetch(`${world.origin}/oauth2/token`, { method: 'POST', body })).status).toBe(200)
    await world.db
      .prepare(
        `INSERT INTO authorized_clients (user_id, client_id, id, scope, authorized_at, updated_at)
         SELECT id, 'direct', 'a-consent', 'read', 1, 1 FROM users WHERE username = 'ann'`,
      )
      .run()
    const page = await openAsStaff(PHONE)
    for (const [kind, singular] of [
      ['authorized-clients', 'Consent'],
      ['grants', 'Grant'],
      ['access-tokens', 'Access token'],
      ['refresh-tokens', 'Refresh token'],
      ['sessions', 'Session'],
      ['audit-events', 'Event'],
    ] as const) {
      await page.goto(`${world.origin}/admin/${kind}`)
      await page.locator('tbody a:has(time)').first().click()
      expect(await heading(page)).toMatch(new RegExp(`^${singular} `))
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)
      await photograph(page, `admin-${kind}-record-phone`)
    }
  })

  it('has a navigation in groups: beside the page where there is room, else in a menu', async () => {
    const page = await openAsStaff(DESKTOP)
    const side = page.getByRole('navigation', { name: 'Admin', exact: true })
    expect(await side.getByRole('link').count()).toBe(11)
    expect(await side.locator('p').allTextContents()).toEqual(['Applications', 'People', 'Tokens', 'Log'])
    expect(await page.locator('summary', { hasText: 'Menu' }).isVisible()).toBe(false)
    await page.setViewportSize(PHONE)
    expect(await side.isVisible()).toBe(false)
    await page.locator('summary', { hasText: 'Menu' }).click()
    expect(await violations(page)).toEqual([])
    await photograph(page, 'admin-menu-phone')
    await page.getByRole('link', { name: 'Users' }).click()
    expect(await heading(page)).toBe('Users')
  })

  it('is legible in the dark', async () => {
    const page = await world.open({ viewport: DESKTOP, colorScheme: 'dark' })
    await page.goto(`${world.origin}/admin`)
    await signIn(page, 'staff', PASSWORD)
    for (const path of ['/admin', '/admin/clients', '/admin/clients/show?id=web', '/admin/sessions']) {
      await page.goto(`${world.origin}${path}`)
      expect(await violations(page)).toEqual([])
    }
  })

  it('makes a client without JavaScript, whose curl line works', async () => {
    const page = await world.open({ viewport: DESKTOP, javaScriptEnabled: false })
    await page.goto(`${world.origin}/admin/clients`)
    await signIn(page, 'staff', PASSWORD)
    await page.goto(`${world.origin}/admin/clients/new`)
    await page.getByLabel('Name').fill('Made in the panel')
    await page.getByLabel('Redirect URIs').fill('https://app.example/cb')
    await page.getByLabel('Client credentials: the client acts for itself').check()
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await heading(page)).toBe('Made in the panel')
    const secret = (await page.locator('#secret pre').textContent()) ?? ''
    const id = new URL(page.url()).searchParams.get('id') ?? ''
    const answer = await fetch(`${world.origin}/oauth2/access_token/`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: id, client_secret: secret, grant_type: 'client_credentials' }),
    })
    expect(answer.status).toBe(200)
    await page.reload()
    expect(await page.locator('#secret').count()).toBe(0)
  })

  it('asks before it deletes, and says what was wrong beside the field', async () => {
    await givenClient(world, 'doomed', { name: 'Doomed' })
    const page = await openAsStaff(PHONE)
    await page.goto(`${world.origin}/admin/clients/show?id=doomed`)
    await page.getByRole('button', { name: 'Delete' }).click()
    expect(await heading(page)).toBe('Delete Doomed?')
    expect(await violations(page)).toEqual([])
    await photograph(page, 'admin-delete-phone')
    await page.getByRole('button', { name: 'Delete' }).click()
    expect(await page.getByRole('status').textContent()).toContain('Doomed is deleted')
    await page.goto(`${world.origin}/admin/clients/new`)
    await page.getByLabel('Name').fill('Bad')
    await page.getByLabel('Redirect URIs').fill('http://app.example/cb')
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await page.locator('#redirect_uris-error').textContent()).toContain('must use https')
    expect(await violations(page)).toEqual([])
    await photograph(page, 'admin-error-phone')
  })

  it('takes the password again before a change when it was given long ago', async () => {
    const page = await openAsStaff(PHONE)
    await world.db.prepare('UPDATE sessions SET auth_time = auth_time - 1000').run()
    await page.goto(`${world.origin}/admin/scopes/new`)
    await page.getByLabel('Name').fill('photos')
    await page.getByLabel('Description').fill('See your photos')
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await heading(page)).toBe('Your password, please')
    expect(await violations(page)).toEqual([])
    await photograph(page, 'admin-password-phone')
    await page.getByLabel('Your password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Continue' }).click()
    expect(await heading(page)).toBe('Scope photos')
  })
})
