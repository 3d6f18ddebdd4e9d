import { type AdminRecord, isList } from '../store/browse.ts'

/** What a command says: one JSON document for programs, text for people. */
export interface Output {
  readonly json: unknown
  readonly text: string
  /** What was not done, for standard error. */
  readonly warning?: string
}

/** Text for a terminal: what stands for no sign, and could move the cursor or forge a line, is spelled out. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`)
}

/** A value of a record, as JSON has it. */
export type JsonRecord = AdminRecord

/** A record's fields, one a line, their names aligned. */
export function formatRecord(record: JsonRecord): string {
  const width = Math.max(...Object.keys(record).map((name) => name.length))
  return Object.entries(record)
    .map(([name, value]) => `${name.padEnd(width)}  ${formatValue(name, value)}`.trimEnd())
    .join('\n')
}

/**
 * Records as a table.
 * @param columns which of their fields, in order
 * @param none what to say if there is no record
 */
export function formatTable<R extends JsonRecord>(
  records: readonly R[],
  columns: readonly (keyof R & string)[],
  none: string,
): string {
  if (records.length === 0) return none
  const lines = [
    columns,
    ...records.map((record) => columns.map((name) => formatValue(name, record[name] ?? null))),
  ]
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Times are seconds since 1970, by the names of their fields. */
function formatValue(name: string, value: JsonRecord[string] = null): string {
  if (value === null) return '-'
  if (typeof value === 'number' && name.endsWith('_at'))
    return new Date(value * 1000).toISOString().replace('.000Z', 'Z')
  if (isList(value)) return printable(value.join(' ')) || '-'
  if (typeof value === 'object') return printable(JSON.stringify(value))
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : printable(String(value))
}
