import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { inspect } from './look.ts'
import { useWorld } from './use-world.ts'
import { authorizeUrl, givenClient, givenUser, heading, press, signIn } from './world.ts'

const LOGO = 'https://cdn.rp.test/logo;v=2.svg'
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><circle cx="24" cy="24" r="20" fill="teal"/></svg>'

const world = useWorld()
beforeAll(async () => {
  const about = {
    logo_uri: `${LOGO}?size=48`,
    policy_uri: 'https://rp.test/privacy',
    tos_uri: 'https://rp.test/terms',
    contacts: ['help@rp.test'],
    initiate_login_uri: 'https://rp.test/start',
  }
  await givenClient(world, 'web', { metadata: JSON.stringify(about) })
  await givenUser(world, 'ann')
})

/** Serves whatever is asked for at the client's hosts, and says what that was. */
async function serveClient(page: Page): Promise<string[]> {
  const asked: string[] = []
  await page.context().route(/^https:\/\/(?:cdn\.)?rp\.test\//, async (route) => {
    asked.push(route.request().url())
    await route.fulfill({ contentType: 'image/svg+xml', body: PICTURE })
  })
  return asked
}

const logoWidth = (page: Page): Promise<number> =>
  page.locator('img.mark-large').evaluate((image: { naturalWidth: number }) => image.naturalWidth)

it('the logo of a client is let in by its own address, and nothing else from its host', async () => {
  const page = await world.open()
  const asked = await serveClient(page)
  await page.goto(authorizeUrl(world, { client_id: 'web', redirect_uri: 'http://app.example/cb' }))
  expect(await heading(page)).toBe('Sign in')
  expect(await logoWidth(page)).toBe(48)
  await inspect(page, 'login-logo')
  await signIn(page, 'ann')
  expect(await heading(page)).toBe('Authorize Photo Prints')
  expect(await logoWidth(page)).toBe(48)
  await inspect(page, 'consent-logo')
  expect(new Set(asked)).toEqual(new Set([`${LOGO}?size=48`]))
  const width = await page
    .locator('img.mark-large')
    .evaluate(async (image: { src: string; naturalWidth: number; decode: () => Promise<void> }, src) => {
      image.src = src
      await image.decode().catch(() => undefined)
      return image.naturalWidth
    }, 'https://cdn.rp.test/other.svg')
  expect(width).toBe(0)
  expect(world.takeComplaints().join()).toContain('Content Security Policy')
})

it('a logo that does not load leaves the first letter of its application, as if there were none', async () => {
  await givenClient(world, 'zoo', { name: 'Zoo', metadata: JSON.stringify({ logo_uri: LOGO }) })
  const page = await world.open()
  await page
    .context()
    .route(/^https:\/\/(?:cdn\.)?rp\.test\//, (route) => route.fulfill({ status: 200, body: 'gone' }))
  const letters: string[] = []
  for (const client_id of ['web', 'zoo', 'web']) {
    await page.goto(authorizeUrl(world, { client_id, redirect_uri: 'http://app.example/cb' }))
    expect(await logoWidth(page)).toBe(0)
    letters.push((await page.locator('img.mark-large').screenshot()).toString('base64'))
  }
  const [first, other, again] = letters
  expect(again).toBe(first)
  expect(other).not.toBe(first)
  await inspect(page, 'login-logo-gone')
})

it('an application that was authorized can be opened from the account page and the front page', async () => {
  const page = await world.open()
  await serveClient(page)
  await page.goto(authorizeUrl(world, { client_id: 'web', redirect_uri: 'http://app.example/cb' }))
  await signIn(page, 'ann')
  await press(page, 'Authorize')
  await page.waitForURL('http://app.example/**')
  for (const path of ['/account', '/']) {
    await page.goto(`${world.origin}${path}`)
    await inspect(page, `open-application-${path === '/' ? 'front' : 'account'}`)
    await page.getByRole('link', { name: 'Open Photo Prints' }).click()
    await page.waitForURL('https://rp.test/start?iss=*')
    expect(new URL(page.url()).searchParams.get('iss')).toBe(world.origin)
  }
  expect(world.takeComplaints()).toEqual([])
})
