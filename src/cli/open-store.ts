import { resolve } from 'node:path'
import process from 'node:process'
import { DOCTOR_SETTINGS } from '../client-doctor/grounds.ts'
import { clientMetadata } from '../clients/members/index.ts'
import { randomId } from '../crypto/bytes.ts'
import { deriveKeys } from '../crypto/keys.ts'
import { seal } from '../crypto/seal.ts'
import { Secret } from '../crypto/secret.ts'
import { InvalidInputError } from '../errors.ts'
import { issuerStores } from '../identity-assertions/index.ts'
import { issuerRecords } from '../identity-assertions/records.ts'
import { throttleKeys } from '../identity/throttle.ts'
import { OPENID_SCOPES } from '../oauth/openid-scopes.ts'
import type { Operator, Resource } from '../operations/resource.ts'
import { keepResources } from '../resources/known-resources.ts'
import { resourceRecords } from '../resources/records.ts'
import { RESOURCE_SETTINGS } from '../resources/settings.ts'
import { parseRows } from '../settings/rows.ts'
import { parseSetting } from '../settings/settings.ts'
import { keepProviders } from '../sign-in-providers/known-providers.ts'
import { signInProviderRecords } from '../sign-in-providers/records.ts'
import type { AdminStore, TokenLists } from '../store/admin-store.ts'
import { createAdminStore } from '../store/d1/admin/index.ts'
import { tokenLists } from '../store/d1/admin/list-tokens.ts'
import { createImportStore } from '../store/d1/import/index.ts'
import { createIssuerStore } from '../store/d1/issuers.ts'
import { createResourceStore } from '../store/d1/resources.ts'
import { createSignInProviderStore } from '../store/d1/sign-in-providers.ts'
import { createSigningKeyStore } from '../store/d1/signing-keys.ts'
import type { ImportStore } from '../store/import-store.ts'
import { mintMailLink } from '../tokens/opaque.ts'
import { CliError } from './cli-error.ts'
import { localState, readWorkerConfig, type WorkerConfig } from './config.ts'
import { readDevVars } from './dev-vars.ts'
import { hasLocalD1, openLocalD1, type OpenD1 } from './local-d1.ts'
import { openRemoteD1 } from './remote-d1.ts'
import { readSecretKey } from './secret-key.ts'

/** What a command works with. */
export interface Session extends Operator {
  readonly store: AdminStore & ImportStore & TokenLists
  /** What the command works on, in words; null if that is obvious. */
  readonly target: string | null
  /** The provider that the configuration names; null if it names none. */
  readonly issuer: string | null
  readonly resources: Resource
  /** Trusted issuers of assertions. */
  readonly issuers: Resource
  /** Providers with whose accounts people sign in. */
  readonly signInProviders: Resource
  readonly close: () => Promise<void>
}

/**
 * Opens the store for a command.
 * @param remote whether to open the deployed database instead of the local one
 * @param
 * creates whether a local state may be created if there is none
 * @throws {CliError} it cannot be reached; says what to do
 */
export async function openStore(remote: boolean, creates: boolean): Promise<Session> {
  const config = await readWorkerConfig()
  const own = await readDevVars()
  if (!remote) {
    const vars = { ...config.vars, ...own }
    return openLocal(resolve(localState()), creates, providerOf(vars), issuerOf(vars, false))
  }
  const provider = providerOf(config.vars)
  const [secretKey = null] = process.env['SECRET_KEY']?.split(/\s+/).filter(Boolean) ?? []
  const session = createSession(await openRemoteD1(config), secretKey, provider, issuerOf(config.vars, true))
  return { ...session, target: `the deployed database ${config.databaseName}` }
}

async function openLocal(
  state: string,
  creates: boolean,
  provider: Omit<Session['provider'], 'bindings'>,
  issuer: string | null,
): Promise<Session> {
  if (!creates && !hasLocalD1(state)) {
    throw new CliError(
      `There is no local state in ${state} yet: npm start creates it, and so does any command that creates something. ` +
        'PERSIST_TO names another folder; --remote works on the deployed database.',
    )
  }
  const session = createSession(await openLocalD1(state), await readSecretKey(state), provider, issuer)
  return { ...session, target: `the local state in ${state}` }
}

/** Returns where links lead: OAUTH_ISSUER, or the address of npm start; null for a deployment that does not set it. */
function issuerOf(vars: WorkerConfig['vars'], remote: boolean): string | null {
  const issuer = parseSetting('issuer', vars)
  return remote ? issuer : (issuer ?? `http://localhost:${process.env['PORT'] || '8787'}`)
}

/** Returns what operations need from a provider with these variables. */
function providerOf(vars: WorkerConfig['vars']): Omit<Session['provider'], 'bindings'> {
  const settings = {
    allowHttpRedirects: parseSetting('allowHttpRedirects', vars),
    passwords: parseSetting('passwords', vars),
    passwordGrant: parseSetting('passwordGrant', vars),
    responseTypeChoices: parseSetting('responseTypeChoices', vars),
    scopes: parseSetting('scopes', vars),
  }
  // As in the shipped Worker, which has OpenID Connect.
  return {
    clientMetadata,
    featureSettings: parseRows({ ...RESOURCE_SETTINGS, ...DOCTOR_SETTINGS }, vars, {}),
    scopes: OPENID_SCOPES,
    settings,
  }
}

/** Creates a session over an open database. */
export function createSession(
  { close, db }: OpenD1,
  secretKey: string | null,
  provider: Omit<Session['provider'], 'bindings'> = providerOf({}),
  issuer: string | null = null,
): Session {
  return {
    provider: { ...provider, bindings: { DB: db } },
    target: null,
    issuer,
    userId: null,
    store: { ...createAdminStore(db), ...createImportStore(db), ...tokenLists(db) },
    signingKeys: createSigningKeyStore(db),
    now: Math.floor(Date.now() / 1000),
    mark: () => ({ id: randomId(), now: Math.floor(Date.now() / 1000), network: null, actor: 'cli' }),
    async throttleKey(usernameKey) {
      if (secretKey === null) return null
      return (await throttleKeys(usernameKey, null, await deriveKeys([new Secret(secretKey)]))).account
    },
    async seal(text, context) {
      return secretKey === null ? null : seal(text, context, await deriveKeys([new Secret(secretKey)]))
    },
    resources: resourceRecords(keepResources(createResourceStore)),
    issuers: issuerRecords(issuerStores(createIssuerStore)),
    signInProviders: signInProviderRecords(keepProviders(createSignInProviderStore)),
    links: { recovery: { urlOf: async (id) => recoveryUrl(id, secretKey, issuer), send: null } },
    close,
  }
}

/** @throws {InvalidInputError} the key, or the address of the provider, is unknown here */
async function recoveryUrl(id: string, secretKey: string | null, issuer: string | null): Promise<string> {
  if (issuer === null)
    throw new InvalidInputError('issuer', 'Set OAUTH_ISSUER in the configuration, to which the link leads.')
  if (secretKey === null)
    throw new InvalidInputError('secret_key', 'Provide the SECRET_KEY of the Worker in the environment.')
  const keys = await deriveKeys([new Secret(secretKey)])
  return `${new URL(issuer).origin}/login/password?token=${await mintMailLink(id, keys)}`
}
