/**
 * Seconds for which a password counts as just given. What changes the provider itself asks for it again after that: the panel, its
 * API, and an authorization request for the scope `admin`.
 */
export const PASSWORD_AGE = 900

/**
 * Tells whether a sign-in is fresh by this rule.
 * @param authTime when the password was given, in seconds since 1970
 */
export function isFreshSignIn(authTime: number, now: number): boolean {
  return authTime >= now - PASSWORD_AGE
}
