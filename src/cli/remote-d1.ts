import process from 'node:process'
import * as v from 'valibot'
import { CliError } from './cli-error.ts'
import type { WorkerConfig } from './config.ts'
import type { OpenD1 } from './local-d1.ts'
import { runWrangler } from './wrangler.ts'

const API = 'https://api.cloudflare.com/client/v4'

/** An answer of Cloudflare's API: its result, or its errors. */
const ANSWER = v.object({
  success: v.boolean(),
  errors: v.optional(v.array(v.object({ code: v.optional(v.number()), message: v.string() })), []),
  result: v.unknown(),
})
const DATABASES = v.array(v.object({ uuid: v.string(), name: v.string() }))
const ACCOUNTS = v.array(v.object({ id: v.string(), name: v.string() }))
const RESULTS = v.array(
  v.object({ results: v.object({ columns: v.array(v.string()), rows: v.array(v.array(v.unknown())) }) }),
)
const CREDENTIALS = v.object({ token: v.string() })

/** Calls Cloudflare's API below its base URL. */
type Api = (path: string, body?: unknown) => Promise<unknown>

/**
 * Opens the deployed D1 database through Cloudflare's API, with its own batches, so that a call of the store is one
 * transaction there, too. The token is CLOUDFLARE_API_TOKEN or that of `wrangler login`, the account CLOUDFLARE_ACCOUNT_ID
 * or the token's only one; CLOUDFLARE_API_BASE_URL replaces the API.
 * @throws {CliError} no token, no account or no such database; says what to do
 */
export async function openRemoteD1(config: WorkerConfig): Promise<OpenD1> {
  const api = createApi(await readToken())
  const account = process.env['CLOUDFLARE_ACCOUNT_ID'] || config.accountId || (await findAccount(api))
  const databases = `/accounts/${encodeURIComponent(account)}/d1/database`
  const id = config.databaseId ?? (await findDatabase(api, databases, config.databaseName))
  return { db: createRemoteD1(api, `${databases}/${encodeURIComponent(id)}/raw`), close: async () => {} }
}

function createApi(token: string): Api {
  const base = (process.env['CLOUDFLARE_API_BASE_URL'] || API).replace(/\/+$/, '')
  return async (path, body) => {
    const response = await fetch(`${base}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new CliError(`Cloudflare's API at ${base} cannot be reached.`, { cause: error })
    })
    const answer = v.safeParse(ANSWER, await response.json().catch(() => null))
    if (!answer.success) throw new CliError(`Cloudflare's API answered ${response.status} to ${path}.`)
    if (answer.output.success) return answer.output.result
    const reasons = answer.output.errors.map(({ code, message }) =>
      code ? `${message} [code ${code}]` : message,
    )
    throw new CliError(
      `Cloudflare's API refused: ${reasons.join('; ')}${adviceOn(response.status, reasons.join())}`,
    )
  }
}

function adviceOn(status: number, reasons: string): string {
  if (status === 401 || status === 403)
    return '\nThe API token needs the permission "D1: Edit" for this account.'
  return reasons.includes('no such table') ? '\nThe database lacks its migrations: run npm run deploy.' : ''
}

async function readToken(): Promise<string> {
  const { CLOUDFLARE_API_TOKEN: token } = process.env
  if (token) return token
  const { code, stdout } = await runWrangler(['auth', 'token', '--json'])
  const credentials = code === 0 ? v.safeParse(CREDENTIALS, parseJson(stdout)) : null
  if (credentials?.success) return credentials.output.token
  throw new CliError(
    'Not signed in to Cloudflare: set CLOUDFLARE_API_TOKEN, or run `npx wrangler login` once.',
  )
}

async function findAccount(api: Api): Promise<string> {
  const accounts = v.parse(ACCOUNTS, await api('/accounts'))
  const [only] = accounts
  if (only && accounts.length === 1) return only.id
  const choice = accounts.map(({ id, name }) => `\n  ${id}  ${name}`).join('')
  throw new CliError(`Set CLOUDFLARE_ACCOUNT_ID to the account of the database.${choice}`)
}

async function findDatabase(api: Api, databases: string, name: string): Promise<string> {
  const found = v.parse(DATABASES, await api(`${databases}?name=${encodeURIComponent(name)}`))
  // The API's filter also returns names that merely begin with it.
  const database = found.find((candidate) => candidate.name === name)
  if (database) return database.uuid
  throw new CliError(
    `There is no D1 database ${name} in this account yet: deploy first, with npm run deploy.`,
  )
}

/** A statement as the API expects it. */
interface RemoteStatement {
  readonly sql: string
  readonly params: readonly unknown[]
}

/** The part of D1Database that the store runs on: prepare, bind, batch. */
function createRemoteD1(api: Api, path: string): D1Database {
  const batch = async (statements: readonly RemoteStatement[]): Promise<unknown> => {
    const results = v.parse(RESULTS, await api(path, { batch: statements }))
    return results.map(({ results: { columns, rows } }) => ({
      results: rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]]))),
    }))
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the store's only door to D1 uses no more of it
  return { batch, prepare } as unknown as D1Database
}

function prepare(sql: string): { bind(...values: readonly unknown[]): RemoteStatement } {
  return { bind: (...values) => ({ sql, params: values.map(toParameter) }) }
}

/** D1 stores booleans as 0 and 1; its binding converts them for the Worker. */
function toParameter(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
