import { isScopeToken } from '../scope.ts'
import type { ImportOutcome, UserReference } from '../store/import-store.ts'
import { type Batch, batchOf } from './batches.ts'
import { readClientRecord, type ReadClient } from './clients.ts'
import type { ImportState } from './import-state.ts'
import { isDjangoPassword } from './passwords.ts'
import { clientKey, type DjangoRecord, importedId, NotTaken, readText, readUser } from './record.ts'

/** A scope to make. */
interface ScopeRow {
  readonly importId: string
  readonly name: string
  readonly description: string
}

/** A client to make. */
interface ClientRow extends ReadClient {
  readonly importId: string
  readonly owner: UserReference | null
}

/**
 * Reads a scope.
 * @throws {NotTaken} its name is none
 */
export async function readScopeRow(
  { fields, pk }: DjangoRecord,
  { context }: ImportState,
): Promise<ScopeRow> {
  const name = readText(fields['name']) || (pk ?? '')
  if (!isScopeToken(name)) throw new NotTaken('its name is no scope name (RFC 6749 3.3)')
  const description = readText(fields['description']) || name
  return { importId: await importedId('scope', name, context), name, description }
}

/** Collects scopes and makes them. One that is here keeps its description. */
export function scopeBatch(state: ImportState): Batch<ScopeRow> {
  const { job } = state
  let here: Set<string> | null = null
  return batchOf(state, async (rows: readonly ScopeRow[]) => {
    here ??= new Set((await job.store.listScopes()).map(({ name }) => name))
    const names = here
    return sendEach(state, rows, async ({ description, name }, brought) => {
      if (names.has(name)) return 'same'
      if (brought && !job.restore) return 'deleted'
      names.add(name)
      return job.dry || (await job.store.createScope(name, description, job.mark())) ? 'created' : 'same'
    })
  })
}

/**
 * Reads a client with its redirect URIs, secret and owner.
 * @throws {NotTaken} see its reason; then its tokens are not taken either
 */
export async function readClientRow(record: DjangoRecord, { context }: ImportState): Promise<ClientRow> {
  const read = await readClientRecord(record, context.httpHosts).catch((error: unknown) => {
    if (record.pk !== null) context.clients.delete(clientKey(record.model, record.pk))
    throw error
  })
  const importId = await importedId('client', read.client.clientId, context)
  return { ...read, importId, owner: await readUser(record.fields['user'], context) }
}

/** Collects clients and makes them. One that is here stays as it is. */
export function clientBatch(state: ImportState): Batch<ClientRow> {
  const { index, job, report } = state
  return batchOf(
    state,
    (rows: readonly ClientRow[]) =>
      sendEach(state, rows, async ({ client, owner }, brought) => {
        const { clientId } = client
        if ((await job.store.readClient(clientId)) !== null) return 'same'
        if (brought && !job.restore) return 'deleted'
        if (job.dry) return index.hasClient(clientId) ? 'same' : 'created'
        await job.store.createClient(client, job.mark())
        if (owner) await job.store.setClientOwner(clientId, owner)
        return 'created'
      }),
    ({ client: { clientId, secretHash }, problems }, outcome, model) => {
      if (outcome === 'deleted') return
      index.addClient(clientId)
      if (secretHash !== null && isDjangoPassword(secretHash)) state.hashedSecrets++
      if (outcome === 'created') for (const problem of problems) report.note(model, clientId, problem)
    },
  )
}

/** Makes rows one by one; what is here then counts as brought by this source. */
async function sendEach<T extends { readonly importId: string }>(
  { job }: ImportState,
  rows: readonly T[],
  send: (row: T, brought: boolean) => Promise<ImportOutcome>,
): Promise<readonly ImportOutcome[]> {
  const brought = await job.store.readImported(rows.map(({ importId }) => importId))
  const outcomes: ImportOutcome[] = []
  for (const row of rows) outcomes.push(await send(row, brought.has(row.importId)))
  const here = rows.filter((_, at) => outcomes[at] !== 'deleted').map(({ importId }) => importId)
  if (!job.dry) await job.store.rememberImported(here)
  return outcomes
}
