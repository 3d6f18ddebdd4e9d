import { afterAll, beforeAll, expect, it } from 'vitest'
import { measure, measureSignIn } from '../../bench/measure.ts'
import { formatProfile, profile } from '../../bench/profile.ts'
import { SCENARIOS } from '../../bench/scenarios.ts'
import { startWorkerd, type Workerd } from '../../bench/workerd.ts'

let workerd: Workerd

beforeAll(async () => {
  workerd = await startWorkerd({ minify: false })
}, 120_000)

afterAll(async () => {
  await workerd.close()
})

// No rate is checked, for a busy machine is slow: what is checked is that all answer as they should, and are counted.
it('the benchmark measures each request of the provider and its limit', { timeout: 120_000 }, async () => {
  const measured = await measure(SCENARIOS, workerd, { rounds: 1, seconds: 0.05, warmUp: 32 })
  expect(measured.map(({ name }) => name)).toEqual(SCENARIOS.map(({ name }) => name))
  for (const { limit, name, provider, ratio } of measured) {
    expect([name, provider.rate.median > 0, limit.rate.median > 0]).toEqual([name, true, true])
    expect([name, ratio.rate.min <= ratio.rate.median, ratio.rate.median <= ratio.rate.max]).toEqual([
      name,
      true,
      true,
    ])
    // The limit makes the same calls, each with one statement.
    expect([name, provider.cost.trips, provider.cost.kvReads, provider.cost.kvWrites]).toEqual([
      name,
      limit.cost.trips,
      limit.cost.kvReads,
      limit.cost.kvWrites,
    ])
    expect([name, limit.cost.statements]).toEqual([
      name,
      limit.cost.trips - limit.cost.kvReads - limit.cost.kvWrites,
    ])
  }
  const { cost } = measured.find(({ name }) => name === 'code')?.provider ?? {}
  expect(cost?.rowsWritten).toBeGreaterThan(0)
})

it('the benchmark counts what a sign-in costs', { timeout: 120_000 }, async () => {
  const { cost, cpu, requests } = await measureSignIn(workerd, 1)
  expect(requests).toBeGreaterThanOrEqual(5)
  expect(cost).toMatchObject({ kvReads: 1, kvWrites: 1 })
  expect(cost.rowsWritten).toBeGreaterThan(0)
  expect(cpu).toBeGreaterThan(0)
})

// The limit of Workers Free (https://developers.cloudflare.com/workers/platform/limits/#cpu-time). What is measured is all of
// the process, with the database, so the Worker itself takes less.
it('a sign-in with a passkey or by a link takes less than 10 ms of CPU', { timeout: 120_000 }, async () => {
  const signIns = SCENARIOS.filter(({ name }) => name === 'passkey' || name === 'link')
  expect(signIns).toHaveLength(2)
  for (const { name, provider } of await measure(signIns, workerd, { rounds: 3, seconds: 0.5, warmUp: 64 }))
    expect([name, provider.cpu.median, provider.cpu.median < 10]).toEqual([name, provider.cpu.median, true])
})

it(
  'the benchmark names the functions in which the time of a request goes',
  { timeout: 120_000 },
  async () => {
    const [refresh] = SCENARIOS.filter(({ name }) => name === 'refresh')
    if (!refresh) throw new Error('There is no such scenario.')
    expect(formatProfile(refresh, await profile(refresh, workerd, 500))).toMatch(
      / %  (?:mint|openToken|issueTokens)\d*:\d/,
    )
  },
)
