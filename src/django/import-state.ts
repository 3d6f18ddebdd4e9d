import type { AdminStore, OperatorMark } from '../store/admin-store.ts'
import type { ImportStore } from '../store/import-store.ts'
import type { DumpIndex } from './dump-index.ts'
import type { ImportEvent, ImportReport } from './import-report.ts'
import type { JsonObject } from './json-objects.ts'
import type { DjangoContext } from './record.ts'

/** What an import works with. */
export interface DjangoImport {
  /** Reads the dump from its beginning; it is read several times, as its records are in no order. */
  readonly read: () => AsyncIterable<JsonObject>
  readonly store: AdminStore & ImportStore
  readonly mark: () => OperatorMark
  readonly options: Omit<DjangoContext, 'clients' | 'scopes' | 'now'>
  readonly dry: boolean
  /** Brings back what was deleted here since an earlier import. */
  readonly restore: boolean
  /** Hears of every record that is not taken, or not whole. */
  readonly onEvent: (event: ImportEvent) => void
  /** Hears how far a pass has come. */
  readonly onProgress: (pass: string, offset: number) => void
  /** Hears, before anything is written, how many users and clients need a new password or secret, and why. */
  readonly onUncheckable: (problem: string, count: number) => void
}

/** Everything that the passes share. */
export interface ImportState {
  readonly job: DjangoImport
  readonly context: DjangoContext
  readonly report: ImportReport
  readonly index: DumpIndex
  readonly scopes: Set<string>
  hashedSecrets: number
  lastExpiresAt: number | null
}
