import { readFile } from 'node:fs/promises'
import type { Measured, SignIn, Spread } from '../bench/measure.ts'
import { type Results, RESULTS_FILE } from '../bench/results.ts'
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

function page({ connections, date, machine, rounds, scenarios, signIn }: Results): string {
  const rate = table(
    ['', 'requests a second', 'the limit', 'of the limit', 'p50, p99 in ms', 'the limit'],
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

This page is made by \`npm run docs\` from what \`npm run bench\` found last.

## How it is measured

The bundle that \`wrangler deploy\` would send runs in workerd, with D1 and KV of Miniflare in memory, and answers on a socket of
its own: no development proxy stands before it. autocannon asks over ${connections} connections. Next to each figure stands **the limit**: a
route of Hono in the same workerd that parses the same form and makes the same calls of the storage with one statement each,
without any proof, signature or check in JavaScript. Both are asked in turns, in each of ${rounds} rounds; a figure is the median of
the rounds, with the least and the greatest. The CPU is that of the whole workerd process, so it contains the database.

Figures in milliseconds and in requests a second are those of one machine (${machine.cpu}, ${machine.cores} cores, which the load
generator shares; ${machine.workerd}, ${date}). What can be compared is the relation to the limit.

## Speed

${rate}

## CPU of a request

${cpu}

## What a request asks of the storage

Counted through D1's own \`meta\`, with what goes on after the answer; in parentheses the limit. A trip is a call that has to wait
for the one before it.

${storage}

${bill(signIn)}`
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

One sign-in is all that a browser and a client do: the authorization request without a session, the sign-in page, the password,
the redirect with a code (consent was given before), and the code's redemption. Prices are those beyond what the Workers Paid
plan includes. The CPU contains the database, which Cloudflare does not bill, and most of it is the hash of the password.

${table(['', 'one sign-in', 'price of a million', 'a million sign-ins'], [...rows, ['**together**', '', '', `**$${sum.toFixed(2)}**`]])}
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
