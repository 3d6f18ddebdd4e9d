import { type ProviderBindings, StorageError, type Store } from 'edge-oauth2-provider'
import type { AuthObject } from './auth-object.ts'

/** What wrangler.toml binds. */
export interface Env extends ProviderBindings {
  readonly AUTH: DurableObjectNamespace<AuthObject>
}

/** A store whose records all live in one Durable Object. Each call is one message to it. */
export function durableObjectStore(namespace: DurableObjectNamespace<AuthObject>, name = 'auth'): Store {
  const call = async <Name extends keyof Store>(
    operation: Name,
    ...parameters: Parameters<Store[Name]>
  ): Promise<Answer<Name>> => {
    // A stub that has failed stays broken, so each try takes its own.
    const send = async (): Promise<unknown> => namespace.getByName(name).perform(operation, parameters)
    const answer = await send().catch(async () =>
      // Every operation may be sent again, so a reply that was lost is asked for once more.
      send().catch((cause: unknown) => {
        throw new StorageError('Durable Object', cause)
      }),
    )
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operation's type goes both ways
    return answer as Answer<Name>
  }
  return {
    readClient: async (...all) => call('readClient', ...all),
    admitPasswordAttempt: async (...all) => call('admitPasswordAttempt', ...all),
    issueTokens: async (...all) => call('issueTokens', ...all),
    refuseCode: async (...all) => call('refuseCode', ...all),
    revokeToken: async (...all) => call('revokeToken', ...all),
    readTokenAs: async (...all) => call('readTokenAs', ...all),
    readAccessToken: async (...all) => call('readAccessToken', ...all),
    putCode: async (...all) => call('putCode', ...all),
    readCode: async (...all) => call('readCode', ...all),
    readAuthorization: async (...all) => call('readAuthorization', ...all),
    saveConsent: async (...all) => call('saveConsent', ...all),
    createSession: async (...all) => call('createSession', ...all),
    createUser: async (...all) => call('createUser', ...all),
    readSession: async (...all) => call('readSession', ...all),
    touchSession: async (...all) => call('touchSession', ...all),
    endSessions: async (...all) => call('endSessions', ...all),
    readAccount: async (...all) => call('readAccount', ...all),
    withdrawConsent: async (...all) => call('withdrawConsent', ...all),
    confirmPassword: async (...all) => call('confirmPassword', ...all),
    changePassword: async (...all) => call('changePassword', ...all),
    readHealth: async () => call('readHealth').catch(() => ['Durable Object']),
  }
}

/** The answer of an operation. */
type Answer<Name extends keyof Store> = Awaited<ReturnType<Store[Name]>>
