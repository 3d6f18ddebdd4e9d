/** A value that a member takes, and one that it refuses. */
export interface MemberSample {
  readonly right: string | number | boolean | readonly string[] | Readonly<Record<string, unknown>>
  readonly wrong: unknown
}

/** Samples of every member that is kept as JSON. */
export const SAMPLES: Readonly<Record<string, MemberSample>> = {
  access_token_format: { right: 'jwt', wrong: 'saml' },
  allow_short_schemes: { right: true, wrong: 'perhaps' },
  logo_uri: { right: 'https://app.example/logo.png', wrong: 'javascript:alert(1)' },
  policy_uri: { right: 'https://app.example/privacy', wrong: '/privacy' },
  tos_uri: { right: 'https://app.example/terms', wrong: 'https://user@app.example/' },
  contacts: { right: ['mia@app.example', '+49 30 1234'], wrong: ['a\nb'] },
  software_id: { right: '4NRB1-0XZABZI9E6-5SM3R', wrong: 'a'.repeat(201) },
  software_version: { right: '2.1', wrong: '\u0000' },
  token_endpoint_auth_method: { right: 'private_key_jwt', wrong: 5 },
  jwks_uri: { right: 'https://app.example/jwks.json', wrong: 'http://app.example/jwks.json' },
  jwks: {
    right: { keys: [{ kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x' }] },
    wrong: {
      keys: [{ kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', d: 'private' }],
    },
  },
  application_type: { right: 'native', wrong: 'mobile' },
  post_logout_redirect_uris: { right: ['https://app.example/bye'], wrong: ['javascript:alert(1)'] },
  backchannel_logout_uri: { right: 'https://app.example/logout', wrong: 'https://app.example/logout#now' },
  initiate_login_uri: { right: 'https://app.example/start', wrong: 'http://app.example/start' },
  id_token_signed_response_alg: { right: 'ES256', wrong: 'none' },
  userinfo_signed_response_alg: { right: 'RS256', wrong: 'HS256' },
  request_uris: { right: ['https://app.example/request.jwt'], wrong: ['http://app.example/request.jwt'] },
  request_object_signing_alg: { right: 'PS256', wrong: 'none' },
  subject_type: { right: 'pairwise', wrong: 'private' },
  sector_identifier_uri: { right: 'https://app.example/sector.json', wrong: 'ftp://app.example/' },
  default_max_age: { right: 0, wrong: -1 },
  require_pushed_authorization_requests: { right: true, wrong: 'perhaps' },
  dpop_bound_access_tokens: { right: true, wrong: 'perhaps' },
  require_auth_time: { right: true, wrong: 'perhaps' },
}
