import { join } from 'node:path'
import { createTestHarness } from 'wrangler'
import { createSession, type Session } from '../../src/cli/open-store.ts'

/** The production bundle on a socket, with its shipped variables but for plain http. */
export interface Served {
  readonly url: URL
  /** The operators' store of its database. */
  readonly session: Session
  readonly close: () => Promise<void>
}

/** Serves the Worker with an empty, migrated database. */
export async function serve(): Promise<Served> {
  const harness = createTestHarness({
    workers: [
      {
        configPath: join(import.meta.dirname, '../../wrangler.toml'),
        secrets: { SECRET_KEY: 'a-key-for-tests-alone-of-32-characters-or-more' },
        vars: { OAUTH_ENFORCE_SECURE: 'false' },
      },
    ],
  })
  const { url } = await harness.listen()
  const worker = harness.getWorker<{ DB: D1Database }>()
  await worker.applyD1Migrations('DB')
  const { DB } = await worker.getEnv()
  const session = createSession({ close: async () => {}, db: DB }, null)
  return { close: () => harness.close(), session, url }
}
