import { ConfigurationError, OAuthError } from './errors.ts'

/** Scope names with the bits that each stands for, as OAUTH_SCOPES holds them. */
export type ScopeBits = Readonly<Record<string, number>>

/**
 * The scope of the admin API. A client has it only by naming it in its own list, a token only by asking for it by name, and only
 * where a member of staff who has just signed in says yes to it.
 */
export const ADMIN_SCOPE = 'admin'

/** The seed's constants: writing includes reading. */
export const DEFAULT_SCOPES: ScopeBits = { read: 2, write: 6 }

/** Bitwise operators of JavaScript work on 32 bits, one of which is the sign. */
const MAX_BITS = 31
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/
/** Scopes that one request, client or setting may name: more than any client needs. */
export const MAX_SCOPES = 100

/** The seed's scope module over one table of bits. */
export interface Scope {
  /**
   * Tells whether every bit of `wants` is in `has`.
   * @param wants integer of the scopes that are needed
   * @param has integer of the scopes that are there
   */
  readonly check: (wants: number, has: number) => boolean
  /** Names of the scopes that `scope`, an integer, includes, in the table's order. */
  readonly names: (scope: number) => string[]
  /** The same as `names`. */
  readonly toNames: (scope: number) => string[]
  /**
   * The integer of scope names; unknown names count nothing.
   * @param names scope names, then optionally `{ default }`: the result where no name is known (0 if left out)
   */
  readonly toInt: (...names: (string | { readonly default?: number })[]) => number
}

/**
 * Makes the scope module for a table of bits.
 * @param bits scope names with their bits
 * @throws {ConfigurationError} a name is not a scope-token of RFC 6749 3.3, or its bits are more than an integer carries
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
 * Refuses a table of scopes that cannot work.
 * @throws {ConfigurationError} says which scope and why
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
 * Reads a scope parameter (RFC 6749 3.3) without believing it: the storage knows which names exist.
 * @param value names separated by spaces; null or undefined where the parameter was left out
 * @returns the names sorted and without repeats, joined by spaces; null where none was named
 */
export function requestedScope(value: string | null | undefined): string | null {
  const names = value?.split(' ').filter((name) => name !== '') ?? []
  return names.length === 0 ? null : joinScope(names)
}

/**
 * Parses a scope that somebody sets up.
 * @returns as `requestedScope`
 * @throws {OAuthError} invalid_scope: a name has characters that no scope has (RFC 6749 3.3), or there are too many
 */
export function parseScope(value: string | null | undefined): string | null {
  const requested = requestedScope(value)
  const names = requested?.split(' ') ?? []
  if (names.length > MAX_SCOPES || !names.every(isScopeToken))
    throw new OAuthError('invalid_scope', 'Invalid scope.')
  return requested
}

/** A scope without `admin`, which nobody gets without asking for it by name; it may be empty. */
export function withoutAdmin(names: string): string {
  return joinScope(names.split(' ').filter((name) => name !== ADMIN_SCOPE))
}

/** Scope names sorted and without repeats, joined by spaces. */
export function joinScope(names: Iterable<string>): string {
  return [...new Set(names)].toSorted().join(' ')
}

/** Tells whether `value` may name a scope (RFC 6749 3.3). */
export function isScopeToken(value: string): boolean {
  return SCOPE_TOKEN.test(value)
}

/**
 * Tells whether every name of `wants` is among `has`.
 * @param has names separated by spaces
 * @param wants likewise
 */
export function coversScope(has: string, wants: string): boolean {
  const names = new Set(has.split(' '))
  return wants.split(' ').every((name) => names.has(name))
}

/** Scopes that exist whatever the scope table holds: those of OAUTH_SCOPES and those of features. */
export function fixedScopes({
  scopes,
  settings,
}: {
  readonly scopes: readonly string[]
  readonly settings: { readonly scopes: ScopeBits }
}): readonly string[] {
  return [...new Set([...Object.keys(settings.scopes), ...scopes])]
}
