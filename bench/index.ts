// `npm run bench`: measures the real Worker in workerd against its limit, then the lists of the admin. `npm run bench -- NAME …`
// measures only what is named; `--profile` tells instead in which functions the time goes.
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import process from 'node:process'
import { type Effort, measure, measureSignIn } from './measure.ts'
import { profile } from './profile.ts'
import { describeRun, RESULTS_FILE } from './results.ts'
import { SCENARIOS } from './scenarios.ts'
import { formatLine } from './table.ts'
import { startWorkerd } from './workerd.ts'

const EFFORT: Effort = { rounds: 7, seconds: 2, warmUp: 1500 }
/** What is measured by a file of its own. */
const LISTS = 'lists'

const profiling = process.argv.includes('--profile')
const names = process.argv.slice(2).filter((argument) => argument !== '--profile')
const known = [...SCENARIOS.map(({ name }) => name), LISTS]
const unknown = names.find((name) => !known.includes(name))
if (unknown !== undefined) {
  console.error(`error: ${unknown} is nothing that is measured; there are ${known.join(', ')}.`)
  process.exit(1)
}
const wanted = (name: string): boolean => names.length === 0 || names.includes(name)
const scenarios = SCENARIOS.filter(({ name }) => wanted(name))

if (scenarios.length > 0) {
  const workerd = await startWorkerd({ minify: !profiling })
  try {
    if (profiling) {
      for (const scenario of scenarios)
        console.log([scenario.title, ...(await profile(scenario, workerd, 3000))].join('\n'))
    } else {
      const measured = await measure(scenarios, workerd, EFFORT)
      for (const one of measured) console.log(formatLine(one))
      // Part of the truth is not what the documentation is made from.
      if (names.length === 0) {
        const results = describeRun(measured, await measureSignIn(workerd, 20), EFFORT)
        await writeFile(RESULTS_FILE, `${JSON.stringify(results, null, 2)}\n`)
        console.log(`${RESULTS_FILE} is written; npm run docs makes docs/performance.md from it.`)
      }
    }
  } finally {
    await workerd.close()
  }
}
if (wanted(LISTS) && !profiling) {
  const lists = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'bench/vitest.config.ts']
  process.exitCode = spawnSync(process.execPath, lists, { stdio: 'inherit' }).status ?? 1
}
