import { CONNECTIONS, load } from './load.ts'
import { type Scenario, serviceOf } from './scenarios.ts'
import type { Workerd } from './workerd.ts'

/** How often the profiler looks, in microseconds. */
const INTERVAL = 200

interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly lineNumber: number }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
}

/** A share of the time in which the isolate was busy, in percent. */
export interface Share {
  readonly name: string
  readonly percent: number
}

/** Where a scenario's time goes, the slowest functions first. */
export interface TimeSpent {
  /** In a function itself. */
  readonly own: readonly Share[]
  /** In a function with what it calls. */
  readonly total: readonly Share[]
}

/** Finds in which functions of the provider's Worker a scenario's time goes, by V8's profiler. */
export async function profile(scenario: Scenario, workerd: Workerd, amount: number): Promise<TimeSpent> {
  const requests = await scenario.prepare('provider', amount + CONNECTIONS, workerd)
  const inspector = await openInspector(new URL(`/core:user:${workerOf(scenario)}`, workerd.inspector))
  await inspector.call('Profiler.enable')
  await inspector.call('Profiler.setSamplingInterval', { interval: INTERVAL })
  await inspector.call('Profiler.start')
  await load(workerd.urls[serviceOf(scenario, 'provider')], requests, amount, scenario.status)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the answer of this method of the protocol
  const { profile: found } = (await inspector.call('Profiler.stop')) as { readonly profile: Profile }
  inspector.close()
  return summarize(found)
}

/** The Worker whose isolate does the work. The profiler of one that nothing asks would never answer. */
function workerOf({ service }: Scenario): string {
  return service === 'api' ? 'beside' : service
}

/** Writes a profile for people. */
export function formatProfile({ title }: Scenario, { own, total }: TimeSpent): string {
  return [
    title,
    'the function itself:',
    ...own.map(formatShare),
    'with what it calls:',
    ...total.map(formatShare),
  ].join('\n')
}

function formatShare({ name, percent }: Share): string {
  return `${percent.toFixed(1).padStart(5)} %  ${name}`
}

function summarize({ nodes, samples }: Profile): TimeSpent {
  const nameOf = ({ callFrame }: Profile['nodes'][number]): string =>
    `${callFrame.functionName || 'anonymous'}:${callFrame.lineNumber + 1}`
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])))
  const own = new Map<string, number>()
  const total = new Map<string, number>()
  let busy = 0
  for (const sample of samples) {
    let node = byId.get(sample)
    if (!node || ['(idle)', '(program)', '(root)'].includes(node.callFrame.functionName)) continue
    busy++
    own.set(nameOf(node), (own.get(nameOf(node)) ?? 0) + 1)
    const names = new Set<string>()
    for (; node; node = byId.get(parents.get(node.id) ?? -1)) names.add(nameOf(node))
    for (const name of names) total.set(name, (total.get(name) ?? 0) + 1)
  }
  const list = (counts: ReadonlyMap<string, number>): Share[] =>
    [...counts]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 45)
      .map(([name, count]) => ({ name, percent: (100 * count) / busy }))
  return { own: list(own), total: list(total) }
}

interface Inspector {
  readonly call: (method: string, params?: object) => Promise<unknown>
  readonly close: () => void
}

async function openInspector(url: URL): Promise<Inspector> {
  const socket = new WebSocket(url.href)
  const waiting = new Map<number, (result: unknown) => void>()
  let calls = 0
  socket.addEventListener('message', ({ data }) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the envelope of the protocol
    const { id, result } = JSON.parse(String(data)) as { readonly id?: number; readonly result?: unknown }
    if (id !== undefined) waiting.get(id)?.(result)
  })
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', () => reject(new Error(`${url.href} does not answer.`)))
  })
  return {
    call: async (method, params = {}) =>
      new Promise((resolve) => {
        const id = ++calls
        waiting.set(id, resolve)
        socket.send(JSON.stringify({ id, method, params }))
      }),
    close: () => socket.close(),
  }
}
