import { isScopeToken } from '../scope.ts'
import type { ImportOutcome, UserReference } from '../store/import-store.ts'
import { type Batch, batchOf } from './batches.ts'
import { readClientRecord, type ReadClient } from './clients.ts'
import type { ImportState } from './import-state.ts'
import { isDjangoPassword } from './passwords.ts'
import { clientKey, type DjangoRecord, importedId, NotTaken, readText, readUser } from './record.ts'

/** A scope to create. */
interface ScopeRow {
  readonly importId: string
  readonly name: string
  readonly description: string
}

/** A client to create. */
interface ClientRow extends ReadClient {
  readonly importId: string
  readonly owner: UserReference | null
}

/**
 * Reads a scope.
 * @throws {NotTaken} its name is invalid
 */
export async function readScopeRow(
  { fields, pk }: DjangoRecord,
  { context }: ImportState,
): Promise<ScopeRow> {
  const name = readText(fields['name']) || (pk ?? '')
  if (!isScopeToken(name)) throw new NotTaken('its name is not a scope name (RFC 6749 3.3)')
  const description = readText(fields['description']) || name
  return { importId: await importedId('scope', name, context), name, description }
}

/** Collects and creates scopes. An existing one keeps its description. */
export function scopeBatch(state: ImportState): Batch<ScopeRow> {
  const { job } = state
  const made = new Set<string>()
  return batchOf(state, async (rows: readonly ScopeRow[]) => {
    const here = await job.store.findScopes(rows.map(({ name }) => name))
    const names = new Set([...here, ...made])
    return sendEach(state, rows, async ({ description, name }, brought) => {
      if (names.has(name)) return 'same'
      if (brought && !job.restore) return 'deleted'
      names.add(name)
      made.add(name)
      return job.dry || (await job.store.createScope(name, description, job.mark())) ? 'created' : 'same'
    })
  })
}

/**
 * Reads a client with its redirect URIs, secret and owner.
 * @throws {NotTaken} see its reason; then its tokens are not imported either
 */
export async function readClientRow(record: DjangoRecord, { context }: ImportState): Promise<ClientRow> {
  const read = await readClientRecord(record, context.httpHosts).catch((error: unknown) => {
    if (record.pk !== null) context.clients.delete(clientKey(record.model, record.pk))
    throw error
  })
  const importId = await importedId('client', read.client.clientId, context)
  return { ...read, importId, owner: await readUser(record.fields['user'], context) }
}

/** Collects and creates clients. An existing one stays as it is. */
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

/** Creates rows one by one; those that exist afterwards count as imported from this source. */
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
