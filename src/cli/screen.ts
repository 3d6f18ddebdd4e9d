import { styleText } from 'node:util'

/** The screen on which the text of a command is shown. */
export interface Screen {
  /** Characters per line; null without a terminal, so that nothing has to fit. */
  readonly width: number | null
  readonly color: boolean
  /** Seconds since 1970, for times in words. */
  readonly now: number
}

/** The part of a stream that describes it. */
interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
}

/**
 * Returns the screen of a stream. Colors are only for terminals, and for none if NO_COLOR is set or TERM is dumb
 * (https://no-color.org).
 */
export function readScreen(
  { columns, isTTY = false }: Output,
  env: Readonly<Record<string, string | undefined>>,
  clock: () => number,
): Screen {
  const plain = Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb'
  return {
    width: isTTY ? (columns ?? 80) : null,
    color: isTTY && !plain,
    // The time of display, so that a record that the command has just created is not in the future.
    get now() {
      return clock()
    },
  }
}

/** Returns a text in a style, if the screen has styles. */
export function styled(style: Parameters<typeof styleText>[0], text: string, { color }: Screen): string {
  return color ? styleText(style, text, { validateStream: false }) : text
}

/**
 * Wraps a text between words to fit the screen; an address that is longer than a line stays whole.
 * @param indent
 * characters before each line; the first line has them already
 */
export function broken(text: string, indent: number, { width }: Screen): string {
  if (width === null) return text
  const room = Math.max(width - indent, 20)
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1) ?? ''} ${word}`
    if (lines.length > 0 && line.length <= room) lines[lines.length - 1] = line
    else lines.push(word)
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** Returns a time in words: `just now`, `3 days ago`, `in 2 hours`. */
export function sinceOf(at: number, now: number): string {
  if (at === now) return 'just now'
  const duration = durationOf(Math.abs(at - now))
  return at > now ? `in ${duration}` : `${duration} ago`
}

/** Returns seconds in words, in the largest suitable unit: `2 hours`. */
export function durationOf(seconds: number): string {
  const [unit, size] = UNITS.find(([, least]) => seconds >= least) ?? (['second', 1] as const)
  const amount = Math.trunc(seconds / size)
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`
}
