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

/**
 * Tells in which functions of the provider's Worker a scenario's time goes, by V8's profiler.
 * @returns lines for people, the slowest functions first
 */
export async function profile(
  scenario: Scenario,
  workerd: Workerd,
  amount: number,
): Promise<readonly string[]> {
  const requests = await scenario.prepare('provider', amount + CONNECTIONS, workerd)
  const inspector = await openInspector(
    new URL(`/core:user:${scenario.service === 'api' ? 'beside' : 'provider'}`, workerd.inspector),
  )
  await inspector.call('Profiler.enable')
  await inspector.call('Profiler.setSamplingInterval', { interval: INTERVAL })
  await inspector.call('Profiler.start')
  await load(workerd.urls[serviceOf(scenario, 'provider')], requests, amount, scenario.status)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the answer of this method of the protocol
  const { profile: found } = (await inspector.call('Profiler.stop')) as { readonly profile: Profile }
  inspector.close()
  return summarize(found)
}

/** Shares of the time in which the isolate was busy, of a function itself and with what it calls. */
function summarize({ nodes, samples }: Profile): readonly string[] {
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
  const share = (count: number): string => `${((100 * count) / busy).toFixed(1)} %`.padStart(7)
  const list = (counts: ReadonlyMap<string, number>): string[] =>
    [...counts]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 45)
      .map(([name, count]) => `${share(count)}  ${name}`)
  return [
    `busy in ${busy} of ${samples.length} samples`,
    'the function itself:',
    ...list(own),
    'with what it calls:',
    ...list(total),
  ]
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
