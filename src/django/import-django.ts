import type { ImportMode, ImportOutcome, ImportStore } from '../store/import-store.ts'
import { BATCH, batchOf } from './batches.ts'
import { clientBatch, readClientRow, readScopeRow, scopeBatch } from './definitions.ts'
import { DumpIndex } from './dump-index.ts'
import { ImportReport } from './import-report.ts'
import type { DjangoImport, ImportState } from './import-state.ts'
import {
  clientKey,
  type DjangoKind,
  type DjangoRecord,
  kindOf,
  nameOf,
  NotTaken,
  readDjangoRecord,
  readText,
  unknownModelReason,
} from './record.ts'
import { readAccessTokenRecord, readConsentRecord, readRefreshTokenRecord } from './tokens.ts'
import { passwordProblem, readUserRecord } from './users.ts'

/** The result of an import. */
export interface DjangoImportResult {
  readonly models: ImportReport['models']
  readonly notes: ImportReport['notes']
  /** Names of the scopes of valid tokens and consents. */
  readonly scopes: readonly string[]
  /** Clients whose secret is still Django's hash. */
  readonly hashedSecrets: number
  /** When the last imported token expires; null if there is none. */
  readonly lastExpiresAt: number | null
}

/**
 * Imports a dump of django-oauth2-provider or django-oauth-toolkit, in five passes: the first only reads, so that a broken
 * dump changes nothing; then come users and scopes, clients, consents and refresh tokens, and access tokens.
 * @throws
 * {InvalidInputError} the file is not a dump; nothing was written
 */
export async function importDjango(job: DjangoImport): Promise<DjangoImportResult> {
  const context = { ...job.options, clients: new Map(), scopes: new Map(), now: job.mark().now }
  const state: ImportState = {
    job,
    context,
    report: new ImportReport(job.onEvent),
    index: new DumpIndex(job.dry),
    scopes: new Set(),
    hashedSecrets: 0,
    lastExpiresAt: null,
  }
  await survey(state)
  await importUsersAndScopes(state)
  await importClients(state)
  await importConsentsAndRefreshTokens(state)
  await importAccessTokens(state)
  await reportWaiting(state)
  return {
    models: state.report.models,
    notes: state.report.notes,
    scopes: [...state.scopes].toSorted(),
    hashedSecrets: state.hashedSecrets,
    lastExpiresAt: state.lastExpiresAt,
  }
}

/** Reads the whole dump, and collects the names of its clients and scopes, to which records refer by their pks. */
async function survey({ context, job, report }: ImportState): Promise<void> {
  const problems = new Map<string, number>()
  for await (const { offset, value } of job.read()) {
    job.onProgress('look', offset)
    const record = readDjangoRecord(value)
    const kind = record && kindOf(record.model, context)
    if (!record) report.skip('?', `before byte ${offset}`, 'it is not a record that this import reads')
    else if (kind === null) report.skip(record.model, nameOf(record), unknownModelReason(record))
    else if (kind === 'code')
      report.skip(record.model, nameOf(record), 'codes are valid for minutes, and are not imported')
    else if (kind === 'client' && record.pk !== null)
      context.clients.set(clientKey(record.model, record.pk), readText(record.fields['client_id']))
    else if (kind === 'scope' && record.pk !== null)
      context.scopes.set(record.pk, readText(record.fields['name']) || record.pk)
    else if (kind === 'user') {
      const problem = passwordProblem(record)
      if (problem) problems.set(problem, (problems.get(problem) ?? 0) + 1)
    }
  }
  for (const [problem, count] of problems) job.onUncheckable(problem, count)
}

/** Reads the dump again for the records of certain kinds; counts those that are not imported. */
async function eachRecord(
  { context, job, report }: ImportState,
  pass: string,
  kinds: readonly DjangoKind[],
  take: (record: DjangoRecord, kind: DjangoKind) => Promise<void>,
): Promise<void> {
  for await (const { offset, value } of job.read()) {
    job.onProgress(pass, offset)
    const record = readDjangoRecord(value)
    const kind = record && kindOf(record.model, context)
    if (!record || !kind || !kinds.includes(kind)) continue
    await take(record, kind).catch((error: unknown) => {
      if (!(error instanceof NotTaken)) throw error
      report.skip(record.model, nameOf(record), error.message)
    })
  }
}

/** Returns how the storage should import records now. */
function modeOf({ job }: ImportState): ImportMode {
  return { mark: job.mark(), dry: job.dry, restore: job.restore }
}

async function importUsersAndScopes(state: ImportState): Promise<void> {
  const { context, index, job, report } = state
  const mode = () => modeOf(state)
  const scopes = scopeBatch(state)
  const users = batchOf(
    state,
    (rows: Parameters<ImportStore['importUsers']>[0]) => job.store.importUsers(rows, mode()),
    (row, outcome) => index.addUser(row, outcome),
  )
  await eachRecord(state, 'users and scopes', ['user', 'scope'], async (record, kind) => {
    if (kind === 'scope') return scopes.add(record, await readScopeRow(record, state))
    const row = await readUserRecord(record, context)
    if (!index.claimName(row)) return report.count(record.model, nameOf(record), 'taken')
    const problem = passwordProblem(record)
    if (problem) report.note(record.model, nameOf(record), problem)
    await users.add(record, row)
  })
  await users.flush()
  await scopes.flush()
}

async function importClients(state: ImportState): Promise<void> {
  const clients = clientBatch(state)
  await eachRecord(state, 'clients', ['client'], async (record) =>
    clients.add(record, await readClientRow(record, state)),
  )
  await clients.flush()
}

async function importConsentsAndRefreshTokens(state: ImportState): Promise<void> {
  const { context, index, job, scopes } = state
  const mode = () => modeOf(state)
  const consents = batchOf(state, (rows: Parameters<ImportStore['importConsents']>[0]) =>
    job.store.importConsents(rows, mode()),
  )
  const tokens = batchOf(
    state,
    (rows: Parameters<ImportStore['importRefreshTokens']>[0]) => job.store.importRefreshTokens(rows, mode()),
    (row, outcome) => noteExpiry(state, row.expiresAt, outcome),
  )
  await eachRecord(
    state,
    'consents and refresh tokens',
    ['consent', 'refresh token'],
    async (record, kind) => {
      if (kind === 'consent') {
        const row = await readConsentRecord(record, context)
        for (const name of row.scope.split(' ')) scopes.add(name)
        return consents.add(record, { ...row, ...index.assume(row) })
      }
      const row = await readRefreshTokenRecord(record, context)
      await tokens.add(record, { ...row, ...index.assume(row) })
    },
  )
  await consents.flush()
  await tokens.flush()
}

async function importAccessTokens(state: ImportState): Promise<void> {
  const { context, index, job, scopes } = state
  const tokens = batchOf(
    state,
    (rows: Parameters<ImportStore['importAccessTokens']>[0]) =>
      job.store.importAccessTokens(rows, modeOf(state)),
    (row, outcome) => {
      noteExpiry(state, row.expiresAt, outcome)
      if (outcome === 'created') for (const name of row.scope.split(' ')) scopes.add(name)
    },
  )
  await eachRecord(state, 'access tokens', ['access token'], async (record) => {
    const row = await readAccessTokenRecord(record, context)
    await tokens.add(record, { ...row, ...index.assume(row) })
  })
  await tokens.flush()
}

/** A refresh token that exists already may be valid for just as long, even if its row has another time. */
function noteExpiry(state: ImportState, expiresAt: number, outcome: ImportOutcome): void {
  if (outcome === 'created' || outcome === 'same')
    state.lastExpiresAt = Math.max(state.lastExpiresAt ?? 0, expiresAt)
}

/** Reports refresh tokens whose access token is missing. */
async function reportWaiting({ context, job, report }: ImportState): Promise<void> {
  if (job.dry) return
  for (;;) {
    const names = await job.store.removeWaitingGrants(BATCH)
    for (const name of names) {
      const [, family = '', pk = ''] = /:([^:]+)\.accesstoken:(.*)$/.exec(name) ?? []
      report.takeBack(
        family === 'oauth2' ? 'oauth2.refreshtoken' : context.toolkitModels.refreshToken,
        `of access token ${pk}`,
        'its access token was not imported, so its scope is unknown',
      )
    }
    if (names.length < BATCH) return
  }
}
