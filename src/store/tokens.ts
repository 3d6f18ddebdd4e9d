import type { User } from './records.ts'

/**
 * What a grant keeps for the tokens that are issued from it: a JSON object whose members are read by the features that added
 * them. `claims` are the requested claims of OpenID Connect, `resource` the keys of the servers that tokens are for (RFC 8707),
 * `lifetime` the longest that an access token is valid, in seconds, `format` its format, `parent` the grant with which it
 * ends, `act` the party that acts for the user (RFC 8693 4.1), and `cnf` the key that tokens are bound to (RFC 7800).
 */
export type GrantDetails = Readonly<Record<string, unknown>>

/** What a token names: its grant, and its number in the grant. */
export interface TokenName {
  /** For a token of the first format, or of another provider, an alias that refers to the grant. */
  readonly grantId: string
  readonly sequence: number
}

/** The key to look up an access token. The number is null if the alias in `grantId` determines it. */
export interface AccessTokenName {
  readonly grantId: string
  readonly sequence: number | null
}

/** The key with which revocation and introspection look up a token. */
export type TokenReference =
  | ({ readonly kind: 'access' } & AccessTokenName)
  | ({ readonly kind: 'refresh' } & TokenName)
  /** Another provider issued it, so its kind is unknown: the alias of an access token, or of refresh token 0 of a grant. */
  | { readonly kind: 'imported'; readonly access: string; readonly refresh: string }

/** A valid token (RFC 7662 2.2). */
export interface LiveToken {
  readonly kind: 'access' | 'refresh'
  readonly grantId: string
  readonly sequence: number
  readonly clientId: string
  readonly scope: string
  readonly createdAt: number
  readonly expiresAt: number
  /** Null if a client acts for itself. */
  readonly user: User | null
  /** When the user entered the password; null if there is no user, or that is not known. */
  readonly authTime: number | null
  readonly sessionId: string | null
  readonly details: GrantDetails | null
  /** Keys of the resources that it is for; empty if its grant names none. */
  readonly resource: readonly string[]
}
