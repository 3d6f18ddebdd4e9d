// `npm run first-token`: times what a newcomer does, in fresh clones: on one's own machine, and after Cloudflare's deploy button.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createTestHarness } from 'wrangler'
import { ACCOUNT_ID, pressButton, serveAccount } from '../test/scripts/cloudflare-api.ts'

const PORT = process.env['PORT'] || '8799'
/** What the README says to type before the first token, and the line in it that gets one. */
const COMMANDS = ['git clone', 'npm start', 'curl']
const TOKEN_LINE = '/oauth2/access_token/'
/** What docs/deploying.md says to do, from the button to the first token. */
const STEPS = ['the button', 'openssl rand, twice', 'the form of /setup', 'curl']
const SETUP_TOKEN = 'of-a-deployment-that-a-script-times-Zx81'

/** Seconds since a moment, with one decimal. */
function since(start: number): number {
  return Math.round((performance.now() - start) / 100) / 10
}

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`)
}

/** Starts the provider, and says when it invites to a first token. */
async function startProvider(cwd: string): Promise<() => void> {
  const env = { ...process.env, PORT }
  const child = spawn('npm', ['start'], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('Your first token')) resolve()
    })
    child.on('close', () => reject(new Error(`npm start ended:\n${said}`)))
  })
  return () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
  }
}

/** Posts a form, as a browser that keeps the cookies of one answer, or as a program. */
async function post(url: string, form: Readonly<Record<string, string>>, cookie = ''): Promise<string> {
  const headers = { Cookie: cookie, Origin: new URL(url).origin }
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`)
  return text
}

/** Lines with something in them. */
function linesOf(text: string): number {
  return text.split('\n').filter((line) => line.trim() !== '').length
}

async function onOwnMachine(clone: string): Promise<void> {
  const start = performance.now()
  await run('git', ['clone', '--quiet', '.', clone], process.cwd())
  const cloned = since(start)
  const stop = await startProvider(clone)
  try {
    const ready = since(start)
    const password = { grant_type: 'password', username: 'demo', password: 'demo' }
    const demo = { client_id: 'demo', client_secret: 'demo-secret', ...password }
    await post(`http://localhost:${PORT}${TOKEN_LINE}`, demo)
    const total = since(start)
    const readme = await readFile(join(clone, 'README.md'), 'utf8')
    const lines = linesOf(readme.slice(0, readme.indexOf(TOKEN_LINE)))
    console.log(
      `On one's own machine: cloned after ${cloned} s, ready after ${ready} s, first token after ${total} s;`,
    )
    console.log(`  ${COMMANDS.length} commands (${COMMANDS.join(', ')}), ${lines} lines of the README.`)
  } finally {
    stop()
  }
}

async function afterTheButton(clone: string): Promise<void> {
  const account = await serveAccount()
  const start = performance.now()
  try {
    await run('git', ['clone', '--quiet', '.', clone], process.cwd())
    const file = join(clone, 'wrangler.toml')
    await writeFile(file, pressButton(account, await readFile(file, 'utf8')).config)
    await run('npm', ['run', 'deploy'], clone, {
      ...process.env,
      CI: 'true',
      WORKERS_CI: '1',
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
      CLOUDFLARE_API_BASE_URL: account.url,
      CLOUDFLARE_API_TOKEN: 'a-token-of-the-stand-in',
    })
    const deployed = since(start)
    await setUp(file)
    const total = since(start)
    const [, page = ''] = (await readFile(join(clone, 'docs/deploying.md'), 'utf8')).split(
      /^## With the deploy button$/m,
    )
    const lines = linesOf(page.split(/^## /m)[0] ?? '')
    console.log(`After the deploy button: deployed after ${deployed} s, first token after ${total} s;`)
    console.log(`  ${STEPS.length} steps (${STEPS.join(', ')}), ${lines} lines of docs/deploying.md.`)
  } finally {
    account.close()
  }
}

/** What was deployed, served here: its /setup makes the first member of staff and a client, which gets a token. */
async function setUp(configPath: string): Promise<void> {
  const secrets = { SECRET_KEY: 'of-a-deployment-that-a-script-times-Rq52', SETUP_TOKEN }
  const vars = { OAUTH_ENFORCE_SECURE: 'false' }
  const harness = createTestHarness({ workers: [{ configPath, secrets, vars }] })
  try {
    const { url } = await harness.listen()
    await harness.getWorker().applyD1Migrations('DB')
    const setup = `http://localhost:${url.port}/setup`
    const page = await fetch(setup)
    const cookie = page.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    const hidden = [...(await page.text()).matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    const password = 'correct horse battery staple'
    const fields = {
      setup_token: SETUP_TOKEN,
      username: 'mia',
      password,
      repeated_password: password,
      kind: 'service',
      name: 'Nightly',
    }
    const kept = hidden.map(([, name = '', value = '']): readonly [string, string] => [name, value])
    const done = await post(setup, { ...Object.fromEntries<string>(kept), ...fields }, cookie)
    const [, clientId = ''] = /Client id<\/dt><dd><code>([^<]+)</.exec(done) ?? []
    const [, secret = ''] = /Client secret<\/dt><dd><code>([^<]+)</.exec(done) ?? []
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret }
    await post(`http://localhost:${url.port}/oauth2/token`, form)
  } finally {
    await harness.close()
  }
}

const folder = await mkdtemp(join(tmpdir(), 'first-token-'))
try {
  await onOwnMachine(join(folder, 'clone'))
  await afterTheButton(join(folder, 'deployment'))
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 })
}
