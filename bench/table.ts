import type { Measured, Spread } from './measure.ts'

/** A spread as `0.93 (0.90 to 0.97)`. */
export function formatSpread({ max, median, min }: Spread, digits: number): string {
  const [middle, least, most] = [median, min, max].map((value) => value.toFixed(digits))
  return `${middle} (${least} to ${most})`
}

/** What was measured, as a line for the terminal. */
export function formatLine({ name, limit, provider, ratio }: Measured): string {
  const { cost } = provider
  return [
    `${name}: ${formatSpread(provider.rate, 0)} a second, ${formatSpread(ratio.rate, 2)} of the limit`,
    `  p50 ${provider.p50.median} ms, p99 ${provider.p99.median} ms (the limit: ${limit.p50.median}, ${limit.p99.median})`,
    `  CPU ${formatSpread(provider.cpu, 2)} ms, ${formatSpread(ratio.cpu, 2)} times the limit's ${limit.cpu.median.toFixed(2)}`,
    `  ${cost.trips} trips, ${cost.statements} statements, ${cost.rowsRead} rows read, ${cost.rowsWritten} written (the limit: ${limit.cost.trips}, ${limit.cost.statements}, ${limit.cost.rowsRead}, ${limit.cost.rowsWritten})`,
  ].join('\n')
}
