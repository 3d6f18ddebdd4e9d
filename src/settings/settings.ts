import type { Secret } from '../crypto/secret.ts'
import { ConfigurationError } from '../errors.ts'
import { ADMIN_SCOPE, DEFAULT_SCOPES } from '../scope.ts'
import {
  authMethods,
  color,
  colorScheme,
  contacts,
  cookiePrefix,
  corner,
  flag,
  hosts,
  imageUrl,
  interval,
  issuer,
  lifetime,
  line,
  names,
  type Row,
  scopeNames,
  scopes,
  secretKeys,
  signatureAlgorithms,
  type Setting,
} from './kinds.ts'
import { profileName, type ProfileName } from './profiles.ts'
import { parseRows } from './rows.ts'

/** Creates a row; the comment above it says in docs/settings.md what it does. */
export const setting = <T>(variable: string, fallback: T, row: Row<T>, defaultText?: string): Setting<T> => ({
  variable,
  default: fallback,
  ...row,
  ...(defaultText === undefined ? {} : { defaultText }),
})

const DAY = 86_400

/** Every setting by its option's name; docs/settings.md is checked against it. */
export const SETTINGS = {
  /**
   * Sets the defaults of other settings together. A setting of your own takes precedence, unless the profile's
   * document rules out its value.
   */
  profile: setting<ProfileName>('OAUTH_PROFILE', 'compat', profileName),
  /**
   * Response types that the authorization endpoint supports; `+` joins the parts of one. A client needs the grant
   * type of each part.
   */
  responseTypeChoices: setting('OAUTH_RESPONSE_TYPE_CHOICES', ['code', 'token'], names, 'code token'),
  /** Accept usernames and passwords at the token endpoint (RFC 6749 4.3), from clients that have this grant type. */
  passwordGrant: setting('OAUTH_PASSWORD_GRANT', true, flag),
  /** Methods by which clients may authenticate (RFC 7591 2), out of those that the provider has. */
  allowedAuthMethods: setting('OAUTH_CLIENT_AUTH_METHODS', null, authMethods, 'any'),
  /**
   * Signature algorithms that the provider accepts from clients and uses itself. A client that registered none of
   * them gets the first one that is not PS256.
   */
  signatureAlgorithms: setting(
    'OAUTH_SIGNATURE_ALGORITHMS',
    ['RS256', 'PS256', 'ES256', 'EdDSA'],
    signatureAlgorithms,
    'RS256 PS256 ES256 EdDSA',
  ),
  /**
   * Let users have passwords. Without passwords, users sign in with passkeys and by email (OAUTH_SIGN_IN_LINKS),
   * nothing is hashed, and no page mentions passwords.
   */
  passwords: setting('OAUTH_PASSWORDS', true, flag),
  /** Require PKCE (RFC 7636) of every client, even of those that were created without it. */
  requirePkce: setting('OAUTH_REQUIRE_PKCE', false, flag),
  /** Scope names and their bits. */
  scopes: setting('OAUTH_SCOPES', DEFAULT_SCOPES, scopes, JSON.stringify(DEFAULT_SCOPES)),
  /** Scope of a request that names none. */
  defaultScope: setting('OAUTH_DEFAULT_SCOPE', null, scopeNames, 'the first of OAUTH_SCOPES'),
  /** Lifetime of a confidential client's access tokens; the shipped wrangler.toml sets 86400. */
  expireDelta: setting('OAUTH_EXPIRE_DELTA', 365 * DAY, lifetime),
  /** Lifetime of a public client's access tokens; the shipped wrangler.toml sets 3600. */
  expireDeltaPublic: setting('OAUTH_EXPIRE_DELTA_PUBLIC', 30 * DAY, lifetime),
  /** Lifetime of an authorization code. */
  expireCodeDelta: setting('OAUTH_EXPIRE_CODE_DELTA', 600, lifetime),
  /** Lifetime of a refresh token, counted from each rotation. */
  expireRefreshDelta: setting('OAUTH_EXPIRE_REFRESH_DELTA', 90 * DAY, lifetime),
  /** Delete tokens as soon as they expire or are used up, instead of keeping them until the purge. */
  deleteExpired: setting('OAUTH_DELETE_EXPIRED', false, flag),
  /** Refuse plain http with "A secure connection is required."; the shipped wrangler.toml turns it on. */
  enforceSecure: setting('OAUTH_ENFORCE_SECURE', false, flag),
  /** Prefix of the cookies and keys that hold a request while the user answers it. */
  sessionKey: setting('OAUTH_SESSION_KEY', 'oauth', cookiePrefix),
  /**
   * One valid access token per user, client and scope: further requests return the same access token and its refresh
   * token for as long as they are valid.
   */
  singleAccessToken: setting('OAUTH_SINGLE_ACCESS_TOKEN', false, flag),
  /**
   * Time during which the refresh token that was just replaced gets the same response again, in case the first one
   * was lost; 0 turns this off.
   */
  refreshReuseInterval: setting('OAUTH_REFRESH_REUSE_INTERVAL', 10, interval),
  /** Time after which a session ends, however much it is used. */
  sessionDelta: setting('OAUTH_SESSION_DELTA', 14 * DAY, lifetime),
  /** Time after which an unused session ends. */
  sessionIdleDelta: setting('OAUTH_SESSION_IDLE_DELTA', 2 * DAY, lifetime),
  /** Let people create an account at /sign-up. */
  allowSignup: setting('OAUTH_ALLOW_SIGNUP', false, flag),
  /**
   * Allow only one account per email address, at /sign-up as well. Somebody who signs up then learns if an address is
   * taken.
   */
  uniqueEmail: setting('OAUTH_UNIQUE_EMAIL', false, flag),
  /** Name of the site, shown on its pages. */
  siteName: setting('OAUTH_SITE_NAME', 'Accounts', line),
  /** Logo next to the name. */
  logoUrl: setting('OAUTH_LOGO_URL', null, imageUrl, 'none'),
  /** Color of buttons and links. */
  accentColor: setting('OAUTH_ACCENT_COLOR', '#0f6b5c', color),
  /** How round the boxes and buttons of the pages are. */
  corner: setting('OAUTH_CORNER', 'round', corner),
  /** Whether the pages are light, dark, or follow the browser. */
  colorScheme: setting('OAUTH_COLOR_SCHEME', 'auto', colorScheme),
  /**
   * Hosts for which clients may register redirect URIs with plain http, such as those of an intranet. Tokens that are
   * sent there can be read on the way.
   */
  allowHttpRedirects: setting('OAUTH_ALLOW_HTTP_REDIRECTS', [], hosts, 'none'),
  /**
   * Refuse requests whose response would go to a plain http redirect URI that is not on the user's device, even if it
   * is already registered.
   */
  secureRedirects: setting('OAUTH_SECURE_REDIRECTS', false, flag),
  /** Serve the pages of the local demo. */
  demo: setting('OAUTH_DEMO', false, flag),
  /** Issuer identifier (RFC 8414 2). */
  issuer: setting('OAUTH_ISSUER', null, issuer, "the request's origin"),
  /**
   * Hosts at which the provider answers, in addition to that of OAUTH_ISSUER; once OAUTH_ISSUER is set, it refuses
   * all others.
   */
  hosts: setting('OAUTH_HOSTS', [], hosts, 'none'),
  /**
   * Also fetch clients' keys and documents from this machine's own addresses, over http. This is for development
   * only; npm start turns it on.
   */
  fetchLoopback: setting('OAUTH_FETCH_LOOPBACK', false, flag),
  /** Where to report a vulnerability; published at /.well-known/security.txt (RFC 9116). */
  securityContact: setting('OAUTH_SECURITY_CONTACT', [], contacts, 'none'),
  /**
   * Seals cookies and creates tokens; a secret, not a var. It may contain several keys, newest first, so that you can
   * rotate it.
   */
  secretKey: setting(
    'SECRET_KEY',
    null,
    secretKeys as Row<readonly Secret[] | null>,
    'created for the local state by the first start; required elsewhere',
  ),
} as const

type Rows = typeof SETTINGS
type Value<R> = R extends Setting<infer T> ? T : never
/** What each row's parser gives. */
type Parsed = Values<Rows>

/** The settings of a provider, parsed and complete. */
export interface Settings extends Omit<Parsed, 'secretKey' | 'defaultScope'> {
  readonly defaultScope: string
  readonly secretKey: readonly [Secret, ...Secret[]]
}

/** Settings as options of the library: the same values as the variables, as text or already of their type. */
export type SettingOptions = { readonly [K in keyof Rows]?: Value<Rows[K]> | string }

/**
 * Parses the settings of an environment.
 * @param env variables and secrets of the Worker
 * @param options the same by their camelCase names; an option goes before its variable
 * @param usual what variables hold that neither says, nor the profile, in place of the defaults of their rows
 * @throws {ConfigurationError} names the variable, what it holds (never of a secret) and what it may hold
 */
export function parseSettings(
  env: Readonly<Record<string, unknown>>,
  options: SettingOptions = {},
  usual: Readonly<Record<string, unknown>> = {},
): Settings {
  const profile = readProfile(env, options)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each row's parser gives the type of its own default
  const parsed = parseRows(SETTINGS, env, options, profile, usual) as Parsed
  const [newest, ...older] = parsed.secretKey ?? []
  if (!newest) throw new ConfigurationError('SECRET_KEY', `is missing; it holds ${secretKeys.expected}`)
  const defaultScope = parsed.defaultScope ?? Object.keys(parsed.scopes)[0] ?? ''
  if (defaultScope.split(' ').includes(ADMIN_SCOPE)) {
    throw new ConfigurationError(
      'OAUTH_DEFAULT_SCOPE',
      `holds ${ADMIN_SCOPE}, which nobody gets without asking for it by name`,
    )
  }
  const passwordGrant = parsed.passwordGrant && parsed.passwords
  return Object.freeze({ ...parsed, defaultScope, passwordGrant, secretKey: [newest, ...older] as const })
}

/** The profile comes first: the others follow from it. */
function readProfile(env: Readonly<Record<string, unknown>>, options: SettingOptions = {}): ProfileName {
  const { profile } = parseRows({ profile: SETTINGS.profile }, env, options)
  return profileName.parse(profile) ?? SETTINGS.profile.default
}

/** The values of rows, by option name. */
export type Values<R> = { readonly [K in keyof R]: Value<R[K]> }

/**
 * The settings of a feature, with their types.
 * @param rows the feature's own, which were parsed with the others
 */
export function settingsOf<const R extends Readonly<Record<string, Setting<unknown>>>>(
  _rows: R,
  { featureSettings }: { readonly featureSettings: Readonly<Record<string, unknown>> },
): Values<R> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- createProvider has parsed these very rows
  return featureSettings as Values<R>
}

/**
 * Parses one setting of an environment, for those who need no more.
 * @throws {ConfigurationError} see `parseSettings`
 */
export function parseSetting<Name extends keyof Rows>(
  name: Name,
  env: Readonly<Record<string, unknown>>,
): Parsed[Name] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each row's parser gives the type of its own default
  return parseRows({ [name]: SETTINGS[name] }, env, {}, readProfile(env))[name] as Parsed[Name]
}
