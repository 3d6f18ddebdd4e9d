import { drizzle } from 'drizzle-orm/d1'
import type { Browser, BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core'
import { createTestHarness } from 'wrangler'
import * as schema from '../../schema/index.ts'
import { randomId, sha256Base64url } from '../../src/crypto/bytes.ts'
import { hashPassword } from '../../src/identity/passwords.ts'
import { usernameKey } from '../../src/identity/usernames.ts'
import { type Application, startApplication } from './application.ts'
import { launch } from './chromium.ts'

export const PASSWORD = 'correct horse battery staple'
export const SECRET = 'the-secret-of-a-client'
/** Where the application is for the browser: another site than ours. */
export const APP = 'http://app.example'

/** The Worker as it is deployed, behind a socket, an application, and a browser that reaches both. */
export interface World {
  /** Of the Worker. */
  readonly origin: string
  readonly app: Application
  readonly browser: Browser
  readonly db: D1Database
  /** Opens a browser profile with no cookies and a page in it. */
  open(options?: BrowserContextOptions): Promise<Page>
  /** What browsers complained of since the last call: scripts and styles refused, errors. */
  takeComplaints(): readonly string[]
  /** Ends every profile. */
  tidy(): Promise<void>
  close(): Promise<void>
}

/**
 * Starts a world with an empty database.
 * @param more secrets beside the key
 * @param flags of the browser
 */
export async function startWorld(
  more: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<World> {
  const vars = { OAUTH_ENFORCE_SECURE: 'false', OAUTH_DEMO: 'true', OAUTH_ALLOW_SIGNUP: 'true' }
  const secrets = { SECRET_KEY: 'the-browser-tests-know-this-key-nothing-else-may-use-it', ...more }
  const harness = createTestHarness({ workers: [{ configPath: './wrangler.toml', vars, secrets }] })
  const [{ url }, app] = await Promise.all([harness.listen(), startApplication()])
  const worker = harness.getWorker<{ DB: D1Database }>()
  await worker.applyD1Migrations('DB')
  const { DB: db } = await worker.getEnv()
  const browser = await launch({
    args: [`--host-resolver-rules=MAP *.example 127.0.0.1:${app.port}`, ...flags],
  })
  const complaints: string[] = []
  const contexts: BrowserContext[] = []
  return {
    origin: `http://localhost:${url.port}`,
    app,
    browser,
    db,
    async open(options = {}) {
      const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
      contexts.push(context)
      context.setDefaultTimeout(10_000)
      context.on('console', (message) => complaints.push(...complaintOf(message)))
      context.on('weberror', (error) => complaints.push(String(error.error())))
      return context.newPage()
    },
    takeComplaints: () => complaints.splice(0),
    tidy: async () => {
      await Promise.all(contexts.splice(0).map((context) => context.close()))
    },
    async close() {
      await browser.close()
      await Promise.all([app.close(), harness.close()])
    },
  }
}

/** Chromium reports a refused source, and that a page came with a 4xx status, which many of ours do. */
function complaintOf(message: ConsoleMessage): readonly string[] {
  const expected = message
    .text()
    .startsWith('Failed to load resource: the server responded with a status of 4')
  const serious = message.type() === 'error' || message.type() === 'warning'
  return serious && !expected ? [message.text()] : []
}

let passwordHash: Promise<string> | undefined

/** Puts a user into D1, whose password is `PASSWORD`. */
export async function givenUser({ db }: World, username: string): Promise<void> {
  passwordHash ??= hashPassword(PASSWORD)
  await drizzle(db)
    .insert(schema.users)
    .values({
      id: `id-${username}`,
      username,
      usernameKey: usernameKey(username),
      passwordHash: await passwordHash,
      passwordChangedAt: 0,
      createdAt: 0,
    })
}

type ClientFields = Partial<typeof schema.clients.$inferInsert> & {
  readonly redirectUri?: string
  readonly secret?: string
}

/** Puts a client into D1: a confidential one of app.example, with the secret `SECRET`, unless told otherwise. */
export async function givenClient({ db }: World, clientId: string, fields: ClientFields = {}): Promise<void> {
  const { redirectUri = `${APP}/cb`, secret = SECRET, ...rest } = fields
  const store = drizzle(db)
  await store.insert(schema.clients).values({
    type: 'confidential',
    name: 'Photo Prints',
    url: `${APP}/about`,
    grantTypes: '["authorization_code","refresh_token"]',
    responseTypes: '["code"]',
    requirePkce: false,
    createdAt: 0,
    updatedAt: 0,
    ...rest,
    clientId,
  })
  await store.insert(schema.clientRedirectUris).values({ clientId, uri: redirectUri, position: 0 })
  if (rest.type === 'public') return
  const secretHash = await sha256Base64url(secret)
  await store.insert(schema.clientSecrets).values({ clientId, secretHash, createdAt: 0 })
}

/** An authorization request of a client. */
export function authorizeUrl({ origin }: World, params: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams({ response_type: 'code', scope: 'read', state: randomId(), ...params })
  return `${origin}/oauth2/authorize?${query.toString()}`
}

/** Fills in and sends the sign-in page that is open. */
export async function signIn(page: Page, username: string, password: string = PASSWORD): Promise<void> {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(password)
  await press(page, 'Sign in')
}

/** Presses a button and waits for the page that follows. */
export async function press(page: Page, name: string): Promise<void> {
  const followed = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame())
  await Promise.all([followed, page.getByRole('button', { name, exact: true }).click()])
  // A navigation is one as soon as the first bytes are there; what a test counts comes later.
  await page.waitForLoadState('domcontentloaded')
}

/** The page's heading. */
export async function heading(page: Page): Promise<string | null> {
  return page.getByRole('heading', { level: 1 }).textContent()
}

/** Waits until the page is at the application, and says with which parameters it came. */
export async function landed(page: Page): Promise<URLSearchParams> {
  await page.waitForURL(`${APP}/**`)
  const { hash, searchParams } = new URL(page.url())
  return hash ? new URLSearchParams(hash.slice(1)) : searchParams
}

type Answer = Readonly<Record<string, unknown>>

/** Posts a form as a program does, and reads the JSON of the answer. */
export async function post(url: string, form: string): Promise<Answer> {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const response = await fetch(url, { method: 'POST', body: form, headers })
  const answer: unknown = await response.json()
  return answer as Answer
}
