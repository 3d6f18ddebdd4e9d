import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { givenCast, SECRET } from './support/fixture.ts'
import {
  answerOf,
  introspect,
  post,
  refresh,
  revoke,
  send,
  token,
  tokensOf,
  type Vars,
} from './support/http.ts'
import { must } from './support/must.ts'
import { expectNoSecret, expectRefusal } from './support/refusal.ts'
import { givenTokens, isActive, type Pair } from './support/tokens.ts'
import { type Around, bindingsWith } from './support/trips.ts'

const NO_REUSE = { OAUTH_REFRESH_REUSE_INTERVAL: '0' }
const DOWN = 'D1_ERROR: internal error at /srv/db.ts:12 with the-secret-of-a-client'

/** Bindings of which one always fails. */
const failing = (broken: 'd1' | 'kv'): Vars => {
  const around: Around = async (call, binding) => {
    if (binding === broken) throw new Error(DOWN)
    return call()
  }
  return { ...bindingsWith(around) }
}

/** Bindings that do what they are asked in the call of that number, but lose the reply. */
function losing(number: number): Vars {
  let calls = 0
  const around: Around = async (call) => {
    const answer = await call()
    if (++calls === number) throw new Error('D1_ERROR: Network connection lost.')
    return answer
  }
  return { ...bindingsWith(around) }
}

let alice = ''
let pair: Pair

beforeEach(async () => {
  ;({ alice } = await givenCast())
  pair = await givenTokens(alice)
})

/** Every row of every table, to see whether anything changed. */
async function everything(): Promise<string> {
  const tables = ['audit_events', 'clients', 'grants', 'throttle', 'users']
  const rows = await env.DB.batch(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)))
  return JSON.stringify(rows.map(({ results }) => results))
}

describe('a D1 that fails', () => {
  const requests: Record<string, (vars: Vars) => Promise<Response>> = {
    client_credentials: (vars) =>
      post(
        '/oauth2/token',
        { client_id: 'service', client_secret: SECRET, grant_type: 'client_credentials' },
        {},
        vars,
      ),
    introspection: (vars) =>
      post('/oauth2/introspect', { client_id: 'web', client_secret: SECRET, token: pair.access }, {}, vars),
    password: (vars) =>
      post(
        '/oauth2/token',
        {
          client_id: 'web',
          client_secret: SECRET,
          grant_type: 'password',
          password: 'correct horse battery staple',
          username: 'alice',
        },
        {},
        vars,
      ),
    refresh: (vars) =>
      post(
        '/oauth2/token',
        { client_id: 'web', client_secret: SECRET, grant_type: 'refresh_token', refresh_token: pair.refresh },
        {},
        { ...NO_REUSE, ...vars },
      ),
    revocation: (vars) =>
      post('/oauth2/revoke', { client_id: 'web', client_secret: SECRET, token: pair.access }, {}, vars),
  }
  for (const [name, request] of Object.entries(requests)) {
    must('RFC 6749', '5.2', `${name}: gets 503 and no stack trace, and nothing is lost`, async () => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      const before = await everything()
      const answer = await answerOf(await request(failing('d1')))
      expectRefusal(answer, 'temporarily_unavailable', 503)
      expect(answer.headers.get('Retry-After')).toBe('1')
      expect(logged).toHaveBeenCalledOnce()
      logged.mockRestore()
      expect(await everything()).toBe(before)
      expect((await request({})).status).toBe(200)
    })
  }

  it('for a reason that nobody foresaw is answered with 500 and the number of the request, which the log has, too', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const broken = bindingsWith(async () => {
      throw new Error('UNIQUE constraint failed: the-secret-of-a-client')
    })
    const answer = await token({ client_id: 'service', grant_type: 'client_credentials' }, { ...broken })
    expectRefusal(answer, 'server_error', 500)
    const [, id] = /Request ([\w-]{22})\.$/.exec(answer.error_description ?? '') ?? []
    expect(logged.mock.calls).toEqual([[`request ${id} failed:`, expect.any(Error)]])
    logged.mockRestore()
  })

  it('once is not noticed', async () => {
    let calls = 0
    const vars = bindingsWith(async (call) => {
      if (++calls === 1) throw new Error(DOWN)
      return call()
    })
    expect(await refresh(pair.refresh, {}, { ...vars, ...NO_REUSE })).toMatchObject({ status: 200 })
    expect(calls).toBe(2)
  })
})

describe('a reply that is lost', () => {
  it('leaves one token of client_credentials, which works', async () => {
    const form = { client_id: 'service', grant_type: 'client_credentials' }
    const answer = await token(form, losing(1))
    expect(answer).toMatchObject({ status: 200 })
    expect(await isActive(answer.access_token, 'service')).toBe(true)
    const rows = await env.DB.prepare(`SELECT id FROM grants WHERE client_id = 'service'`).all()
    expect(rows.results).toHaveLength(1)
  })

  it('leaves a refresh the same success with the interval off, and no replay is seen', async () => {
    const answer = await refresh(pair.refresh, {}, { ...losing(1), ...NO_REUSE })
    expect(answer).toMatchObject({ scope: 'read', status: 200 })
    expect(await isActive(answer.access_token)).toBe(true)
    expect(await env.DB.prepare('SELECT refresh_seq, revoked_at FROM grants').first()).toEqual({
      refresh_seq: 1,
      revoked_at: null,
    })
    expect(await refresh(answer.refresh_token ?? '', {}, NO_REUSE)).toMatchObject({ status: 200 })
  })

  it('leaves a refresh the same success under OAUTH_DELETE_EXPIRED and OAUTH_SINGLE_ACCESS_TOKEN', async () => {
    const vars = { ...NO_REUSE, OAUTH_DELETE_EXPIRED: 'true', OAUTH_SINGLE_ACCESS_TOKEN: 'true' }
    const single = await givenTokens(alice, { scope: 'write' }, vars)
    const answer = await refresh(single.refresh, {}, { ...losing(1), ...vars })
    expect(answer).toMatchObject({ scope: 'write', status: 200 })
    expect(await isActive(answer.access_token)).toBe(true)
    expect(await givenTokens(alice, { scope: 'write' }, vars)).toEqual({
      access: answer.access_token,
      refresh: answer.refresh_token,
    })
  })

  it('leaves a replay refused, and told once', async () => {
    await refresh(pair.refresh, {}, NO_REUSE)
    expectRefusal(await refresh(pair.refresh, {}, { ...losing(1), ...NO_REUSE }), 'invalid_grant')
    const events = await env.DB.prepare(
      `SELECT id FROM audit_events WHERE type = 'refresh_token_replayed'`,
    ).all()
    expect(events.results).toHaveLength(1)
  })

  it('leaves a password one grant and one event at either trip, and counts no attempt twice', async () => {
    // Another failed attempt from the same network must stay counted.
    await tokensOf({ password: 'wrong', username: 'bob' })
    for (const trip of [1, 2]) {
      const answer = await tokensOf({}, losing(trip))
      expect(answer).toMatchObject({ status: 200 })
      expect(await isActive(answer.access_token)).toBe(true)
      expect(await isActive(answer.refresh_token ?? '')).toBe(true)
      const { results } = await env.DB.prepare('SELECT count FROM throttle ORDER BY count').all()
      expect(results).toEqual([{ count: 1 }, { count: 1 }])
    }
    expect(await env.DB.prepare('SELECT count(*) FROM grants').first('count(*)')).toBe(3)
  })

  it('leaves a wrong password counted once', async () => {
    expectRefusal(await tokensOf({ password: 'wrong' }, losing(1)), 'invalid_grant')
    const { results } = await env.DB.prepare('SELECT count FROM throttle').all()
    expect(results).toEqual([{ count: 1 }, { count: 1 }])
  })

  it('leaves a revocation done, and told once', async () => {
    expect((await revoke(pair.refresh, 'web', losing(1))).status).toBe(200)
    expect(await isActive(pair.access)).toBe(false)
    const events = await env.DB.prepare(`SELECT id FROM audit_events WHERE type = 'grant_revoked'`).all()
    expect(events.results).toHaveLength(1)
  })

  it('is told from a failure in the last statement, which takes the whole batch back', async () => {
    const before = await everything()
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const around: Around = async () => {
      throw new Error(DOWN)
    }
    const { DB } = bindingsWith(around)
    const spoilt = new Proxy(env.DB, {
      get(object, name) {
        if (name === 'prepare') return object.prepare.bind(object)
        return async (statements: D1PreparedStatement[]) =>
          object.batch([...statements, object.prepare('SELECT * FROM no_such_table')])
      },
    })
    for (const broken of [DB, spoilt]) {
      const answer = await refresh(pair.refresh, {}, { ...NO_REUSE, DB: broken })
      expectRefusal(answer, 'temporarily_unavailable', 503)
      expect(await everything()).toBe(before)
    }
    logged.mockRestore()
    expect(await refresh(pair.refresh, {}, NO_REUSE)).toMatchObject({ status: 200 })
  })
})

describe('/healthz', () => {
  it('says ok while D1 and KV answer', async () => {
    const response = await send('/healthz')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'ok' })
    expect(response.headers.get('Cache-Control')).toBe('no-store')
  })

  for (const [binding, name] of [
    ['d1', 'D1'],
    ['kv', 'KV'],
  ] as const) {
    it(`says 503 and which one where ${name} fails`, async () => {
      const response = await send('/healthz', {}, failing(binding))
      expect(response.status).toBe(503)
      const text = await response.text()
      expect(JSON.parse(text)).toEqual({ failing: [name], status: 'unavailable' })
      expectNoSecret(text)
    })
  }

  it('names both where both fail', async () => {
    const around: Around = async () => {
      throw new Error(DOWN)
    }
    const response = await send('/healthz', {}, { ...bindingsWith(around) })
    expect(await response.json()).toEqual({ failing: ['D1', 'KV'], status: 'unavailable' })
  })

  it('says 503 while the migrations are missing', async () => {
    await env.DB.exec('ALTER TABLE scopes RENAME TO not_yet')
    onTestFinished(async () => {
      await env.DB.exec('ALTER TABLE not_yet RENAME TO scopes')
    })
    const response = await send('/healthz')
    expect(await response.json()).toEqual({ failing: ['D1'], status: 'unavailable' })
  })
})

describe('a KV that fails', () => {
  it('does not trouble the endpoints that need none', async () => {
    expect(await refresh(pair.refresh, {}, failing('kv'))).toMatchObject({ status: 200 })
    expect(await introspect(pair.access, 'other', failing('kv'))).toMatchObject({ status: 200 })
    expect(await tokensOf({}, failing('kv'))).toMatchObject({ status: 200 })
  })
})
