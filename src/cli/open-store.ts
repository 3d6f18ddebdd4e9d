import { resolve } from 'node:path'
import process from 'node:process'
import { clientMetadata } from '../clients/members/index.ts'
import { randomId } from '../crypto/bytes.ts'
import { deriveKeys } from '../crypto/keys.ts'
import { Secret } from '../crypto/secret.ts'
import { throttleKeys } from '../identity/throttle.ts'
import { OPENID_SCOPES } from '../openid/scopes.ts'
import type { Operator } from '../operations/resource.ts'
import { parseSetting } from '../settings/settings.ts'
import type { AdminStore } from '../store/admin-store.ts'
import { createAdminStore } from '../store/d1/admin/index.ts'
import { createImportStore } from '../store/d1/import/index.ts'
import { createSigningKeyStore } from '../store/d1/signing-keys.ts'
import type { ImportStore } from '../store/import-store.ts'
import type { SigningKeyStore } from '../store/signing-keys.ts'
import { CliError } from './cli-error.ts'
import { localState, readWorkerConfig, type WorkerConfig } from './config.ts'
import { hasLocalD1, openLocalD1, type OpenD1 } from './local-d1.ts'
import { openRemoteD1 } from './remote-d1.ts'
import { readSecretKey } from './secret-key.ts'

/** What a command works with. */
export interface Session extends Operator {
  readonly store: AdminStore & ImportStore & SigningKeyStore
  /** What the command works on, in words; null where that is plain. */
  readonly target: string | null
  readonly close: () => Promise<void>
}

/**
 * Opens the store that a command is for.
 * @param remote the deployed database, not the local one
 * @param creates whether a local state may be made where there is none
 * @throws {CliError} it cannot be reached; says what to do
 */
export async function openStore(remote: boolean, creates: boolean): Promise<Session> {
  const config = await readWorkerConfig()
  const provider = providerOf(config.vars)
  if (!remote) return openLocal(resolve(localState()), creates, provider)
  const [secretKey = null] = process.env['SECRET_KEY']?.split(/\s+/).filter(Boolean) ?? []
  const session = createSession(await openRemoteD1(config), secretKey, provider)
  return { ...session, target: `the deployed database ${config.databaseName}` }
}

async function openLocal(state: string, creates: boolean, provider: Session['provider']): Promise<Session> {
  if (!creates && !hasLocalD1(state)) {
    throw new CliError(
      `There is no local state in ${state} yet: npm start makes one, and so does what creates something. ` +
        'PERSIST_TO names another folder; --remote works on the deployed database.',
    )
  }
  const session = createSession(await openLocalD1(state), await readSecretKey(state), provider)
  return { ...session, target: `the local state in ${state}` }
}

/** What operations need of a provider with these variables. */
function providerOf(vars: WorkerConfig['vars']): Session['provider'] {
  const settings = {
    allowHttpRedirects: parseSetting('allowHttpRedirects', vars),
    scopes: parseSetting('scopes', vars),
  }
  // Of the shipped Worker, which has OpenID Connect.
  return { clientMetadata, scopes: OPENID_SCOPES, settings }
}

/** A session over an open database. */
export function createSession(
  { close, db }: OpenD1,
  secretKey: string | null,
  provider: Session['provider'] = providerOf({}),
): Session {
  return {
    provider,
    target: null,
    userId: null,
    store: { ...createAdminStore(db), ...createImportStore(db), ...createSigningKeyStore(db) },
    now: Math.floor(Date.now() / 1000),
    mark: () => ({ id: randomId(), now: Math.floor(Date.now() / 1000), network: null, actor: 'cli' }),
    async throttleKey(usernameKey) {
      if (secretKey === null) return null
      return (await throttleKeys(usernameKey, null, await deriveKeys([new Secret(secretKey)]))).account
    },
    close,
  }
}
