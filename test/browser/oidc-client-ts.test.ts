import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { useWorld } from './use-world.ts'
import { heading, givenClient, givenUser, press, signIn } from './world.ts'

const require = createRequire(import.meta.url)

const world = useWorld()
/** Of the application: a browser lets scripts use its cryptography on this machine's own addresses alone. */
let app: string

beforeAll(async () => {
  app = `http://localhost:${world.app.port}`
  await givenClient(world, 'spa', {
    name: 'Single page',
    type: 'public',
    requirePkce: true,
    redirectUri: `${app}/callback`,
    metadata: JSON.stringify({ post_logout_redirect_uris: [`${app}/`] }),
  })
  await givenUser(world, 'ada')
  const library = await readFile(
    join(dirname(require.resolve('oidc-client-ts')), '../browser/oidc-client-ts.min.js'),
    'utf8',
  )
  const settings = {
    authority: world.origin,
    client_id: 'spa',
    redirect_uri: `${app}/callback`,
    post_logout_redirect_uri: `${app}/`,
    scope: 'openid profile offline_access',
    loadUserInfo: true,
  }
  const page = `<script>${library}</script><h1>Single page</h1><script>
    window.manager = new oidc.UserManager(${JSON.stringify(settings)})</script>`
  world.app.pages.set('/', page)
  world.app.pages.set('/callback', page)
})

/** What the library knows of the person who is signed in. */
interface User {
  readonly access_token: string
  readonly refresh_token?: string
  readonly profile: Readonly<Record<string, unknown>>
}

/** Calls a method of the library's UserManager in the page. */
async function call(page: Page, method: string): Promise<User | null> {
  return page.evaluate(`window.manager.${method}()`)
}

/** Calls one that leaves the page, and waits until the browser has arrived. */
async function leave(page: Page, method: string, to: string): Promise<void> {
  await Promise.all([page.waitForURL(to), page.evaluate(`void window.manager.${method}()`)])
}

it('oidc-client-ts, unmodified, signs a person in, renews the tokens silently, and signs out', async () => {
  const page = await world.open()
  await page.goto(`${app}/`)
  await leave(page, 'signinRedirect', `${world.origin}/**`)
  await signIn(page, 'ada')
  await Promise.all([page.waitForURL(`${app}/callback**`), press(page, 'Authorize')])
  const user = await call(page, 'signinCallback')
  expect(user?.profile).toMatchObject({ sub: 'id-ada', preferred_username: 'ada' })
  const renewed = await call(page, 'signinSilent')
  expect(renewed?.profile).toMatchObject({ sub: 'id-ada' })
  expect(renewed?.access_token).not.toBe(user?.access_token)
  expect(renewed?.refresh_token).not.toBe(user?.refresh_token)
  await leave(page, 'signoutRedirect', `${app}/`)
  expect(await call(page, 'getUser')).toBeNull()
  await page.goto(`${world.origin}/account`)
  expect(await heading(page)).toBe('Sign in')
  expect(world.takeComplaints()).toEqual([])
})
