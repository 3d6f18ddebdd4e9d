import type { GrantDetails } from '../store/records.ts'

/**
 * Returns the thumbprint of the key that the tokens of a grant are bound to (RFC 7800 3.1, RFC 9449 6.1); null for bearer
 * tokens.
 */
export function jktOf(details: GrantDetails | null): string | null {
  const cnf = details?.['cnf']
  if (typeof cnf !== 'object' || cnf === null || !('jkt' in cnf)) return null
  return typeof cnf.jkt === 'string' ? cnf.jkt : null
}

/** Adds to what a grant keeps the key that its tokens are bound to. */
export function detailsBoundTo(jkt: string, details: GrantDetails | null = null): GrantDetails {
  return { ...details, cnf: { jkt } }
}

/** Returns the type of the tokens of a grant (RFC 6749 7.1, RFC 9449 5). */
export function tokenTypeOf(details: GrantDetails | null): 'Bearer' | 'DPoP' {
  return jktOf(details) === null ? 'Bearer' : 'DPoP'
}
