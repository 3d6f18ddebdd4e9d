import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { sql } from 'drizzle-orm'
import * as v from 'valibot'
import { ConfigurationError } from '../errors.ts'
import { parseSettings } from '../settings/settings.ts'
import { run } from '../store/d1/run.ts'
import { CliError } from './cli-error.ts'
import { localState, readWorkerConfig, type WorkerConfig } from './config.ts'
import { readDevVars } from './dev-vars.ts'
import { type Check, type Facts, judge } from './doctor.ts'
import { listMigrations } from './known-migrations.ts'
import { hasLocalD1, openLocalD1, type OpenD1 } from './local-d1.ts'
import { openRemoteD1 } from './remote-d1.ts'
import { runWrangler } from './wrangler.ts'

const NAMED = v.pipe(v.string(), v.parseJson(), v.array(v.object({ name: v.string() })))
/** Stands for an existing key that nobody can read. */
const UNREAD = 'a-key-that-is-there-but-cannot-be-read-by-us'

/**
 * Inspects the local state, or the deployment, and changes neither.
 * @throws {CliError} there is no configuration, no
 * state or no such database; says what to do
 */
export async function inspect(remote: boolean): Promise<readonly Check[]> {
  const config = await readWorkerConfig()
  const state = resolve(localState())
  if (!remote && !hasLocalD1(state)) {
    throw new CliError(
      `There is no local state in ${state} yet: npm start creates it. --remote checks the deployment.`,
    )
  }
  const opened = remote ? await openRemoteD1(config) : await openLocalD1(state)
  try {
    return judge(await gather(remote, config, opened))
  } finally {
    await opened.close()
  }
}

async function gather(remote: boolean, config: WorkerConfig, { db }: OpenD1): Promise<Facts> {
  const known = await listMigrations(config.migrationsDir)
  const [applied, [clock]] = await run<[{ name: string }, { now: number }]>(db, [
    sql`SELECT name FROM d1_migrations`,
    sql`SELECT unixepoch() AS now`,
  ])
  const now = Math.floor(Date.now() / 1000)
  const names = new Set(applied.map(({ name }) => name))
  const missing = known.filter((name) => !names.has(name))
  const vars = remote ? config.vars : { ...config.vars, ...(await readDevVars()) }
  return {
    remote,
    hasNamespace: config.hasNamespace,
    missing,
    newer: [...names].filter((name) => !known.includes(name)),
    hasSecret: remote ? await hasRemoteSecret() : existsSync(join(resolve(localState()), 'secret-key')),
    settingsProblem: problemOf(vars),
    issuer: typeof vars['OAUTH_ISSUER'] === 'string' ? vars['OAUTH_ISSUER'] : null,
    crons: config.crons,
    clockAhead: (clock?.now ?? now) - now,
    staff: missing.length === 0 ? await countStaff(db) : 0,
  }
}

async function countStaff(db: D1Database): Promise<number> {
  const [[row]] = await run<[{ staff: number }]>(db, [
    sql`SELECT count(*) AS staff FROM users WHERE is_staff = 1 AND is_active = 1`,
  ])
  return row?.staff ?? 0
}

async function hasRemoteSecret(): Promise<boolean> {
  const { code, stdout } = await runWrangler(['secret', 'list', '--format', 'json'])
  return code === 0 && v.parse(NAMED, stdout).some(({ name }) => name === 'SECRET_KEY')
}

/** Returns the problem of an invalid setting of the core; only the Worker reads those of features. */
function problemOf(vars: Readonly<Record<string, unknown>>): string | null {
  try {
    parseSettings({ ...vars, SECRET_KEY: vars['SECRET_KEY'] ?? process.env['SECRET_KEY'] ?? UNREAD })
    return null
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message
    throw error
  }
}
