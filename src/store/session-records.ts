import type { User } from './records.ts'

/** A valid sign-in. */
export interface Session {
  readonly id: string
  readonly user: User
  /** Whether the user has a password here; defaults to true. */
  readonly hasPassword?: boolean
  /** When the user signed in, or was last authenticated here. */
  readonly authTime: number
  /** When another provider authenticated the user; 0 if it does not say. Undefined if the user was authenticated here. */
  readonly vouchedAt?: number
  readonly lastSeenAt: number
  /** How: names of RFC 8176, such as `pwd`. */
  readonly amr: readonly string[]
}

/** How long unused sessions stay valid, in seconds, and the current time. */
export interface SessionRule {
  readonly now: number
  readonly idleDelta: number
  /**
   * Whose sessions are valid only after the second factor: those of users who have one, also of staff, or of everybody;
   * undefined for nobody's.
   */
  readonly secondFactor?: 'own' | 'staff' | 'everybody' | undefined
}

/** A sign-in to save. */
export interface SessionCommit {
  readonly id: string
  readonly userId: string
  readonly userAgent: string
  /** How the user was authenticated: names of RFC 8176. */
  readonly amr: readonly string[]
  /** When another provider authenticated the user; 0 if it does not say. */
  readonly vouchedAt?: number
  /** City and country of the network, according to the edge. */
  readonly place?: string | undefined
  /** The absolute limit. */
  readonly expiresAt: number
  /** The browser's previous session, which ends. */
  readonly replaces: string | null
}

/** One of a user's sign-ins, as the account page shows it. */
export interface SessionSummary {
  readonly id: string
  readonly userAgent: string
  readonly network: string | null
  /** City and country of the network; undefined if unknown. */
  readonly place?: string
  readonly authTime: number
  readonly lastSeenAt: number
}
