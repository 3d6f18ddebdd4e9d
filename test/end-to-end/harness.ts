import { join } from 'node:path'
import { createTestHarness } from 'wrangler'
import { createSession, type Session } from '../../src/cli/open-store.ts'
import { parseClientMetadata } from '../../src/clients/metadata.ts'
import { randomId, sha256Base64url } from '../../src/crypto/bytes.ts'
import { hashPassword } from '../../src/identity/passwords.ts'

/** The production bundle on a socket, with its shipped variables but for plain http. */
export interface Served {
  readonly url: URL
  /** The operators' store of its database. */
  readonly session: Session
  readonly db: D1Database
  readonly close: () => Promise<void>
}

/**
 * Serves the Worker with an empty, migrated database.
 * @param vars variables beside the shipped ones
 * @param config of which Worker, from the root of the repository
 */
export async function serve(
  vars: Readonly<Record<string, string>> = {},
  config = 'wrangler.toml',
): Promise<Served> {
  const harness = createTestHarness({
    workers: [
      {
        configPath: join(import.meta.dirname, '../..', config),
        secrets: { SECRET_KEY: 'a-key-for-tests-alone-of-32-characters-or-more' },
        vars: { OAUTH_ENFORCE_SECURE: 'false', ...vars },
      },
    ],
  })
  const { url } = await harness.listen()
  const worker = harness.getWorker<{ DB: D1Database }>()
  await worker.applyD1Migrations('DB')
  const { DB } = await worker.getEnv()
  const session = createSession({ close: async () => {}, db: DB }, null)
  return { close: () => harness.close(), db: DB, session, url }
}

export const PASSWORD = 'a password of the tests'

/**
 * Creates the user alice, who signs in with `PASSWORD`.
 * @returns the id of the user
 */
export async function givenAlice(
  { session: { mark, store } }: Served,
  email: string | null = null,
): Promise<string> {
  const id = randomId()
  const names = { username: 'alice', usernameKey: 'alice', usernameSkeleton: 'alice', email, emailKey: email }
  await store.createUser({ ...names, id, isStaff: false, passwordHash: await hashPassword(PASSWORD) }, mark())
  return id
}

/** Creates a client with some metadata; a public one has no secret. */
export async function givenClient(
  { session: { mark, store } }: Served,
  clientId: string,
  metadata: Parameters<typeof parseClientMetadata>[0],
  secret: string | null,
): Promise<void> {
  const secretHash = secret === null ? null : await sha256Base64url(secret)
  await store.createClient({ clientId, metadata: parseClientMetadata(metadata), secretHash }, mark())
}
