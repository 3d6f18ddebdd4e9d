// Prints the files of ours that one redemption of an authorization code passes: those in which a function runs, as V8 counts.
import { readdirSync, readFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import process from 'node:process'
import { Hono } from 'hono'
import { getPlatformProxy } from 'wrangler'
import { createSession } from '../src/cli/open-store.ts'
import { parseClientMetadata } from '../src/clients/metadata.ts'
import { randomId, sha256Base64url, sortableId } from '../src/crypto/bytes.ts'
import { deriveKeys } from '../src/crypto/keys.ts'
import { Secret } from '../src/crypto/secret.ts'
import { createProvider } from '../src/provider/create-provider.ts'
import { createStore } from '../src/store/d1/index.ts'
import { mintCode } from '../src/tokens/opaque.ts'

const SECRET_KEY = 'Zr8-kQw2_x9LmT4vB7nY1cD6fG3hJ5pS0'
const SECRET = 'a-secret-of-the-count'
const REDIRECT_URI = 'https://app.example/cb'
const VERIFIER = 'v'.repeat(43)
const MIGRATIONS = 'schema/migrations'

const proxy = await getPlatformProxy<{ DB: D1Database; KV: KVNamespace }>({
  persist: false,
  remoteBindings: false,
})
const { DB, KV } = proxy.env
// One object, as an isolate has it: what follows from it is kept by it.
const env = { DB, KV, SECRET_KEY }
const files = readdirSync(MIGRATIONS).filter((file) => file.endsWith('.sql'))
for (const file of files.toSorted()) {
  const statements = readFileSync(`${MIGRATIONS}/${file}`, 'utf8').split('--> statement-breakpoint')
  for (const text of statements.filter((statement) => statement.trim() !== '')) await DB.prepare(text).run()
}
const userId = randomId()
const { mark, store: operators } = createSession({ close: async () => {}, db: DB }, null)
const metadata = parseClientMetadata({
  name: 'Web',
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [REDIRECT_URI],
})
await operators.createClient({ clientId: 'web', metadata, secretHash: await sha256Base64url(SECRET) }, mark())
const names = {
  username: 'alice',
  usernameKey: 'alice',
  usernameSkeleton: 'alice',
  email: null,
  emailKey: null,
}
await operators.createUser({ id: userId, ...names, isStaff: false, passwordHash: 'x' }, mark())
// Not before the user was created: older sign-ins count for nothing.
const now = Math.floor(Date.now() / 1000)
const store = createStore(DB, KV)
const session = { id: 'session', userId, userAgent: '', amr: ['pwd'], expiresAt: now + 1000, replaces: null }
const signIn = {
  passwordHash: 'x',
  rehash: null,
  throttleKeys: { account: 'a', network: 'n' },
  external: null,
}
await store.createSession(session, signIn, { id: 'r1', now, network: null })
const consent = { userId, clientId: 'web', id: 'consent', scope: 'read', refused: '' }
await store.saveConsent(consent, 'session', { id: 'r2', now, network: null })

const app = new Hono().route('/oauth2', createProvider())
const keys = await deriveKeys([new Secret(SECRET_KEY)])

/** Makes a code, and the request that redeems it. */
async function givenRedemption(): Promise<() => Promise<Response>> {
  const id = sortableId()
  const code = {
    clientId: 'web',
    userId,
    sessionId: 'session',
    consentId: 'consent',
    scope: 'read',
    redirectUri: REDIRECT_URI,
    redirectUriGiven: true,
    codeChallenge: await sha256Base64url(VERIFIER),
    requestClaims: null,
    details: null,
    authTime: now,
    expiresAt: now + 600,
  }
  await store.putCode(id, code, 600)
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: await mintCode(id, keys),
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
  })
  const headers = { Authorization: `Basic ${btoa(`web:${SECRET}`)}` }
  const context = { waitUntil() {}, passThroughOnException() {}, props: {} }
  const request = new Request('https://id.example/oauth2/token', { method: 'POST', headers, body })
  return async () => app.fetch(request, env, context)
}

// Once before: what is made once in an isolate is no part of a redemption.
await (
  await givenRedemption()
)()
const redeem = await givenRedemption()
const inspector = new Session()
inspector.connect()
await inspector.post('Profiler.enable')
await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
await inspector.post('Profiler.takePreciseCoverage')
const { status } = await redeem()
const { result } = await inspector.post('Profiler.takePreciseCoverage')
if (status !== 200) throw new Error(`The code was answered with ${status}.`)
const passed = result
  .filter(
    ({ functions, url }) =>
      /\/src\//.test(url) &&
      !url.includes('node_modules') &&
      functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0),
  )
  .map(({ url }) => url.replace(/^.*?\/src\//, 'src/'))
console.log(passed.toSorted().join('\n'))
await proxy.dispose()
process.exit()
