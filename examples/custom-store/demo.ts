import type { SeedClient, SeedUser } from 'edge-oauth2-provider/testing'

/** The client of the local demo; its secret is `demo-secret`. */
export const DEMO_CLIENT: SeedClient = {
  clientId: 'demo',
  type: 'confidential',
  name: 'Demo',
  url: null,
  grantTypes: ['authorization_code', 'password', 'refresh_token'],
  responseTypes: ['code'],
  scope: null,
  redirectUris: ['http://localhost:8787/demo/callback'],
  autoAuthorize: false,
  authorizeEveryTime: false,
  requirePkce: false,
  metadata: {},
  disabled: false,
  secrets: [{ hash: 'zVd_4lYev_I1BdsLsAYwDHzey9RrwOA8RJr6-sosJb8', expiresAt: null }],
  accessTokenLifetime: null,
  refreshTokenLifetime: null,
  refreshReuseInterval: null,
}

/** The user of the local demo; its password is `demo`. */
export const DEMO_USER: SeedUser = {
  id: 'demo',
  username: 'demo',
  usernameKey: 'demo',
  email: null,
  isStaff: false,
  passwordHash: '$scrypt$ln=14,r=8,p=5$6xKuWduqrB9AKlALotT5zQ$raea96J7bpkqWnTf+4ksSzlX6nAtZE70/c4I3rtjFGU',
}
