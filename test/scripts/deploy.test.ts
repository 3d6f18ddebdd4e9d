import { spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SETTINGS } from '../../src/settings/settings.ts'
import { SETUP_SETTINGS } from '../../src/setup/settings.ts'
import { type Account, ACCOUNT_ID, pressButton, serveAccount } from './cloudflare-api.ts'

const SCRIPT = '/workers/scripts/edge-oauth2-provider'
const KEY_FILE = '.wrangler/deployed-secret-key'
/** The linked parts of the repository; what a deployment writes stays in the folder of the test. */
const LINKED = ['node_modules', 'package.json', 'schema', 'src', 'tsconfig.json']

let account: Account
let folder: string

beforeEach(async () => {
  account = await serveAccount()
  folder = mkdtempSync(join(tmpdir(), 'deploy-'))
  copyFileSync('wrangler.toml', join(folder, 'wrangler.toml'))
  for (const name of LINKED) symlinkSync(resolve(name), join(folder, name))
})

afterEach(() => {
  account.close()
  rmSync(folder, { force: true, recursive: true })
})

/** Runs the script as `npm run deploy -- …args` does, against the stand-in's account. */
async function deploy(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [resolve('scripts/deploy.ts'), ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      HOME: folder,
      CI: 'true',
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
      CLOUDFLARE_API_BASE_URL: account.url,
      CLOUDFLARE_API_TOKEN: 'a-token-of-the-stand-in',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = new Promise<number | null>((done) => child.on('close', done))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  return { code, stdout, stderr }
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

const migrations = (): readonly string[] =>
  readdirSync('schema/migrations').filter((name) => name.endsWith('.sql'))

/** A database in which migrations are recorded as applied. */
function recordMigrations(names: readonly string[]): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE d1_migrations (id integer PRIMARY KEY, name text UNIQUE, applied_at text)')
  const record = database.prepare('INSERT INTO d1_migrations (name) VALUES (?)')
  for (const name of names) record.run(name)
  return database
}

describe('npm run deploy', () => {
  it(
    'makes database, tables, secret and Worker, in this order, whatever failed before',
    { timeout: 180_000 },
    async () => {
      account.broken = /\/scripts\/[^/]+$/
      const failed = await deploy()
      expect(failed.code).toBe(1)
      expect(failed.stderr).toContain('`wrangler secret put SECRET_KEY` failed.')
      expect(failed.stderr).toContain('run npm run deploy again')
      const key = read(KEY_FILE).trim()
      expect(key).toMatch(/^[\w-]{43}$/)
      expect(statSync(join(folder, KEY_FILE)).mode & 0o777).toBe(0o600)
      account.broken = null

      const { code, stderr, stdout } = await deploy()
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(account.writes).toEqual([
        'POST /d1/database',
        // The secret makes an empty Worker, where there is none; this is where the first try ended.
        `PUT ${SCRIPT}/secrets`,
        `PUT ${SCRIPT}/secrets`,
        `PUT ${SCRIPT}`,
        `PUT ${SCRIPT}/secrets`,
        `PUT ${SCRIPT}/secrets`,
        'POST /storage/kv/namespaces',
        `POST ${SCRIPT}/versions`,
        `POST ${SCRIPT}/deployments`,
        `PATCH ${SCRIPT}/script-settings`,
        `POST ${SCRIPT}/subdomain`,
        `PUT ${SCRIPT}/schedules`,
      ])
      const database = account.databases.get('edge-oauth2-provider')
      expect(database?.prepare('SELECT count(*) AS count FROM grants').get()).toEqual({ count: 0 })
      expect(account.worker).toContainEqual({ name: 'SECRET_KEY', type: 'inherit' })
      expect(account.worker).toContainEqual({ name: 'DB', type: 'd1', id: 'edge-oauth2-provider' })
      expect(account.namespaces).toEqual(['edge-oauth2-provider-kv'])
      expect(account.secrets.get('SECRET_KEY')).toBe(key)
      expect(failed.stdout + failed.stderr + stdout).not.toContain(key)
      expect(stdout).toContain('https://edge-oauth2-provider.example.workers.dev')
      const token = account.secrets.get('SETUP_TOKEN') ?? ''
      expect(token).toMatch(/^[\w-]{43}$/)
      expect(read('.wrangler/setup-token').trim()).toBe(token)
      expect(statSync(join(folder, '.wrangler/setup-token')).mode & 0o777).toBe(0o600)
      expect(stdout).toContain(
        `open https://edge-oauth2-provider.example.workers.dev/setup and enter this token:\n\n  ${token}\n`,
      )
      expect(read('wrangler.toml')).toBe(readFileSync('wrangler.toml', 'utf8'))

      account.writes.length = 0
      expect(await deploy()).toMatchObject({ code: 0, stderr: '' })
      expect(account.writes.filter((write) => !write.includes(SCRIPT))).toEqual([])
      expect(account.writes).not.toContain(`PUT ${SCRIPT}/secrets`)
      expect(account.writes).toContain(`POST ${SCRIPT}/versions`)
      expect(account.secrets.get('SECRET_KEY')).toBe(key)
      expect(account.secrets.get('SETUP_TOKEN')).toBe(token)
    },
  )

  it(
    'says nothing of the set-up once somebody can sign in, and makes no token for it',
    { timeout: 120_000 },
    async () => {
      const database = recordMigrations(migrations())
      for (const name of migrations()) database.exec(readFileSync(join('schema/migrations', name), 'utf8'))
      database.exec(
        "INSERT INTO users (id, username, username_key, password_hash, password_changed_at, created_at) VALUES ('1', 'mia', 'mia', '', 0, 0)",
      )
      account.databases.set('edge-oauth2-provider', database)
      const { stdout } = await deploy()
      expect(stdout).toContain('\nDeployed.\n')
      expect(stdout).not.toContain('/setup')
      expect([...account.secrets.keys()]).toEqual(['SECRET_KEY'])
    },
  )

  it(
    'works as the deploy button leaves it: other names, ids, and secrets that the platform holds',
    { timeout: 120_000 },
    async () => {
      const { config, database, databaseId } = pressButton(account, readFileSync('wrangler.toml', 'utf8'))
      writeFileSync(join(folder, 'wrangler.toml'), config)
      const { code, stderr, stdout } = await deploy([], { WORKERS_CI: '1' })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(account.writes.filter((write) => !write.includes('/workers/scripts/people-of-mia/'))).toEqual([])
      expect(account.writes.filter((write) => write.endsWith('/secrets'))).toEqual([])
      expect([...account.databases.keys()]).toEqual([databaseId])
      expect(database.prepare('SELECT count(*) AS count FROM grants').get()).toEqual({ count: 0 })
      expect(account.worker).toContainEqual({ name: 'DB', type: 'd1', id: databaseId })
      expect(account.worker).toContainEqual({
        name: 'KV',
        type: 'kv_namespace',
        namespace_id: 'b'.repeat(32),
      })
      expect(existsSync(join(folder, '.wrangler/setup-token'))).toBe(false)
      expect(existsSync(join(folder, KEY_FILE))).toBe(false)
      expect(stdout).toContain('workers.dev/setup and enter the SETUP_TOKEN that you gave it.')
      expect(await deploy([], { WORKERS_CI: '1' })).toMatchObject({ code: 0, stderr: '' })
      expect(account.writes.filter((write) => write.includes('/d1/'))).toEqual([])
    },
  )

  it('puts no older Worker before a database that a newer one has migrated', async () => {
    const database = recordMigrations([...migrations(), '9999_of_the_future.sql'])
    account.databases.set('edge-oauth2-provider', database)
    const { code, stderr } = await deploy()
    expect(code).toBe(1)
    expect(stderr).toContain(
      'migrated by a newer version (9999_of_the_future.sql), which this one cannot serve',
    )
    expect(account.writes).toEqual([])
  })

  it('gives the Worker the key of the environment, if it can be used', async () => {
    const SECRET_KEY = 'a-key-of-more-than-thirty-two-characters'
    const { code, stderr } = await deploy([], { SECRET_KEY: 'short' })
    expect(code).toBe(1)
    expect(stderr).toContain('SECRET_KEY may hold one or more keys of at least 32 characters')
    expect(account.writes).toEqual([])
    account.broken = /\/versions$/
    expect(await deploy([], { SECRET_KEY })).toMatchObject({ code: 1 })
    expect(account.secrets.get('SECRET_KEY')).toBe(SECRET_KEY)
    expect(existsSync(join(folder, KEY_FILE))).toBe(false)
  })

  it('says what to do where nobody is signed in, or the token may not', async () => {
    const { code, stderr } = await deploy([], { CLOUDFLARE_API_TOKEN: '' })
    expect(code).toBe(1)
    expect(stderr).toContain('Not signed in to Cloudflare: run `npx wrangler login` once')
    account.broken = /\/d1\//
    const refused = await deploy()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('`wrangler d1 list --json` failed.')
    expect(account.writes).toEqual([])
  })

  it('builds and asks nobody with --dry-run; other arguments are wrong usage', async () => {
    const dry = await deploy(['--dry-run'], { CLOUDFLARE_API_TOKEN: '' })
    expect(dry).toMatchObject({ code: 0, stderr: '' })
    expect(dry.stdout).toContain('--dry-run: exiting now.')
    expect(account.writes).toEqual([])
    expect(await deploy(['--minify'])).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('the page of the deploy button', () => {
  it('has a text for every binding, variable and secret, and offers no secret that would be taken', () => {
    const { cloudflare } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      cloudflare: { bindings: Record<string, { description: string }> }
    }
    const toml = readFileSync('wrangler.toml', 'utf8')
    const bound = [...toml.matchAll(/binding = "(\w+)"|^(\w+) = ".*"$/gm)]
      .map(([, binding, variable]) => binding ?? variable ?? '')
      .filter((name) => name === name.toUpperCase())
    const secrets = [...readFileSync('.dev.vars.example', 'utf8').matchAll(/^(\w+)=(.*)$/gm)]
    const names = [...bound, ...secrets.map(([, name = '']) => name)]
    expect(Object.keys(cloudflare.bindings).toSorted()).toEqual(names.toSorted())
    for (const { description } of Object.values(cloudflare.bindings)) expect(description).toMatch(/\.$/)
    expect(secrets.map(([, name]) => name)).toEqual(['SECRET_KEY', 'SETUP_TOKEN'])
    for (const [, , value] of secrets) {
      expect(SETTINGS.secretKey.parse(value)).toBeUndefined()
      expect(SETUP_SETTINGS.setupToken.parse(value)).toBeUndefined()
    }
  })
})
