import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

it('builds for deployment, each part within its budget and without what it does not need', async () => {
  const { stderr, stdout } = await run(process.execPath, ['scripts/size.ts'])
  expect(stderr).toBe('')
  const lines = stdout.trim().split('\n')
  expect(lines).toHaveLength(6)
  for (const line of lines) {
    expect(line).toMatch(/^[\w ]+: \d+\.\d KiB minified, \d+\.\d KiB gzip; the budget is \d+ KiB gzip$/)
  }
})
