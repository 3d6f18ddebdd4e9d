import { type Context, Hono } from 'hono'

/**
 * What the provider is measured against: for each of its requests a Hono route in the same workerd that parses the same form or
 * query, makes the same calls of the storage with one statement each, and answers. It mints nothing and proves nothing in
 * JavaScript, so it is a limit, not a server.
 */
export const limit = new Hono<{ readonly Bindings: { readonly DB: D1Database; readonly KV: KVNamespace } }>()

type LimitContext = Context<{ readonly Bindings: { readonly DB: D1Database; readonly KV: KVNamespace } }>

/** One row a grant, as a provider would keep it; its own database holds nothing else. */
export const LIMIT_SCHEMA = [
  `CREATE TABLE clients (id TEXT PRIMARY KEY, uri TEXT NOT NULL, disabled_at INTEGER) WITHOUT ROWID`,
  `CREATE TABLE secrets (client_id TEXT, secret TEXT, PRIMARY KEY (client_id, secret)) WITHOUT ROWID`,
  `CREATE TABLE users (id TEXT PRIMARY KEY, username TEXT NOT NULL, disabled_at INTEGER) WITHOUT ROWID`,
  `CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID`,
  `CREATE TABLE consents (user_id TEXT, client_id TEXT, scope TEXT NOT NULL, PRIMARY KEY (user_id, client_id)) WITHOUT ROWID`,
  `CREATE TABLE grants (
    id TEXT PRIMARY KEY, user_id TEXT, client_id TEXT NOT NULL, scope TEXT NOT NULL, seq INTEGER NOT NULL,
    access_expires_at INTEGER NOT NULL, refresh_expires_at INTEGER, created_at INTEGER NOT NULL, revoked_at INTEGER
  ) WITHOUT ROWID`,
  `CREATE INDEX grants_user ON grants (user_id, client_id, id) WHERE user_id IS NOT NULL`,
  `CREATE INDEX grants_client ON grants (client_id, id)`,
  `INSERT INTO clients VALUES ('demo', 'https://app.example/cb', NULL)`,
  `INSERT INTO secrets VALUES ('demo', 'demo-secret')`,
  `INSERT INTO users VALUES ('u', 'demo', NULL)`,
  `INSERT INTO sessions VALUES ('s', 'u', 9999999999)`,
  `INSERT INTO consents VALUES ('u', 'demo', 'read')`,
]

const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' }
const DAY = 86_400
/** Proves a client and its secret: the parameters 1 and 2 of each statement. */
const CLIENT = `clients c WHERE c.id = ?1 AND c.disabled_at IS NULL
  AND EXISTS (SELECT 1 FROM secrets s WHERE s.client_id = c.id AND s.secret = ?2)`

async function readForm(c: LimitContext): Promise<URLSearchParams> {
  return new URLSearchParams(await c.req.text())
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}

async function answer(c: LimitContext, statement: D1PreparedStatement): Promise<Response> {
  const { results } = await statement.all<{ id: string; seq: number; scope: string }>()
  const [row] = results
  if (!row) return c.json({ error: 'invalid_grant' }, 400, NO_STORE)
  const { id, scope, seq } = row
  return c.json(
    { access_token: id, token_type: 'Bearer', expires_in: DAY, scope, refresh_token: `${id}.${seq}` },
    200,
    NO_STORE,
  )
}

const BY_CLIENT = `INSERT INTO grants (id, client_id, scope, seq, access_expires_at, created_at)
  SELECT ?3, c.id, ?4, 0, ?5 + ${DAY}, ?5 FROM ${CLIENT} RETURNING id, seq, scope`

limit.post('/client_credentials', async (c) => {
  const form = await readForm(c)
  return answer(
    c,
    c.env.DB.prepare(BY_CLIENT).bind(
      form.get('client_id'),
      form.get('client_secret'),
      crypto.randomUUID(),
      form.get('scope') ?? 'read',
      now(),
    ),
  )
})

const BY_CODE = `INSERT INTO grants (id, user_id, client_id, scope, seq, access_expires_at, refresh_expires_at, created_at)
  SELECT ?3, u.id, c.id, ?4, 0, ?5 + ${DAY}, ?5 + 9 * ${DAY}, ?5 FROM users u, ${CLIENT}
  AND u.id = ?6 AND u.disabled_at IS NULL
  AND EXISTS (SELECT 1 FROM consents a WHERE a.user_id = u.id AND a.client_id = c.id)
  ON CONFLICT (id) DO UPDATE SET revoked_at = excluded.created_at RETURNING id, seq, scope`

limit.post('/code', async (c) => {
  const form = await readForm(c)
  const code = form.get('code') ?? ''
  const kept = await c.env.KV.get<{ userId: string; scope: string }>(`code:${code}`, 'json')
  if (!kept) return c.json({ error: 'invalid_grant' }, 400, NO_STORE)
  const values = [form.get('client_id'), form.get('client_secret'), code, kept.scope, now(), kept.userId]
  return answer(c, c.env.DB.prepare(BY_CODE).bind(...values))
})

const BY_REFRESH = `UPDATE grants SET seq = seq + 1, access_expires_at = ?5 + ${DAY}, refresh_expires_at = ?5 + 9 * ${DAY}
  WHERE id = ?3 AND seq = ?4 AND client_id = ?1 AND revoked_at IS NULL AND refresh_expires_at > ?5
  AND EXISTS (SELECT 1 FROM ${CLIENT})
  AND EXISTS (SELECT 1 FROM users u WHERE u.id = grants.user_id AND u.disabled_at IS NULL) RETURNING id, seq, scope`

limit.post('/refresh', async (c) => {
  const form = await readForm(c)
  const [id = '', seq = ''] = (form.get('refresh_token') ?? '').split('.')
  const values = [form.get('client_id'), form.get('client_secret'), id, Number(seq), now()]
  return answer(c, c.env.DB.prepare(BY_REFRESH).bind(...values))
})

const AS_CLIENT = `SELECT g.scope, g.access_expires_at AS exp, g.created_at AS iat, u.id AS sub, u.username FROM ${CLIENT.replace(
  'clients c',
  'clients c LEFT JOIN grants g ON g.id = ?3 AND g.access_expires_at > ?4 LEFT JOIN users u ON u.id = g.user_id',
)}`

limit.post('/introspect', async (c) => {
  const form = await readForm(c)
  const values = [form.get('client_id'), form.get('client_secret'), form.get('token'), now()]
  const { results } = await c.env.DB.prepare(AS_CLIENT)
    .bind(...values)
    .all()
  return c.json({ active: true, ...results[0] }, 200, NO_STORE)
})

const LIVE = `SELECT g.scope, u.username FROM grants g JOIN clients c ON c.id = g.client_id AND c.disabled_at IS NULL
  LEFT JOIN users u ON u.id = g.user_id WHERE g.id = ?1 AND g.access_expires_at > ?2 AND g.revoked_at IS NULL`

limit.get('/api', async (c) => {
  const token = c.req.header('Authorization')?.slice('Bearer '.length)
  if (token?.endsWith('AAAA') !== false) return c.json({ error: 'invalid_token' }, 401, NO_STORE)
  const { results } = await c.env.DB.prepare(LIVE).bind(token, now()).all<{ username: string }>()
  return c.json({ username: results[0]?.username }, 200)
})

const AUTHORIZATION = `SELECT u.id AS userId, a.scope FROM sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL
  JOIN clients c ON c.id = ?2 AND c.uri = ?3 AND c.disabled_at IS NULL
  JOIN consents a ON a.user_id = u.id AND a.client_id = c.id WHERE s.id = ?1 AND s.expires_at > ?4`

limit.get('/authorize', async (c) => {
  const { client_id, redirect_uri, state } = c.req.query()
  const { results } = await c.env.DB.prepare(AUTHORIZATION).bind('s', client_id, redirect_uri, now()).all()
  const code = crypto.randomUUID()
  await c.env.KV.put(`code:${code}`, JSON.stringify(results[0]), { expirationTtl: 60 })
  return c.redirect(`${redirect_uri}?code=${code}&state=${state}`, 303)
})

limit.post('/passkey', async (c) => {
  const user = (await readForm(c)).get('user')
  const { results } = await c.env.DB.prepare(`SELECT id FROM users WHERE id = ?1 AND disabled_at IS NULL`)
    .bind(user)
    .all()
  return begin(c, results[0]?.['id'])
})

limit.post('/link', async (c) => begin(c, (await readForm(c)).get('user')))

/** Keeps a session, and gives it to the browser. */
async function begin(c: LimitContext, user: unknown): Promise<Response> {
  const id = crypto.randomUUID()
  await c.env.DB.prepare(
    `INSERT INTO sessions (id, user_id, expires_at) SELECT ?1, u.id, ?2 FROM users u WHERE u.id = ?3 RETURNING id`,
  )
    .bind(id, now() + DAY, user)
    .all()
  c.header('Set-Cookie', `session=${id}; HttpOnly; Path=/`)
  return c.redirect('/account', 303)
}

limit.get('/discovery', (c) => c.body(DOCUMENT, 200, DOCUMENT_HEADERS))

const DOCUMENT_HEADERS = { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' }
const DOCUMENT = JSON.stringify({
  issuer: 'https://provider.example',
  ...Object.fromEntries(
    ['authorization', 'token', 'revocation', 'introspection'].map((name) => [
      `${name}_endpoint`,
      `https://provider.example/oauth2/${name}`,
    ]),
  ),
  grant_types_supported: ['authorization_code', 'client_credentials', 'password', 'refresh_token'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
})
