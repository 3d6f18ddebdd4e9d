import { expect, it } from 'vitest'
import { expectIndexes, explaining, fill, type Plan, visitLists } from './many-rows.ts'
import { givenStaff } from './support.ts'

// A file of its own: what fills this database would take long to remove for a next test.
it('lists of 100,000 clients and 1,000,000 tokens are answered by indexes alone, whatever the filter', async () => {
  const plans: Plan[] = []
  await fill(100_000, 1_000_000)
  const { browser } = await givenStaff({ DB: explaining(plans) })
  plans.length = 0
  await visitLists(browser, async (path) => {
    const { status, text } = await browser.visit(path)
    expect([path, status]).toEqual([path, 200])
    return text
  })
  expectIndexes(plans)

  const lines = async (path: string): Promise<readonly string[]> =>
    (await (await browser.get(path)).text()).split('\r\n').slice(1, -1)
  const some = await lines('/admin/export/access-tokens?client=c7')
  expect(new Set(some).size).toBe(20_000)
  const first = await lines('/admin/export/access-tokens')
  expect(first).toHaveLength(100_001)
  const [, url = ''] = /^There are more records: ([^\s,]+),+$/.exec(first.at(-1) ?? '') ?? []
  const { pathname, search } = new URL(url)
  const further = await browser.get(`${pathname}${search}`)
  const part: { readonly value?: Uint8Array | undefined } | undefined = await further.body?.getReader().read()
  const second = new TextDecoder().decode(part?.value).split('\r\n').slice(1, -1)
  expect(new Set([...first.slice(0, -1), ...second]).size).toBe(105_000)
}, 120_000)
