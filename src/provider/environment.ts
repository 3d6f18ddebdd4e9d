import type { Context } from 'hono'
import type { Provider, ProviderBindings, ProviderEnv, ProviderEvent } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { deriveKeys, type Keys } from '../crypto/keys.ts'
import { ConfigurationError, OAuthError } from '../errors.ts'
import { noteRefusal } from '../http/note-refusal.ts'
import { normalResponseType } from '../oauth/response-types/index.ts'
import { parseRows, parseSettings, type Settings } from '../settings/settings.ts'
import type { RequestMark } from '../store/records.ts'
import type { ResolvedOptions } from './options.ts'

/** What is read once per isolate: settings and keys of an environment. */
export interface Environment {
  readonly settings: Settings
  readonly featureSettings: Provider['featureSettings']
  readonly keys: Promise<Keys>
}

/** Gives the environment of a Worker's bindings, read once for each. */
export type EnvironmentReader = (env: ProviderBindings) => Environment

/** Makes a reader of environments that remembers what it has read. */
export function environmentReader(options: ResolvedOptions): EnvironmentReader {
  const { featureSettings: rows } = options
  const known = new WeakMap<object, Environment>()
  return (env) => {
    const found = known.get(env)
    if (found) return found
    const usual = { OAUTH_RESPONSE_TYPE_CHOICES: options.tables.responseTypeChoices }
    const settings = parseSettings({ ...usual, ...env }, options.settings)
    checkResponseTypes(settings, options.knownResponseTypes)
    const featureSettings = parseRows(rows.settings, { ...env }, rows.given)
    const read = { settings, featureSettings, keys: deriveKeys(settings.secretKey) }
    known.set(env, read)
    return read
  }
}

/** A choice that nothing answers is a typing error, unless the embedding Worker took it away. */
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

/** Where a request comes from and how to go on after it. */
export interface Arrival {
  /** The request's own, without a path. */
  readonly origin: string
  readonly network: string | null
  /** Seconds since 1970; the clock's, if left out. */
  readonly now?: number
  readonly defer: (work: Promise<unknown>) => void
}

/**
 * Makes the provider of one request.
 * @throws {ConfigurationError} a setting that cannot be used
 */
export async function providerFor(
  env: ProviderBindings,
  arrival: Arrival,
  options: ResolvedOptions,
  read: EnvironmentReader,
): Promise<Provider> {
  const { featureSettings, keys, settings } = read(env)
  const adminStore = options.createAdminStore(env)
  const provider: Provider = Object.freeze({
    ...options.tables,
    settings,
    featureSettings,
    issuer: settings.issuer ?? arrival.origin,
    store: options.createStore(env),
    bindings: env,
    adminStore,
    signingKeyStore: options.createSigningKeyStore(env),
    keys: await keys,
    request: markRequest(arrival),
    defer: arrival.defer,
    emit: (event: ProviderEvent) => {
      const noted = adminStore && event.type.endsWith('_refused') && noteRefusal(event, adminStore, provider)
      if (noted) arrival.defer(noted.catch((error: unknown) => console.error('noting failed:', error)))
      const told = options.tables.hooks.onEvent?.(event, provider)
      if (told) arrival.defer(told.catch((error: unknown) => console.error('onEvent failed:', error)))
    },
  })
  return provider
}

function markRequest({ network, now = Math.floor(Date.now() / 1000) }: Arrival): RequestMark {
  return Object.freeze({ id: randomId(), now, network })
}

/** A function of an environment that is called once for each, as a Worker keeps its environment from request to request. */
export function oncePerEnvironment<T>(make: (env: ProviderBindings) => T): (env: ProviderBindings) => T {
  const made = new WeakMap<ProviderBindings, { readonly value: T }>()
  return (env) => {
    const found = made.get(env) ?? { value: make(env) }
    made.set(env, found)
    return found.value
  }
}

/**
 * Refuses what may not be answered at all, before anything of the request is read.
 * @throws {OAuthError} invalid_request: an unknown host (421), or plain http
 */
export function admit(c: Context<ProviderEnv>): void {
  requireKnownHost(c)
  requireSecure(c)
}

/** This machine: nobody else's request arrives under these names. */
const LOOPBACK = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)/

/**
 * Refuses a request for a host that is neither the issuer's nor one of OAUTH_HOSTS, once OAUTH_ISSUER is set (RFC 9110 15.5.20).
 * A request without `cf` did not come through Cloudflare's edge: another Worker of the account sent it over a service binding,
 * where the host means nothing.
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
  return host === issuer?.replace(/^https?:\/\//, '') || hosts.includes(host)
}

/**
 * Refuses plain http under OAUTH_ENFORCE_SECURE, before anything of the request is read (RFC 6749 3.1, 3.2). The scheme is
 * that of the request's own URL; headers that a client could send say nothing.
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
