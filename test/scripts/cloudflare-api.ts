import { createServer, type IncomingMessage } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'

/** What a Worker finds in its environment. */
export interface Binding {
  readonly name: string
  readonly type: string
  readonly [key: string]: unknown
}

/** An account of Cloudflare, as far as a deployment touches it: what wrangler asks for, and what it left there. */
export interface Account {
  /** Writes so far, as method and path below the account. */
  readonly writes: string[]
  /** Databases by their name, which run the SQL that they get. */
  readonly databases: Map<string, DatabaseSync>
  readonly namespaces: string[]
  readonly secrets: Map<string, string>
  /** The bindings of the Worker, as it was uploaded last; null until there is one, which may be an empty one. */
  worker: readonly Binding[] | null
  /** Paths, as a regular expression, that fail from now on. */
  broken: RegExp | null
  readonly url: string
  readonly close: () => void
}

/** The id of every account here. */
export const ACCOUNT_ID = 'a'.repeat(32)

const KV_ID = 'b'.repeat(32)
const VERSION_ID = 'c'.repeat(32)

/** The id of the database that the platform makes for the deploy button. */
const PLATFORM_DATABASE = '4e2a7a1c-0000-4000-8000-5b1d5c0ffee0'

/** What Cloudflare's deploy button leaves: names of its own, in the account and in `wrangler.toml`, and secrets that it holds. */
export interface ButtonSituation {
  readonly config: string
  readonly database: DatabaseSync
  readonly databaseId: string
}

/**
 * Brings an account into the situation after the deploy button was pressed.
 * @param config the `wrangler.toml` of the repository
 */
export function pressButton(account: Account, config: string): ButtonSituation {
  const database = new DatabaseSync(':memory:')
  account.databases.set(PLATFORM_DATABASE, database)
  account.namespaces.push('people-of-mia-kv')
  for (const name of ['SECRET_KEY', 'SETUP_TOKEN'])
    account.secrets.set(name, 'given on the page of the button')
  account.worker = []
  return {
    config: config
      .replace('name = "edge-oauth2-provider"', 'name = "people-of-mia"')
      .replace(
        'database_name = "edge-oauth2-provider"',
        `database_name = "people-of-mia-db", database_id = "${PLATFORM_DATABASE}"`,
      )
      .replace('{ binding = "KV" }', `{ binding = "KV", id = "${KV_ID}" }`),
    database,
    databaseId: PLATFORM_DATABASE,
  }
}

/** What the API answers: a result, or the code and status of an error. */
type Answer = { readonly result: unknown } | { readonly code: number; readonly status: number }

const NOTHING: Answer = { code: 10_007, status: 404 }

/** Serves the API of an empty account on a free port, for `CLOUDFLARE_API_BASE_URL`. */
export async function serveAccount(): Promise<Account> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const account: Account = {
    writes: [],
    databases: new Map(),
    namespaces: [],
    secrets: new Map(),
    worker: null,
    broken: null,
    url: `http://127.0.0.1:${port}`,
    close: () => server.close(),
  }
  server.on('request', (request, response) => {
    const send = (given: Answer): void => {
      const found = 'result' in given
      const errors = found ? [] : [{ code: given.code, message: 'The stand-in refuses.' }]
      response.writeHead(found ? 200 : given.status, { 'Content-Type': 'application/json' })
      const result = found ? given.result : null
      response.end(JSON.stringify({ success: found, errors, messages: [], result }))
    }
    void answer(account, request).then(send)
  })
  return account
}

async function answer(account: Account, request: IncomingMessage): Promise<Answer> {
  const body = await text(request)
  const { pathname } = new URL(request.url ?? '/', account.url)
  const path = pathname.replace(`/accounts/${ACCOUNT_ID}`, '')
  if (account.broken?.test(path)) return { code: 1, status: 400 }
  if (request.method !== 'GET' && !path.endsWith('/query')) account.writes.push(`${request.method} ${path}`)
  const [, area, , name = '', last] = path.split('/')
  if (area === 'd1') return answerDatabase(account, request.method, name, last, body)
  if (area === 'storage') return answerNamespaces(account, request.method, body)
  if (path === '/workers/subdomain') return { result: { subdomain: 'example' } }
  return area === 'workers' ? answerWorker(account, request.method, last, path, body) : NOTHING
}

function answerDatabase(
  { databases }: Account,
  method: string | undefined,
  name: string,
  action: string | undefined,
  body: string,
): Answer {
  const describe = (found: string): object => ({ uuid: found, name: found, version: 'production' })
  if (name === '' && method === 'GET') return { result: [...databases.keys()].map(describe) }
  const { name: wanted = '', sql = '' } = parse<{ name?: string; sql?: string }>(body || '{}')
  if (name === '') {
    databases.set(wanted, new DatabaseSync(':memory:'))
    return { result: describe(wanted) }
  }
  const database = databases.get(name)
  if (!database) return { code: 7404, status: 404 }
  if (action !== 'query') return { result: describe(name) }
  return { result: [{ success: true, results: runSql(database, sql), meta: { duration: 0 } }] }
}

/** The rows of one query; several statements, as a migration has, give none. */
function runSql(database: DatabaseSync, sql: string): unknown[] {
  if (/^\s*SELECT/i.test(sql)) return database.prepare(sql).all()
  database.exec(sql)
  return []
}

function answerNamespaces({ namespaces }: Account, method: string | undefined, body: string): Answer {
  if (method !== 'POST') return { result: namespaces.map((title) => ({ id: KV_ID, title })) }
  const { title } = parse<{ title: string }>(body)
  namespaces.push(title)
  return { result: { id: KV_ID, title } }
}

function answerWorker(
  account: Account,
  method: string | undefined,
  last: string | undefined,
  path: string,
  body: string,
): Answer {
  const isUpload = method === 'PUT' && last === undefined
  if (isUpload || (last === 'versions' && account.worker)) {
    account.worker = bindingsOf(body)
    return { result: { id: VERSION_ID, resources: { script: { etag: '' } } } }
  }
  if (account.worker === null) return NOTHING
  const enabled = { enabled: true, previews_enabled: false }
  if (path.startsWith('/workers/services/'))
    return { result: { default_environment: { script: { last_deployed_from: 'wrangler' } } } }
  if (path.startsWith('/workers/workers/')) return { result: { subdomain: enabled } }
  switch (last) {
    case 'secrets':
      return answerSecrets(account, method, body)
    case 'settings':
      return { result: { bindings: account.worker } }
    case 'subdomain':
      return { result: enabled }
    case 'deployments':
      return { result: { id: VERSION_ID, deployments: [] } }
    default:
      return { result: {} }
  }
}

/** The bindings in the metadata of an upload, which is the first part of its form. */
function bindingsOf(upload: string): readonly Binding[] {
  const [metadata = '{}'] = /^\{.*\}\r?$/m.exec(upload) ?? []
  return parse<{ bindings?: readonly Binding[] }>(metadata).bindings ?? []
}

function answerSecrets({ secrets }: Account, method: string | undefined, body: string): Answer {
  if (method !== 'PUT') return { result: [...secrets.keys()].map((name) => ({ name, type: 'secret_text' })) }
  const { name, text: value } = parse<{ name: string; text: string }>(body)
  secrets.set(name, value)
  return { result: { name } }
}

/** What wrangler sends is taken as it is. */
function parse<T>(json: string): T {
  return JSON.parse(json) as T
}
