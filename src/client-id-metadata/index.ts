import type { Feature, Provider } from '../concepts.ts'
import type { ClientDocumentStore } from '../store/client-document-store.ts'
import { storeOver } from '../store/store-over.ts'
import { takesDocuments } from './address.ts'
import { CLIENT_ID_METADATA_SETTINGS, type ClientDomains } from './settings.ts'
import { documentRecovery, documentSource } from './source.ts'

/** Seconds after which an unused address is forgotten. */
const UNUSED = 30 * 86_400
/** The most addresses that one run of the cron trigger forgets. */
const FORGOTTEN_AT_ONCE = 200

/** Options of the feature; its variables set the rest. */
export interface ClientIdMetadataOptions {
  readonly clientDomains?: ClientDomains
  readonly refusedClientDomains?: readonly string[]
}

/**
 * Clients whose id is the address of a document that describes them, as a feature (draft-ietf-oauth-client-id-metadata-document).
 * @param createStore the storage over a database
 */
export function clientIdMetadataFeature(
  createStore: (db: D1Database) => ClientDocumentStore,
  given: ClientIdMetadataOptions,
): Feature {
  const storeOf = storeOver(createStore, 'client documents are stored there')
  return {
    name: 'client-id-metadata',
    settings: { rows: CLIENT_ID_METADATA_SETTINGS, given: { ...given } },
    clientSources: [documentSource(storeOf)],
    clientRecoveries: [documentRecovery(storeOf)],
    metadata: [
      (provider) => (takesDocuments(provider) ? { client_id_metadata_document_supported: true } : {}),
    ],
    scheduled: [async (provider) => forget(storeOf(provider), provider)],
  }
}

async function forget(store: ClientDocumentStore, { request: { now } }: Provider): Promise<void> {
  const forgotten = await store.forgetUnused(now - UNUSED, FORGOTTEN_AT_ONCE, now)
  if (forgotten > 0) console.info('deleted client documents that nobody has used:', forgotten)
}
