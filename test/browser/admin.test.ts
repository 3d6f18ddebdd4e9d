import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { inspect, photograph } from './look.ts'
import { DESKTOP, useWorld } from './use-world.ts'
import { givenClient, givenUser, heading, PASSWORD, press, signIn } from './world.ts'

const PHONE = { width: 360, height: 740 }

const world = useWorld()
beforeAll(async () => {
  await givenClient(world, 'web', { name: 'Application web' })
  await givenUser(world, 'ann')
  await givenUser(world, 'staff')
  await world.db.prepare("UPDATE users SET is_staff = 1 WHERE username = 'staff'").run()
})

async function openAsStaff(viewport: { readonly width: number; readonly height: number }): Promise<Page> {
  const page = await world.open({ viewport, javaScriptEnabled: true })
  await page.goto(`${world.origin}/admin`)
  await signIn(page, 'staff', PASSWORD)
  expect(await heading(page)).toBe('Overview')
  return page
}

describe('the admin in a browser', () => {
  it('has a navigation in groups: beside the page where there is room, else in a menu', async () => {
    const page = await openAsStaff(DESKTOP)
    const side = page.getByRole('navigation', { name: 'Admin', exact: true })
    expect(await side.getByRole('link').count()).toBe(18)
    // What features add comes last.
    const groups = ['Applications', 'People', 'Tokens', 'Log', 'Provider']
    expect(await side.locator('p').allTextContents()).toEqual(groups)
    expect(await page.locator('summary', { hasText: 'Menu' }).isVisible()).toBe(false)
    await page.setViewportSize(PHONE)
    expect(await side.isVisible()).toBe(false)
    await page.locator('summary', { hasText: 'Menu' }).click()
    await inspect(page, 'admin-menu')
    await page.getByRole('link', { name: 'Users', exact: true }).click()
    expect(await heading(page)).toBe('Users')
  })

  it('lists the signing keys, and asks before it rotates them', async () => {
    const page = await openAsStaff(DESKTOP)
    // The Worker makes its keys when they are first asked for.
    expect((await fetch(`${world.origin}/oauth2/jwks`)).status).toBe(200)
    await page.goto(`${world.origin}/admin/signing-keys`)
    expect(await heading(page)).toBe('Signing keys')
    expect(await page.locator('.state-active').count()).toBe(3)
    await press(page, 'Rotate the keys')
    expect(await heading(page)).toBe('Rotate the signing keys?')
    await press(page, 'Rotate the keys')
    expect(await page.getByRole('alert').textContent()).toContain('Try again in')
    await inspect(page, 'admin-signing-keys-too-early')
  })

  it('creates a client without JavaScript, whose curl line works', async () => {
    const page = await world.open({ viewport: DESKTOP, javaScriptEnabled: false })
    await page.goto(`${world.origin}/admin/clients`)
    await signIn(page, 'staff', PASSWORD)
    await page.goto(`${world.origin}/admin/clients/new`)
    await page.getByLabel('Name').fill('Made in the panel')
    await page.getByLabel('Redirect URIs', { exact: true }).fill('https://app.example/cb')
    await page.getByLabel('Client credentials: the client acts for itself').check()
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await heading(page)).toBe('Made in the panel')
    await photograph(page, 'admin-secret')
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
    await inspect(page, 'admin-delete')
    await page.getByLabel('Type Doomed to confirm').fill('Doomed')
    await page.getByRole('button', { name: 'Delete' }).click()
    expect(await page.getByRole('status').textContent()).toContain('Doomed is deleted')
    await page.goto(`${world.origin}/admin/clients/new`)
    await page.getByLabel('Name').fill('Bad')
    await page.getByLabel('Redirect URIs', { exact: true }).fill('http://app.example/cb')
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await page.locator('#redirect_uris-error').textContent()).toContain('must use https')
    await inspect(page, 'admin-error')
  })

  it('asks for the password again before a change if it was given long ago', async () => {
    const page = await openAsStaff(PHONE)
    await world.db.prepare('UPDATE sessions SET auth_time = auth_time - 1000').run()
    await page.goto(`${world.origin}/admin/scopes/new`)
    await page.getByLabel('Name').fill('photos')
    await page.getByLabel('Description').fill('See your photos')
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await heading(page)).toBe('Confirm that it is you')
    await inspect(page, 'admin-password')
    await page.getByLabel('Your password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Continue' }).click()
    expect(await heading(page)).toBe('Scope: photos')
  })
})
