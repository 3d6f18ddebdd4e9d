import type { AdminStore } from '../store/admin-store.ts'
import type { AdminRecord } from '../store/browse.ts'
import { type Resource, valueOf } from './resource.ts'

const count = (number: number): string => (number >= 1000 ? '1,000 or more' : String(number))

/**
 * Describes what is deleted together with a client or a user.
 * @returns a sentence; null if nothing belongs to such records
 */
export async function describeHanging(
  { id: idColumn, kind }: Pick<Resource, 'id' | 'kind'>,
  record: AdminRecord,
  store: AdminStore,
): Promise<string | null> {
  if (kind !== 'clients' && kind !== 'users') return null
  const id = valueOf(record, idColumn)
  const hanging = await store.countHanging(kind === 'clients' ? { clientId: id } : { userId: id })
  return `This also deletes the consents (${count(hanging.consents)}), grants (${count(hanging.grants)}) and access tokens (${count(hanging.accessTokens)}).`
}
