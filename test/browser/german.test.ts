import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { htmlProblems, violations } from './look.ts'
import { useWorld } from './use-world.ts'
import { givenClient, givenUser, PASSWORD } from './world.ts'

const SIZES = [
  { width: 1280, height: 800 },
  { width: 320, height: 640 },
] as const

const world = useWorld()
beforeAll(async () => {
  await givenClient(world, 'web', { name: 'Anwendung für Vertragsverlängerungen' })
  await givenUser(world, 'ann')
  await givenUser(world, 'staff')
  await world.db.prepare("UPDATE users SET is_staff = 1 WHERE username = 'staff'").run()
})

/** Looks at the page that is open: what is wrong with it at each width. */
async function look(page: Page, name: string, html: string): Promise<readonly string[]> {
  const problems = [...(await htmlProblems(page.url(), html)), ...(await violations(page))]
  for (const size of SIZES) {
    await page.setViewportSize(size)
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    if (width !== size.width) problems.push(`${name} is ${width} wide on a screen of ${size.width}`)
  }
  return problems
}

describe('the panel in German, in a browser', () => {
  it(
    'has valid, accessible pages, and no word that is wider than the narrowest screen',
    { timeout: 240_000 },
    async () => {
      const page = await world.open({ locale: 'de-DE' })
      await page.goto(`${world.origin}/oauth2/authorize?client_id=web&response_type=nonsense`)
      await page.goto(`${world.origin}/admin`)
      await page.getByLabel('Benutzername').fill('staff')
      await page.getByLabel('Passwort').fill(PASSWORD)
      await page.getByRole('button', { name: 'Anmelden', exact: true }).click()
      expect(await page.locator('h1').textContent()).toBe('Übersicht')
      const side = page.locator('.admin-side a')
      const links = await Promise.all(
        Array.from(
          { length: await side.count() },
          async (_, index) => (await side.nth(index).getAttribute('href')) ?? '',
        ),
      )
      expect(links.length).toBeGreaterThan(14)
      const others = [
        '/admin/clients/new',
        '/admin/clients/new?kind=mcp',
        '/admin/clients/show?id=web',
        '/admin/clients/edit?id=web',
        '/admin/users/new',
        '/admin/users/show?id=id-ann',
        '/admin/users/edit?id=id-ann',
        '/admin/scopes/new',
        '/admin/resources/new',
        '/admin/trusted-issuers/new',
        '/admin/invitations/new',
      ]
      const found: string[] = []
      for (const path of [...links, ...others]) {
        const response = await page.goto(`${world.origin}${path}`)
        expect([path, response?.status()]).toEqual([path, 200])
        expect(await page.locator('html').getAttribute('lang')).toBe('de')
        found.push(
          ...(await look(page, path.replaceAll(/\W+/g, '-').slice(1), (await response?.text()) ?? '')),
        )
      }
      for (const [path, button] of [
        ['/admin/clients/show?id=web', 'Löschen'],
        ['/admin/users/show?id=id-ann', 'Passwort zurücksetzen'],
        ['/admin/signing-keys', 'Schlüssel wechseln'],
      ] as const) {
        await page.goto(`${world.origin}${path}`)
        await page.getByRole('button', { name: button }).click()
        found.push(...(await look(page, `ask-${button}`, await page.content())))
      }
      expect(found).toEqual([])
    },
  )
})
