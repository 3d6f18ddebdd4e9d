import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { htmlProblems } from './look.ts'
import { useWorld } from './use-world.ts'
import { authorizeUrl, givenClient, givenUser, signIn } from './world.ts'

const SETUP_TOKEN = 'bq8-the-token-that-the-deploy-printed-Zx1'
/** Turns on every page that depends on a setting. */
const EVERY_PAGE = {
  OAUTH_SIGN_IN_LINKS: 'true',
  OAUTH_SECOND_FACTOR: 'optional',
}
/** What a page may weigh, with everything that it loads. */
const LIMIT = 60_000

const world = useWorld({ secrets: { SETUP_TOKEN, ...EVERY_PAGE } })

/** Opens a page, and says what is wrong with its HTML, what it weighs, and which other hosts it asked. */
async function inspect(
  page: Page,
  url: string,
): Promise<{ problems: string[]; bytes: number; hosts: string[] }> {
  const hosts: string[] = []
  let bytes = 0
  const note = async (response: { url(): string; body(): Promise<{ length: number }> }): Promise<void> => {
    if (new URL(response.url()).origin !== world.origin) hosts.push(response.url())
    bytes += (await response.body().catch(() => ({ length: 0 }))).length
  }
  const pending: Promise<void>[] = []
  const listen = (response: Parameters<typeof note>[0]): void => void pending.push(note(response))
  page.on('response', listen)
  const response = await page.goto(url)
  await page.waitForLoadState('networkidle')
  page.off('response', listen)
  await Promise.all(pending)
  const problems = [...(await htmlProblems(url, (await response?.text()) ?? ''))]
  return { problems, bytes, hosts }
}

/** Pages of whoever is not signed in. */
const IS_BEFORE = /^\/(?:login|sign-up)/
/** The addresses of the lists in the navigation of the panel. */
const LISTS = "Array.from(document.querySelectorAll('.admin-side a'), (link) => link.getAttribute('href'))"

/** The pages of people, as the Worker describes itself; of those behind a link of a provider there is none without. */
async function pagesOfPeople(): Promise<readonly string[]> {
  const response = await fetch(`${world.origin}/openapi.json`)
  const { paths } = await response.json<{ paths: Record<string, object> }>()
  return Object.entries(paths).flatMap(([path, item]) =>
    /^\/(?:account|device|login|logout|sign-up)\b/.test(path) && 'get' in item && !path.includes('{')
      ? [path]
      : [],
  )
}

describe('every page', () => {
  it('is looked at by rules that find what is wrong', async () => {
    const wrong =
      '<!doctype html><html><head><title>x</title></head><body><p><div id="a"></div></p><img id="a"></body></html>'
    expect((await htmlProblems('wrong', wrong)).length).toBeGreaterThan(2)
  })

  it(
    'is valid HTML, weighs at most 60 kB with all that it loads, and asks no other host',
    { timeout: 240_000 },
    async () => {
      const page = await world.open()
      const found = [await inspect(page, `${world.origin}/setup`)]
      const look = async (path: string): Promise<void> =>
        void found.push(await inspect(page, new URL(path, world.origin).href))
      await givenUser(world, 'ann')
      await world.db.prepare("UPDATE users SET is_staff = 1 WHERE username = 'ann'").run()
      await givenClient(world, 'web')
      const paths = await pagesOfPeople()
      for (const path of ['/', '/demo', '/nothing', '/oauth2/authorize?client_id=nobody']) await look(path)
      for (const path of paths.filter((each) => IS_BEFORE.test(each))) await look(path)
      await page.goto(`${world.origin}/login`)
      await signIn(page, 'ann')
      await look(authorizeUrl(world, { client_id: 'web', scope: 'read write' }))
      for (const path of paths.filter((each) => !IS_BEFORE.test(each))) await look(path)
      await look('/admin')
      for (const list of await page.evaluate<string[]>(LISTS)) await look(list)
      for (const form of [
        'clients',
        'invitations',
        'resources',
        'scopes',
        'sign-in-providers',
        'trusted-issuers',
        'users',
      ])
        await look(`/admin/${form}/new`)
      for (const record of [
        'clients/show?id=web',
        'clients/edit?id=web',
        'users/show?id=id-ann',
        'users/edit?id=id-ann',
      ])
        await look(`/admin/${record}`)
      expect(found.flatMap(({ problems }) => problems)).toEqual([])
      expect(found.flatMap(({ hosts }) => hosts)).toEqual([])
      expect(found.length).toBeGreaterThan(50)
      for (const { bytes } of found) expect(bytes).toBeLessThan(LIMIT)
    },
  )
})
