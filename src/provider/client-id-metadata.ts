import { clientIdMetadataFeature, type ClientIdMetadataOptions } from '../client-id-metadata/index.ts'
import type { Feature } from '../concepts.ts'
import { createClientDocumentStore } from '../store/d1/client-documents.ts'

/**
 * The feature that accepts the address of a document as a client's id, and the document as its registration (client id
 * metadata documents), with the provider's own database. The Worker needs the compatibility flag `global_fetch_strictly_public`.
 * @example
 * const provider = createProvider({ features: [pages(), clientIdMetadata({ clientDomains: ['claude.ai'] })] })
 */
export function clientIdMetadata(given: ClientIdMetadataOptions = {}): Feature {
  return clientIdMetadataFeature(createClientDocumentStore, given)
}
