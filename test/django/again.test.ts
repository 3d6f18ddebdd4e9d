import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { randomId } from '../../src/crypto/bytes.ts'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { givenUser } from '../support/fixture.ts'
import { importRecords, OPTIONS, tableOf } from '../support/import.ts'

const user = (pk: number, username: string) => ({
  model: 'auth.user',
  pk,
  fields: { username, password: '!' },
})
const application = (fields: object = {}) => ({
  model: 'oauth2_provider.application',
  pk: 1,
  fields: {
    client_id: 'shop',
    client_secret: 'a secret of the shop',
    client_type: 'confidential',
    authorization_grant_type: 'password',
    redirect_uris: '',
    name: 'Shop',
    ...fields,
  },
})
const accessToken = (pk: number, owner: unknown) => ({
  model: 'oauth2_provider.accesstoken',
  pk,
  fields: {
    user: owner,
    application: 1,
    token: `access-token-number-${pk}`,
    expires: '2099-01-01T00:00:00Z',
    scope: 'read',
  },
})
const refreshToken = (pk: number, owner: unknown) => ({
  model: 'oauth2_provider.refreshtoken',
  pk,
  fields: { user: owner, application: 1, token: `refresh-token-number-${pk}`, access_token: pk },
})
const scope = { model: 'oauth2.scope', pk: 1, fields: { name: 'mail', description: 'Mail' } }

/** Whom each grant belongs to, by username. */
async function holders(): Promise<readonly unknown[]> {
  const { results } = await env.DB.prepare(
    'SELECT u.username AS username FROM grants g JOIN users u ON u.id = g.user_id ORDER BY 1',
  ).all()
  return results.map(({ username }) => username)
}
const reasons = async (...parameters: Parameters<typeof importRecords>) =>
  Object.fromEntries(
    Object.entries((await importRecords(...parameters)).models).map(([model, { skipped }]) => [
      model,
      skipped.map(({ count, reason, records }) => `${count} ${reason}: ${records.join()}`),
    ]),
  )
const DELETED = 'it has been deleted here since an earlier import (--restore brings it back)'

describe('a name in a dump', () => {
  it('never means a user who is here, but whom the dump has not brought', async () => {
    await givenUser('ada')
    const found = await reasons([application({ user: ['ada'] }), accessToken(1, ['ada'])])
    expect(found['oauth2_provider.accesstoken']).toEqual(['1 its user was not imported: 1'])
    expect(await holders()).toEqual([])
    expect(await tableOf('clients')).toMatchObject([{ client_id: 'shop', owner_id: null }])
    expect(await tableOf('authorized_clients')).toEqual([])
  })

  it('never means the user of another source', async () => {
    await importRecords([user(1, 'ada')])
    const options = { ...OPTIONS, source: 'shop' }
    await importRecords([application(), accessToken(1, ['ada']), accessToken(2, 1)], { options })
    expect(await holders()).toEqual([])
    await importRecords([application(), accessToken(3, ['ada']), accessToken(4, 1)])
    expect(await holders()).toEqual(['ada', 'ada'])
  })

  it('never means the user of the dump whose name differs in case alone', async () => {
    const records = [user(1, 'ada'), user(2, 'ADA'), application(), accessToken(1, ['ADA'])]
    for (const dry of [true, false]) {
      expect((await reasons(records, { dry }))['oauth2_provider.accesstoken']).toEqual([
        '1 its user was not imported: 1',
      ])
    }
    expect(await holders()).toEqual([])
  })

  it('never means who had the name before, where a new user of the source was not taken for it', async () => {
    await importRecords([user(1, 'ada'), application()])
    await importRecords([user(9, 'ada'), application(), accessToken(1, ['ada'])])
    expect(await holders()).toEqual([])
  })

  it('means who has the name in the source now, though two users have swapped theirs', async () => {
    await importRecords([user(1, 'ada'), user(2, 'bob'), application()])
    await importRecords([user(1, 'cleo'), user(2, 'ada'), application(), accessToken(1, ['ada'])])
    const [grant] = await tableOf('grants')
    const [second] = (await tableOf('users')).filter(({ id }) => id === grant?.['user_id'])
    expect(second).toMatchObject({ username: 'ada' })
    expect(await tableOf('users')).toHaveLength(2)
  })

  it('that has several fields is refused: the first of them may name somebody else', async () => {
    const records = [user(1, 'ada'), application(), accessToken(1, ['ada', 'tenant-2'])]
    expect((await reasons(records))['oauth2_provider.accesstoken']).toEqual([
      '1 its user has a natural key of several fields: 1',
    ])
    expect(await holders()).toEqual([])
  })
})

describe('a record that was deleted here', () => {
  const records = [user(1, 'ada'), user(2, 'bob'), scope, application(), accessToken(1, 1), accessToken(2, 2)]
  const mark = () => ({ id: randomId(), now: Math.floor(Date.now() / 1000), network: null, actor: 'cli' })

  it('is not brought back by running the import again; the report names it', async () => {
    await importRecords(records)
    const store = createAdminStore(env.DB)
    expect(await store.deleteUser('ada', mark())).toBe(true)
    expect(await store.deleteClient('shop', mark())).toBe(true)
    expect(await store.deleteScope('mail', mark())).toBe(true)
    const expected = {
      'auth.user': [`1 ${DELETED}: 1`, '1 it exists already: 2'],
      'oauth2.scope': [`1 ${DELETED}: 1`],
      'oauth2_provider.accesstoken': ['2 its client was not imported: 1,2'],
      'oauth2_provider.application': [`1 ${DELETED}: 1`],
    }
    expect(await reasons(records, { dry: true })).toEqual(expected)
    expect(await reasons(records)).toEqual(expected)
    expect(await tableOf('users')).toMatchObject([{ username: 'bob' }])
    expect([await tableOf('clients'), await tableOf('scopes'), await holders()]).toEqual([[], [], []])
  })

  it('is brought back where that is asked for', async () => {
    await importRecords(records)
    const store = createAdminStore(env.DB)
    await store.deleteUser('ada', mark())
    await store.deleteClient('shop', mark())
    await store.deleteScope('mail', mark())
    const { models } = await importRecords(records, { restore: true })
    expect(models).toMatchObject({
      'auth.user': { created: 1 },
      'oauth2.scope': { created: 1 },
      'oauth2_provider.application': { created: 1 },
    })
    expect(await tableOf('users')).toHaveLength(2)
  })

  it('gives nothing to a person who has taken the name here since', async () => {
    await importRecords([user(1, 'ada'), application()])
    await createAdminStore(env.DB).deleteUser('ada', mark())
    await givenUser('ada')
    await importRecords([user(1, 'ada'), application(), accessToken(1, 1), accessToken(2, ['ada'])])
    expect(await holders()).toEqual([])
  })

  it('leaves no name behind', async () => {
    await importRecords([user(1, 'somebody')])
    await createAdminStore(env.DB).deleteUser('somebody', mark())
    expect(JSON.stringify(await tableOf('imported_records'))).not.toContain('somebody')
    expect(await tableOf('imported_records')).toHaveLength(1)
  })
})

describe('a token of a dump that was purged here', () => {
  const records = [user(1, 'ada'), application(), accessToken(1, 1), refreshToken(1, 1), accessToken(2, null)]
  const expected = {
    'auth.user': ['1 it exists already: 1'],
    'oauth2_provider.application': ['1 it exists already: 1'],
    'oauth2_provider.accesstoken': [`2 ${DELETED}: 1,2`],
    'oauth2_provider.refreshtoken': [`1 ${DELETED}: 1`],
  }
  /** Imports, revokes what came, and lets the purge forget it. */
  async function importAndForget(): Promise<void> {
    await importRecords(records)
    const now = Math.floor(Date.now() / 1000)
    const store = createAdminStore(env.DB)
    await store.revokeTokens(
      { usernameKey: null, clientId: 'shop' },
      { id: randomId(), now, network: null, actor: 'cli' },
    )
    await env.DB.prepare('UPDATE grants SET expires_at = 1').run()
    for (let walk = 0; walk < 2; walk++) await store.purge(100, now)
    expect([await tableOf('grants'), await tableOf('token_aliases')]).toEqual([[], []])
  }

  it('is not brought back by running the import again, and the report names it', async () => {
    await importAndForget()
    for (const dry of [true, false]) expect(await reasons(records, { dry })).toEqual(expected)
    expect([await tableOf('grants'), await tableOf('token_aliases')]).toEqual([[], []])
  })

  it('is brought back if that is asked for', async () => {
    await importAndForget()
    const { models } = await importRecords(records, { restore: true })
    expect(models).toMatchObject({
      'oauth2_provider.accesstoken': { created: 2 },
      'oauth2_provider.refreshtoken': { created: 1 },
    })
    expect(await tableOf('grants')).toHaveLength(2)
  })

  it('is taken if the import before had no access token for it', async () => {
    await importRecords([user(1, 'ada'), application(), refreshToken(1, 1)])
    expect(await tableOf('grants')).toEqual([])
    const { models } = await importRecords(records)
    expect(models['oauth2_provider.refreshtoken']).toMatchObject({ created: 1 })
    expect(await tableOf('grants')).toHaveLength(2)
  })

  it('does not come back with another access token either', async () => {
    await importAndForget()
    const again = { ...refreshToken(1, 1), fields: { ...refreshToken(1, 1).fields, access_token: 3 } }
    const found = await reasons([user(1, 'ada'), application(), accessToken(3, 1), again])
    expect(found['oauth2_provider.refreshtoken']).toEqual([`1 ${DELETED}: 1`])
  })
})
