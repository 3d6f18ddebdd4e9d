import type { Seed } from '../../scripts/local-provider.ts'
import { seed as seedServer } from '../mcp-server/seed.ts'

/** Makes the server, which is on the next port, a protected resource of the provider. */
export const seed: Seed = async (session, url) => {
  const server = new URL(url)
  server.port = String(Number(server.port) + 1)
  await seedServer(session, server.origin)
}
