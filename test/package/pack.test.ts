import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'
import { blocksOf } from '../support/doc-blocks.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
// Below the repository's own node_modules, so that hono and the package's dependencies are found without a network.
const foreign = join(root, 'node_modules/.cache/foreign-worker')
const installed = join(foreign, 'node_modules/edge-oauth2-provider')

/** A dry run asks nobody. */
const NO_REGISTRY = ['--registry', 'http://127.0.0.1:9', '--fetch-retries', '0']

/** What npm says of a package that it would publish. */
interface Published {
  readonly version: string
  readonly files: readonly { readonly path: string }[]
}

/** npm 11 names the package around it, npm 10 does not. */
function publishedOf(answer: Published | Readonly<Record<string, Published>>): Published {
  return 'files' in answer
    ? (answer as Published)
    : (answer as Record<string, Published>)['edge-oauth2-provider']!
}

/** Packs the package and unpacks it where a foreign project would have it installed. */
async function install(): Promise<void> {
  await rm(foreign, { recursive: true, force: true })
  await cp(join(import.meta.dirname, 'foreign-worker'), foreign, { recursive: true })
  await mkdir(installed, { recursive: true })
  await run('npm', ['pack', '--pack-destination', foreign, '--loglevel=error'], { cwd: root })
  const tarball = (await readdir(foreign)).find((file) => file.endsWith('.tgz')) ?? ''
  await run('tar', ['-xzf', join(foreign, tarball), '-C', installed, '--strip-components=1'])
}

const SHOP = { grant_type: 'client_credentials', client_id: 'shop', client_secret: 'shop-secret' }

/** Makes a client that asks for itself. */
async function givenShop(db: D1Database): Promise<void> {
  const secretHash = createHash('sha256').update(SHOP.client_secret).digest('base64url')
  await db.batch([
    db.prepare(
      `INSERT INTO clients (client_id, type, name, grant_types, response_types, created_at, updated_at)
       VALUES ('shop', 'confidential', 'Shop', '["client_credentials"]', '[]', 0, 0)`,
    ),
    db
      .prepare(`INSERT INTO client_secrets (client_id, secret_hash, created_at) VALUES ('shop', ?, 0)`)
      .bind(secretHash),
  ])
}

describe('the package in a foreign Worker', () => {
  const harness = createTestHarness({
    workers: [
      {
        configPath: join(foreign, 'wrangler.toml'),
        secrets: { SECRET_KEY: 'a-key-for-tests-alone-of-32-characters-or-more' },
      },
    ],
  })
  let url = ''

  beforeAll(async () => {
    await install()
    const server = await harness.listen()
    url = String(server.url)
    const worker = harness.getWorker<{ DB: D1Database }>()
    await worker.applyD1Migrations('DB')
    const { DB } = await worker.getEnv()
    await givenShop(DB)
  })
  afterAll(() => harness.close())

  it('holds what it needs and nothing else', async () => {
    expect((await readdir(installed)).toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'dist',
      'package.json',
      'schema',
    ])
  })

  it('could be published as it is: npm says so, and every migration goes with it', async () => {
    const { stdout } = await run(
      'npm',
      ['publish', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error', ...NO_REGISTRY],
      { cwd: root },
    )
    const { files, version } = publishedOf(
      JSON.parse(stdout) as Published | Readonly<Record<string, Published>>,
    )
    const paths = files.map(({ path }) => path)
    const migrations = (await readdir(join(root, 'schema/migrations'))).filter((name) =>
      name.endsWith('.sql'),
    )
    expect(paths).toEqual(expect.arrayContaining(migrations.map((name) => `schema/migrations/${name}`)))
    expect(
      paths.filter((path) => !/^(?:LICENSE|README\.md|package\.json|dist\/|schema\/)/.test(path)),
    ).toEqual([])
    // The recipe of a release moves what is unreleased under the version.
    expect(await readFile(join(root, 'CHANGELOG.md'), 'utf8')).toContain(`\n## ${version}\n`)
  })

  it('type-checks under nodenext', async () => {
    const { stdout } = await run(join(root, 'node_modules/.bin/tsc'), [
      '-p',
      join(foreign, 'tsconfig.nodenext.json'),
    ])
    expect(stdout).toBe('')
  })

  it('mounts, issues a token and checks it', async () => {
    const form = new URLSearchParams(SHOP)
    const issued = await fetch(new URL('/oauth2/token', url), { method: 'POST', body: form })
    expect(issued.status).toBe(200)
    const { access_token: token, expires_in: expiresIn } = await issued.json<{
      access_token: string
      expires_in: number
    }>()
    expect(expiresIn).toBe(3600)
    const orders = await fetch(new URL('/orders', url), { headers: { Authorization: `Bearer ${token}` } })
    expect(await orders.json()).toEqual({ client: 'shop' })
    expect((await fetch(new URL('/orders', url))).status).toBe(401)
    expect((await fetch(new URL('/.well-known/oauth-authorization-server', url))).status).toBe(200)
  })

  it('loads in plain Node.js and does the arithmetic of the seed', async () => {
    const script = `import { scope } from 'edge-oauth2-provider'; console.log(JSON.stringify([scope.toInt('write'), scope.names(6)]))`
    const { stdout } = await run('node', ['--input-type=module', '-e', script], { cwd: foreign })
    expect(JSON.parse(stdout)).toEqual([6, ['read', 'write']])
  })

  it('brings its command line', async () => {
    const { stdout } = await run('node', [join(installed, 'dist/src/cli/index.js'), '--help'], {
      cwd: foreign,
    })
    expect(stdout).toContain('client')
  })
})

describe('docs/getting-started.md', () => {
  const folder = join(root, 'node_modules/.cache/getting-started')
  const harness = createTestHarness({
    workers: [
      {
        configPath: join(folder, 'wrangler.toml'),
        secrets: { SECRET_KEY: 'a-key-for-tests-alone-of-32-characters-or-more' },
        // As its `wrangler dev` has it.
        vars: { OAUTH_ENFORCE_SECURE: 'false' },
      },
    ],
  })
  afterAll(() => harness.close())

  it('shows a Worker whose token is valid for a day and opens its API', { timeout: 120_000 }, async () => {
    await rm(folder, { recursive: true, force: true })
    await mkdir(join(folder, 'node_modules'), { recursive: true })
    await cp(installed, join(folder, 'node_modules/edge-oauth2-provider'), { recursive: true })
    for (const file of ['wrangler.toml', 'index.ts'])
      await writeFile(join(folder, file), blockAfter('docs/getting-started.md', file))
    const { url } = await harness.listen()
    const worker = harness.getWorker<{ DB: D1Database }>()
    await worker.applyD1Migrations('DB')
    await givenShop((await worker.getEnv()).DB)
    const form = new URLSearchParams(SHOP)
    const issued = await fetch(new URL('/oauth2/token', url), { method: 'POST', body: form })
    const answer = await issued.json<{ readonly access_token: string; readonly expires_in: number }>()
    expect(answer.expires_in).toBe(86_400)
    const headers = { Authorization: `Bearer ${answer.access_token}` }
    expect(await (await fetch(new URL('/orders', url), { headers })).json()).toEqual({ for: 'shop' })
    for (const path of ['/', '/login', '/favicon.ico', '/healthz']) {
      expect((await fetch(new URL(path, url))).status).toBe(200)
    }
    expect((await fetch(new URL('/admin', url), { redirect: 'manual' })).status).toBe(303)
  })
})

/** The block of a page that stands for a file. */
function blockAfter(page: string, file: string): string {
  return blocksOf(page).find((block) => block.file === file)?.code ?? ''
}
