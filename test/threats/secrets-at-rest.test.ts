import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, vi } from 'vitest'
import { givenCast, PASSWORD, SECRET } from '../support/fixture.ts'
import { basic, introspect, post, refresh, revoke, token, tokensOf } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { TOKEN } from '../support/refusal.ts'
import { bindingsWith } from '../support/trips.ts'

const WRONG = 'a-wrong-password-that-somebody-typed'
const WRONG_SECRET = 'a-wrong-secret-that-somebody-typed'
const CONSOLE = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const

/** What was said, was given out, and stands in the storage after all that can happen to a token. */
interface Aftermath {
  readonly given: readonly string[]
  readonly logged: string
  readonly stored: string
}

let after: Aftermath

/** Password, refresh, replay, revocation, client credentials, introspection, failed attempts and a failing storage. */
async function liveThrough(): Promise<string[]> {
  const given: string[] = []
  const keep = <T extends { access_token?: string; refresh_token?: string }>(answer: T): T => {
    given.push(...[answer.access_token, answer.refresh_token].filter((value) => value !== undefined))
    return answer
  }
  const first = keep(await tokensOf())
  const second = keep(await refresh(first.refresh_token ?? ''))
  keep(await refresh(second.refresh_token ?? '', { scope: 'read' }))
  await refresh(first.refresh_token ?? '')
  await refresh(`${first.refresh_token}x`)
  const third = keep(await tokensOf({ client_id: 'other' }, { OAUTH_SINGLE_ACCESS_TOKEN: 'true' }))
  await revoke(third.access_token, 'other')
  await revoke(third.refresh_token ?? '', 'other')
  const service = keep(await token({ client_id: 'service', grant_type: 'client_credentials' }))
  await introspect(service.access_token)
  await introspect(first.access_token)
  await tokensOf({ password: WRONG })
  await tokensOf({ password: WRONG, username: PASSWORD })
  await tokensOf({ client_secret: WRONG_SECRET })
  await post('/oauth2/token', { grant_type: 'client_credentials' }, basic('web', WRONG_SECRET))
  await post(
    '/oauth2/token',
    { grant_type: 'client_credentials' },
    { Authorization: `Bearer ${first.access_token}` },
  )
  await post('/oauth2/token', `${SECRET}=1&${SECRET}=2`)
  await post(`/oauth2/token?client_secret=${SECRET}&token=${first.access_token}`, '')
  const broken = bindingsWith(async () => {
    throw new Error('D1_ERROR: internal error')
  })
  await refresh(second.refresh_token ?? '', {}, { ...broken })
  await tokensOf({}, { ...broken })
  return given
}

/** Every table's content, and every key and value of KV, as one text. */
async function dump(): Promise<string> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'`,
  ).all<{ name: string }>()
  const tables = await env.DB.batch(results.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`)))
  const { keys } = await env.KV.list()
  const values = await Promise.all(keys.map(async ({ name }) => [name, await env.KV.get(name)]))
  return JSON.stringify([tables.map((table) => table.results), values])
}

beforeEach(async () => {
  await givenCast()
  const lines: unknown[] = []
  const spies = CONSOLE.map((method) =>
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      lines.push(...args.map((arg) => (arg instanceof Error ? `${arg.stack} ${String(arg.cause)}` : arg)))
    }),
  )
  const given = await liveThrough()
  for (const spy of spies) spy.mockRestore()
  after = { given, logged: JSON.stringify(lines), stored: await dump() }
})

/** Checks that a text helps nobody who reads it. */
function expectHarmless(text: string): void {
  expect(text).not.toMatch(TOKEN)
  for (const value of after.given) {
    expect(text).not.toContain(value)
    // What makes a token of an id is the MAC; without it, the id opens nothing.
    expect(text).not.toContain(value.slice(-43))
  }
  for (const secret of [SECRET, PASSWORD, WRONG, WRONG_SECRET, env.SECRET_KEY ?? 'SECRET_KEY']) {
    expect(text).not.toContain(secret)
    expect(text).not.toContain(btoa(secret).replaceAll('=', ''))
    expect(text).not.toContain(encodeURIComponent(secret))
  }
}

describe('after all that can happen to a token', () => {
  threat(152, 'the storage holds no token, secret or password, right or wrong', async () => {
    expect(after.given).toHaveLength(9)
    expect(new Set(after.given).size).toBe(9)
    // The dump really is one.
    for (const known of ['$scrypt$', 'Application web', 'grant_revoked', 'alice', '"refresh_seq":2']) {
      expect(after.stored).toContain(known)
    }
    expectHarmless(after.stored)
    // People type their password where their name belongs.
    expect(after.stored.toLowerCase()).not.toContain(PASSWORD)
  })

  threat(152, 'an id that the storage holds is no token', async () => {
    const { results } = await env.DB.prepare(
      "SELECT id FROM grants UNION ALL SELECT id || '.' || refresh_seq FROM grants",
    ).all<{ id: string }>()
    expect(results.length).toBeGreaterThan(4)
    for (const { id } of results) {
      for (const value of [id, `at_${id}`, `rt_${id}`, `at_${id}${'A'.repeat(42)}`]) {
        expect(await introspect(value, 'web')).toMatchObject({ active: false })
        expect(await refresh(value)).toMatchObject({ error: 'invalid_grant' })
      }
    }
  })

  threat(151, 'the log holds no token, secret or password either, and says what went wrong', async () => {
    for (const known of ['invalid_grant: wrong password', 'D1 did not answer', 'D1_ERROR: internal error']) {
      expect(after.logged).toContain(known)
    }
    expectHarmless(after.logged)
    expect(after.logged).not.toContain('Authorization:')
  })
})
