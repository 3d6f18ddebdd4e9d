import { seed } from '../../examples/mcp-server/seed.ts'
import { seedDemo } from '../../src/cli/seed.ts'
import { serve } from './harness.ts'
import { openPerson, type Person } from './person.ts'

/** An MCP server that a provider protects, both in one Worker: `examples/mcp-server`. */
export interface McpWorld {
  readonly url: URL
  /** Where clients find the server. */
  readonly server: URL
  readonly db: D1Database
  readonly person: Person
  /** Lets every access token expire; refresh tokens go on. */
  readonly expireAccessTokens: () => Promise<void>
  /** Takes back what the person allowed. */
  readonly withdraw: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Serves the example with a local state of its own, migrated and seeded as `npm run example` does. */
export async function openMcpWorld(vars: Readonly<Record<string, string>> = {}): Promise<McpWorld> {
  const { close, db, session, url } = await serve(vars, 'examples/mcp-server/wrangler.toml')
  await seedDemo(session, new URL('/demo/callback', url).href)
  await seed(session, url.origin)
  const write = async (sql: string): Promise<void> => void (await db.prepare(sql).run())
  return {
    url,
    server: new URL('/mcp', url),
    db,
    person: openPerson('demo', 'demo'),
    expireAccessTokens: async () =>
      write('UPDATE grants SET access_expires_at = 1 WHERE access_expires_at IS NOT NULL'),
    withdraw: async () => write("UPDATE grants SET revoked_at = 1, revoke_reason = 'withdrawn'"),
    close,
  }
}
