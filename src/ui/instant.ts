import type { Messages } from './messages.ts'

/** Returns an instant for programs, in UTC, and for people, in the page's language, with its zone. */
export function instantOf(
  at: number,
  messages: Messages,
  timeZone = 'UTC',
): readonly [iso: string, text: string] {
  const date = new Date(at * 1000)
  const text = new Intl.DateTimeFormat(messages.lang, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
    timeZoneName: 'short',
  }).format(date)
  return [date.toISOString(), text]
}
