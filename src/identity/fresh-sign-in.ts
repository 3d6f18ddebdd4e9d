import type { Session } from '../store/records.ts'

/**
 * Seconds for which a password counts as just entered. Whatever changes the provider itself asks for it again after that:
 * the panel, its API, and an authorization request for the scope `admin`.
 */
export const PASSWORD_AGE = 900

/** Returns when the user of a session was authenticated, here or by another provider; 0 if that does not say. */
export function authenticatedAt({ authTime, vouchedAt }: Pick<Session, 'authTime' | 'vouchedAt'>): number {
  return vouchedAt ?? authTime
}

/**
 * Returns whether a sign-in is fresh by this rule.
 * @param authTime when the password was entered, in seconds since 1970
 */
export function isFreshSignIn(authTime: number, now: number): boolean {
  return authTime >= now - PASSWORD_AGE
}
