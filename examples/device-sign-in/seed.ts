import type { Seed } from '../../scripts/local-provider.ts'
import { parseClientMetadata } from '../../src/clients/metadata.ts'

/** Registers the device: a public client that has nowhere to send a browser back to. */
export const seed: Seed = async ({ mark, store }) => {
  const metadata = parseClientMetadata({
    name: 'Television',
    type: 'public',
    redirect_uris: [],
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  })
  await store.createClient({ clientId: 'television', secretHash: null, metadata }, mark())
}
