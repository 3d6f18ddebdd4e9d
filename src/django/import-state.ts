import type { AdminStore, OperatorMark } from '../store/admin-store.ts'
import type { ImportStore } from '../store/import-store.ts'
import type { DumpIndex } from './dump-index.ts'
import type { ImportEvent, ImportReport } from './import-report.ts'
import type { JsonObject } from './json-objects.ts'
import type { DjangoContext } from './record.ts'

/** What an import needs. */
export interface DjangoImport {
  /** Reads the dump from the start; it is read several times, as its records are unordered. */
  readonly read: () => AsyncIterable<JsonObject>
  readonly store: AdminStore & ImportStore
  readonly mark: () => OperatorMark
  readonly options: Omit<DjangoContext, 'clients' | 'scopes' | 'now'>
  readonly dry: boolean
  /** Whether to bring back what has been deleted here since an earlier import. */
  readonly restore: boolean
  /** Is called for every record that is not imported, or only incompletely. */
  readonly onEvent: (event: ImportEvent) => void
  /** Is called with the progress of a pass. */
  readonly onProgress: (pass: string, offset: number) => void
  /** Is called, before anything is written, with the number of users and clients that need a new password or secret, and why. */
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
