import type { Session } from './open-store.ts'

/** What a command has of the world around it; tests give it another one. */
export interface Io {
  /** What options follow from. */
  readonly provider: Pick<Session['provider'], 'clientMetadata'>
  /** Opens the local store, or the deployed one. */
  readonly open: (remote: boolean) => Promise<Session>
  readonly readStdin: () => Promise<string>
  /** Writes to standard output. */
  readonly write: (text: string) => void
  /** Writes to standard error. */
  readonly warn: (text: string) => void
}
