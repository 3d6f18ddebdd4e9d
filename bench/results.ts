import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { availableParallelism, cpus } from 'node:os'
import process from 'node:process'
import { CONNECTIONS } from './load.ts'
import type { Effort, Measured, SignIn } from './measure.ts'
import type { Share } from './profile.ts'

/** Everything that one run of `npm run bench` found: what docs/performance.md is made from. */
export interface Results {
  /** The day, as 2026-11-26. */
  readonly date: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly node: string
    readonly workerd: string
  }
  readonly connections: number
  readonly rounds: number
  readonly scenarios: readonly Measured[]
  readonly signIn: SignIn
  /** Where the time of the scenarios goes that fall short. */
  readonly profiles: Profiles
}

/** The slowest functions of scenarios, by the names of these. */
export type Profiles = Readonly<Record<string, readonly Share[]>>

/** What a figure should be in relation to the limit: at least so many requests a second, at most so much CPU. */
export const AIM = { rate: 0.8, cpu: 1.3 }

/** Tells whether a scenario misses one of the aims. */
export function fallsShort({ ratio }: Measured): boolean {
  return ratio.rate.median < AIM.rate || ratio.cpu.median > AIM.cpu
}

/** Where `npm run bench` leaves its results, for `npm run docs`. */
export const RESULTS_FILE = 'bench/results.json'

/** Puts the results of a run together with what they were found on. */
export function describeRun(
  scenarios: readonly Measured[],
  signIn: SignIn,
  { rounds }: Effort,
  profiles: Profiles,
): Results {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      node: process.version,
      workerd: workerdVersion(),
    },
    connections: CONNECTIONS,
    rounds,
    scenarios,
    signIn,
    profiles,
  }
}

function workerdVersion(): string {
  const workerd = createRequire(createRequire(import.meta.url).resolve('miniflare')).resolve(
    'workerd/bin/workerd',
  )
  return execFileSync(workerd, ['--version'], { encoding: 'utf8' }).trim()
}
