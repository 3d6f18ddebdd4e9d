import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

it(
  'the redemption of a code passes the files that docs/concepts.md lists, twenty at most',
  { timeout: 120_000 },
  async () => {
    const { stdout } = await run(process.execPath, ['scripts/files-of-a-redemption.ts'])
    const passed = [...stdout.matchAll(/^src\/\S+$/gm)].map(([file]) => file)
    expect(passed.length).toBeGreaterThan(15)
    expect(passed.length).toBeLessThanOrEqual(20)
    const page = await readFile('docs/concepts.md', 'utf8')
    const listed = page.split('## The files of a redemption')[1]?.matchAll(/`(src\/[\w/-]+\.tsx?)`/g) ?? []
    expect(new Set([...listed].map(([, file]) => file))).toEqual(new Set(passed))
  },
)
