/** The scopes of OpenID Connect, which exist if it is turned on (OpenID Connect Core 5.4, 11). */
export const OPENID_SCOPES: readonly string[] = [
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
]
