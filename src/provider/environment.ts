import type { Context } from 'hono'
import type { Provider, ProviderBindings, ProviderEnv, ProviderEvent } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { deriveKeys, type Keys } from '../crypto/keys.ts'
import { ConfigurationError, OAuthError } from '../errors.ts'
import { noteRefusal } from '../http/note-refusal.ts'
import { normalResponseType } from '../oauth/response-types/index.ts'
import { checkProfileFeatures } from '../settings/profiles.ts'
import { parseRows } from '../settings/rows.ts'
import { parseSettings, type Settings } from '../settings/settings.ts'
import type { RequestMark } from '../store/records.ts'
import { checkLanguages } from './languages.ts'
import type { ResolvedOptions } from './options.ts'

/** Read once in each isolate: settings and keys of an environment. */
export interface Environment {
  readonly settings: Settings
  readonly featureSettings: Provider['featureSettings']
  /** Those that work with the settings. */
  readonly grantTypes: Provider['grantTypes']
  readonly keys: Promise<Keys>
  /** Returns the origin of a request's URL. */
  readonly originOf: (url: string) => string
}

/** Returns the environment for a Worker's bindings, reading each only once. */
export type EnvironmentReader = (env: ProviderBindings) => Environment

/** Creates a reader of environments that remembers what it has read. */
export function environmentReader(options: ResolvedOptions): EnvironmentReader {
  const { featureSettings: rows } = options
  const known = new WeakMap<object, Environment>()
  return (env) => {
    const found = known.get(env)
    if (found) return found
    const usual = { OAUTH_RESPONSE_TYPE_CHOICES: options.tables.responseTypeChoices }
    const settings = parseSettings({ ...env }, options.settings, usual)
    checkResponseTypes(settings, options.knownResponseTypes)
    checkProfileFeatures(settings.profile, options.tables.features)
    const featureSettings = parseRows(rows.settings, { ...env }, rows.given, settings.profile)
    checkLanguages(rows.settings, featureSettings, options.tables.languages)
    const read = {
      settings,
      featureSettings,
      grantTypes: workingGrantTypes(options.tables.grantTypes, settings),
      keys: deriveKeys(settings.secretKey),
      originOf: originReader(),
    }
    known.set(env, read)
    return read
  }
}

function workingGrantTypes(all: Provider['grantTypes'], settings: Settings): Provider['grantTypes'] {
  const working = Object.entries(all).filter(([, type]) => type.works?.({ settings }) ?? true)
  return Object.freeze(Object.fromEntries(working))
}

/** A choice that nothing answers is a mistake, unless the embedding Worker removed it. */
function checkResponseTypes({ responseTypeChoices }: Settings, known: readonly string[]): void {
  const unknown = responseTypeChoices
    .flatMap((choice) => normalResponseType(choice).split(' '))
    .find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new ConfigurationError(
    'OAUTH_RESPONSE_TYPE_CHOICES',
    `holds ${JSON.stringify(unknown)}; it may hold ${known.join(', ')}`,
  )
}

/** Where a request comes from and how to continue after it. */
export interface Arrival {
  /** The request's URL; null if there is none. */
  readonly url: string | null
  readonly network: string | null
  /** Seconds since 1970; defaults to the clock's time. */
  readonly now?: number
  readonly defer: (work: Promise<unknown>) => void
}

/**
 * Creates the provider of one request.
 * @throws {ConfigurationError} a setting is invalid
 */
export async function providerFor(
  env: ProviderBindings,
  arrival: Arrival,
  options: ResolvedOptions,
  read: EnvironmentReader,
): Promise<Provider> {
  const { featureSettings, grantTypes, keys, originOf, settings } = read(env)
  const upkeep = options.createUpkeepStore(env)
  const publicUrl = settings.issuer === null ? arrival.url : `${settings.issuer}/`
  const origin = publicUrl === null ? '' : originOf(publicUrl)
  const provider: Provider = Object.freeze({
    ...options.tables,
    grantTypes,
    settings,
    featureSettings,
    issuer: settings.issuer ?? origin,
    origin,
    store: options.createStore(env),
    bindings: env,
    upkeep,
    adminStore: options.createAdminStore(env),
    signingKeyStore: options.createSigningKeyStore(env),
    keys: await keys,
    request: markRequest(arrival),
    defer: arrival.defer,
    emit: (event: ProviderEvent) => {
      const noted = upkeep && event.type.endsWith('_refused') && noteRefusal(event, upkeep, provider)
      if (noted) arrival.defer(noted.catch((error: unknown) => console.error('noting failed:', error)))
      const told = options.tables.hooks.onEvent?.(event, provider)
      if (told) arrival.defer(told.catch((error: unknown) => console.error('onEvent failed:', error)))
    },
  })
  return provider
}

/** Returns a reader of origins, which parses a URL only where it begins otherwise than the one before, as few do. */
function originReader(): Environment['originOf'] {
  let known = { start: '', origin: '' }
  return (url) => {
    const start = url.slice(0, url.indexOf('/', 'https://'.length) + 1)
    if (start !== known.start || start === '') known = { start, origin: new URL(url).origin }
    return known.origin
  }
}

/** Marks a request. Most that do not need the storage need no id, and freezing the mark would cost more than everything else. */
function markRequest({ network, now = Math.floor(Date.now() / 1000) }: Arrival): RequestMark {
  let id: string | undefined
  return {
    now,
    network,
    get id() {
      return (id ??= randomId())
    },
  }
}

/** Calls a function of an environment only once for each, as a Worker keeps its environment across requests. */
export function oncePerEnvironment<T>(make: (env: ProviderBindings) => T): (env: ProviderBindings) => T {
  const made = new WeakMap<ProviderBindings, { readonly value: T }>()
  return (env) => {
    const found = made.get(env) ?? { value: make(env) }
    made.set(env, found)
    return found.value
  }
}

/**
 * Refuses inadmissible requests before anything in them is read.
 * @throws {OAuthError} invalid_request: an unknown host (421), or plain http
 */
export function admit(c: Context<ProviderEnv>): void {
  requireKnownHost(c)
  requireSecure(c)
}

/** Names of this machine; no requests from elsewhere arrive with them. */
const LOOPBACK = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)/

/**
 * Refuses a request for a host that is neither the issuer's nor one of OAUTH_HOSTS, once OAUTH_ISSUER is set (RFC 9110 15.5.20).
 * A request without `cf` did not come through Cloudflare's edge: another Worker of the account sent it over a service
 * binding, where the host has no meaning.
 * @throws {OAuthError} invalid_request, 421
 */
function requireKnownHost(c: Context<ProviderEnv>): void {
  const { settings } = c.get('provider')
  if (settings.issuer === null || c.req.raw.cf === undefined || isKnown(c.req.url, settings)) return
  const sentence = `This service does not answer at this host, but at ${settings.issuer}.`
  throw new OAuthError('invalid_request', sentence, { reason: 'unknown_host', status: 421 })
}

function isKnown(url: string, { hosts, issuer }: Settings): boolean {
  if (LOOPBACK.test(url)) return true
  const { host } = new URL(url)
  return (issuer !== null && host === new URL(issuer).host) || hosts.includes(host)
}

/**
 * Refuses plain http under OAUTH_ENFORCE_SECURE, before anything of the request is read (RFC 6749 3.1, 3.2). The scheme is
 * that of the request's own URL; headers are ignored, as a client could send them.
 * @throws {OAuthError} invalid_request
 */
function requireSecure(c: Context<ProviderEnv>): void {
  const { enforceSecure } = c.get('provider').settings
  if (enforceSecure && !c.req.url.startsWith('https:')) {
    throw new OAuthError('invalid_request', 'A secure connection is required.', {
      reason: 'insecure_connection',
    })
  }
}
