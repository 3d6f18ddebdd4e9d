import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { expectIndexes, explaining, fill, type Plan, visitLists } from '../test/admin/many-rows.ts'
import { givenStaff, signIn } from '../test/admin/support.ts'
import type { Browser } from '../test/support/browser.ts'

const CLIENTS = 100_000
const TOKENS = 1_000_000

/** Milliseconds of each list of the admin, by its path. */
async function timeLists(browser: Browser): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>()
  await visitLists(browser, async (path) => {
    const start = performance.now()
    const { status, text } = await browser.visit(path)
    times.set(path.replace(/after=.*/, 'after'), performance.now() - start)
    expect([path, status]).toEqual([path, 200])
    return text
  })
  return times
}

/** Children first: foreign keys are NO ACTION. */
const TABLES = [
  'access_tokens',
  'grants',
  'authorized_clients',
  'sessions',
  'audit_events',
  'refusals',
  'scopes',
  'clients',
  'users',
]

it(`lists ${CLIENTS} clients and ${TOKENS} tokens by their indexes`, { timeout: 600_000 }, async () => {
  await fill(1000)
  const few = await timeLists((await givenStaff()).browser)
  for (const table of TABLES) await env.DB.exec(`DELETE FROM ${table}`)

  await fill(CLIENTS, TOKENS)
  const many = await timeLists((await givenStaff()).browser)
  const plans: Plan[] = []
  const browser = await signIn('staff', { DB: explaining(plans) })
  plans.length = 0
  await timeLists(browser)
  expectIndexes(plans)

  const ratios = [...many].flatMap(([path, time]) => {
    const before = few.get(path)
    return before === undefined ? [] : [{ path, time, ratio: time / before }]
  })
  expect(ratios.length).toBeGreaterThan(50)
  const slowest = ratios.toSorted((a, b) => b.time - a.time).slice(0, 5)
  console.log(`${many.size} lists of ${TOKENS} tokens; the slowest:`)
  for (const { path, ratio, time } of slowest)
    console.log(`  ${path} ${time.toFixed(0)} ms, ${ratio.toFixed(1)} times that of a thousand`)
})
