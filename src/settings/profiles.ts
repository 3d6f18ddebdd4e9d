import { ConfigurationError } from '../errors.ts'
import type { Row, Setting } from './kinds.ts'

/** Something that the document of a profile rules out, whoever sets it. */
export interface Forbidden {
  readonly variable: string
  /** Returns whether a value, parsed, is ruled out. */
  readonly isForbidden: (value: unknown) => boolean
  /** Such values in words, for docs/settings.md. */
  readonly refuses: string
  /** What must be instead, with its section, as the error and docs/settings.md say it. */
  readonly rule: string
}

/** What a profile makes of the other settings. */
export interface Profile {
  /** The document that it follows, in a few words. */
  readonly document: string
  /** What variables hold that nobody sets, as `[vars]` would say it. Those that are not here keep their own defaults. */
  readonly defaults: Readonly<Record<string, unknown>>
  readonly forbids: readonly Forbidden[]
  /** Features that it is nothing without. */
  readonly needs?: readonly string[]
  /**
   * JWTs of clients keep the rules of FAPI 2.0: an assertion has the issuer as its audience in one text, a request object says for
   * whom and for which hour it is.
   */
  readonly strictJwts?: boolean
}

/** The names of the profiles. */
export type ProfileName = 'compat' | 'fapi2' | 'oauth2.1'

const off = (variable: string, rule: string): Forbidden => ({
  variable,
  isForbidden: (value) => value === false,
  refuses: '`false`',
  rule,
})
const noPasswordGrant = (section: string): Forbidden => ({
  variable: 'OAUTH_PASSWORD_GRANT',
  isForbidden: (value) => value === true,
  refuses: '`true`',
  rule: `there is no password grant (${section})`,
})
/** A list of which some elements are ruled out. */
const without = (
  variable: string,
  isForbidden: (element: unknown) => boolean,
  refuses: string,
  rule: string,
): Forbidden => ({
  variable,
  isForbidden: (value) => Array.isArray(value) && value.some(isForbidden),
  refuses,
  rule,
})
const atMost = (variable: string, most: number, refuses: string, rule: string): Forbidden => ({
  variable,
  isForbidden: (value) => typeof value === 'number' && value > most,
  refuses,
  rule,
})
/** What both documents rule out, each in sections of its own. */
const neitherPlainNorCopied = (plain: string, audience: string): readonly Forbidden[] => {
  const encrypted = `no response goes to plain http, except on the user's device (${plain})`
  return [
    off('OAUTH_SECURE_REDIRECTS', encrypted),
    without('OAUTH_ALLOW_HTTP_REDIRECTS', () => true, 'any host', encrypted),
    without(
      'OAUTH_ASSERTION_AUDIENCES',
      (name) => name === 'token_endpoint',
      '`token_endpoint`',
      `an assertion names only the issuer as its audience (${audience})`,
    ),
  ]
}

const OAUTH21_DEFAULTS = {
  OAUTH_RESPONSE_TYPE_CHOICES: 'code',
  OAUTH_PASSWORD_GRANT: 'false',
  OAUTH_REQUIRE_PKCE: 'true',
  OAUTH_SECURE_REDIRECTS: 'true',
  OAUTH_ENFORCE_SECURE: 'true',
  OAUTH_EXPIRE_DELTA: '3600',
  OAUTH_EXPIRE_DELTA_PUBLIC: '900',
  OAUTH_EXPIRE_CODE_DELTA: '60',
  OAUTH_EXPIRE_REFRESH_DELTA: '2592000',
}

/**
 * The profiles: each is one row, and everything else follows from it. The variables may be those of features; where a feature is
 * left out, what stands here of its settings says nothing.
 */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  compat: {
    document: 'OAuth 2.0 (RFC 6749) as django-oauth2-provider had it',
    defaults: {},
    forbids: [],
  },
  'oauth2.1': {
    document: 'OAuth 2.1 (draft-ietf-oauth-v2-1)',
    defaults: OAUTH21_DEFAULTS,
    forbids: [
      without(
        'OAUTH_RESPONSE_TYPE_CHOICES',
        (choice) => /\btoken\b/.test(String(choice)),
        'any response type with `token`',
        'no response of the authorization endpoint contains an access token (10.1)',
      ),
      noPasswordGrant('1.8'),
      off('OAUTH_REQUIRE_PKCE', 'every client uses PKCE (4.1.1)'),
      ...neitherPlainNorCopied('1.5', 'RFC 7523bis'),
    ],
  },
  fapi2: {
    document: 'the FAPI 2.0 Security Profile',
    defaults: {
      ...OAUTH21_DEFAULTS,
      OAUTH_CLIENT_AUTH_METHODS: 'private_key_jwt',
      OAUTH_SIGNATURE_ALGORITHMS: 'ES256 PS256 EdDSA',
      OAUTH_REQUIRE_PUSHED_REQUESTS: 'true',
      OAUTH_REQUIRE_DPOP: 'true',
    },
    forbids: [
      without(
        'OAUTH_RESPONSE_TYPE_CHOICES',
        (choice) => choice !== 'code',
        'anything but `code`',
        'only codes are issued (5.3.2.2)',
      ),
      noPasswordGrant('5.3.2.1'),
      off('OAUTH_REQUIRE_PKCE', 'every client uses PKCE (5.3.2.2)'),
      ...neitherPlainNorCopied('5.3.2.2', '5.3.2.1'),
      {
        variable: 'OAUTH_CLIENT_AUTH_METHODS',
        isForbidden: (value) => String(value) !== 'private_key_jwt',
        refuses: 'anything but `private_key_jwt`',
        rule: 'every client authenticates with a signature (5.3.2.1)',
      },
      without(
        'OAUTH_SIGNATURE_ALGORITHMS',
        (name) => name === 'RS256',
        '`RS256`',
        'signatures are PS256, ES256 or EdDSA (5.4.1)',
      ),
      off('OAUTH_REQUIRE_PUSHED_REQUESTS', 'every authorization request is pushed (5.3.2.2)'),
      atMost(
        'OAUTH_EXPIRE_PUSHED_REQUEST_DELTA',
        599,
        'ten minutes or more',
        'a request_uri is valid for less than ten minutes (5.3.2.2)',
      ),
      atMost(
        'OAUTH_EXPIRE_CODE_DELTA',
        60,
        'more than a minute',
        'a code is valid for at most a minute (5.3.2.1)',
      ),
      off('OAUTH_REQUIRE_DPOP', 'every access token is bound to a key (5.3.2.1)'),
    ],
    needs: ['private-key-jwt', 'pushed-requests', 'dpop'],
    strictJwts: true,
  },
}

/** The name of a profile. */
export const profileName: Row<ProfileName> = {
  unit: 'name',
  expected: Object.keys(PROFILES)
    .map((name) => `"${name}"`)
    .join(' or '),
  parse: (value) => (isProfileName(value) ? value : undefined),
}

function isProfileName(value: unknown): value is ProfileName {
  return typeof value === 'string' && Object.hasOwn(PROFILES, value)
}

/**
 * Checks a setting against a profile.
 * @param value parsed
 * @throws {ConfigurationError} the document of the profile rules the value out; names both variables
 */
export function checkProfile(name: ProfileName, { variable }: Setting<unknown>, value: unknown): void {
  const broken = PROFILES[name].forbids.find((rule) => rule.variable === variable && rule.isForbidden(value))
  if (!broken) return
  throw new ConfigurationError(
    variable,
    `holds ${JSON.stringify(value)}, which OAUTH_PROFILE=${name} does not allow: ${broken.rule}`,
  )
}

/**
 * Checks that a provider has the features of its profile.
 * @throws {ConfigurationError} one is left out
 */
export function checkProfileFeatures(name: ProfileName, features: readonly string[]): void {
  const missing = PROFILES[name].needs?.find((feature) => !features.includes(feature))
  if (missing === undefined) return
  throw new ConfigurationError('OAUTH_PROFILE', `holds "${name}", which needs the feature ${missing}`)
}

/** Whether JWTs of clients keep the rules of FAPI 2.0, see `Profile`. */
export function hasStrictJwts({ profile }: { readonly profile: ProfileName }): boolean {
  return PROFILES[profile].strictJwts ?? false
}
