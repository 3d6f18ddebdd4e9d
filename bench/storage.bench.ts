import { env } from 'cloudflare:workers'
import { beforeEach, expect, it } from 'vitest'
import { createProvider } from '../src/provider/create-provider.ts'
import { givenCast } from '../test/support/fixture.ts'
import { refresh, tokensOf } from '../test/support/http.ts'
import { givenTokens } from '../test/support/tokens.ts'

const ROUNDS = 7

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** Milliseconds that something takes, once; the clock of workerd stands still but for I/O, so what is measured waits for some. */
async function time(act: () => Promise<unknown>, calls: number): Promise<number> {
  await env.DB.prepare('SELECT 1').first()
  const start = performance.now()
  for (let call = 0; call < calls; call++) await act()
  await env.DB.prepare('SELECT 1').first()
  return (performance.now() - start) / calls
}

/** Measures two things in turns, so that both see the same machine, and prints the medians and their ratio. */
async function compare(
  first: readonly [string, () => Promise<unknown>],
  second: readonly [string, () => Promise<unknown>],
  calls = 10,
): Promise<number> {
  const times = { first: [] as number[], second: [] as number[] }
  for (const [, act] of [first, second]) await act()
  for (let round = 0; round < ROUNDS; round++) {
    times.first.push(await time(first[1], calls))
    times.second.push(await time(second[1], calls))
  }
  const [a, b] = [median(times.first), median(times.second)]
  console.log(`${first[0]} ${a.toFixed(2)} ms, ${second[0]} ${b.toFixed(2)} ms: 1 to ${(b / a).toFixed(1)}`)
  return b / a
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

async function batch(statements: D1PreparedStatement[]): Promise<D1Result[]> {
  const results: D1Result[] = []
  for (const statement of statements) results.push(await statement.all())
  return results
}

/** A database that runs the statements of a batch one by one, a trip each. */
function oneByOne(db: D1Database): D1Database {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no more of D1 is asked for
  return { prepare: (sql: string) => db.prepare(sql), batch } as unknown as D1Database
}

/** Refreshes the token that the last refresh gave, again and again. */
async function chain(vars: Readonly<Record<string, unknown>>): Promise<() => Promise<void>> {
  let token = (await givenTokens(alice)).refresh
  return async () => {
    const answer = await refresh(token, {}, vars)
    expect(answer.status).toBe(200)
    token = answer.refresh_token ?? ''
  }
}

it('a refresh: its statements in one batch, or one by one', async () => {
  const together = ['in one batch', await chain({})] as const
  expect(await compare(together, ['one by one', await chain({ DB: oneByOne(env.DB) })])).toBeGreaterThan(1)
})

it('an access token: forged, or genuine', async () => {
  const provider = createProvider()
  const { access } = await givenTokens(alice)
  const forged = `${access.slice(0, -4)}AAAA`
  const verify = (token: string) => async () => provider.verifyAccessToken(token, env)
  expect(await verify(forged)()).toBeNull()
  expect(await verify(access)()).not.toBeNull()
  expect(await compare(['forged', verify(forged)], ['genuine', verify(access)])).toBeGreaterThan(1)
})

it('tokens: by a refresh, or by a password', async () => {
  expect(
    await compare(['refresh', await chain({})], ['password', async () => tokensOf()], 2),
  ).toBeGreaterThan(1)
})
