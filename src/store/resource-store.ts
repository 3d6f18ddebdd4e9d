import type { KnownResource } from '../concepts.ts'
import type { OperatorMark } from './admin-store.ts'

/** A resource of the table. */
export interface ResourceRecord extends KnownResource {
  readonly createdAt: number
}

/** What protected resources need from a storage. Each call is one round trip. */
export interface ResourceStore {
  /** Lists all resources of the table, sorted by identifier. */
  listResources(): Promise<readonly ResourceRecord[]>

  /**
   * Creates a resource, if nobody has created another one in the meantime: SQL cannot compare spellings.
   * @param known identifiers of the resources in the table, as they were read to look for another spelling of this one
   * @returns false if there is one that is not known; then nothing is written
   */
  createResource(resource: KnownResource, known: readonly string[], mark: OperatorMark): Promise<boolean>

  /**
   * Changes a resource; its identifier stays.
   * @returns false if there is none
   */
  updateResource(resource: KnownResource, mark: OperatorMark): Promise<boolean>

  /**
   * Deletes a resource. Tokens for it are valid until they expire; no new grants for it are issued.
   * @returns false if there is none
   */
  deleteResource(identifier: string, mark: OperatorMark): Promise<boolean>
}
