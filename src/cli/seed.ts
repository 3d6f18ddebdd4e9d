import { parseClientMetadata } from '../clients/metadata.ts'
import { randomId, sha256Base64url } from '../crypto/bytes.ts'
import { hashPassword } from '../identity/passwords.ts'
import { CliError } from './cli-error.ts'
import type { Session } from './open-store.ts'

/** The demo client's id. */
export const DEMO_CLIENT = 'demo'
/** The demo client's secret, only for local states, as everybody knows it. */
export const DEMO_SECRET = 'demo-secret'

const GRANT_TYPES = ['authorization_code', 'refresh_token', 'password', 'client_credentials', 'implicit']
/** Users, whose passwords are their names. */
const USERS = [
  { username: 'demo', isStaff: false },
  { username: 'admin', isStaff: true },
]

/**
 * Seeds a local state with the demo client and its users, if they are missing; later changes stay.
 * @param redirectUri
 * becomes the demo client's only redirect URI, as it contains the current port
 * @throws {CliError} other processes keep
 * changing the demo client
 */
export async function seedDemo(session: Session, redirectUri: string): Promise<void> {
  await seedClient(session, redirectUri)
  await Promise.all(USERS.map((user) => seedUser(session, user.username, user.isStaff)))
}

async function seedClient({ mark, store }: Session, redirectUri: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const client = await store.readClient(DEMO_CLIENT)
    if (client?.redirectUris.length === 1 && client.redirectUris[0] === redirectUri) return
    if (client) {
      const change = { ...client, redirectUris: [redirectUri] }
      const updated = await store.updateClient(DEMO_CLIENT, change, client.updatedAt, mark())
      if (updated !== null && updated !== 'stale') return
    } else {
      const metadata = parseClientMetadata({
        name: 'Demo',
        redirect_uris: [redirectUri],
        grant_types: GRANT_TYPES,
      })
      const secretHash = await sha256Base64url(DEMO_SECRET)
      if (await store.createClient({ clientId: DEMO_CLIENT, secretHash, metadata }, mark())) return
    }
  }
  throw new CliError('Other processes are changing the demo client. Try again.')
}

async function seedUser({ mark, store }: Session, username: string, isStaff: boolean): Promise<void> {
  if (await store.readUser(username)) return
  const passwordHash = await hashPassword(username)
  const user = {
    id: randomId(),
    username,
    usernameKey: username,
    usernameSkeleton: username,
    email: null,
    emailKey: null,
    passwordHash,
    isStaff,
  }
  // Another start may have been faster; then the user exists.
  await store.createUser(user, mark())
}
