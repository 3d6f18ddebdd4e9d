import { createSession } from '../../src/cli/open-store.ts'
import { givenClient, givenUser, PASSWORD, SECRET, type World } from './world.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const DOCUMENT = 'https://tools.example/client.json'

/** Gives a world what a provider holds after some weeks: ann of the staff, others, clients, and some of every record. */
export async function givenBusy(world: World): Promise<void> {
  await givenUser(world, 'ann')
  await world.db.prepare("UPDATE users SET is_staff = 1, email = 'ann@example.org'").run()
  for (const name of ['ben', 'chris', 'dana', 'eli']) await givenUser(world, name)
  await givenClient(world, 'prints')
  await givenClient(world, 'calendar', { name: 'Team Calendar' })
  await givenClient(world, 'phone', {
    name: 'Photos for phones',
    type: 'public',
    redirectUri: 'com.example.photos:/cb',
  })
  await givenClient(world, 'nightly', { name: 'Nightly report', grantTypes: '["client_credentials"]' })
  await fillActivity(world)
}

/** Gives the panel a record for every list of it. */
export async function givenRecords(world: World): Promise<void> {
  const { db, origin } = world
  await givenClient(world, 'direct', { name: 'Command line', grantTypes: '["password","refresh_token"]' })
  await db.prepare("UPDATE clients SET created_at = unixepoch() - 86400 WHERE client_id = 'direct'").run()
  const form = { client_id: 'direct', client_secret: SECRET, grant_type: 'password', password: PASSWORD }
  for (const username of ['ben', 'chris']) {
    const body = new URLSearchParams({ ...form, username, scope: 'read write' })
    await fetch(`${origin}/oauth2/token`, { method: 'POST', body })
  }
  // The Worker makes its keys when they are first asked for.
  await fetch(`${origin}/oauth2/jwks`)
  for (const wrong of ['response_type=nonsense', 'response_type=code&redirect_uri=https://evil.example/'])
    await fetch(`${origin}/oauth2/authorize?client_id=prints&${wrong}`, { redirect: 'manual' })
  const now = Math.floor(Date.now() / 1000)
  const insert = async (table: string, row: Readonly<Record<string, number | string>>): Promise<void> => {
    const names = Object.keys(row)
    const marks = names.map(() => '?').join()
    await db
      .prepare(`INSERT INTO ${table} (${names.join()}) VALUES (${marks})`)
      .bind(...Object.values(row))
      .run()
  }
  await insert('scopes', { name: 'photos.read', description: 'See your photos and albums', created_at: now })
  for (const name of ['ben', 'chris']) {
    const at = { authorized_at: now - 86_400, updated_at: now - 86_400 }
    const consent = { id: `consent-of-${name}`, user_id: `id-${name}`, client_id: 'direct', ...at }
    await insert('authorized_clients', { ...consent, scope: 'read write' })
    const times = { auth_time: now - 7200, last_seen_at: now - 600, expires_at: now + 86_400 }
    const seen = { user_agent: FIREFOX, network: '203.0.113.0', place: 'Lyon, FR' }
    await insert('sessions', { id: `session-of-${name}`, user_id: `id-${name}`, ...times, ...seen })
  }
  const tried = { expires_at: now + 3600, tried_at: now, created_at: now, op: 'one' }
  await insert('client_documents', { client_id: DOCUMENT, problem: 'The answer had status 404.', ...tried })
  const invited = { kind: 'invite', created_at: now, expires_at: now + 86_400 }
  await insert('mail_links', { id: 'an-invitation', email: 'fay@example.org', ...invited })
  const session = createSession({ close: async () => {}, db }, null)
  const photos = { identifier: 'https://photos.example/api', name: 'Photos API', scope: 'photos.read' }
  await session.resources.create?.(photos, session)
  const corp = { issuer: 'https://idp.corp.example', jwks_uri: 'https://idp.corp.example/keys' }
  await session.issuers.create?.({ ...corp, name: 'Corp', audience: '', subject: 'username' }, session)
  const acme = { id: 'acme', name: 'Acme', issuer: 'https://acme.example', client_id: 'ours' }
  await session.signInProviders.create?.({ ...acme, creates_accounts: true }, session)
}

/** What happened in the last two weeks. */
async function fillActivity({ db }: World): Promise<void> {
  const now = Math.floor(Date.now() / 1000)
  const kinds = { grant_given: 90, signed_in: 40, token_refused: 6, sign_in_refused: 3 }
  const rows = Object.entries(kinds).flatMap(([kind, most]) =>
    Array.from({ length: 14 }, (_, ago) => {
      const count = Math.round(most * (0.6 + 0.3 * Math.sin(ago * 1.3) - ago / 40))
      return db
        .prepare('INSERT INTO activity (day, kind, count) VALUES (?, ?, ?)')
        .bind(Math.floor(now / 86_400) - ago, kind, Math.max(0, count))
    }),
  )
  const began = ['users', 'clients'].map((table) =>
    db.prepare(`UPDATE ${table} SET created_at = ${now} - 86400 * (28 - 5 * rowid)`),
  )
  const changed = db.prepare('UPDATE clients SET updated_at = created_at')
  await db.batch([...rows, ...began, changed])
}
