import type { Seed } from '../../scripts/local-provider.ts'
import { parseClientMetadata } from '../../src/clients/metadata.ts'

/** Registers the app: a public client, which has no secret and must use PKCE. */
export const seed: Seed = async ({ mark, store }, url) => {
  const metadata = parseClientMetadata({
    name: 'Single-page app',
    type: 'public',
    redirect_uris: [`${url}/app`],
  })
  await store.createClient({ clientId: 'spa', secretHash: null, metadata }, mark())
}
