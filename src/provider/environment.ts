import type { Paths, Provider } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { deriveKeys, type Keys } from '../crypto/keys.ts'
import { ConfigurationError } from '../errors.ts'
import type { ProviderEvent } from '../hooks.ts'
import { noteRefusal } from '../http/note-refusal.ts'
import type { ProviderBindings } from '../http/provider-variables.ts'
import { normalResponseType, responseTypes } from '../oauth/response-types/index.ts'
import { parseSettings, type Settings } from '../settings/settings.ts'
import type { RequestMark } from '../store/records.ts'
import type { ResolvedOptions } from './options.ts'

/** What is read once per isolate: settings and keys of an environment. */
export interface Environment {
  readonly settings: Settings
  readonly keys: Promise<Keys>
}

/** Gives the environment of a Worker's bindings, read once for each. */
export type EnvironmentReader = (env: ProviderBindings) => Environment

/** Makes a reader of environments that remembers what it has read. */
export function environmentReader({ settings: options, tables }: ResolvedOptions): EnvironmentReader {
  const known = new WeakMap<object, Environment>()
  return (env) => {
    const found = known.get(env)
    if (found) return found
    const settings = parseSettings({ ...env }, options)
    checkResponseTypes(settings, tables)
    const read = { settings, keys: deriveKeys(settings.secretKey) }
    known.set(env, read)
    return read
  }
}

/** A choice that nothing answers is a typing error, unless the embedding Worker took it away. */
function checkResponseTypes({ responseTypeChoices }: Settings, tables: ResolvedOptions['tables']): void {
  const known = [...Object.keys(responseTypes), ...Object.keys(tables.responseTypes)]
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
  const { keys, settings } = read(env)
  const adminStore = options.createAdminStore(env)
  const provider: Provider = Object.freeze({
    ...options.tables,
    settings,
    issuer: settings.issuer ?? arrival.origin,
    store: options.createStore(env),
    keys: await keys,
    request: markRequest(arrival.network),
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

function markRequest(network: string | null): RequestMark {
  return Object.freeze({ id: randomId(), now: Math.floor(Date.now() / 1000), network })
}

/** Every path at which the provider's pages answer. */
export function pagePaths({ account, login, logout, signUp }: Paths): readonly string[] {
  return [account, login, logout, signUp, '/assets', '/demo']
}
