import type { Session } from './open-store.ts'
import type { Ask } from './terminal.ts'

/** What a command has of the world around it; tests give it another one. */
export interface Io {
  /** What options follow from. */
  readonly provider: Pick<Session['provider'], 'clientMetadata'>
  /** Opens the local store, or the deployed one. A local state is made only for what creates something. */
  readonly open: (remote: boolean, creates: boolean) => Promise<Session>
  /** Asks whoever sits at the terminal; null if there is none. */
  readonly ask: Ask | null
  readonly readStdin: () => Promise<string>
  /** Writes to standard output. */
  readonly write: (text: string) => void
  /** Writes to standard error. */
  readonly warn: (text: string) => void
}
