import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

it('the Worker builds for its deployment, within its budget', async () => {
  const { stderr, stdout } = await run(process.execPath, ['scripts/size.ts'])
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^\d+\.\d KiB minified, \d+\.\d KiB gzip; the budget is \d+ KiB gzip\n$/)
})
