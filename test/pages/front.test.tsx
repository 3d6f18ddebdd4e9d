import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import { createProvider, pages as ours, type ProviderApp, type ProviderEnv } from '../../src/public.ts'
import { givenSession, givenUser } from '../support/fixture.ts'
import { send } from '../support/http.ts'
import { bindingsWith, countTrips } from '../support/trips.ts'

async function cookieOf(userId: string): Promise<Readonly<Record<string, string>>> {
  const { name, value } = await givenSession(userId)
  return { Cookie: `${name}=${value}` }
}

describe('the front page', () => {
  let demo: string
  let admin: string
  beforeEach(async () => {
    demo = await givenUser('demo')
    admin = await givenUser('admin', { isStaff: true })
  })

  it('says whose site it is and leads a stranger to sign in, without a look at the storage', async () => {
    const trips = countTrips()
    const response = await send('/', {}, { ...trips.vars, OAUTH_SITE_NAME: 'Lighthouse' })
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(text).toContain('<h1>Lighthouse</h1>')
    expect(text).toContain('href="/login"')
    for (const other of ['/account', '/admin', '/sign-up', '/demo'])
      expect(text).not.toContain(`href="${other}"`)
    expect(trips).toMatchObject({ d1: 0, kv: 0 })
  })

  it('leads to the account who is signed in, and staff alone to the panel, at one round trip', async () => {
    const trips = countTrips()
    const text = await (await send('/', { headers: await cookieOf(demo) }, trips.vars)).text()
    expect(text).toContain('Signed in as demo')
    expect(text).toContain('href="/account"')
    expect(text).not.toContain('href="/login"')
    expect(text).not.toContain('href="/admin"')
    expect(trips).toMatchObject({ d1: 1, kv: 0 })
    const staff = await (await send('/', { headers: await cookieOf(admin) })).text()
    expect(staff).toContain('href="/admin"')
  })

  it('takes a session cookie that is forged for none', async () => {
    const { name } = await givenSession(admin)
    const text = await (await send('/', { headers: { Cookie: `${name}=se_forged` } })).text()
    expect(text).toContain('href="/login"')
    expect(text).not.toContain('Signed in as')
  })

  it('offers sign-up and the demo where the settings turn them on, in the language of the browser', async () => {
    const vars = { OAUTH_ALLOW_SIGNUP: 'true', OAUTH_DEMO: 'true' }
    const text = await (await send('/', { headers: { 'Accept-Language': 'de' } }, vars)).text()
    expect(text).toContain('href="/sign-up"')
    expect(text).toContain('href="/demo"')
    expect(text).toContain('Willkommen')
  })

  it('is neither kept nor framed, and is refused over plain http where that is refused', async () => {
    const { headers } = await send('/')
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('X-Frame-Options')).toBe('DENY')
    expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin')
    const insecure = await send('http://id.example/', {}, { OAUTH_ENFORCE_SECURE: 'true' })
    expect(insecure.status).toBe(400)
    expect(await insecure.text()).toContain('A secure connection is required.')
  })

  it('says that the storage does not answer where it does not', async () => {
    const vars = bindingsWith(() => Promise.reject(new Error('D1_ERROR: internal error')))
    const response = await send('/', { headers: await cookieOf(demo) }, vars)
    expect(response.status).toBe(503)
  })
})

/** Asks a Worker that embeds the provider. */
async function ask(
  build: (app: Hono<ProviderEnv>, provider: ProviderApp) => void,
  path: string,
): Promise<Response> {
  const provider = createProvider({ features: [ours()] })
  const app = new Hono<ProviderEnv>()
  build(app, provider)
  const context = createExecutionContext()
  const response = await app.fetch(new Request(`https://shop.example${path}`), env, context)
  await waitOnExecutionContext(context)
  return response
}

describe('an embedding app', () => {
  it('replaces the front page and the icon by its own, added before or after ours', async () => {
    for (const path of ['/', '/favicon.ico']) {
      const before = await ask((app, { pages }) => {
        app.get(path, (c) => c.text('mine'))
        app.route('/', pages)
      }, path)
      expect(await before.text()).toBe('mine')
      const after = await ask((app, { pages }) => {
        app.route('/', pages)
        app.get(path, (c) => c.text('mine', 200, { 'X-Mine': 'yes' }))
      }, path)
      expect(await after.text()).toBe('mine')
      expect(after.headers.get('X-Mine')).toBe('yes')
      expect(after.headers.get('Content-Security-Policy')).toBeNull()
    }
  })

  it('has ours where it has none of its own, without the headers of its "not found"', async () => {
    for (const path of ['/', '/favicon.ico']) {
      const response = await ask((app, { pages }) => {
        app.route('/', pages)
        app.notFound((c) => c.text('nothing', 404, { 'Cache-Control': 'max-age=1', 'X-Nothing': 'yes' }))
      }, path)
      expect(response.status).toBe(200)
      expect(response.headers.get('X-Nothing')).toBeNull()
      expect(response.headers.get('Cache-Control')).not.toBe('max-age=1')
    }
  })

  it('may replace the component of the front page', async () => {
    const provider = createProvider({
      features: [ours({ front: ({ username }) => <p>Shop of {username ?? 'nobody'}</p> })],
    })
    const response = await new Hono()
      .route('/', provider.pages)
      .request('https://shop.example/', {}, env, createExecutionContext())
    expect(await response.text()).toContain('<p>Shop of nobody</p>')
  })
})

describe('/favicon.ico', () => {
  it('is an icon in the accent color that a cache may keep', async () => {
    const response = await send('/favicon.ico', {}, { OAUTH_ACCENT_COLOR: '#3355cc' })
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('image/x-icon')
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=86400')
    expect(response.headers.get('Content-Security-Policy')).toBeNull()
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect(bytes.slice(0, 8)).toEqual(Uint8Array.of(0, 0, 1, 0, 1, 0, 32, 32))
    const middle = 62 + (16 * 32 + 16) * 4
    // The pixel in the middle: blue, green, red, opaque. The first one, a corner, cannot be seen.
    expect(bytes.slice(middle, middle + 4)).toEqual(Uint8Array.of(0xcc, 0x55, 0x33, 255))
    expect(bytes[62 + 3]).toBe(0)
    expect(bytes).toHaveLength(62 + 32 * 32 * 4 + 128)
  })
})

describe('/.well-known/change-password', () => {
  it('leads password managers to the form of the account page', async () => {
    const response = await send('/.well-known/change-password')
    expect(response.status).toBe(302)
    expect(response.headers.get('Location')).toBe('/account#password')
  })

  it('is not there where somebody else keeps the passwords', async () => {
    const users = { authenticate: () => Promise.resolve(null), find: () => Promise.resolve(null) }
    const provider = createProvider({ features: [ours()], users })
    const response = await new Hono()
      .route('/', provider.pages)
      .request('https://id.example/.well-known/change-password', {}, env, createExecutionContext())
    expect(response.status).toBe(404)
  })
})

describe('/.well-known/security.txt', () => {
  it('names the contacts of OAUTH_SECURITY_CONTACT, and expires within a year (RFC 9116)', async () => {
    const vars = {
      OAUTH_ISSUER: 'https://id.example',
      OAUTH_SECURITY_CONTACT: 'mailto:security@id.example https://id.example/report',
    }
    const response = await send('/.well-known/security.txt', {}, vars)
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; ?charset=utf-8$/i)
    const text = await response.text()
    expect(text).toMatch(
      /^Contact: mailto:security@id\.example\nContact: https:\/\/id\.example\/report\nExpires: /,
    )
    expect(text).toContain('\nCanonical: https://id.example/.well-known/security.txt\n')
    const expires = Date.parse(/^Expires: (.*)$/m.exec(text)?.[1] ?? '')
    expect(expires).toBeGreaterThan(Date.now() + 28 * 86_400_000)
    expect(expires).toBeLessThan(Date.now() + 365 * 86_400_000)
  })

  it('is not there without the setting', async () => {
    expect((await send('/.well-known/security.txt')).status).toBe(404)
  })
})
