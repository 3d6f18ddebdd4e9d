import type { Seed } from '../../scripts/local-provider.ts'
import { DEMO_CLIENT } from '../../src/cli/seed.ts'

/** Lets the demo client use the grant type. */
export const seed: Seed = async ({ mark, store }) => {
  const client = await store.readClient(DEMO_CLIENT)
  if (!client || client.grantTypes.includes('urn:example:voucher')) return
  const change = { ...client, grantTypes: [...client.grantTypes, 'urn:example:voucher'] }
  await store.updateClient(DEMO_CLIENT, change, client.updatedAt, mark())
}
