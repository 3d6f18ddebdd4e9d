import type { Mail } from '../concepts.ts'

/** A mail that the local demo has stored. */
export interface KeptMail extends Mail {
  /** Sorts by age. */
  readonly id: string
}

/** Stores the local demo's mails, sealed. */
export interface Outbox {
  /** @param sealed the mail, so that only this provider can read it */
  keep(id: string, sealed: string): Promise<void>

  /** Lists the newest mails, newest first. */
  list(limit: number): Promise<readonly { readonly id: string; readonly sealed: string }[]>
}
