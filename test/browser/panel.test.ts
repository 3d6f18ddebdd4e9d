import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { givenBusy, givenRecords } from './busy.ts'
import { inspect } from './look.ts'
import { heading, signIn, startWorld, type World } from './world.ts'

const DESKTOP = { width: 1280, height: 800 }

/** Each list of the navigation, with the heading of its page. */
const LISTS = [
  ['clients', 'Clients'],
  ['scopes', 'Scopes'],
  ['authorized-clients', 'Authorized clients'],
  ['users', 'Users'],
  ['sessions', 'Sessions'],
  ['grants', 'Grants'],
  ['access-tokens', 'Access tokens'],
  ['refresh-tokens', 'Refresh tokens'],
  ['refusals', 'Refused requests'],
  ['audit-events', 'Audit'],
  ['client-documents', 'Client documents'],
  ['invitations', 'Invitations'],
  ['signing-keys', 'Signing keys'],
  ['sign-in-providers', 'Sign-in providers'],
  ['client-doctor', 'Client doctor'],
  ['resources', 'Resources'],
  ['trusted-issuers', 'Trusted issuers'],
] as const

let world: World
let page: Page
beforeAll(async () => {
  world = await startWorld()
  await givenBusy(world)
  await givenRecords(world)
  page = await world.open({ viewport: DESKTOP })
  await goTo('')
  await signIn(page, 'ann')
})
afterEach(() => expect(world.takeComplaints()).toEqual([]))
afterAll(() => world.close())

async function goTo(path: string): Promise<void> {
  await page.goto(new URL(`/admin${path}`, world.origin).href)
}

const hrefs = async (selector: string): Promise<string[]> => {
  const links = page.locator(selector)
  const all = Array.from({ length: await links.count() }, (_, index) => links.nth(index).getAttribute('href'))
  return (await Promise.all(all)).filter((href) => href !== null)
}

/** Looks at what each button asks before it does anything, from the page at an address. */
async function lookAtQuestions(name: string, address: string): Promise<void> {
  for (const action of await page.locator('.admin-main button[name=action]').all()) {
    const value = (await action.getAttribute('value')) ?? ''
    const box = page.locator('tbody input[type=checkbox]').first()
    if (await box.count()) await box.check()
    await page.locator(`.admin-main button[name=action][value="${value}"]`).click()
    await page.getByRole('link', { name: 'Cancel' }).waitFor()
    await inspect(page, `${name}-${value}`)
    await page.goto(address)
  }
}

describe('every page of the panel can be used by everybody, light and dark', () => {
  it('is one of those below', async () => {
    await inspect(page, 'admin-overview')
    const lists = (await hrefs('.admin-side a')).map((href) => href.split('/')[2]).filter(Boolean)
    expect(new Set(lists)).toEqual(new Set(LISTS.map(([kind]) => kind)))
  })

  it.each(LISTS)('%s: list, record, forms and questions', { timeout: 240_000 }, async (kind, title) => {
    await goTo(`/${kind}`)
    expect(await heading(page)).toBe(title)
    await inspect(page, `admin-${kind}`)
    // The doctor has a record of whatever it is asked about.
    if (kind === 'client-doctor') await goTo('/client-doctor?target=prints')
    const [record] = await hrefs(`tbody a[href^="/admin/${kind}/show"]`)
    const forms = await hrefs('.admin-title a[href$="/new"]')
    if (record !== undefined) {
      await page.goto(new URL(record, world.origin).href)
      await inspect(page, `admin-${kind}-record`)
      forms.push(...(await hrefs('.admin-title a[href*="/edit"]')))
    }
    await lookAtQuestions(`admin-${kind}`, page.url())
    for (const form of forms) {
      await page.goto(new URL(form, world.origin).href)
      await inspect(page, `admin-${kind}-${form.includes('/edit') ? 'edit' : 'new'}`)
    }
  })
})
