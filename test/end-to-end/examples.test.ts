import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'
import type { Seed } from '../../scripts/local-provider.ts'
import { createSession } from '../../src/cli/open-store.ts'
import { seedDemo } from '../../src/cli/seed.ts'
import { launch } from '../browser/chromium.ts'
import { createState } from '../cli/run-cli.ts'
import { createMemory } from './mcp-memory.ts'
import { openPerson } from './person.ts'

const root = join(import.meta.dirname, '../..')
const secrets = { SECRET_KEY: 'a-key-for-tests-alone-of-32-characters-or-more' }
const DEMO = { client_id: 'demo', client_secret: 'demo-secret' }
const PASSWORD = { ...DEMO, grant_type: 'password', username: 'demo', password: 'demo' }

/** What both the harness' `fetch` and Node's answer with. */
type Answer = Pick<Response, 'status'> & { json(): Promise<unknown> }

/** A running example. */
interface Served {
  readonly url: URL
  /** Posts a form to the provider. */
  readonly post: (path: string, form: Readonly<Record<string, string>>) => Promise<Answer>
  readonly get: (path: string, token?: string) => Promise<Response>
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Serves an example with a local state of their own, migrated and seeded as `npm run example` does. */
async function serve(name: string): Promise<Served> {
  const folder = join(root, 'examples', name)
  const configPath = join(folder, 'wrangler.toml')
  const harness = createTestHarness({
    workers: [{ configPath, secrets, vars: { OAUTH_ENFORCE_SECURE: 'false' } }],
  })
  closing.push(() => harness.close())
  const { url } = await harness.listen()
  const provider = harness.getWorker<{ DB: D1Database }>()
  await provider.applyD1Migrations('DB')
  const { DB } = await provider.getEnv()
  const session = createSession({ db: DB, close: async () => {} }, null)
  await seedDemo(session, new URL('/demo/callback', url).href)
  const own = join(folder, 'seed.ts')
  if (existsSync(own)) {
    const { seed } = (await import(pathToFileURL(own).href)) as { readonly seed: Seed }
    await seed(session, url.origin)
  }
  return {
    url,
    post: (path, form) =>
      provider.fetch(new URL(path, url).href, {
        method: 'POST',
        body: new URLSearchParams(form).toString(),
        headers: FORM,
      }),
    get: (path, token) =>
      fetch(new URL(path, url), token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
  }
}

/** Runs the command that serves an example beside the provider, on two ports, and ends it after the test. */
async function runBeside(name: string): Promise<{ readonly provider: string; readonly api: string }> {
  const port = 20_000 + Math.floor(Math.random() * 10_000)
  const state = await createState()
  const child = spawn(process.execPath, [join(root, 'scripts/example.ts'), name], {
    env: {
      ...process.env,
      CI: 'true',
      PERSIST_TO: state.path,
      PORT: String(port),
      // Other tests serve providers of the same name, which the service binding must not find.
      WRANGLER_REGISTRY_PATH: join(state.path, 'registry'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  closing.push(async () => {
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    await state.remove()
  })
  const api = `http://localhost:${port + 1}`
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.includes(`Ready on ${api}`)) resolve()
    })
    child.on('close', () => reject(new Error(`It ended before it was ready:\n${output}`)))
  })
  return { provider: `http://localhost:${port}`, api }
}

async function tokenOf(response: Answer): Promise<string> {
  expect(response.status).toBe(200)
  const { access_token: token } = (await response.json()) as { access_token: string }
  return token
}

describe('examples', () => {
  it('protect-api: one line protects what is below /api', async () => {
    const { get, post } = await serve('protect-api')
    const token = await tokenOf(await post('/oauth2/token', PASSWORD))
    expect(await (await get('/api/me', token)).json()).toEqual({
      user: 'demo',
      client: 'demo',
      scopes: ['read'],
    })
    const refused = await get('/api/me')
    expect(refused.status).toBe(401)
    expect(refused.headers.get('WWW-Authenticate')).toContain('resource_metadata=')
  })

  it('own-users: the app knows its users, the provider does not', async () => {
    const { get, post } = await serve('own-users')
    expect(await (await get('/')).text()).toBe('The Reading Club')
    const mia = { ...DEMO, grant_type: 'password', username: 'mia', password: 'lavender fields' }
    await tokenOf(await post('/oauth2/token', mia))
    expect((await post('/oauth2/token', { ...mia, password: 'wrong' })).status).toBe(400)
    expect((await post('/oauth2/token', PASSWORD)).status).toBe(400)
    expect(await (await get('/login')).text()).toContain('The Reading Club')
  })

  it('custom-grant: a voucher becomes a token, and the password grant is gone', async () => {
    const { get, post } = await serve('custom-grant')
    const grant = { ...DEMO, grant_type: 'urn:example:voucher' }
    await tokenOf(await post('/oauth2/token', { ...grant, voucher: 'SPRING-2026' }))
    for (const wrong of [
      { ...grant, voucher: 'WINTER-2026' },
      grant,
      { ...grant, voucher: 'SPRING-2026', client_secret: 'wrong' },
    ]) {
      expect((await post('/oauth2/token', wrong)).status).toBe(400)
    }
    expect(await (await post('/oauth2/token', PASSWORD)).json()).toMatchObject({
      error: 'unsupported_grant_type',
    })
    const metadata = await (
      await get('/.well-known/oauth-authorization-server')
    ).json<{ grant_types_supported: string[] }>()
    expect(metadata.grant_types_supported).toContain('urn:example:voucher')
    expect(metadata.grant_types_supported).not.toContain('password')
  })

  it('protect-api-elsewhere: asks over a service binding, and by introspection', async () => {
    const { api, provider } = await runBeside('protect-api-elsewhere')
    const body = new URLSearchParams(PASSWORD)
    const token = await tokenOf(await fetch(`${provider}/oauth2/token`, { method: 'POST', body }))
    const get = async (path: string, bearer?: string) =>
      fetch(`${api}${path}`, bearer === undefined ? {} : { headers: { Authorization: `Bearer ${bearer}` } })
    expect(await (await get('/orders', token)).json()).toEqual({ orders: [], for: 'demo' })
    expect(await (await get('/invoices', token)).json()).toEqual({ invoices: [], for: 'demo' })
    for (const path of ['/orders', '/invoices']) {
      expect((await get(path)).status).toBe(401)
      expect((await get(path, 'at_forged')).status).toBe(401)
    }
  })
})

describe('examples for MCP', () => {
  it('mcp-server: describes itself, and says what is missing', async () => {
    const { get, url } = await serve('mcp-server')
    const refused = await get('/mcp')
    expect(refused.status).toBe(401)
    const challenge = refused.headers.get('WWW-Authenticate') ?? ''
    expect(challenge).toContain('scope="read"')
    const [, described = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
    expect(await (await fetch(described)).json()).toMatchObject({
      resource: new URL('/mcp', url).href,
      authorization_servers: [url.origin],
    })
  })

  it(
    'mcp-server-elsewhere: two Workers by one command, and a client that finds its way',
    { timeout: 120_000 },
    async () => {
      const { api, provider } = await runBeside('mcp-server-elsewhere')
      const memory = createMemory()
      const connect = async (): Promise<Client> => {
        const client = new Client({ name: 'test', version: '1' })
        const transport = new StreamableHTTPClientTransport(new URL('/mcp', api), {
          authProvider: memory.provider,
        })
        try {
          await client.connect(transport)
          return client
        } catch (error) {
          if (!(error instanceof UnauthorizedError)) throw error
          const answer = await memory.answerFrom(openPerson('demo', 'demo'))
          await transport.finishAuth(answer.get('code') ?? '')
          return connect()
        }
      }
      const client = await connect()
      const [asked] = memory.seen.asked
      expect(asked?.origin).toBe(provider)
      expect(asked?.searchParams.get('resource')).toBe(`${api}/mcp`)
      expect((await client.callTool({ name: 'whoami', arguments: {} })).content).toEqual([
        { type: 'text', text: 'demo' },
      ])
      await client.close()
    },
  )
})

describe('examples in a browser', () => {
  let browser: Browser
  let tool: ChildProcess | undefined

  beforeAll(async () => {
    browser = await launch()
  })
  afterEach(() => tool?.kill())
  afterAll(() => browser.close())

  async function signIn(page: Page): Promise<void> {
    await page.getByLabel('Username').fill('demo')
    await page.getByLabel('Password').fill('demo')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Authorize' }).click()
  }

  it('custom-pages: its own sign-in page signs people in', async () => {
    const { url } = await serve('custom-pages')
    const page = await browser.newPage()
    await page.goto(new URL('/login', url).href)
    await page.getByLabel('Gardener').fill('demo')
    await page.getByLabel('Password').fill('demo')
    await page.getByRole('button', { name: 'Open the door' }).click()
    await page.waitForURL('**/account')
    expect(await page.title()).toContain('Greenhouse')
    await page.close()
  })

  it('single-page-app: signs in with code and PKCE, and calls the API', async () => {
    const { url } = await serve('single-page-app')
    const page = await browser.newPage()
    await page.goto(new URL('/app', url).href)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await signIn(page)
    await page.getByText('Signed in as demo.').waitFor()
    expect(new URL(page.url()).search).toBe('')
    await page.close()
  })

  it('cli-sign-in: the tool gets its token through the browser', async () => {
    const { url } = await serve('cli-sign-in')
    tool = spawn(process.execPath, [join(root, 'examples/cli-sign-in/tool.ts'), url.origin], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    const opened = Promise.withResolvers<string>()
    tool.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const address = /(http\S+authorize\?\S+)/.exec(output)?.[1]
      if (address !== undefined) opened.resolve(address)
    })
    const done = new Promise((resolve) => tool?.on('close', resolve))
    const page = await browser.newPage()
    await page.goto(await opened.promise)
    await signIn(page)
    await page.getByText('You may close this window').waitFor()
    expect(await done).toBe(0)
    expect(output).toContain("{ user: 'demo' }")
    await page.close()
  })

  it('device-sign-in: the tool shows a code, and gets its token once it is let in', async () => {
    const { url } = await serve('device-sign-in')
    tool = spawn(process.execPath, [join(root, 'examples/device-sign-in/tool.ts'), url.origin], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    const shown = Promise.withResolvers<string>()
    tool.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const address = /or open (\S+)/.exec(output)?.[1]
      if (address !== undefined) shown.resolve(address)
    })
    const done = new Promise((resolve) => tool?.on('close', resolve))
    const page = await browser.newPage()
    await page.goto(await shown.promise)
    await page.getByLabel('Username').fill('demo')
    await page.getByLabel('Password').fill('demo')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    const code = await page.getByLabel('Code').inputValue()
    expect(output).toContain(code)
    expect(output).toMatch(/[▀▄█]/)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.getByRole('heading', { name: 'Your device is connected' }).waitFor()
    expect(await done).toBe(0)
    expect(output).toContain("{ user: 'demo' }")
    await page.close()
  })
})
