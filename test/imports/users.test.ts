import { pbkdf2Sync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { DjangoImportResult } from '../../src/django/import-django.ts'
import { readJsonObjects } from '../../src/django/json-objects.ts'
import { djangoPasswordProblem } from '../../src/django/known-hashes.ts'
import { slicedPbkdf2 } from '../../src/django/sliced-pbkdf2.ts'
import { AUTH0_USER, auth0Records, readAuth0Hashes } from '../../src/imports/auth0.ts'
import { KEYCLOAK_USER, keycloakRecords } from '../../src/imports/keycloak.ts'
import hashLines from '../fixtures/auth0/hashes.jsonl?raw'
import userLines from '../fixtures/auth0/users.jsonl?raw'
import realm from '../fixtures/keycloak/realm.json?raw'
import { givenClient, SECRET } from '../support/fixture.ts'
import { answerOf, post } from '../support/http.ts'
import { importRecords, OPTIONS, tableOf } from '../support/import.ts'

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}
const objects = (text: string) => readJsonObjects(bytesOf(text))

/** Imports users as the command does. */
async function importUsers(
  read: Parameters<typeof importRecords>[1] & object,
  userModel: string,
  uncheckable: string[] = [],
): Promise<DjangoImportResult> {
  const onUncheckable = (problem: string, count: number) => uncheckable.push(`${count} ${problem}`)
  return importRecords([], { ...read, options: { ...OPTIONS, source: 'acme', userModel }, onUncheckable })
}
const importAuth0 = async (users: string, hashes = '', uncheckable: string[] = []) => {
  const known = await readAuth0Hashes(objects(hashes === '' ? '[]' : hashes))
  return importUsers({ read: () => auth0Records(objects(users), known) }, AUTH0_USER, uncheckable)
}
const importRealm = async (text: string, uncheckable: string[] = []) =>
  importUsers({ read: () => keycloakRecords(objects(text)) }, KEYCLOAK_USER, uncheckable)

async function signIn(username: string, password: string): Promise<number> {
  const form = { client_id: 'own', client_secret: SECRET, grant_type: 'password', username, password }
  return (await answerOf(await post('/oauth2/token', form))).status
}
const RESET = 'The user needs a new password: set one with user set-password.'

describe('users of Auth0', () => {
  it('come with their hashes, and sign in with their passwords', { timeout: 60_000 }, async () => {
    const uncheckable: string[] = []
    const { models } = await importAuth0(userLines, hashLines, uncheckable)
    expect(models).toEqual({
      [AUTH0_USER]: {
        created: 4,
        updated: 0,
        skipped: [
          {
            reason: 'it has nothing in its field username',
            count: 1,
            records: ['sms|64f1c0de0000000000000005'],
          },
        ],
      },
    })
    expect(uncheckable).toEqual([`2 The user has no password. ${RESET}`])
    const users = await tableOf('users')
    expect(users).toHaveLength(4)
    expect(users.find(({ username }) => username === 'ada@example.com')).toMatchObject({
      profile: '{"given_name":"Ada","family_name":"Lovelace"}',
      created_at: Date.UTC(2023, 8, 1, 10, 43, 58) / 1000,
      is_staff: 0,
    })
    await givenClient('own')
    expect(await signIn('ada@example.com', 'password of ada')).toBe(200)
    expect(await signIn('bob', 'password of bob')).toBe(200)
    expect(await signIn('bob', 'password of ada')).toBe(400)
    expect(await signIn('cleo@example.com', 'password of cleo')).toBe(400)
    expect((await importAuth0(userLines, hashLines)).models[AUTH0_USER]).toMatchObject({
      created: 0,
      updated: 0,
    })
  })

  it('come from the export of hashes alone, as the same users', async () => {
    const uncheckable: string[] = []
    await importAuth0(hashLines, '', uncheckable)
    expect(uncheckable).toEqual([`1 bcrypt with cost 15 takes longer than a request may. ${RESET}`])
    const before = await tableOf('users')
    expect(before).toHaveLength(4)
    expect((await importAuth0(userLines, hashLines)).models[AUTH0_USER]).toMatchObject({ created: 1 })
    expect(await tableOf('users')).toHaveLength(5)
  })
})

describe('users of Keycloak', () => {
  it(
    'sign in with their passwords by PBKDF2 and Argon2; who cannot is said before',
    { timeout: 60_000 },
    async () => {
      const uncheckable: string[] = []
      const { models } = await importRealm(realm, uncheckable)
      expect(models).toEqual({ [KEYCLOAK_USER]: { created: 8, updated: 0, skipped: [] } })
      expect(uncheckable).toEqual([
        `1 PBKDF2 with 600000 iterations of sha512 takes longer than a request may. ${RESET}`,
        `1 Argon2 with 65536 KiB of memory and 3 rounds needs more than a Worker has. ${RESET}`,
        `1 The password format "md5-crypt" is not known. ${RESET}`,
        `1 The user has no password. ${RESET}`,
      ])
      await givenClient('own')
      for (const name of ['ada', 'bob', 'cleo']) {
        expect(await signIn(name, `password of ${name}`)).toBe(200)
        expect(await signIn(name, 'password of dan')).toBe(400)
      }
      expect(await signIn('dan', 'password of dan')).toBe(400)
      expect((await tableOf('users')).map(({ username }) => username)).not.toContain('service-account-shop')
    },
  )

  it('come from files with some users each, and again without harm', async () => {
    const { users } = JSON.parse(realm) as { readonly users: readonly object[] }
    await importRealm(JSON.stringify({ realm: 'acme', users: users.slice(0, 3) }))
    expect((await importRealm(JSON.stringify(users))).models[KEYCLOAK_USER]).toMatchObject({
      created: 5,
      skipped: [{ reason: 'it exists already', count: 3 }],
    })
  })

  it.each([
    ['{}', '{}'],
    ['not JSON', '[]'],
    ['{"value":1,"salt":null}', '{"algorithm":"argon2","hashIterations":"x"}'],
    ['{"value":"$","salt":"$"}', '{"algorithm":"pbkdf2-sha256","hashIterations":-1}'],
    ['{"value":"AAAA","salt":"AAAA"}', '{"algorithm":"__proto__"}'],
    ['{"value":"AAAA","salt":"AAAA"}', '{"algorithm":"constructor"}'],
  ])('whose credentials are %s %s need a new password', async (secretData, credentialData) => {
    const credentials = [{ type: 'password', secretData, credentialData }]
    const { models } = await importRealm(JSON.stringify([{ id: 'x', username: 'ada', credentials }]))
    expect(models).toMatchObject({ [KEYCLOAK_USER]: { created: 1 } })
    expect(await tableOf('users')).toMatchObject([{ username: 'ada', password_hash: '!' }])
  })
})

describe('PBKDF2 with SHA-512 in slices', () => {
  it.each([
    ['a password', 'pässword'],
    ['an empty secret of a client', ''],
  ])(
    'derives what the runtime does from a salt of bytes and %s',
    { timeout: 60_000 },
    async (_, password) => {
      const salt = Uint8Array.of(255, 0, 128, 1)
      const iterations = 16_390
      const derived = await slicedPbkdf2(password, { salt, iterations, digest: 'sha512' })
      expect([...derived]).toEqual([...pbkdf2Sync(password, salt, iterations, 64, 'sha512')])
    },
  )

  it('counts four times towards what a request may take', () => {
    const hash = (count: number) => `pbkdf2$sha512$${count}$AAAA$${'A'.repeat(86)}==`
    expect(djangoPasswordProblem(hash(375_000))).toBeNull()
    expect(djangoPasswordProblem(hash(375_001))).toContain('takes longer than a request may')
  })
})
