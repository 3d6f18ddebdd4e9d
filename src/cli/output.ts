import { factColumns, isNothing, type Known, type Resource } from '../operations/resource.ts'
import { type AdminRecord, isList } from '../store/browse.ts'
import { type Screen, sinceOf, styled } from './screen.ts'

/** Text for people; its form depends on the screen. */
export type Text = string | ((screen: Screen) => string)

/** What a command prints: one JSON document for programs, or text for people. */
export interface Output {
  readonly json: unknown
  readonly text: Text
  /** A warning about what was not done, for standard error. */
  readonly warning?: string
  /** Whether the command succeeded but found a problem, so that it exits with 1. */
  readonly failed?: boolean
}

/** Returns a text as a screen shows it. */
export function shown(text: Text, screen: Screen): string {
  return typeof text === 'string' ? text : text(screen)
}

/** Escapes control characters, which could move the cursor or forge a line, for a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`)
}

/** A value of a record in JSON. */
export type JsonRecord = AdminRecord

/**
 * Formats a record's meaningful fields, one per line, with aligned names; times exactly and in words. Fields that are empty,
 * off or at their default appear only with `--json`.
 * @param resource of the record; the columns of its list are always
 * printed
 */
export function formatRecord(
  record: JsonRecord,
  resource: Pick<Resource, 'columns' | 'facts'> = { columns: [], facts: [] },
  known: Pick<Known, 'clientMetadata'> = { clientMetadata: [] },
): (screen: Screen) => string {
  const always = new Set(resource.columns.map(({ name }) => name))
  const usual = new Map(factColumns(resource, known).map(({ fallback, name }) => [name, fallback]))
  const entries = Object.entries(record).filter(
    ([name, value]) => always.has(name) || !(isNothing(value) || value === usual.get(name)),
  )
  const width = Math.max(...entries.map(([name]) => name.length))
  return (screen) =>
    entries
      .map(([name, value]) => {
        const at = timeOf(name, value)
        const text = at === null ? formatValue(value) : `${exact(at)} (${sinceOf(at, screen.now)})`
        return `${styled('dim', name.padEnd(width), screen)}  ${text}`.trimEnd()
      })
      .join('\n')
}

/** Columns whose values people type or paste, so that a part of one is useless. */
const WHOLE = new Set(['client_id', 'id', 'kid', 'name', 'username'])
const LEAST = 6

/**
 * Formats records as a table, with times in words. On a terminal it fits: the widest columns are shortened, except those
 * that identify a record.
 * @param columns the fields to show, in order
 * @param none what to print if there are no
 * records
 */
export function formatTable<R extends JsonRecord>(
  records: readonly R[],
  columns: readonly (keyof R & string)[],
  none: string,
): (screen: Screen) => string {
  if (records.length === 0) return () => none
  return (screen) => {
    const lines = records.map((record) =>
      columns.map((name) => {
        const value = record[name] ?? null
        const at = timeOf(name, value)
        return at === null ? formatValue(value) : sinceOf(at, screen.now)
      }),
    )
    const natural = columns.map((_, at) =>
      Math.max(...[columns, ...lines].map((line) => line[at]?.length ?? 0)),
    )
    const widths = fit(natural, columns, screen.width)
    const row = (line: readonly string[]): string =>
      line
        .map((cell, at) => cut(cell, widths[at] ?? 0))
        .join('  ')
        .trimEnd()
    return [styled('bold', row(columns), screen), ...lines.map(row)].join('\n')
  }
}

function fit(natural: readonly number[], columns: readonly string[], most: number | null): number[] {
  const widths = [...natural]
  if (most === null) return widths
  const total = (): number => widths.reduce((sum, width) => sum + width + 2, -2)
  while (total() > most) {
    const [at] = [...widths.keys()]
      .filter((index) => !WHOLE.has(columns[index] ?? '') && (widths[index] ?? 0) > LEAST)
      .toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))
    if (at === undefined) break
    widths[at] = (widths[at] ?? 0) - 1
  }
  return widths
}

function cut(cell: string, width: number): string {
  return cell.length > width ? `${cell.slice(0, width - 1)}…` : cell.padEnd(width)
}

/** Times are seconds since 1970, by the names of their fields. */
function timeOf(name: string, value: JsonRecord[string] = null): number | null {
  return typeof value === 'number' && name.endsWith('_at') ? value : null
}

function exact(at: number): string {
  return new Date(at * 1000).toISOString().replace('.000Z', 'Z')
}

function formatValue(value: JsonRecord[string] = null): string {
  if (value === null) return '-'
  if (isList(value)) return printable(value.join(' ')) || '-'
  if (typeof value === 'object') return printable(JSON.stringify(value))
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : printable(String(value))
}
