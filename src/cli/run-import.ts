import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import type { DjangoImportResult } from '../django/import-django.ts'
import type { ImportEvent } from '../django/import-report.ts'
import type { DjangoImport } from '../django/import-state.ts'
import { type JsonObject, readJsonObjects } from '../django/json-objects.ts'
import { CliError } from './cli-error.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { type Output, printable } from './output.ts'
import { showProgress } from './progress.ts'
import type { VerbOptions } from './verb.ts'

/** Options that every import has. */
export interface ImportOptions extends VerbOptions {
  readonly dryRun?: boolean
  readonly restore?: boolean
  readonly report?: string
  readonly source: string
}

/** The source of an import. */
export interface ImportSource {
  readonly file: string
  /** Reads its records from the start; it is read several times. */
  readonly read: DjangoImport['read']
  readonly options: Omit<DjangoImport['options'], 'httpHosts'>
}

/** Bytes that are read at once. */
const CHUNK_BYTES = 2 ** 18

/** Adds the options that every import has. */
export function addImportOptions(verb: Command, source: string): Command {
  return verb
    .option('--dry-run', 'report what would be imported, and write nothing')
    .option('--restore', 'bring back what has been deleted here since an earlier import')
    .option(
      '--report <file>',
      'write each record that is not imported, or only incompletely, and why, to this file, as JSON lines',
    )
    .option('--source <name>', 'name of the source, if there are several with different users', source)
}

/**
 * Returns the size of a file in bytes.
 * @throws {CliError} it cannot be read
 */
export async function sizeOf(file: string): Promise<number> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw new CliError(`The file ${file} cannot be read.`, { cause: error })
  })
  return size
}

/** Reads the objects of a JSON file, from the start. */
export function readJsonFile(file: string): AsyncIterable<JsonObject> {
  return readJsonObjects(createReadStream(file, { highWaterMark: CHUNK_BYTES }))
}

/**
 * Imports a file, and reports the result.
 * @throws {CliError} the file cannot be read, or the report cannot be written
 */
export async function runImport(
  io: Io,
  { mark, provider, store }: Session,
  { file, options, read }: ImportSource,
  { dryRun: dry = false, report: path, restore = false }: ImportOptions,
): Promise<Output> {
  const size = await sizeOf(file)
  // Only an import needs this much code, so help does without.
  const { importDjango } = await import('../django/import-django.ts')
  const report = openReport(path)
  const progress = showProgress(io, size)
  try {
    const result = await importDjango({
      read,
      store,
      mark,
      options: { ...options, httpHosts: provider.settings.allowHttpRedirects },
      dry,
      restore,
      onEvent: report.write,
      onProgress: progress.reached,
      onUncheckable(problem, count) {
        progress.clear()
        io.warn(`before importing: ${count} × ${printable(problem)}\n`)
      },
    })
    return describe(file, dry, result)
  } finally {
    progress.clear()
    await report.close()
  }
}

/** Writes events to a file as they come, as there may be millions. */
function openReport(path: string | undefined): {
  readonly write: (event: ImportEvent) => void
  readonly close: () => Promise<void>
} {
  if (path === undefined) return { write: () => {}, close: async () => {} }
  const stream = createWriteStream(path, { mode: 0o600 })
  return {
    write: (event) => stream.write(`${JSON.stringify(event)}\n`),
    close: () =>
      new Promise((resolve, reject) => {
        stream.on('error', (error) =>
          reject(new CliError(`The report ${path} cannot be written.`, { cause: error })),
        )
        stream.end(resolve)
      }),
  }
}

function describe(file: string, dry: boolean, result: DjangoImportResult): Output {
  const { hashedSecrets, lastExpiresAt, models, notes, scopes } = result
  const needsSetting = lastExpiresAt !== null || hashedSecrets > 0
  const json = {
    file,
    dry_run: dry,
    models,
    notes,
    scopes,
    imported_tokens: {
      setting_needed: needsSetting,
      last_expires_at: lastExpiresAt,
      hashed_client_secrets: hashedSecrets,
    },
  }
  const lines = Object.entries(models).flatMap(([model, { created, skipped, updated }]) => [
    `${model}: ${created} created, ${updated} updated, ${skipped.reduce((sum, { count }) => sum + count, 0)} skipped`,
    ...skipped.map(
      ({ count, reason, records }) => `  ${count} skipped, as ${reason}: ${shorten(records, count)}`,
    ),
  ])
  const text = [
    dry ? 'Nothing was written; this is what an import would do.' : 'Imported.',
    ...lines,
    ...notes.map(({ count, note, records }) => `note: ${note} (${shorten(records, count)})`),
    ...(scopes.length > 0 ? [`The tokens and consents have the scopes ${scopes.join(' ')}.`] : []),
    advice(result),
  ]
  return { json, text: text.map(printable).join('\n') }
}

function shorten(records: readonly string[], count: number): string {
  return `${records.slice(0, 5).join(', ')}${count > 5 ? ', …' : ''}`
}

function advice({ hashedSecrets, lastExpiresAt }: DjangoImportResult): string {
  if (lastExpiresAt === null && hashedSecrets === 0) return 'OAUTH_IMPORTED_TOKENS is not needed.'
  const tokens =
    lastExpiresAt === null
      ? []
      : [
          `the last imported token expires at ${new Date(lastExpiresAt * 1000).toISOString().replace('.000Z', 'Z')}`,
        ]
  const secrets =
    hashedSecrets === 0
      ? []
      : [`${hashedSecrets} client secrets are still Django's hashes, until each is used once`]
  return `Set OAUTH_IMPORTED_TOKENS to true: ${[...tokens, ...secrets].join('; ')}.`
}
