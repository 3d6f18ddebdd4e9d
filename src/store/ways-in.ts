/** Ways to sign in that the settings allow. */
export interface WaysIn {
  readonly password: boolean
  /** For users who have a verified address. */
  readonly mail: boolean
  readonly passkeys: boolean
  /** Accounts elsewhere. */
  readonly links: boolean
}
