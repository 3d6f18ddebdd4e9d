import type { ImportOutcome } from '../store/import-store.ts'

/** Records of one model that were not imported, for the same reason. */
export interface SkippedRecords {
  readonly reason: string
  readonly count: number
  /** The first of them: pks, or names if the dump has no pks. */
  readonly records: readonly string[]
}

/** The outcomes for the records of one model. */
export interface ModelCounts {
  readonly created: number
  readonly updated: number
  readonly skipped: readonly SkippedRecords[]
}

/** A note about records that were imported incompletely. */
export interface ImportNote {
  readonly model: string
  readonly record: string
  readonly note: string
}

/** A record that was not imported, or only incompletely. */
export type ImportEvent =
  | ImportNote
  | { readonly model: string; readonly record: string; readonly reason: string }

/** The most records that a report names for a reason; the count covers all. */
const NAMED = 20

const REASONS: Readonly<Record<Exclude<ImportOutcome, 'created' | 'updated'>, string>> = {
  same: 'it exists already',
  used: 'it has signed in here since it was imported, so it is left unchanged',
  taken: 'another record has its name (names are compared without regard to case)',
  'no user': 'its user was not imported',
  'no client': 'its client was not imported',
  ended: 'its user has withdrawn the consent here, or changed the password',
  expired: 'it has expired',
  deleted: 'it has been deleted here since an earlier import (--restore brings it back)',
}

interface Tally {
  created: number
  updated: number
  readonly skipped: Map<string, { count: number; readonly records: string[] }>
}

/** Counts the outcomes of records, and keeps the names of only a few. */
export class ImportReport {
  readonly #models = new Map<string, Tally>()
  readonly #notes = new Map<string, { count: number; readonly notes: ImportNote[] }>()
  readonly #onEvent: (event: ImportEvent) => void

  /** @param onEvent is called for every record that is not imported, or only incompletely */
  constructor(onEvent: (event: ImportEvent) => void) {
    this.#onEvent = onEvent
  }

  /** Counts a record. */
  count(model: string, record: string, outcome: ImportOutcome): void {
    if (outcome === 'created') this.#tally(model).created++
    else if (outcome === 'updated') this.#tally(model).updated++
    else this.skip(model, record, REASONS[outcome])
  }

  /** Counts a record that is not imported. */
  skip(model: string, record: string, reason: string): void {
    const { skipped } = this.#tally(model)
    const found = skipped.get(reason) ?? { count: 0, records: [] }
    skipped.set(reason, found)
    found.count++
    if (found.records.length < NAMED) found.records.push(record)
    this.#onEvent({ model, record, reason })
  }

  /** Uncounts a created record that cannot be kept. */
  takeBack(model: string, record: string, reason: string): void {
    this.#tally(model).created--
    this.skip(model, record, reason)
  }

  /** Records what a record has lost. */
  note(model: string, record: string, note: string): void {
    const found = this.#notes.get(note) ?? { count: 0, notes: [] }
    this.#notes.set(note, found)
    found.count++
    if (found.notes.length < NAMED) found.notes.push({ model, record, note })
    this.#onEvent({ model, record, note })
  }

  /** The outcomes, by model. */
  get models(): Readonly<Record<string, ModelCounts>> {
    const models = [...this.#models].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(
      models.map(([model, { created, skipped, updated }]) => [
        model,
        { created, updated, skipped: [...skipped].map(([reason, found]) => ({ reason, ...found })) },
      ]),
    )
  }

  /** The notes about what records have lost, each with its records. */
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
