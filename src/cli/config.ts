import { dirname, join } from 'node:path'
import process from 'node:process'
import * as v from 'valibot'
import { CliError } from './cli-error.ts'

/** What the CLI takes from the Worker's configuration (wrangler.toml or wrangler.jsonc). */
export interface WorkerConfig {
  readonly accountId: string | null
  readonly databaseName: string
  /** Null until the first deploy has created the database and written its id. */
  readonly databaseId: string | null
  readonly migrationsDir: string
  /** Whether KV is bound. */
  readonly hasNamespace: boolean
  readonly crons: readonly string[]
  /** Variables of the Worker. */
  readonly vars: Readonly<Record<string, unknown>>
}

const BINDING = 'DB'

const CONFIG = v.object({
  configPath: v.string(),
  account_id: v.nullish(v.string()),
  vars: v.optional(v.record(v.string(), v.unknown()), {}),
  kv_namespaces: v.optional(v.array(v.object({ binding: v.string() })), []),
  triggers: v.optional(v.object({ crons: v.nullish(v.array(v.string())) }), {}),
  d1_databases: v.array(
    v.object({
      binding: v.string(),
      database_name: v.optional(v.string()),
      database_id: v.optional(v.string()),
      migrations_dir: v.optional(v.string(), 'migrations'),
    }),
  ),
})

/** The folder of the local state: PERSIST_TO, or wrangler's own. */
export function localState(): string {
  return process.env['PERSIST_TO'] || '.wrangler/state'
}

/** wrangler as a library. It logs to standard output, where the CLI prints nothing but its result. */
export async function loadWrangler(): Promise<typeof import('wrangler')> {
  process.env['WRANGLER_LOG'] ??= 'error'
  return import('wrangler')
}

/**
 * Reads the configuration of the Worker in the current folder.
 * @throws {CliError} there is none, or it binds no D1 database as DB
 */
export async function readWorkerConfig(): Promise<WorkerConfig> {
  const { unstable_readConfig: readConfig } = await loadWrangler()
  const parsed = v.safeParse(CONFIG, readConfig({}))
  const database = parsed.success && parsed.output.d1_databases.find(({ binding }) => binding === BINDING)
  if (!database || !database.database_name) {
    throw new CliError(
      `No wrangler.toml that binds a D1 database as ${BINDING}, with a database_name, was found in ${process.cwd()}.`,
    )
  }
  return {
    accountId: parsed.output.account_id ?? null,
    databaseName: database.database_name,
    databaseId: database.database_id ?? null,
    vars: parsed.output.vars,
    hasNamespace: parsed.output.kv_namespaces.some(({ binding }) => binding === 'KV'),
    crons: parsed.output.triggers.crons ?? [],
    migrationsDir: join(dirname(parsed.output.configPath), database.migrations_dir),
  }
}
