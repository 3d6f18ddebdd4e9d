import { isDjangoPassword } from '../identity/passwords.ts'
import { isScopeToken } from '../scope.ts'
import { readClientRecord } from './clients.ts'
import type { ImportState } from './import-state.ts'
import { clientKey, type DjangoRecord, nameOf, NotTaken, readText, readUser } from './record.ts'

/**
 * Imports a scope. One that is here keeps its description.
 * @throws {NotTaken} its name is none
 */
export async function importScope(record: DjangoRecord, { job, report }: ImportState): Promise<void> {
  const name = readText(record.fields['name']) || (record.pk ?? '')
  if (!isScopeToken(name)) throw new NotTaken('its name is no scope name (RFC 6749 3.3)')
  const description = readText(record.fields['description']) || name
  const here = (await job.store.listScopes()).some((scope) => scope.name === name)
  const created = !here && (job.dry || (await job.store.createScope(name, description, job.mark())) !== null)
  report.count(record.model, nameOf(record), created ? 'created' : 'same')
}

/**
 * Imports a client with its redirect URIs, secret and owner. One that is here stays as it is.
 * @throws {NotTaken} see its reason; then its tokens are not taken either
 */
export async function importClient(record: DjangoRecord, state: ImportState): Promise<void> {
  const { context, index, job, report } = state
  const { client, problems } = await readClientRecord(record).catch((error: unknown) => {
    if (record.pk !== null) context.clients.delete(clientKey(record.model, record.pk))
    throw error
  })
  const { clientId, secretHash } = client
  if (secretHash !== null && isDjangoPassword(secretHash)) state.hashedSecrets++
  const here = (await job.store.readClient(clientId)) !== null
  index.addClient(clientId)
  if (here) return report.count(record.model, nameOf(record), 'same')
  for (const problem of problems) report.note(record.model, clientId, problem)
  if (!job.dry) {
    await job.store.createClient(client, job.mark())
    const owner = await readUser(record.fields['user'], context)
    if (owner) await job.store.setClientOwner(clientId, owner)
  }
  report.count(record.model, nameOf(record), 'created')
}
