import type { Secret } from '../crypto/secret.ts'
import { ConfigurationError } from '../errors.ts'
import { ADMIN_SCOPE, DEFAULT_SCOPES } from '../scope.ts'
import {
  color,
  contacts,
  cookiePrefix,
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
  type Setting,
} from './kinds.ts'

/** Makes a row. */
export const setting = <T>(
  variable: string,
  fallback: T,
  meaning: string,
  row: Row<T>,
  defaultText?: string,
): Setting<T> => ({
  variable,
  default: fallback,
  meaning,
  ...row,
  ...(defaultText === undefined ? {} : { defaultText }),
})

const DAY = 86_400

/** Every setting by its option's name; docs/settings.md is checked against it. */
export const SETTINGS = {
  responseTypeChoices: setting(
    'OAUTH_RESPONSE_TYPE_CHOICES',
    ['code', 'token'],
    'Response types that the authorization endpoint answers, the parts of one joined by `+`; a client needs the grant type of each part.',
    names,
    'code token',
  ),
  scopes: setting(
    'OAUTH_SCOPES',
    DEFAULT_SCOPES,
    'Scope names and their bits.',
    scopes,
    JSON.stringify(DEFAULT_SCOPES),
  ),
  defaultScope: setting(
    'OAUTH_DEFAULT_SCOPE',
    null,
    'Scope of a request that names none.',
    scopeNames,
    'the first of OAUTH_SCOPES',
  ),
  expireDelta: setting(
    'OAUTH_EXPIRE_DELTA',
    365 * DAY,
    'Life of an access token of a confidential client; the shipped wrangler.toml sets 86400.',
    lifetime,
  ),
  expireDeltaPublic: setting(
    'OAUTH_EXPIRE_DELTA_PUBLIC',
    30 * DAY,
    'Life of an access token of a public client; the shipped wrangler.toml sets 3600.',
    lifetime,
  ),
  expireCodeDelta: setting('OAUTH_EXPIRE_CODE_DELTA', 600, 'Life of an authorization code.', lifetime),
  expireRefreshDelta: setting(
    'OAUTH_EXPIRE_REFRESH_DELTA',
    90 * DAY,
    'Life of a refresh token, counted anew at each rotation.',
    lifetime,
  ),
  deleteExpired: setting(
    'OAUTH_DELETE_EXPIRED',
    false,
    'Remove tokens as soon as they expire or are spent, instead of letting them persist until the purge.',
    flag,
  ),
  enforceSecure: setting(
    'OAUTH_ENFORCE_SECURE',
    false,
    'Refuse plain http with "A secure connection is required."; the shipped wrangler.toml turns it on.',
    flag,
  ),
  sessionKey: setting(
    'OAUTH_SESSION_KEY',
    'oauth',
    'Prefix of the cookies and keys that hold a request while the user answers it.',
    cookiePrefix,
  ),
  singleAccessToken: setting(
    'OAUTH_SINGLE_ACCESS_TOKEN',
    false,
    'One live access token per user, client and scope: asking again returns the same access token, and its refresh token, while they live.',
    flag,
  ),
  refreshReuseInterval: setting(
    'OAUTH_REFRESH_REUSE_INTERVAL',
    10,
    'Time in which the refresh token just replaced may be sent again and gets the same answer (a lost reply); 0 turns it off.',
    interval,
  ),
  sessionDelta: setting(
    'OAUTH_SESSION_DELTA',
    14 * DAY,
    'Time after which a sign-in ends, however much it is used.',
    lifetime,
  ),
  sessionIdleDelta: setting(
    'OAUTH_SESSION_IDLE_DELTA',
    2 * DAY,
    'Time after which a sign-in that is not used ends.',
    lifetime,
  ),
  allowSignup: setting(
    'OAUTH_ALLOW_SIGNUP',
    false,
    'Let people make an account for themselves at /sign-up.',
    flag,
  ),
  uniqueEmail: setting(
    'OAUTH_UNIQUE_EMAIL',
    false,
    'Let one email address serve one account at /sign-up, too. Whoever signs up is then told that an address is taken.',
    flag,
  ),
  siteName: setting('OAUTH_SITE_NAME', 'Accounts', 'Name that the pages carry.', line),
  logoUrl: setting('OAUTH_LOGO_URL', null, 'Picture beside the name.', imageUrl, 'none'),
  accentColor: setting('OAUTH_ACCENT_COLOR', '#0f6b5c', 'Colour of buttons and links.', color),
  allowHttpRedirects: setting(
    'OAUTH_ALLOW_HTTP_REDIRECTS',
    [],
    'Hosts whose plain-http redirect URIs may be registered, such as those of an intranet; tokens sent there can be read on the way.',
    hosts,
    'none',
  ),
  demo: setting('OAUTH_DEMO', false, "The local demo's pages.", flag),
  issuer: setting('OAUTH_ISSUER', null, 'Issuer identifier (RFC 8414 2).', issuer, "the request's origin"),
  hosts: setting(
    'OAUTH_HOSTS',
    [],
    'Hosts beside that of OAUTH_ISSUER at which the provider answers; once OAUTH_ISSUER is set, it refuses all others.',
    hosts,
    'none',
  ),
  fetchLoopback: setting(
    'OAUTH_FETCH_LOOPBACK',
    false,
    "Fetch keys and documents of clients from this machine's own addresses, too, over http: for development alone; npm start turns it on.",
    flag,
  ),
  securityContact: setting(
    'OAUTH_SECURITY_CONTACT',
    [],
    'Where people report a weakness: /.well-known/security.txt says so (RFC 9116).',
    contacts,
    'none',
  ),
  secretKey: setting(
    'SECRET_KEY',
    null,
    'Seals cookies and makes tokens; a secret, not a var. It may hold several keys, newest first, so that it can be rotated.',
    secretKeys as Row<readonly Secret[] | null>,
    'made for local state by the first start; required elsewhere',
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
 * @throws {ConfigurationError} names the variable, what it holds (never of a secret) and what it may hold
 */
export function parseSettings(
  env: Readonly<Record<string, unknown>>,
  options: SettingOptions = {},
): Settings {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each row's parser gives the type of its own default
  const parsed = parseRows(SETTINGS, env, options) as Parsed
  const [newest, ...older] = parsed.secretKey ?? []
  if (!newest) throw new ConfigurationError('SECRET_KEY', `is missing; it holds ${secretKeys.expected}`)
  const defaultScope = parsed.defaultScope ?? Object.keys(parsed.scopes)[0] ?? ''
  if (defaultScope.split(' ').includes(ADMIN_SCOPE)) {
    throw new ConfigurationError(
      'OAUTH_DEFAULT_SCOPE',
      `holds ${ADMIN_SCOPE}, which nobody gets without asking for it by name`,
    )
  }
  return Object.freeze({ ...parsed, defaultScope, secretKey: [newest, ...older] as const })
}

/**
 * Parses the settings that rows describe.
 * @returns the values by option name
 * @throws {ConfigurationError} see `parseSettings`
 */
export function parseRows(
  rows: Readonly<Record<string, Setting<unknown>>>,
  env: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(rows).map(([option, row]): readonly [string, unknown] => {
    const held = given[option] ?? env[row.variable]
    return [option, held === undefined || held === '' ? row.default : parseValue(row, held)]
  })
  return Object.freeze(Object.fromEntries<unknown>(entries))
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
  return parseRows({ [name]: SETTINGS[name] }, env, {})[name] as Parsed[Name]
}

function parseValue(row: Setting<unknown>, held: unknown): unknown {
  const value = row.parse(held)
  if (value !== undefined) return value
  const shown = row.unit === 'secret' ? 'a value that cannot be used' : JSON.stringify(held)?.slice(0, 200)
  throw new ConfigurationError(row.variable, `holds ${shown}; it may hold ${row.expected}`)
}
