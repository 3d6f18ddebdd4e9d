import { ConfigurationError, OAuthError } from './errors.ts'

/** Scope names with their bits, as in OAUTH_SCOPES. */
export type ScopeBits = Readonly<Record<string, number>>

/**
 * The scope of the admin API. A client has it only if its own list names it; a token has it only if it was requested by name
 * and a member of staff who had just signed in approved it.
 */
export const ADMIN_SCOPE = 'admin'

/** The seed's constants: writing includes reading. */
export const DEFAULT_SCOPES: ScopeBits = { read: 2, write: 6 }

/** JavaScript's bitwise operators work on 32 bits, one of which is the sign. */
const MAX_BITS = 31
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/
/** The most scopes that one request, client or setting may name; more than any client needs. */
export const MAX_SCOPES = 100

/** The seed's scope module over one table of bits. */
export interface Scope {
  /**
   * Returns whether every bit of `wants` is in `has`.
   * @param wants integer of the required scopes
   * @param has integer of the granted scopes
   */
  readonly check: (wants: number, has: number) => boolean
  /** Returns the names of the scopes that `scope`, an integer, includes, in the table's order. */
  readonly names: (scope: number) => string[]
  /** The same as `names`. */
  readonly toNames: (scope: number) => string[]
  /**
   * Returns the integer of scope names; unknown names add nothing.
   * @param names scope names, then optionally `{ default }`: the result if no name is known (by default 0)
   */
  readonly toInt: (...names: (string | { readonly default?: number })[]) => number
}

/**
 * Creates the scope module for a table of bits.
 * @param bits scope names with their bits
 * @throws {ConfigurationError} a name is not a scope-token of RFC 6749 3.3, or its bits do not fit an integer
 */
export function createScope(bits: ScopeBits): Scope {
  checkScopeBits(bits)
  const toNames = (integer: number): string[] =>
    Object.keys(bits).filter((name) => check(bits[name] ?? 0, integer))
  return {
    check,
    names: toNames,
    toNames,
    toInt(...names) {
      let fallback = 0
      let result: number | undefined
      for (const name of names) {
        if (typeof name === 'object') fallback = name.default ?? 0
        else if (Object.hasOwn(bits, name)) result = (result ?? 0) | (bits[name] ?? 0)
      }
      return result ?? fallback
    },
  }
}

/**
 * Refuses an invalid table of scopes.
 * @throws {ConfigurationError} names the scope and the reason
 */
export function checkScopeBits(bits: ScopeBits): void {
  if (Object.keys(bits).length === 0) throw new ConfigurationError('OAUTH_SCOPES', 'holds no scope')
  for (const [name, value] of Object.entries(bits)) {
    if (!SCOPE_TOKEN.test(name)) {
      throw new ConfigurationError(
        'OAUTH_SCOPES',
        `${JSON.stringify(name)} is not a scope name (RFC 6749 3.3)`,
      )
    }
    if (!Number.isInteger(value) || value < 1 || value >= 2 ** MAX_BITS) {
      throw new ConfigurationError(
        'OAUTH_SCOPES',
        `${name} holds ${value}; bits are a whole number from 1 to ${2 ** MAX_BITS - 1}, room for ${MAX_BITS} ` +
          'independent scopes; further scopes belong in the scope table, which compares names',
      )
    }
  }
}

function check(wants: number, has: number): boolean {
  return (wants & has) === wants
}

/** The seed's scope module over its default scopes, `read` and `write`. */
export const scope: Scope = createScope(DEFAULT_SCOPES)

/**
 * Reads a scope parameter (RFC 6749 3.3) without verifying it: only the storage knows which names exist.
 * @param value names separated by spaces; null or undefined if the parameter is missing
 * @returns the names sorted and without duplicates, joined by spaces; null if there are none
 */
export function requestedScope(value: string | null | undefined): string | null {
  const names = value?.split(' ').filter((name) => name !== '') ?? []
  return names.length === 0 ? null : joinScope(names)
}

/**
 * Parses a scope that somebody configures.
 * @returns as `requestedScope`
 * @throws {OAuthError} invalid_scope: a name has characters that a scope cannot have (RFC 6749 3.3), or there are too many
 */
export function parseScope(value: string | null | undefined): string | null {
  const requested = requestedScope(value)
  const names = requested?.split(' ') ?? []
  if (names.length > MAX_SCOPES || !names.every(isScopeToken))
    throw new OAuthError('invalid_scope', 'Invalid scope.')
  return requested
}

/** Returns a scope without `admin`, which must be requested by name; the result may be empty. */
export function withoutAdmin(names: string): string {
  return joinScope(names.split(' ').filter((name) => name !== ADMIN_SCOPE))
}

/** Returns scope names sorted and without duplicates, joined by spaces. */
export function joinScope(names: Iterable<string>): string {
  return [...new Set(names)].toSorted().join(' ')
}

/** Returns whether `value` is a valid scope name (RFC 6749 3.3). */
export function isScopeToken(value: string): boolean {
  return SCOPE_TOKEN.test(value)
}

/**
 * Returns whether every name of `wants` is in `has`.
 * @param has names separated by spaces
 * @param wants names separated by
 * spaces
 */
export function coversScope(has: string, wants: string): boolean {
  const names = new Set(has.split(' '))
  return wants.split(' ').every((name) => names.has(name))
}

/** Returns the scopes that exist regardless of the scope table: those of OAUTH_SCOPES and those of features. */
export function fixedScopes({
  scopes,
  settings,
}: {
  readonly scopes: readonly string[]
  readonly settings: { readonly scopes: ScopeBits }
}): readonly string[] {
  return [...new Set([...Object.keys(settings.scopes), ...scopes])]
}
