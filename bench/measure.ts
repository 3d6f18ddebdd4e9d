import { load, send } from './load.ts'
import { type Scenario, serviceOf, type Side, signInWithCode } from './scenarios.ts'
import { type Cost, COST_HEADER } from './worker/cost.ts'
import type { Workerd } from './workerd.ts'

/** The middle and the ends of what several rounds showed. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** What one side of a scenario showed. */
export interface Figures {
  /** Requests a second. */
  readonly rate: Spread
  /** Milliseconds. */
  readonly p50: Spread
  readonly p99: Spread
  /** Milliseconds of CPU of the whole workerd process, with its database, for each request. */
  readonly cpu: Spread
  readonly cost: Cost
}

/** A scenario's figures, and the provider's in relation to those of the limit, round by round. */
export interface Measured {
  readonly name: string
  readonly title: string
  readonly provider: Figures
  readonly limit: Figures
  readonly ratio: { readonly rate: Spread; readonly cpu: Spread }
}

/** What it takes to sign in with a password, where consent was given before, and to redeem the code. */
export interface SignIn {
  /** Requests to the provider. */
  readonly requests: number
  /** Milliseconds of CPU of the whole workerd process. */
  readonly cpu: number
  readonly cost: Cost
}

/** How long to measure. */
export interface Effort {
  readonly rounds: number
  /** Seconds of load of each side in each round, about. */
  readonly seconds: number
  /** Requests before the first round. */
  readonly warmUp: number
}

interface Round {
  readonly rate: number
  readonly p50: number
  readonly p99: number
  readonly cpu: number
}

const SIDES: readonly Side[] = ['provider', 'limit']

/**
 * Measures scenarios: every round asks both sides of each, so that all see the same machine.
 * @throws {Error} an answer is not what it should be
 */
export async function measure(
  scenarios: readonly Scenario[],
  workerd: Workerd,
  { rounds, seconds, warmUp }: Effort,
): Promise<readonly Measured[]> {
  const found = new Map<string, Round[]>()
  const amounts = new Map<string, number>()
  for (const scenario of scenarios) {
    for (const side of SIDES) {
      const { rate } = await runRound(scenario, side, workerd, warmUp)
      amounts.set(keyOf(scenario, side), Math.max(32, Math.round(rate * seconds)))
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const scenario of scenarios) {
      // Neither side is always the first.
      for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
        const key = keyOf(scenario, side)
        const result = await runRound(scenario, side, workerd, amounts.get(key) ?? 32)
        found.set(key, [...(found.get(key) ?? []), result])
      }
    }
  }
  const measured: Measured[] = []
  for (const scenario of scenarios) {
    const [provider, limit] = SIDES.map((side) => found.get(keyOf(scenario, side)) ?? [])
    measured.push({
      name: scenario.name,
      title: scenario.title,
      provider: await figuresOf(scenario, 'provider', provider ?? [], workerd),
      limit: await figuresOf(scenario, 'limit', limit ?? [], workerd),
      ratio: {
        rate: spreadOf((provider ?? []).map(({ rate }, round) => rate / (limit?.[round]?.rate ?? 0))),
        cpu: spreadOf((provider ?? []).map(({ cpu }, round) => cpu / (limit?.[round]?.cpu ?? 0))),
      },
    })
  }
  return measured
}

function keyOf({ name }: Scenario, side: Side): string {
  return `${name} ${side}`
}

async function runRound(scenario: Scenario, side: Side, workerd: Workerd, amount: number): Promise<Round> {
  const requests = await scenario.prepare(side, amount, workerd)
  const before = await workerd.cpuSeconds()
  const result = await load(workerd.urls[serviceOf(scenario, side)], requests, amount, scenario.status)
  return { ...result, cpu: ((await workerd.cpuSeconds()) - before) * (1000 / amount) }
}

async function figuresOf(
  scenario: Scenario,
  side: Side,
  rounds: readonly Round[],
  workerd: Workerd,
): Promise<Figures> {
  return {
    rate: spreadOf(rounds.map(({ rate }) => rate)),
    p50: spreadOf(rounds.map(({ p50 }) => p50)),
    p99: spreadOf(rounds.map(({ p99 }) => p99)),
    cpu: spreadOf(rounds.map(({ cpu }) => cpu)),
    cost: await costOf(scenario, side, workerd),
  }
}

/** What the last of a few requests costs the storage. */
async function costOf(scenario: Scenario, side: Side, workerd: Workerd): Promise<Cost> {
  const { next } = await scenario.prepare(side, 3, workerd)
  let header: string | null = null
  for (let request = 0; request < 3; request++) {
    const { headers, status } = await send(workerd.urls[serviceOf(scenario, side, true)], next())
    if (status !== scenario.status) throw new Error(`${scenario.name}: ${status} where its cost is counted`)
    header = headers.get(COST_HEADER)
  }
  return readCost(header)
}

/** Measures sign-ins one after another: their pages, the password, and the code. */
export async function measureSignIn(workerd: Workerd, times: number): Promise<SignIn> {
  await signInWithCode(workerd.urls.provider)
  const before = await workerd.cpuSeconds()
  for (let time = 0; time < times; time++) await signInWithCode(workerd.urls.provider)
  const cpu = ((await workerd.cpuSeconds()) - before) * (1000 / times)
  const answers = await signInWithCode(workerd.urls.countedProvider)
  const costs = answers.map((headers) => readCost(headers.get(COST_HEADER)))
  const sum = (of: keyof Cost): number => costs.reduce((total, cost) => total + cost[of], 0)
  return {
    requests: answers.length,
    cpu,
    cost: {
      trips: sum('trips'),
      statements: sum('statements'),
      rowsRead: sum('rowsRead'),
      rowsWritten: sum('rowsWritten'),
      kvReads: sum('kvReads'),
      kvWrites: sum('kvWrites'),
    },
  }
}

/**
 * Reads the header of a counted answer.
 * @throws {Error} there is none
 */
function readCost(header: string | null): Cost {
  if (header === null) throw new Error('The answer does not say what it cost.')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- counting.ts wrote it
  return JSON.parse(header) as Cost
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: sorted[sorted.length >> 1] ?? 0, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 }
}
