import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Check } from '../../src/cli/doctor.ts'
import type { Io } from '../../src/cli/io.ts'
import { openLocalD1 } from '../../src/cli/local-d1.ts'
import { createSession, type Session } from '../../src/cli/open-store.ts'
import { runCommand } from '../../src/cli/program.ts'
import type { Screen } from '../../src/cli/screen.ts'
import { clientMetadata } from '../../src/clients/members/index.ts'

/** How a command ended. */
export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A record that a command prints. */
export type CliRecord = Readonly<Record<string, unknown>>

/** A pipe: no colors, nothing cut. */
const PLAIN: Screen = { width: null, color: false, now: 0 }

/** Makes an empty folder for a local state. */
export async function createState(): Promise<{
  readonly path: string
  readonly remove: () => Promise<void>
}> {
  const path = await mkdtemp(join(tmpdir(), 'edge-oauth2-'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Runs a command as people do: in a process of its own. */
export async function spawnCli(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  stdin?: string,
): Promise<CliResult> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(CLOUDFLARE_|SECRET_KEY$|WRANGLER_)/.test(name),
  )
  const child = spawn(process.execPath, ['src/cli/index.ts', ...args], {
    env: { ...Object.fromEntries(own), ...env },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin?.end(stdin)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve)
    child.on('error', reject)
  })
  return { code, stdout, stderr }
}

/** Runs a command in this process, on an open store: what a command does but for opening it. */
export async function runOn(
  open: Io['open'],
  args: readonly string[],
  stdin = '',
  provider: Pick<Session['provider'], 'clientMetadata'> = { clientMetadata },
  ask: Io['ask'] = null,
  { checks = [], screen = PLAIN }: { readonly checks?: readonly Check[]; readonly screen?: Screen } = {},
): Promise<CliResult> {
  let [stdout, stderr] = ['', '']
  const code = await runCommand(args, {
    called: 'edge-oauth2',
    provider,
    open,
    inspect: async () => checks,
    screens: { output: screen, errors: { ...screen, width: null } },
    ask,
    readStdin: async () => stdin,
    write: (text) => (stdout += text),
    warn: (text) => (stderr += text),
  })
  return { code, stdout, stderr }
}

/** The JSON document of a command that succeeded, which must be all that it printed. */
export function jsonOf<T = CliRecord>({ code, stderr, stdout }: CliResult): T {
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`)
  return JSON.parse(stdout) as T
}

/** Opens a database in an empty local state, which exists as long as the tests of the file. */
export async function openState(): Promise<{ readonly path: string; readonly db: D1Database }> {
  const { path, remove } = await createState()
  const { close, db } = await openLocalD1(path)
  afterAll(async () => {
    await close()
    await remove()
  })
  return { path, db }
}

/**
 * Opens an empty database for commands about one kind of record.
 * @returns `cli` runs one, `json` gives what it prints with `--json`
 */
export async function openCli(noun: string): Promise<{
  readonly db: D1Database
  readonly session: Session
  readonly cli: (...args: readonly string[]) => Promise<CliResult>
  readonly json: (...args: readonly string[]) => Promise<CliRecord>
}> {
  const { db } = await openState()
  const session = createSession({ db, close: async () => {} }, 'k'.repeat(43))
  const cli = (...args: readonly string[]): Promise<CliResult> => runOn(async () => session, [noun, ...args])
  return { db, session, cli, json: async (...args) => jsonOf(await cli(...args, '--json')) }
}
