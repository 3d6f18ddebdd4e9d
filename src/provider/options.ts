import { type ClientMetadataMember, memberKey } from '../clients/member.ts'
import type {
  ClientAuthMethod,
  GrantType,
  Hooks,
  Paths,
  Provider,
  ProviderBindings,
  ProviderEvent,
  ResponseType,
  UserSource,
} from '../concepts.ts'
import type { Feature, FeatureTables } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'
import { SETTINGS, type SettingOptions } from '../settings/settings.ts'
import type { AdminStore } from '../store/admin-store.ts'
import { createStore } from '../store/d1/index.ts'
import { createSigningKeyStore } from '../store/d1/signing-keys.ts'
import { createUpkeepStore } from '../store/d1/upkeep.ts'
import type { SigningKeyStore } from '../store/signing-keys.ts'
import type { Store } from '../store/store.ts'
import type { UpkeepStore } from '../store/upkeep-store.ts'
import { core } from './core.ts'
import { oncePerEnvironment } from './environment.ts'
import { type Merged, mergeFeatures } from './features.ts'
import { type Language, resolveLanguages } from './languages.ts'

/** Entries to add to a table by name, or `false` to remove one. */
type Changes<T> = Readonly<Record<string, T | false>>

/**
 * What a Worker may change about the provider. Settings have their camelCase names; a value here takes precedence over its
 * variable.
 */
export interface ProviderOptions extends SettingOptions {
  /** What the provider can do beyond OAuth 2.0's endpoints for machines: `pages()`, `admin()`, your own features. */
  readonly features?: readonly Feature[]
  /** The languages of pages and emails besides English, such as `german` from `edge-oauth2-provider/german`. */
  readonly languages?: readonly Language[]
  /** Grant types by name. A new name is an absolute URI (RFC 6749 4.5). */
  readonly grantTypes?: Changes<GrantType>
  /** Parts of response types by name (RFC 6749 8.4). */
  readonly responseTypes?: Changes<ResponseType>
  /** Members of a client's metadata besides ours (RFC 7591 2). */
  readonly clientMetadata?: readonly ClientMetadataMember[]
  /** Client authentication methods, by name (RFC 7591 2). */
  readonly clientAuthMethods?: Changes<ClientAuthMethod>
  /** Where the parts are mounted, if not at the default paths. */
  readonly paths?: Partial<Paths>
  /**
   * Another storage; `storeConformance` of `edge-oauth2-provider/testing` tests it. (A method, so that its environment may
   * have more bindings.)
   */
  store?(this: void, env: ProviderBindings): Store
  /** Signing keys for such a storage; without them no feature can sign. */
  signingKeys?(this: void, env: ProviderBindings): SigningKeyStore
  /** Users who are kept elsewhere. */
  readonly users?: UserSource
  readonly tokenResponseExtras?: (
    ...parameters: Parameters<NonNullable<Hooks['tokenResponseExtras']>>
  ) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>
  readonly grantScope?: NonNullable<Hooks['grantScope']>
  /** Receives events, after the answer; its errors are logged and change nothing. */
  readonly onEvent?: (event: ProviderEvent, provider: Provider) => void | Promise<void>
}

/** The options, complete and checked. */
export interface ResolvedOptions extends Pick<Merged, 'shell'> {
  readonly settings: SettingOptions
  readonly featureSettings: Pick<Merged, 'settings' | 'given'>
  readonly tables: FeatureTables & Pick<Provider, 'features' | 'hooks' | 'languages' | 'mailer' | 'paths'>
  /** Every response type of the features, including those that an option removes. */
  readonly knownResponseTypes: readonly string[]
  readonly createStore: (env: ProviderBindings) => Store
  /** Null if the storage has none. */
  readonly createUpkeepStore: (env: ProviderBindings) => UpkeepStore | null
  /** Null if the storage has none, or no feature uses it. */
  readonly createAdminStore: (env: ProviderBindings) => AdminStore | null
  /** Null if the storage has no signing keys. */
  readonly createSigningKeyStore: (env: ProviderBindings) => SigningKeyStore | null
}

const PATHS: Paths = {
  oauth2: '/oauth2',
  login: '/login',
  logout: '/logout',
  account: '/account',
  signUp: '/sign-up',
  admin: '/admin',
}

/**
 * Completes the options of a provider.
 * @throws {ConfigurationError} an option, or a name in one, does not exist or must not be used
 */
export function resolveOptions(options: ProviderOptions): ResolvedOptions {
  const {
    features = [],
    grantTypes,
    responseTypes,
    clientAuthMethods,
    clientMetadata = [],
    languages = [],
    ...rest
  } = options
  const { grantScope = null, onEvent, paths, signingKeys, store, tokenResponseExtras, ...others } = rest
  const { users = null, ...settings } = others
  for (const name of Object.keys(settings)) {
    if (!Object.hasOwn(SETTINGS, name))
      throw new ConfigurationError(name, 'is not an option of createProvider')
  }
  const { adminStore, given, mailer, settings: rows, shell, tables } = mergeFeatures([core, ...features])
  return {
    settings,
    featureSettings: { settings: rows, given },
    shell,
    tables: Object.freeze({
      ...tables,
      grantTypes: change('grantTypes', tables.grantTypes, grantTypes, isGrantTypeName),
      responseTypes: change('responseTypes', tables.responseTypes, responseTypes, (name) =>
        /^\w+$/.test(name),
      ),
      clientAuthMethods: change('clientAuthMethods', tables.clientAuthMethods, clientAuthMethods, (name) =>
        /^[\w.:/-]+$/.test(name),
      ),
      clientMetadata: checkMembers([...tables.clientMetadata, ...clientMetadata]),
      features: Object.freeze([core, ...features].map(({ name }) => name)),
      languages: resolveLanguages(languages),
      mailer,
      paths: mergePaths(paths),
      hooks: Object.freeze({
        users,
        grantScope,
        tokenResponseExtras: tokenResponseExtras
          ? async (...parameters: Parameters<typeof tokenResponseExtras>) =>
              tokenResponseExtras(...parameters)
          : null,
        onEvent: onEvent ? async (...parameters: Parameters<typeof onEvent>) => onEvent(...parameters) : null,
      }),
    }),
    knownResponseTypes: Object.keys({ ...tables.responseTypes, ...responseTypes }),
    // Another storage may hold something that belongs to a request, such as the stub of a Durable Object.
    createStore: store ?? oncePerEnvironment(defaultStore),
    createUpkeepStore: oncePerEnvironment((env) => (store || !env.DB ? null : createUpkeepStore(env.DB))),
    createAdminStore: oncePerEnvironment((env) =>
      store || !env.DB || !adminStore ? null : adminStore(env.DB),
    ),
    createSigningKeyStore:
      signingKeys ?? oncePerEnvironment((env) => (store || !env.DB ? null : createSigningKeyStore(env.DB))),
  }
}

/** RFC 6749 4.5: an extension is named by an absolute URI. */
function isGrantTypeName(name: string): boolean {
  return URL.canParse(name)
}

function change<T>(
  option: string,
  own: Readonly<Record<string, T>>,
  changes: Changes<T> = {},
  isName: (name: string) => boolean,
): Readonly<Record<string, T>> {
  for (const name of Object.keys(changes)) {
    if (!Object.hasOwn(own, name) && !isName(name)) {
      throw new ConfigurationError(
        option,
        `${JSON.stringify(name)} is neither one of ours nor a name that the standards allow`,
      )
    }
  }
  const entries = Object.entries({ ...own, ...changes }).filter(
    (entry): entry is [string, T & {}] => entry[1] !== false,
  )
  return Object.freeze(Object.fromEntries(entries))
}

function checkMembers(members: readonly ClientMetadataMember[]): readonly ClientMetadataMember[] {
  const keys = members.map(memberKey)
  const twice = keys.find((key, index) => keys.indexOf(key) < index || !/^[a-z][a-z0-9_#-]*$/i.test(key))
  if (twice === undefined) return Object.freeze(members)
  throw new ConfigurationError(
    'clientMetadata',
    `${JSON.stringify(twice)} is there twice, or no name that the standards allow`,
  )
}

function mergePaths(paths: Partial<Paths> = {}): Paths {
  const merged = { ...PATHS, ...paths }
  for (const [name, path] of Object.entries(merged)) {
    if (!/^(?:\/[\w.~-]+)+$/.test(path)) {
      throw new ConfigurationError(
        `paths.${name}`,
        `holds ${JSON.stringify(path)}; it may hold a path as /oauth2`,
      )
    }
  }
  return Object.freeze(merged)
}

function defaultStore(env: ProviderBindings): Store {
  if (!env.DB || !env.KV) throw new ConfigurationError('DB, KV', 'are not bound; wrangler.toml binds them')
  return createStore(env.DB, env.KV)
}
