import type { GrantDetails, Session } from '../store/records.ts'

/**
 * Levels of authentication (OpenID Connect Core 2, `acr`), the strongest first: `phr` resists phishing (OpenID Connect EAP ACR
 * Values 4), `2` is based on two factors, `1` on one.
 */
const LEVELS = ['phr', '2', '1'] as const

/**
 * Returns what a grant keeps of how its user was authenticated, and, if another provider did it, when. A password alone
 * leaves nothing to keep.
 */
export function signInDetails({ amr, vouchedAt }: Pick<Session, 'amr' | 'vouchedAt'>): GrantDetails {
  return {
    ...(amr.join(' ') !== 'pwd' && { amr }),
    ...(vouchedAt !== undefined && { auth_time: vouchedAt }),
  }
}

/**
 * Returns when the user of a grant was authenticated: 0 if another provider did it and does not say; null if there is no
 * user.
 */
export function authTimeOf({
  authTime,
  details,
}: {
  readonly authTime: number | null
  readonly details: GrantDetails | null
}): number | null {
  const vouchedAt = details?.['auth_time']
  return authTime !== null && typeof vouchedAt === 'number' ? vouchedAt : authTime
}

/** Returns how the user of a grant was authenticated, by the names of RFC 8176; empty if that is not known. */
export function amrOf(details: GrantDetails | null): readonly string[] {
  const amr = details?.['amr']
  return Array.isArray(amr) ? amr.map(String) : ['pwd']
}

/**
 * Returns whether a level satisfies the requested one; a stronger level of ours does.
 * @param reached `acr` of a token
 */
export function satisfiesLevel(reached: string, asked: string): boolean {
  const order: readonly string[] = LEVELS
  return reached === asked || (order.includes(reached) && order.indexOf(asked) > order.indexOf(reached))
}

/**
 * Returns the levels that a sign-in reaches, the strongest first.
 * @param amr how the user was authenticated, by the names of RFC 8176
 * @returns an empty list if that is not known
 */
export function reachedLevels(amr: readonly string[]): readonly string[] {
  if (amr.length === 0) return []
  if (!amr.includes('mfa')) return LEVELS.slice(2)
  return amr.includes('hwk') || amr.includes('swk') ? LEVELS : LEVELS.slice(1)
}
