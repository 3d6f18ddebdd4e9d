import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { type DjangoImportResult, importDjango } from '../django/import-django.ts'
import type { ImportEvent } from '../django/import-report.ts'
import { readJsonObjects } from '../django/json-objects.ts'
import { TOOLKIT_MODELS } from '../django/record.ts'
import { checkScopeBits, type ScopeBits } from '../scope.ts'
import { CliError } from './cli-error.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { type Output, printable } from './output.ts'
import { addNoun, addVerb, runVerb, type VerbOptions } from './verb.ts'

interface ImportOptions extends VerbOptions {
  readonly dryRun?: true
  readonly restore?: true
  readonly report?: string
  readonly source: string
  readonly userModel: string
  readonly usernameField?: string
  readonly applicationModel: string
  readonly accessTokenModel: string
  readonly refreshTokenModel: string
  readonly scopeBits: ScopeBits
  readonly refreshDays: number
}

/** Bytes of a file between two words on how far it has been read. */
const PROGRESS_BYTES = 16 * 2 ** 20
/** Bytes that are read at once. */
const CHUNK_BYTES = 2 ** 18
const DAY = 86_400

/** Adds the noun `import` with its verb. */
export function addImportNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'import', 'take over what another provider had')
  addVerb(
    noun,
    'django',
    'import what `manage.py dumpdata` wrote, from django-oauth2-provider or django-oauth-toolkit; again and again, without harm',
  )
    .argument('<file>', 'the dump, JSON or JSONL')
    .option('--dry-run', 'say what would be imported, and write nothing')
    .option('--restore', 'bring back what was deleted here since an earlier import')
    .option(
      '--report <file>',
      'write each record that is not taken, or not whole, and why, to this file: JSON lines',
    )
    .option(
      '--source <name>',
      'name of the Django project, if there are several: their users differ',
      'django',
    )
    .option('--user-model <model>', "the project's AUTH_USER_MODEL", 'auth.user')
    .option(
      '--username-field <field>',
      "the user model's USERNAME_FIELD, such as email; without it username, or else email",
    )
    .option(
      '--application-model <model>',
      "the project's OAUTH2_PROVIDER_APPLICATION_MODEL",
      TOOLKIT_MODELS.application,
    )
    .option(
      '--access-token-model <model>',
      "the project's OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL",
      TOOLKIT_MODELS.accessToken,
    )
    .option(
      '--refresh-token-model <model>',
      "the project's OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL",
      TOOLKIT_MODELS.refreshToken,
    )
    .option(
      '--scope-bits <json>',
      'what the integer scopes of django-oauth2-provider 0.2 mean',
      parseScopeBits,
      { read: 2, write: 4 },
    )
    .option('--refresh-days <days>', 'days that the refresh tokens live from now on', parseDays, 90)
    .action((file: string, options: ImportOptions) =>
      runVerb(io, options, (session) => importFile(io, session, file, options)),
    )
}

async function importFile(io: Io, session: Session, file: string, options: ImportOptions): Promise<Output> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw new CliError(`The file ${file} cannot be read.`, { cause: error })
  })
  const report = openReport(options.report)
  const dry = options.dryRun ?? false
  try {
    const result = await importDjango({
      read: () => readJsonObjects(createReadStream(file, { highWaterMark: CHUNK_BYTES })),
      store: session.store,
      mark: session.mark,
      options: {
        source: options.source,
        userModel: options.userModel.toLowerCase(),
        usernameField: options.usernameField ?? null,
        toolkitModels: {
          application: options.applicationModel.toLowerCase(),
          accessToken: options.accessTokenModel.toLowerCase(),
          refreshToken: options.refreshTokenModel.toLowerCase(),
        },
        scopeBits: options.scopeBits,
        refreshTokenLifetime: options.refreshDays * DAY,
      },
      dry,
      restore: options.restore ?? false,
      onEvent: report.write,
      onProgress: progress(io, size),
      onUncheckable: (problem, count) => io.warn(`before importing: ${count} × ${printable(problem)}\n`),
    })
    return describe(file, dry, result)
  } finally {
    await report.close()
  }
}

/** Writes events to a file, as fast as they come: there may be millions. */
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

function progress(io: Io, size: number): (pass: string, offset: number) => void {
  let last = 0
  let current = ''
  return (pass, offset) => {
    if (pass !== current) [current, last] = [pass, 0]
    if (offset - last < PROGRESS_BYTES) return
    last = offset
    io.warn(`${pass}: ${Math.floor((offset / size) * 100)} % of ${Math.ceil(size / 2 ** 20)} MiB\n`)
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
    dry ? 'Nothing was written: this is what an import would do.' : 'Imported.',
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

function parseScopeBits(text: string): ScopeBits {
  try {
    const bits: unknown = JSON.parse(text)
    if (typeof bits === 'object' && bits !== null && !Array.isArray(bits)) {
      const entries = Object.entries(bits).map(([name, value]) => [name, Number(value)] as const)
      const parsed = Object.fromEntries(entries)
      checkScopeBits(parsed)
      return parsed
    }
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError('It must be JSON as {"read":2,"write":4}.')
}

function parseDays(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number of days from 1 to 9999.')
}
