import type { Io } from './io.ts'
import { durationOf } from './screen.ts'

/** Bytes between two lines without a terminal. */
const LINE_BYTES = 16 * 2 ** 20
/** Milliseconds between two updates of a terminal. */
const LOOK = 250
const MIB = 2 ** 20

/** Reports the progress of long work. */
export interface Progress {
  /** Is called with the number of bytes that a pass over the file has read. */
  readonly reached: (pass: string, offset: number) => void
  /** Makes room for other lines. */
  readonly clear: () => void
}

/**
 * Shows on standard error how far a file has been read, how fast, and how long the pass will take: in one line of a
 * terminal, or without one in a line for each part.
 * @param size  bytes of the file, which each pass reads from the start
 * @param clock milliseconds
 */
export function showProgress(
  { screens: { errors }, warn }: Pick<Io, 'screens' | 'warn'>,
  size: number,
  clock: () => number = Date.now,
): Progress {
  const { width } = errors
  let pass = ''
  let began = 0
  let last = { at: 0, offset: 0 }
  let shown = false
  const clear = (): void => {
    if (shown && width !== null) warn(`\r${' '.repeat(width - 1)}\r`)
    shown = false
  }
  const reached = (current: string, offset: number): void => {
    const at = clock()
    if (current !== pass) {
      pass = current
      began = at
      last = { at, offset: 0 }
    }
    if (width === null ? offset - last.offset < LINE_BYTES : at - last.at < LOOK) return
    last = { at, offset }
    const line = describe(pass, offset, size, (at - began) / 1000)
    warn(width === null ? `${line}\n` : `\r${line.slice(0, width - 1).padEnd(width - 1)}`)
    shown = true
  }
  return { reached, clear }
}

function describe(pass: string, offset: number, size: number, seconds: number): string {
  const rate = offset / Math.max(seconds, 0.001)
  const left = Math.ceil((size - offset) / rate)
  const done = `${Math.floor((offset / size) * 100)} % of ${Math.ceil(size / MIB)} MiB`
  return `${pass}: ${done}, ${(rate / MIB).toFixed(1)} MiB/s, ${durationOf(left)} left`
}
