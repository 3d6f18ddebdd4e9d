import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openStore } from '../../src/cli/open-store.ts'
import { type CliRecord, jsonOf, runOn, spawnCli, openState } from './run-cli.ts'

const TOKEN = 'token-of-the-test'
/** What every command says first. */
const TARGET = 'On the deployed database edge-oauth2-provider.\n'
const REDIRECT = 'https://app.example/callback'

interface RawRequest {
  readonly batch: readonly { readonly sql: string; readonly params: readonly unknown[] }[]
}

interface ImportReport {
  readonly models: Readonly<Record<string, { readonly created: number; readonly updated: number }>>
}

/** Answers as Cloudflare's API does, from a real D1 database. */
function standIn(db: D1Database): Server {
  const answers = async (path: string, body: unknown): Promise<unknown> => {
    if (path === '/accounts') return [{ id: 'account', name: 'The only one' }]
    if (path === '/accounts/account/d1/database?name=edge-oauth2-provider') {
      return [
        { uuid: 'wrong', name: 'edge-oauth2-provider-2' },
        { uuid: 'right', name: 'edge-oauth2-provider' },
      ]
    }
    if (path.startsWith('/accounts/empty/d1/database?')) return []
    if (path !== '/accounts/account/d1/database/right/raw') throw new Error(`no such path: ${path}`)
    const statements = (body as RawRequest).batch.map(({ params, sql }) => db.prepare(sql).bind(...params))
    const results = await db.batch<CliRecord>(statements)
    return results.map(({ results: rows }) => {
      const columns = Object.keys(rows[0] ?? {})
      return {
        success: true,
        results: { columns, rows: rows.map((row) => columns.map((column) => row[column])) },
      }
    })
  }
  return createServer((request, response) => {
    const respond = (status: number, body: object): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    }
    const refuse = (status: number, message: string): void => {
      respond(status, { success: false, errors: [{ code: 7500, message }], result: null })
    }
    const answer = async (): Promise<void> => {
      if (request.headers.authorization !== `Bearer ${TOKEN}`) return refuse(403, 'Authentication error')
      const body: unknown = request.method === 'POST' ? await json(request) : undefined
      respond(200, { success: true, errors: [], result: await answers(request.url ?? '', body) })
    }
    answer().catch((error: unknown) => refuse(400, String(error)))
  })
}

const state = await openState()
let server: Server
let remote: Readonly<Record<string, string>> = {}

beforeAll(async () => {
  server = standIn(state.db)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  remote = { CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/`, CLOUDFLARE_API_TOKEN: TOKEN }
})
afterAll(() => server.close())

const given = (variables: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
}
beforeEach(() => given({ ...remote, CLOUDFLARE_ACCOUNT_ID: '', SECRET_KEY: '' }))
afterEach(() => vi.unstubAllEnvs())

const cli = (args: readonly string[], stdin = '') => runOn(openStore, [...args, '--remote'], stdin)
const ok = async <T = CliRecord>(args: readonly string[], stdin = ''): Promise<T> =>
  jsonOf<T>(await cli([...args, '--json'], stdin))

describe('--remote', () => {
  it('works on the deployed database as on the local one', async () => {
    const create = ['client', 'create', '--name', 'App', '--redirect-uri', REDIRECT, '--client-id', 'app']
    const first = await spawnCli([...create, '--auto-authorize', '--remote', '--json'], remote)
    expect(jsonOf(first)).toMatchObject({ client_id: 'app', auto_authorize: true })
    expect(await cli(create)).toMatchObject({
      code: 1,
      stderr: `${TARGET}error: There is a client app already.\n`,
    })
    expect(await ok<readonly CliRecord[]>(['client', 'list'])).toHaveLength(1)
    expect(await ok(['client', 'rotate-secret', 'app', '--keep-old'])).toHaveProperty('client_secret')
    expect(await ok(['purge'])).toEqual({ grants: 0, sessions: 0, throttle: 0 })
    const { results } = await state.db.prepare('SELECT client_id, auto_authorize FROM clients').all()
    expect(results).toEqual([{ client_id: 'app', auto_authorize: 1 }])
  })

  it('imports a dump of Django, and once more without a change', async () => {
    const args = ['import', 'django', 'test/fixtures/django/toolkit.json']
    const first = await ok<ImportReport>(args)
    expect(first.models['auth.user']).toMatchObject({ created: 6, updated: 0 })
    expect(first.models['oauth2_provider.refreshtoken']).toMatchObject({ created: 3 })
    const again = await ok<ImportReport>(args)
    expect(Object.values(again.models).map(({ created, updated }) => created + updated)).toEqual([
      0, 0, 0, 0, 0,
    ])
    expect(await ok<readonly CliRecord[]>(['token', 'list'])).toHaveLength(6)
  })

  it('clears the failed attempts of an account only where it knows the SECRET_KEY', async () => {
    const create = ['user', 'create', '--username', 'zoe', '--password-stdin']
    expect(await ok(create, 'first password')).toMatchObject({ username: 'zoe', is_staff: false })
    const set = ['user', 'set-password', 'zoe', '--password-stdin', '--json']
    const without = await cli(set, 'second password')
    expect(jsonOf(without)).toMatchObject({ username: 'zoe' })
    expect(without.stderr).toContain('SECRET_KEY')
    given({ SECRET_KEY: 'a-key-of-the-deployed-worker-000000' })
    expect(await cli(set, 'third password')).toMatchObject({ code: 0, stderr: TARGET })
  })

  it.each([
    ['the token may not', { CLOUDFLARE_API_TOKEN: 'wrong' }, 'D1: Edit'],
    ['there is no database yet', { CLOUDFLARE_ACCOUNT_ID: 'empty' }, 'deploy first'],
    ['the API does not answer', { CLOUDFLARE_API_BASE_URL: 'http://127.0.0.1:9' }, 'cannot be reached'],
    ['the API is another one', { CLOUDFLARE_ACCOUNT_ID: 'other' }, 'no such path'],
  ])('says what to do where %s', async (_problem, variables, advice) => {
    given(variables)
    const { code, stderr, stdout } = await cli(['client', 'list'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(advice)
  })

  it('says what to do where nobody is signed in', async () => {
    const home = { CLOUDFLARE_API_TOKEN: '', HOME: state.path, XDG_CONFIG_HOME: state.path }
    const { code, stderr, stdout } = await spawnCli(['client', 'list', '--remote'], { ...remote, ...home })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('wrangler login')
  })
})
