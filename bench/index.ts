// `npm run bench`: measures the real Worker in workerd against its limit, then the lists of the admin. `npm run bench -- NAME …`
// measures only what is named; `--profile` tells instead in which functions the time goes.
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import process from 'node:process'
import { type Effort, measure, measureSignIn } from './measure.ts'
import { formatProfile, profile } from './profile.ts'
import { describeRun, fallsShort, type Profiles, RESULTS_FILE } from './results.ts'
import { type Scenario, SCENARIOS } from './scenarios.ts'
import { formatLine } from './table.ts'
import { startWorkerd, type Workerd } from './workerd.ts'

const EFFORT: Effort = { rounds: 7, seconds: 2, warmUp: 1500 }
/** Requests of a profile. */
const PROFILED = 3000
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

if (scenarios.length > 0 && profiling) {
  await withWorkerd(false, async (workerd) => {
    for (const scenario of scenarios)
      console.log(formatProfile(scenario, await profile(scenario, workerd, PROFILED)))
  })
} else if (scenarios.length > 0) {
  const found = await withWorkerd(true, async (workerd) => {
    const measured = await measure(scenarios, workerd, EFFORT)
    for (const one of measured) console.log(formatLine(one))
    // Part of the truth is not what the documentation is made from.
    return names.length === 0 ? { measured, signIn: await measureSignIn(workerd, 20) } : null
  })
  if (found) {
    const { measured, signIn } = found
    const short = scenarios.filter(({ name }) => measured.some((one) => one.name === name && fallsShort(one)))
    const results = describeRun(measured, signIn, EFFORT, await profilesOf(short))
    await writeFile(RESULTS_FILE, `${JSON.stringify(results, null, 2)}\n`)
    console.log(`${RESULTS_FILE} is written; npm run docs makes docs/performance.md from it.`)
  }
}
if (wanted(LISTS) && !profiling) {
  const lists = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'bench/vitest.config.ts']
  process.exitCode = spawnSync(process.execPath, lists, { stdio: 'inherit' }).status ?? 1
}

/** Where the time of scenarios goes, by their names. */
async function profilesOf(some: readonly Scenario[]): Promise<Profiles> {
  return withWorkerd(false, async (workerd) => {
    const profiles: Record<string, Profiles[string]> = {}
    for (const scenario of some) profiles[scenario.name] = (await profile(scenario, workerd, PROFILED)).own
    return profiles
  })
}

async function withWorkerd<T>(minify: boolean, work: (workerd: Workerd) => Promise<T>): Promise<T> {
  const workerd = await startWorkerd({ minify })
  try {
    return await work(workerd)
  } finally {
    await workerd.close()
  }
}
