import { beforeAll, describe, expect, it } from 'vitest'
import { createSession } from '../../src/cli/open-store.ts'
import { type CliRecord, jsonOf, runOn, openState } from './run-cli.ts'

/** What people, attackers and old systems put into a name. */
const ODD = [
  'plain',
  ' spaces around ',
  '\u202Egnp.exe',
  'zero\u200Bwidth',
  'line\nbreak',
  'carriage\rreturn',
  'tab\tinside',
  '\u001B[31mred\u001B[0m',
  '\u001B]0;title\u0007',
  '\u009B2J',
  '\u0008\u0008erased',
  '\u2028separated',
  '\u{E0061}tag',
  'e\u0301\u0301\u0301 combined',
  '👩‍👩‍👧‍👦',
  'İstanbul ß ǅ',
  'عربي',
  "'; DROP TABLE users; --",
  '%_%',
  '__proto__',
  '$(reboot)',
  '--yes',
  'x'.repeat(150),
]
const COUNT = 1000
const name = (index: number): string => `${ODD[index % ODD.length] ?? ''} ${index}`
const NUMBERS = Array.from({ length: COUNT }, (_, index) => index)

const state = await openState()
beforeAll(async () => {
  for (const sql of [
    `INSERT INTO users (id, username, username_key, password_hash, password_changed_at, created_at)
     SELECT 'u' || key, value, value, '!', 0, key FROM json_each(?)`,
    `INSERT INTO clients (client_id, type, name, grant_types, response_types, created_at, updated_at)
     SELECT value, 'public', value, '[]', '[]', key, key FROM json_each(?)`,
    `INSERT INTO scopes (name, description, created_at) SELECT value, value, key FROM json_each(?)`,
  ])
    await state.db
      .prepare(sql)
      .bind(JSON.stringify(NUMBERS.map(name)))
      .run()
})

const cli = (...args: readonly string[]) =>
  runOn(async () => createSession({ db: state.db, close: async () => {} }, null), args)

describe('a list of 1,000 odd names', () => {
  it.each([
    ['user', 'username'],
    ['client', 'client_id'],
    ['scope', 'name'],
  ])('has every %s as it is in JSON', async (noun, field) => {
    const records = jsonOf<readonly CliRecord[]>(await cli(noun, 'list', '--json'))
    const found = records.map((record) => String(record[field]))
    expect(new Set(found).size).toBe(found.length)
    expect(NUMBERS.map(name).filter((each) => !found.includes(each))).toEqual([])
  })

  it.each(['user', 'client', 'scope'])('has a line for every %s, which moves no cursor', async (noun) => {
    const records = jsonOf<readonly CliRecord[]>(await cli(noun, 'list', '--json'))
    const { code, stderr, stdout } = await cli(noun, 'list')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(records.length + 1)
    expect(lines.filter((line) => /[\p{C}\p{Zl}\p{Zp}]/u.test(line))).toEqual([])
  })
})
