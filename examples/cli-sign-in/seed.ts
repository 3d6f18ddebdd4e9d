import type { Seed } from '../../scripts/local-provider.ts'
import { parseClientMetadata } from '../../src/clients/metadata.ts'

/** Registers the tool: a public client on a loopback address, whose port may be any (RFC 8252 7.3). */
export const seed: Seed = async ({ mark, store }) => {
  const metadata = parseClientMetadata({
    name: 'Tool',
    type: 'public',
    redirect_uris: ['http://127.0.0.1/callback'],
  })
  await store.createClient({ clientId: 'tool', secretHash: null, metadata }, mark())
}
