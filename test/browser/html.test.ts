import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { htmlProblems } from './look.ts'
import { useWorld } from './use-world.ts'
import { authorizeUrl, givenClient, givenUser, signIn } from './world.ts'

const SETUP_TOKEN = 'bq8-the-token-that-the-deploy-printed-Zx1'
/** What a page may weigh, with everything that it loads. */
const LIMIT = 60_000

const world = useWorld({ secrets: { SETUP_TOKEN } })

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
      await givenUser(world, 'ann')
      await world.db.prepare("UPDATE users SET is_staff = 1 WHERE username = 'ann'").run()
      await givenClient(world, 'web')
      for (const path of [
        '/',
        '/login',
        '/sign-up',
        '/demo',
        '/nothing',
        '/oauth2/authorize?client_id=nobody',
      ]) {
        found.push(await inspect(page, `${world.origin}${path}`))
      }
      await page.goto(`${world.origin}/login`)
      await signIn(page, 'ann')
      found.push(await inspect(page, authorizeUrl(world, { client_id: 'web', scope: 'read write' })))
      const kinds = ['clients', 'users', 'scopes', 'grants', 'access-tokens', 'refresh-tokens', 'sessions']
      for (const path of [
        '/account',
        '/account/profile',
        '/logout',
        '/admin',
        ...kinds.map((kind) => `/admin/${kind}`),
        '/admin/audit-events',
        '/admin/refusals',
        '/admin/authorized-clients',
        '/admin/clients/new',
        '/admin/users/new',
        '/admin/clients/show?id=web',
        '/admin/clients/edit?id=web',
        '/admin/users/show?id=id-ann',
      ]) {
        found.push(await inspect(page, `${world.origin}${path}`))
      }
      expect(found.flatMap(({ problems }) => problems)).toEqual([])
      expect(found.flatMap(({ hosts }) => hosts)).toEqual([])
      expect(found.length).toBeGreaterThan(20)
      for (const { bytes } of found) expect(bytes).toBeLessThan(LIMIT)
    },
  )
})
