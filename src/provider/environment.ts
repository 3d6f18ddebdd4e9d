import type { Provider, ProviderBindings, ProviderEvent } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { deriveKeys, type Keys } from '../crypto/keys.ts'
import { ConfigurationError } from '../errors.ts'
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
    const settings = parseSettings({ ...env }, options.settings)
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
      const noted = adminStore && noteRefusal(event, adminStore, provider.request)
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
