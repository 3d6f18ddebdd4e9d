import { readFile } from 'node:fs/promises'
import type { Measured, SignIn, Spread } from '../bench/measure.ts'
import { AIM, type Profiles, type Results, RESULTS_FILE } from '../bench/results.ts'
import { formatSpread } from '../bench/table.ts'

/** Dollars for a million, beyond what the Workers Paid plan includes (Cloudflare's price list, November 2026). */
const PRICES = { rowsRead: 0.001, rowsWritten: 1, kvReads: 0.5, kvWrites: 5, requests: 0.3, cpu: 0.02 }

/**
 * Makes docs/performance.md from what the last `npm run bench` found.
 * @returns the page
 */
export async function performanceDoc(): Promise<string> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `npm run bench` wrote it
  return page(JSON.parse(await readFile(RESULTS_FILE, 'utf8')) as Results)
}

function page({ connections, date, machine, profiles, rounds, scenarios, signIn }: Results): string {
  const rate = table(
    ['', 'requests per second', 'the limit', 'of the limit', 'p50, p99 in ms', 'the limit'],
    scenarios.map(({ limit, provider, ratio, title }) => [
      title,
      formatSpread(provider.rate, 0),
      formatSpread(limit.rate, 0),
      formatSpread(ratio.rate, 2),
      times(provider),
      times(limit),
    ]),
  )
  const cpu = table(
    ['', 'CPU in ms', 'the limit', 'times the limit'],
    scenarios.map(({ limit, provider, ratio, title }) => [
      title,
      formatSpread(provider.cpu, 2),
      formatSpread(limit.cpu, 2),
      formatSpread(ratio.cpu, 2),
    ]),
  )
  const storage = table(
    ['', 'trips', 'statements', 'rows read', 'rows written', 'KV reads', 'KV writes'],
    scenarios.map(({ limit, provider, title }) => [title, ...costs(provider, limit)]),
  )
  return `# Performance

\`npm run docs\` generates this page from the latest results of \`npm run bench\`.

## How it is measured

The bundle that \`wrangler deploy\` would send runs in workerd, with Miniflare's D1 and KV in memory. It listens on its own socket,
without a development proxy in front. autocannon sends requests over ${connections} connections. Next to each figure you find **the limit**:
a Hono route in the same workerd that parses the same form and makes the same storage calls with one statement each, without
any proof, signature or check in JavaScript. Both are measured in turns, in ${rounds} rounds; each figure is the median of the rounds,
with the minimum and the maximum. The CPU time is that of the whole workerd process, so it includes the database.

Milliseconds and requests per second depend on the machine (here ${machine.cpu}, ${machine.cores} cores, shared with the load generator;
${machine.workerd}, ${date}). What you can compare is the ratio to the limit.

## Speed

${rate}

## CPU of a request

${cpu}

${whereTimeGoes(scenarios, profiles)}

## What a request asks of the storage

These figures come from D1's own \`meta\`, and include work after the response; the limit is in parentheses. A trip is a call that
has to wait for the one before it.

${storage}

${bill(signIn)}`
}

/** Functions of a profile that are named; the rest is many small ones. */
const NAMED = 8

function whereTimeGoes(scenarios: readonly Measured[], profiles: Profiles): string {
  const rows = scenarios.flatMap(({ name, title }) => {
    const named = (profiles[name] ?? []).slice(0, NAMED)
    const list = named.map(({ name: place, percent }) => `${nameOf(place)} ${percent.toFixed(1)} %`)
    return list.length === 0 ? [] : [[title, list.join(', ')]]
  })
  return `## Where the time goes

The goal is ${AIM.rate} of the limit in requests per second, and ${AIM.cpu} times its CPU time. For each request that misses one of them, these
are the Worker's functions that take the most time themselves, according to V8's profiler. \`fetch\` and \`_send\` are the calls of D1; \`sign\`, \`verify\` and
\`digest\` are the proofs of tokens and secrets, which the limit does without; \`(native)\` is the runtime's own code.

${table(['', 'busy in'], rows)}`
}

/** A function's name without its line, which is one of the bundle. */
function nameOf(place: string): string {
  const [name = ''] = place.split(':')
  return name === 'anonymous' ? '`(native)`' : `\`${name}\``
}

function times({ p50, p99 }: { readonly p50: Spread; readonly p99: Spread }): string {
  return `${p50.median}, ${p99.median}`
}

function costs(provider: Measured['provider'], limit: Measured['limit']): string[] {
  const names = ['trips', 'statements', 'rowsRead', 'rowsWritten', 'kvReads', 'kvWrites'] as const
  return names.map((name) => `${provider.cost[name]} (${limit.cost[name]})`)
}

function bill({ cost, cpu, requests }: SignIn): string {
  const items: readonly (readonly [string, number, number])[] = [
    ['requests to the Worker', requests, PRICES.requests],
    ['milliseconds of CPU', cpu, PRICES.cpu],
    ['D1: rows read', cost.rowsRead, PRICES.rowsRead],
    ['D1: rows written', cost.rowsWritten, PRICES.rowsWritten],
    ['KV: reads', cost.kvReads, PRICES.kvReads],
    ['KV: writes', cost.kvWrites, PRICES.kvWrites],
  ]
  const rows = items.map(([name, amount, price]) => [
    name,
    String(Math.round(amount)),
    `$${price}`,
    `$${(amount * price).toFixed(2)}`,
  ])
  const sum = items.reduce((total, [, amount, price]) => total + amount * price, 0)
  return `## The bill for a million sign-ins

A sign-in is everything that a browser and a client do: the authorization request without a session, the sign-in page, the password,
the redirect with a code (consent was given before), and redeeming the code. The prices apply beyond what the Workers Paid plan
includes. The CPU time includes the database, which Cloudflare does not bill, and most of it goes into hashing the password.

${table(['', 'one sign-in', 'price per million', 'a million sign-ins'], [...rows, ['**together**', '', '', `**$${sum.toFixed(2)}**`]])}
`
}

/** A table with columns of even width, as the formatter likes it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
