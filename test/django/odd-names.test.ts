import { describe, expect, it } from 'vitest'
import type { ImportEvent } from '../../src/django/import-report.ts'
import { importRecords, tableOf } from '../support/import.ts'

/** What people, attackers and old systems have put into a text field. */
const ODD = [
  'ada',
  ' spaces around ',
  'tab\tinside',
  'line\nbreak',
  '\0nul\0',
  '\u001B[31mred\u001B[0m',
  '\u202Egnp.exe',
  'zero\u200Bwidth',
  '\u2800',
  '\u0301mark',
  '\uD800alone',
  '👩‍👩‍👧‍👦',
  '𝓪𝓭𝓪',
  'Ａｄａ',
  'ǅ',
  'ß',
  'SS',
  'İstanbul',
  'عربي',
  "'; DROP TABLE users; --",
  '"quoted"',
  '`tick`',
  '%_%',
  '__proto__',
  'constructor',
  'toString',
  '$.id',
  '=HYPERLINK("http://evil.example")',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  'system',
  'a'.repeat(150),
  'b'.repeat(151),
  '😀'.repeat(150),
  '0',
  'null',
  'undefined',
  'NaN',
  'x@y',
  '{"a":1}',
] as const
const COUNT = 1000

/** The n-th of a thousand names: each odd one plain, then with numbers before and behind. */
const nameAt = (n: number): string => {
  const odd = ODD[n % ODD.length] ?? ''
  const round = Math.floor(n / ODD.length)
  return round === 0 ? odd : round % 2 === 0 ? `${odd}${round}` : `${round}${odd}`
}
const times = <T>(make: (name: string, n: number) => T): T[] =>
  Array.from({ length: COUNT }, (_, n) => make(nameAt(n), n))

/** Imports records, and checks that each is counted once, and that each that is not taken is told of, with a reason. */
async function importAll(
  records: readonly object[],
): Promise<{ readonly created: number; readonly skipped: number }> {
  const events: ImportEvent[] = []
  const { models } = await importRecords(records, { onEvent: (event) => events.push(event) })
  const tallies = Object.values(models)
  const created = tallies.reduce((sum, tally) => sum + tally.created, 0)
  const skipped = tallies.reduce(
    (sum, tally) => sum + tally.skipped.reduce((count, { count: more }) => count + more, 0),
    0,
  )
  expect(created + skipped).toBe(records.length)
  const told = events.filter((event) => 'reason' in event)
  expect(told).toHaveLength(skipped)
  expect(told.filter(({ reason }) => reason === '')).toEqual([])
  return { created, skipped }
}

describe('a dump with a thousand entries of odd names', () => {
  it(
    'has its users taken or named, and nothing changes when it comes again',
    { timeout: 60_000 },
    async () => {
      const records = times((username, n) => ({
        model: 'auth.user',
        pk: n,
        fields: { username, email: `${username}@example.com`, first_name: username, password: '!' },
      }))
      const { created, skipped } = await importAll(records)
      expect(created).toBeGreaterThan(500)
      expect(skipped).toBeGreaterThan(100)
      const users = await tableOf('users')
      expect(users).toHaveLength(created)
      const names = users.map((row) => String(row['username']))
      expect(names).toEqual(expect.arrayContaining(["'; DROP TABLE users; --", '__proto__', 'عربي']))
      expect(names.filter((name) => /[\p{C}\p{Default_Ignorable_Code_Point}]/u.test(name))).toEqual([])
      expect(new Set(users.map((row) => row['username_key'])).size).toBe(created)
      expect(await importAll(records)).toEqual({ created: 0, skipped: COUNT })
      expect(await tableOf('users')).toEqual(users)
    },
  )

  it(
    'has the tokens of its users go to them, by pk and by name, and to nobody else',
    { timeout: 60_000 },
    async () => {
      const users = times((username, n) => ({
        model: 'auth.user',
        pk: n,
        fields: { username, password: '!' },
      }))
      const client = {
        model: 'oauth2_provider.application',
        pk: 1,
        fields: { client_id: 'shop', authorization_grant_type: 'password', client_type: 'public' },
      }
      const tokens = times((username, n) => ({
        model: 'oauth2_provider.accesstoken',
        pk: n,
        fields: {
          user: n % 2 === 0 ? n : [username],
          application: 1,
          token: `access-token-number-${n}`,
          expires: '2099-01-01T00:00:00Z',
          scope: 'read',
        },
      }))
      await importAll([...users, client, ...tokens])
      const here = await tableOf('users')
      const grants = await tableOf('grants')
      expect(grants).toHaveLength(here.length)
      expect(new Set(grants.map((row) => row['user_id']))).toEqual(new Set(here.map((row) => row['id'])))
    },
  )

  it('has its scopes and clients taken or named', { timeout: 60_000 }, async () => {
    const scopes = times((name, n) => ({ model: 'oauth2.scope', pk: n, fields: { name, description: name } }))
    const clients = times((name, n) => ({
      model: 'oauth2.client',
      pk: n,
      fields: {
        client_id: name,
        client_secret: `${name}$${n}`,
        client_type: 0,
        name,
        url: name,
        redirect_uri: n % 3 === 0 ? `https://shop.example/${encodeURIComponent(n)}` : name,
      },
    }))
    const { created } = await importAll([...scopes, ...clients])
    expect(await tableOf('scopes')).not.toEqual([])
    expect((await tableOf('scopes')).length + (await tableOf('clients')).length).toBe(created)
    expect((await importAll([...scopes, ...clients])).created).toBe(0)
  })
})
