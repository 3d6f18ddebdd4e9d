import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { randomId } from '../../src/crypto/bytes.ts'
import { fillSkeletons, usernameSkeleton } from '../../src/identity/skeleton.ts'
import { usernameKey } from '../../src/identity/usernames.ts'
import type { AdminStore, UserRecord } from '../../src/store/admin-store.ts'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { givenClient } from '../support/fixture.ts'
import { all, mark, NOW, sentTwice } from '../support/operator.ts'

const store = createAdminStore(env.DB)

async function createUser(
  username: string,
  email: string | null = null,
  into: AdminStore = store,
): Promise<UserRecord | 'username taken' | 'email taken'> {
  const keys = {
    usernameKey: usernameKey(username),
    usernameSkeleton: usernameSkeleton(username),
    emailKey: email && usernameKey(email),
  }
  const user = { id: randomId(), username, email, passwordHash: 'first hash', isStaff: false, ...keys }
  return into.createUser(user, mark())
}

async function givenUser(username: string): Promise<UserRecord> {
  const user = await createUser(username)
  if (typeof user === 'string') throw new Error(user)
  return user
}

/** A session, a consent and a grant with tokens of a user; the user's throttle counter. */
async function givenSignIn(user: UserRecord, clientId: string): Promise<void> {
  const { id, username } = user
  await env.DB.batch(
    [
      `INSERT INTO sessions (id, user_id, auth_time, last_seen_at, expires_at) VALUES ('s-${username}', '${id}', 1, 1, ${NOW + 99})`,
      `INSERT INTO authorized_clients (user_id, client_id, id, scope, authorized_at, updated_at)
        VALUES ('${id}', '${clientId}', 'c-${username}', 'read', 1, 1)`,
      `INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, refresh_expires_at, access_expires_at, expires_at,
        created_at) VALUES ('g-${username}', '${id}', '${clientId}', 'password', 'read', 1, ${NOW + 99}, ${NOW + 99}, ${NOW + 99}, 1)`,
      `INSERT INTO throttle (key, count, reset_at, op) VALUES ('k-${username}', 10, ${NOW + 99}, 'x')`,
      `UPDATE clients SET owner_id = '${id}' WHERE client_id = '${clientId}'`,
    ].map((sql) => env.DB.prepare(sql)),
  )
}

/** What lives of the sign-ins of the tests. */
async function living(): Promise<readonly unknown[]> {
  const rows = await all(`SELECT id FROM sessions WHERE revoked_at IS NULL
    UNION ALL SELECT id FROM grants WHERE revoked_at IS NULL UNION ALL SELECT key FROM throttle ORDER BY 1`)
  return rows.map(({ id }) => id)
}

/** Those of some tables that hold a row. */
async function notEmpty(tables: readonly string[]): Promise<readonly string[]> {
  const rows = await Promise.all(tables.map((table) => all(`SELECT 1 FROM ${table}`)))
  return tables.filter((_, at) => rows[at]?.length !== 0)
}

describe('createUser', () => {
  it('keeps everything but the password', async () => {
    const created = await createUser('Ada', 'Ada@Example.org')
    expect(created).toMatchObject({
      username: 'Ada',
      email: 'Ada@Example.org',
      isStaff: false,
      isActive: true,
    })
    expect(JSON.stringify(created)).not.toContain('hash')
    expect(await store.readUser('ada')).toEqual(created)
  })

  it('says what is taken, by the normalised form', async () => {
    await createUser('ada', 'ada@example.org')
    expect(await createUser('ADA')).toBe('username taken')
    expect(await createUser('ａｄａ', 'ada@example.org')).toBe('username taken')
    expect(await createUser('bob', 'ADA@example.org')).toBe('email taken')
    expect(await all('SELECT 1 FROM users')).toHaveLength(1)
    expect(await all('SELECT type FROM audit_events')).toHaveLength(1)
  })

  it('makes one of many that want the same name at once', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => createUser('ada')))
    expect(made.filter((user) => user !== 'username taken')).toHaveLength(1)
  })

  it('gives the same answer when its reply was lost', async () => {
    expect(await createUser('ada', null, createAdminStore(sentTwice(env.DB)))).toMatchObject({
      username: 'ada',
    })
  })

  it('lets many have no address', async () => {
    for (const name of ['c', 'a', 'b']) await givenUser(name)
    expect(await all('SELECT 1 FROM users WHERE email IS NULL')).toHaveLength(3)
  })
})

describe('what names look like', () => {
  it('is kept for those who were there before, without changing who signs in', async () => {
    await givenUser('ada')
    await all("UPDATE users SET username_skeleton = NULL WHERE username = 'ada'")
    await all(
      "INSERT INTO users (id, username, username_key, password_hash, password_changed_at, created_at) VALUES ('1', 'B0b', 'b0b', '!', 0, 0)",
    )
    expect(await fillSkeletons(store, 9)).toBe(2)
    expect(await fillSkeletons(store, 9)).toBe(0)
    expect(
      await all('SELECT username, username_key, username_skeleton FROM users ORDER BY username'),
    ).toEqual([
      { username: 'B0b', username_key: 'b0b', username_skeleton: 'bob' },
      { username: 'ada', username_key: 'ada', username_skeleton: 'ada' },
    ])
  })

  it('does not keep staff from giving a name that looks like another', async () => {
    await givenUser('bob')
    expect(await createUser('b0b')).toMatchObject({ username: 'b0b' })
  })
})

describe('setPassword', () => {
  it('ends sessions, grants and the throttle of this user alone', async () => {
    await givenClient('app')
    await givenSignIn(await givenUser('ada'), 'app')
    await givenSignIn(await givenUser('bob'), 'app')
    expect(await store.setPassword('ada', 'second hash', 'k-ada', mark())).toMatchObject({
      passwordChangedAt: NOW,
    })
    expect(await living()).toEqual(['g-bob', 'k-bob', 's-bob'])
    expect(await all("SELECT password_hash FROM users WHERE username = 'ada'")).toEqual([
      { password_hash: 'second hash' },
    ])
    expect(await all("SELECT revoke_reason FROM grants WHERE id = 'g-ada'")).toEqual([
      { revoke_reason: 'password_changed' },
    ])
  })

  it('leaves the throttle alone where its key is not known', async () => {
    await givenClient('app')
    await givenSignIn(await givenUser('ada'), 'app')
    await store.setPassword('ada', 'second hash', null, mark())
    expect(await living()).toEqual(['k-ada'])
  })

  it('tells its event once when its reply was lost', async () => {
    await givenUser('ada')
    const lossy = createAdminStore(sentTwice(env.DB))
    expect(await lossy.setPassword('ada', 'second hash', null, mark())).toMatchObject({ username: 'ada' })
    expect(await all("SELECT type FROM audit_events WHERE type = 'password_changed'")).toHaveLength(1)
  })

  it('knows that there is no such user', async () => {
    expect(await store.setPassword('nobody', 'hash', 'k', mark())).toBeNull()
    expect(await all('SELECT type FROM audit_events')).toEqual([])
  })
})

describe('setUserActive', () => {
  it('ends what a disabled user has, and gives nothing back', async () => {
    await givenClient('app')
    await givenSignIn(await givenUser('ada'), 'app')
    await givenSignIn(await givenUser('bob'), 'app')
    expect(await store.setUserActive('ada', false, mark())).toMatchObject({ isActive: false })
    expect(await store.setUserActive('ada', false, mark(1))).toMatchObject({ isActive: false })
    expect(await store.setUserActive('ada', true, mark(2))).toMatchObject({ isActive: true })
    expect(await living()).toEqual(['g-bob', 'k-ada', 'k-bob', 's-bob'])
    const events = await all("SELECT type FROM audit_events WHERE type LIKE 'user_%abled' ORDER BY id")
    expect(events).toEqual([{ type: 'user_disabled' }, { type: 'user_enabled' }])
  })

  it('knows that there is no such user', async () => {
    expect(await store.setUserActive('nobody', true, mark())).toBeNull()
  })
})

describe('deleting', () => {
  it('a user takes all that hangs from the user, and leaves the clients that the user owned', async () => {
    await givenClient('app')
    await givenSignIn(await givenUser('ada'), 'app')
    expect(await store.deleteUser('ada', mark())).toBe(true)
    expect(await store.deleteUser('ada', mark())).toBe(false)
    expect(await notEmpty(['users', 'sessions', 'authorized_clients', 'grants'])).toEqual([])
    expect(await all('SELECT owner_id FROM clients')).toEqual([{ owner_id: null }])
  })

  it('a client takes all that hangs from the client, and leaves its owner', async () => {
    await givenClient('app')
    await givenSignIn(await givenUser('ada'), 'app')
    expect(await store.deleteClient('app', mark())).toBe(true)
    expect(
      await notEmpty(['clients', 'client_redirect_uris', 'client_secrets', 'authorized_clients', 'grants']),
    ).toEqual([])
    expect(await all('SELECT username FROM users')).toEqual([{ username: 'ada' }])
    expect(await all('SELECT id FROM sessions')).toEqual([{ id: 's-ada' }])
  })
})

async function namesOfScopes(): Promise<unknown[]> {
  const { records } = await store.browse('scopes', { filters: {}, after: null, limit: 10 }, NOW)
  return records.map(({ name }) => name)
}

describe('scopes', () => {
  it('are made once, listed by name, deleted once', async () => {
    expect(await store.createScope('write', 'Change things', mark())).toEqual({
      name: 'write',
      description: 'Change things',
      createdAt: NOW,
    })
    expect(await store.createScope('write', 'Other words', mark())).toBeNull()
    await store.createScope('email', 'See the address', mark())
    expect(await namesOfScopes()).toEqual(['email', 'write'])
    expect(await store.findScopes(['write', 'writ', 'delete'])).toEqual(['write'])
    expect(await store.deleteScope('write', mark())).toBe(true)
    expect(await store.deleteScope('write', mark())).toBe(false)
    expect(await namesOfScopes()).toEqual(['email'])
  })

  it('give the same answer when a reply was lost', async () => {
    expect(await createAdminStore(sentTwice(env.DB)).createScope('a', 'A', mark())).toMatchObject({
      name: 'a',
    })
    expect(await createAdminStore(sentTwice(env.DB)).deleteScope('a', mark())).toBe(true)
  })
})
