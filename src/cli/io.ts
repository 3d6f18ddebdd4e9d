import type { Check } from './doctor.ts'
import type { Session } from './open-store.ts'
import type { Screen } from './screen.ts'
import type { Ask } from './terminal.ts'

/** The environment of a command; tests provide another one. */
export interface Io {
  /** The words by which the program was called, as help repeats them: `npm run cli --`. */
  readonly called: string
  /** What options depend on. */
  readonly provider: Pick<Session['provider'], 'clientMetadata'>
  /** Opens the local store, or the deployed one. A local state is created only by commands that create something. */
  readonly open: (remote: boolean, creates: boolean) => Promise<Session>
  /** Inspects the local state, or the deployment. */
  readonly inspect: (remote: boolean) => Promise<readonly Check[]>
  /** The screens of standard output and standard error. */
  readonly screens: Readonly<Record<'output' | 'errors', Screen>>
  /** Asks the person at the terminal; null if there is none. */
  readonly ask: Ask | null
  readonly readStdin: () => Promise<string>
  /** Writes to standard output. */
  readonly write: (text: string) => void
  /** Writes to standard error. */
  readonly warn: (text: string) => void
}
