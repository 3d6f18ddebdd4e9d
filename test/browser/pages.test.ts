import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/d1'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import * as schema from '../../schema/index.ts'
import { violations } from './look.ts'
import { DESKTOP, expectUsable, goTo, type Scene, useWorld } from './use-world.ts'
import { authorizeUrl, givenClient, givenUser, press, signIn } from './world.ts'

const CHALLENGE = {
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
}
const HOSTILE = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>'
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'

const world = useWorld({ clears: ['authorized_clients', 'sessions', 'throttle'] })
beforeAll(async () => {
  await givenClient(world, 'demo', {
    name: 'Demo',
    redirectUri: `${world.origin}/demo/callback`,
    secret: 'demo-secret',
  })
  await givenClient(world, 'web')
  await givenClient(world, 'hostile', { name: HOSTILE, url: 'javascript:alert(1)' })
  await givenClient(world, 'device', { type: 'public', name: 'Files', redirectUri: 'com.example.files:/cb' })
  await givenUser(world, 'ann')
  await givenUser(world, 'bob')
  const scopes = [
    { name: 'photos.read', description: 'See your photos and albums', createdAt: 0 },
    { name: 'hostile', description: HOSTILE, createdAt: 0 },
  ]
  await drizzle(world.db).insert(schema.scopes).values(scopes)
})

const scenes: readonly Scene[] = [
  { name: 'front', title: 'Accounts', arrive: (page) => goTo(world, page, '/') },
  {
    name: 'front-signed-in',
    title: 'Accounts',
    async arrive(page) {
      await signInAt(page, '/login', 'ann')
      await goTo(world, page, '/')
      expect(await page.getByRole('link', { name: 'Your account' }).count()).toBe(1)
    },
  },
  { name: 'login', title: 'Sign in', arrive: (page) => goTo(world, page, request('web')) },
  { name: 'login-wrong', title: 'Sign in', arrive: (page) => signInAt(page, '/login', 'ann', 'wrong') },
  {
    name: 'login-throttled',
    title: 'Sign in',
    async arrive(page) {
      await signInAt(page, '/login', 'nobody', 'wrong')
      await world.db.prepare('UPDATE throttle SET count = 1000').run()
      await signIn(page, 'nobody', 'wrong')
      expect(await page.getByRole('alert').textContent()).toContain('Too many attempts.')
    },
  },
  {
    name: 'login-again',
    title: 'Sign in',
    async arrive(page) {
      await signInAt(page, '/login', 'ann')
      await world.db.prepare("UPDATE sessions SET auth_time = 1 WHERE user_id = 'id-ann'").run()
      await goTo(world, page, request('web', { prompt: 'login' }))
      expect(await page.getByRole('status').textContent()).toBe('Sign in again to continue.')
    },
  },
  { name: 'sign-up', title: 'Create an account', arrive: (page) => goTo(world, page, '/sign-up') },
  {
    name: 'sign-up-wrong',
    title: 'Create an account',
    async arrive(page) {
      await goTo(world, page, '/sign-up')
      await page.getByLabel('Username').fill('ann')
      await page.getByLabel('Email').fill('ann@example.org')
      await page.getByLabel('Password', { exact: true }).fill('password')
      await page.getByLabel('Password again').fill('something else')
      await press(page, 'Create account')
      expect(await page.locator('[aria-invalid]').count()).toBeGreaterThan(0)
    },
  },
  {
    name: 'consent',
    title: 'Authorize Photo Prints',
    arrive: (page) => signInAt(page, request('web', { scope: 'read write photos.read' }), 'ann'),
  },
  {
    name: 'consent-one',
    title: 'Authorize Photo Prints',
    arrive: (page) => signInAt(page, request('web'), 'ann'),
  },
  {
    name: 'consent-device',
    title: 'Authorize Files',
    arrive: (page) => signInAt(page, request('device', CHALLENGE), 'ann'),
  },
  {
    name: 'consent-hostile',
    title: `Authorize ${HOSTILE}`,
    arrive: (page) => signInAt(page, request('hostile', { scope: 'read hostile' }), 'ann'),
  },
  { name: 'account-empty', title: 'Your account', arrive: (page) => signInAt(page, '/login', 'ann') },
  {
    name: 'account',
    title: 'Your account',
    async arrive(page) {
      await signInAt(page, '/login', 'bob')
      await fillAccount()
      await page.reload()
      expect(await page.getByRole('button', { name: /^Sign out / }).count()).toBe(3)
      expect(await page.locator('summary[aria-label^="Revoke the access of"]').count()).toBe(3)
    },
  },
  {
    name: 'account-notice',
    title: 'Your account',
    async arrive(page) {
      await signInAt(page, '/login', 'ann')
      await consentOf('ann', 'web')
      await page.reload()
      await page.locator('summary[aria-label="Revoke the access of Photo Prints"]').click()
      await press(page, 'Revoke the access')
      expect(await page.getByRole('status').textContent()).toContain('Access of Photo Prints ended')
    },
  },
  {
    name: 'account-wrong',
    title: 'Your account',
    async arrive(page) {
      await signInAt(page, '/login', 'ann')
      await page.getByLabel('Current password').fill('wrong')
      await page.getByLabel('New password', { exact: true }).fill('staple battery horse')
      await page.getByLabel('New password again').fill('staple battery horse')
      await press(page, 'Change password')
      expect(await page.locator('#current_password-error').count()).toBe(1)
    },
  },
  {
    name: 'logout',
    title: 'Sign out?',
    async arrive(page) {
      await signInAt(page, '/login', 'ann')
      await goTo(world, page, '/logout')
    },
  },
  {
    name: 'signed-out',
    title: 'You are signed out',
    async arrive(page) {
      await signInAt(page, '/login', 'ann')
      await goTo(world, page, '/logout')
      await press(page, 'Sign out')
    },
  },
  {
    name: 'error-client',
    title: 'Unknown application',
    arrive: (page) => goTo(world, page, request('nobody')),
  },
  {
    name: 'error-redirect',
    title: 'Wrong return address',
    arrive: (page) => goTo(world, page, request('web', { redirect_uri: 'https://evil.example/' })),
  },
  {
    name: 'error-expired',
    title: 'This took too long',
    arrive: (page) => goTo(world, page, '/oauth2/authorize/confirm'),
  },
  { name: 'error-not-found', title: 'Nothing here', arrive: (page) => goTo(world, page, '/nowhere') },
  {
    name: 'error-form',
    title: 'This form is out of date',
    async arrive(page) {
      await goTo(world, page, '/login')
      await page.context().clearCookies()
      await signIn(page, 'ann')
    },
  },
  {
    name: 'error-request',
    title: 'This request cannot be answered',
    arrive: (page) => goTo(world, page, request('web', { state: 'x'.repeat(17_000) })),
  },
  {
    name: 'error-unavailable',
    title: 'Not available at the moment',
    async arrive(page) {
      await world.db.prepare('ALTER TABLE clients RENAME TO lost').run()
      try {
        await goTo(world, page, request('web'))
      } finally {
        await world.db.prepare('ALTER TABLE lost RENAME TO clients').run()
      }
      // That the Worker fails is what was wanted, and Chromium says so.
      expect(world.takeComplaints()).toHaveLength(1)
    },
  },
  { name: 'demo', title: 'Try the whole flow', arrive: (page) => goTo(world, page, '/demo') },
  {
    name: 'demo-code',
    title: 'The application got a code',
    async arrive(page) {
      await signInAt(page, request('demo'), 'ann')
      await press(page, 'Authorize')
    },
  },
  {
    name: 'demo-tokens',
    title: 'The application has its tokens',
    async arrive(page) {
      await signInAt(page, request('demo'), 'ann')
      await press(page, 'Authorize')
      await press(page, 'Redeem for me')
    },
  },
  {
    name: 'demo-code-again',
    title: 'The code was refused',
    async arrive(page) {
      await signInAt(page, request('demo'), 'ann')
      await press(page, 'Authorize')
      // A page of ours hands over to the application.
      await page.waitForURL('**/demo/callback?**')
      const address = page.url()
      await press(page, 'Redeem for me')
      await page.goto(address)
      await press(page, 'Redeem for me')
    },
  },
  {
    name: 'demo-refused',
    title: 'The application got no code',
    async arrive(page) {
      await signInAt(page, request('demo'), 'ann')
      await press(page, 'Cancel')
    },
  },
  {
    name: 'select-account',
    title: 'Choose an account',
    async arrive(page) {
      await signInAt(page, '/login', 'ann')
      await consentOf('ann', 'web')
      // Who signs in for a request has chosen the account; this sign-in is older than the request.
      await world.db.prepare('UPDATE sessions SET auth_time = auth_time - 60').run()
      await goTo(world, page, request('web', { prompt: 'select_account' }))
    },
  },
  {
    name: 'select-account-answered',
    title: 'Choose an account',
    async arrive(page) {
      await atHandover(page)
      await page.getByRole('main').getByRole('link').last().click()
      await page.getByRole('status').waitFor()
    },
  },
  { name: 'handover', title: 'One moment', arrive: atHandover },
  {
    name: 'form-post',
    title: 'One moment',
    async arrive(page) {
      // Without its script, so that the page stays.
      await page.route('**/assets/submit-*', (route) =>
        route.fulfill({ contentType: 'text/javascript', body: '' }),
      )
      await signInAt(page, request('web', { response_mode: 'form_post' }), 'ann')
      await press(page, 'Authorize')
    },
  },
]

describe('every page', () => {
  it('is looked at by rules that find what is wrong', async () => {
    const page = await world.open({ viewport: DESKTOP })
    await page.setContent('<img><p style="color: #777; background: #888">Hard to read</p>')
    expect((await violations(page)).map((found) => found.split(':')[0])).toEqual(
      expect.arrayContaining(['color-contrast', 'document-title', 'html-has-lang', 'image-alt']),
    )
    expect(await violations(page, ['color-contrast'])).toEqual([expect.stringContaining('Hard to read')])
  })

  it.each(scenes)('$name can be used by everybody, light and dark', async (scene) => {
    const page = await expectUsable(world, scene)
    expect(await page.evaluate<unknown>('window.hacked')).toBeUndefined()
  })
})

function request(clientId: string, params: Readonly<Record<string, string>> = {}): string {
  return authorizeUrl(world, { client_id: clientId, ...params })
}

async function signInAt(page: Page, path: string, username: string, password?: string): Promise<void> {
  await goTo(world, page, path)
  await signIn(page, username, password)
}

/** Lets ann say yes; the page stays that would send the browser on to the client. */
async function atHandover(page: Page): Promise<void> {
  await signInAt(page, request('web'), 'ann')
  await page.route('**/oauth2/authorize/confirm*', async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    const response = await route.fetch({ maxRedirects: 0 })
    const { refresh = '', ...headers } = response.headers()
    expect(refresh).toMatch(/^0; url=http/)
    return route.fulfill({ response, headers })
  })
  await press(page, 'Authorize')
}

/** Gives bob what an account holds after some time. */
async function fillAccount(): Promise<void> {
  const session = { userId: 'id-bob', authTime: 1_790_000_000, expiresAt: 2_900_000_000 }
  const now = Math.floor(Date.now() / 1000)
  const store = drizzle(world.db)
  await store.insert(schema.sessions).values([
    { ...session, id: 'firefox', lastSeenAt: now - 60, userAgent: FIREFOX, network: '203.0.113.0' },
    { ...session, id: 'safari', lastSeenAt: now - 3600, userAgent: SAFARI, network: '2001:db8:1:2::/64' },
  ])
  await store.update(schema.users).set({ email: 'bob@example.org' }).where(eq(schema.users.id, 'id-bob'))
  for (const clientId of ['web', 'device', 'hostile']) await consentOf('bob', clientId)
}

async function consentOf(username: string, clientId: string): Promise<void> {
  const authorizedAt = 1_790_000_000
  const consent = {
    id: `${username}-${clientId}`,
    scope: 'photos.read read',
    authorizedAt,
    updatedAt: authorizedAt,
  }
  const values = { ...consent, userId: `id-${username}`, clientId }
  const { authorizedClients } = schema
  await drizzle(world.db)
    .insert(authorizedClients)
    .values(values)
    .onConflictDoUpdate({
      target: [authorizedClients.userId, authorizedClients.clientId],
      set: { scope: consent.scope, revokedAt: null },
    })
}
