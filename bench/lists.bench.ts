import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { toBase64url, utf8 } from '../src/crypto/bytes.ts'
import { expectIndexes, explaining, fill, type Plan, visitLists } from '../test/admin/many-rows.ts'
import { givenStaff, signIn } from '../test/admin/support.ts'
import type { Browser } from '../test/support/browser.ts'

const FEW = 1000
const CLIENTS = 100_000
const TOKENS = 1_000_000

/** Milliseconds of each list of the admin, by its path, and of a page in the middle of the two longest. */
async function timeLists(
  browser: Browser,
  clients: number,
  tokens: number,
): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>()
  const visit = async (path: string, name = path.replace(/after=.*/, 'after')): Promise<string> => {
    const start = performance.now()
    const { status, text } = await browser.visit(path)
    times.set(name, performance.now() - start)
    expect([path, status]).toEqual([path, 200])
    return text
  }
  await visitLists(browser, visit)
  for (const [kind, rows] of [
    ['clients', clients],
    ['access-tokens', tokens],
  ] as const) {
    const cursor = toBase64url(utf8(JSON.stringify([rows / 2])))
    expect(await visit(`/admin/${kind}?after=${cursor}`, `/admin/${kind} halfway`)).toContain('after=')
  }
  return times
}

/** Children first: foreign keys are NO ACTION. */
const TABLES = [
  'grants',
  'authorized_clients',
  'sessions',
  'audit_events',
  'refusals',
  'client_documents',
  'scopes',
  'clients',
  'users',
]

it(`lists ${CLIENTS} clients and ${TOKENS} tokens by their indexes`, { timeout: 600_000 }, async () => {
  await fill(FEW)
  const few = await timeLists((await givenStaff()).browser, FEW, FEW)
  for (const table of TABLES) await env.DB.exec(`DELETE FROM ${table}`)

  await fill(CLIENTS, TOKENS)
  const many = await timeLists((await givenStaff()).browser, CLIENTS, TOKENS)
  const plans: Plan[] = []
  const browser = await signIn('staff', { DB: explaining(plans) })
  plans.length = 0
  await timeLists(browser, CLIENTS, TOKENS)
  expectIndexes(plans)

  const ratios = [...many].flatMap(([path, time]) => {
    const before = few.get(path)
    return before === undefined ? [] : [{ path, time, ratio: time / before }]
  })
  expect(ratios.length).toBeGreaterThan(50)
  const halfway = ratios.filter(({ path }) => path.endsWith('halfway'))
  const slowest = ratios.toSorted((a, b) => b.time - a.time).slice(0, 5)
  console.log(`${many.size} lists of ${TOKENS} tokens; two from the middle, and the slowest:`)
  for (const { path, ratio, time } of [...halfway, ...slowest])
    console.log(`  ${path} ${time.toFixed(0)} ms, ${ratio.toFixed(1)} times that of a thousand`)
})
