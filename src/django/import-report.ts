import type { ImportOutcome } from '../store/import-store.ts'

/** Records of one model that were not taken, for one reason. */
export interface SkippedRecords {
  readonly reason: string
  readonly count: number
  /** The first of them: pks, or names where the dump has no pks. */
  readonly records: readonly string[]
}

/** What became of the records of one model. */
export interface ModelCounts {
  readonly created: number
  readonly updated: number
  readonly skipped: readonly SkippedRecords[]
}

/** Something that was taken, but not whole. */
export interface ImportNote {
  readonly model: string
  readonly record: string
  readonly note: string
}

/** One record that was not taken, or not whole. */
export type ImportEvent =
  | ImportNote
  | { readonly model: string; readonly record: string; readonly reason: string }

/** Records of a reason that a report names; the count says how many there are. */
const NAMED = 20

const REASONS: Readonly<Record<Exclude<ImportOutcome, 'created' | 'updated'>, string>> = {
  same: 'it is here already',
  used: 'it has signed in here since it was imported, so it is kept as it is here',
  taken: 'something else here has its name (names are compared without regard to case)',
  'no user': 'its user was not taken',
  'no client': 'its client was not taken',
  ended: 'its user has withdrawn the consent here, or changed the password',
  expired: 'it has expired',
  deleted: 'it was deleted here since an earlier import (--restore brings it back)',
}

interface Tally {
  created: number
  updated: number
  readonly skipped: Map<string, { count: number; readonly records: string[] }>
}

/** Counts what becomes of each record; keeps the names of a few, however many there are. */
export class ImportReport {
  readonly #models = new Map<string, Tally>()
  readonly #notes = new Map<string, { count: number; readonly notes: ImportNote[] }>()
  readonly #onEvent: (event: ImportEvent) => void

  /** @param onEvent hears of every record that is not taken, or not whole */
  constructor(onEvent: (event: ImportEvent) => void) {
    this.#onEvent = onEvent
  }

  /** Counts a record. */
  count(model: string, record: string, outcome: ImportOutcome): void {
    if (outcome === 'created') this.#tally(model).created++
    else if (outcome === 'updated') this.#tally(model).updated++
    else this.skip(model, record, REASONS[outcome])
  }

  /** Counts a record that is not taken. */
  skip(model: string, record: string, reason: string): void {
    const { skipped } = this.#tally(model)
    const found = skipped.get(reason) ?? { count: 0, records: [] }
    skipped.set(reason, found)
    found.count++
    if (found.records.length < NAMED) found.records.push(record)
    this.#onEvent({ model, record, reason })
  }

  /** A record that was counted as made cannot be kept. */
  takeBack(model: string, record: string, reason: string): void {
    this.#tally(model).created--
    this.skip(model, record, reason)
  }

  /** Notes what a record lost. */
  note(model: string, record: string, note: string): void {
    const found = this.#notes.get(note) ?? { count: 0, notes: [] }
    this.#notes.set(note, found)
    found.count++
    if (found.notes.length < NAMED) found.notes.push({ model, record, note })
    this.#onEvent({ model, record, note })
  }

  /** What became of the records, by model. */
  get models(): Readonly<Record<string, ModelCounts>> {
    const models = [...this.#models].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(
      models.map(([model, { created, skipped, updated }]) => [
        model,
        { created, updated, skipped: [...skipped].map(([reason, found]) => ({ reason, ...found })) },
      ]),
    )
  }

  /** What records lost: each note with its records. */
  get notes(): readonly {
    readonly note: string
    readonly count: number
    readonly records: readonly string[]
  }[] {
    return [...this.#notes].map(([note, { count, notes }]) => ({
      note,
      count,
      records: notes.map(({ model, record }) => `${model} ${record}`),
    }))
  }

  #tally(model: string): Tally {
    const tally = this.#models.get(model) ?? { created: 0, updated: 0, skipped: new Map() }
    this.#models.set(model, tally)
    return tally
  }
}
