import { DurableObject } from 'cloudflare:workers'
import type { SeedClient, SeedUser } from 'edge-oauth2-provider/testing'
import { changePassword, readAccount, withdrawConsent } from './accounts.ts'
import { readAuthorization, saveConsent } from './authorization.ts'
import { readClient } from './clients.ts'
import { DEMO_CLIENT, DEMO_USER } from './demo.ts'
import { issueTokens } from './issue.ts'
import { openRecords, type Operations, type Records } from './records.ts'
import {
  confirmPassword,
  createSession,
  createUser,
  endSessions,
  readSession,
  touchSession,
} from './sessions.ts'
import { admitPasswordAttempt } from './throttle.ts'
import { readAccessToken, readTokenAs, refuseCode, revokeToken } from './tokens.ts'

const OPERATIONS: Operations = {
  readClient,
  admitPasswordAttempt,
  issueTokens,
  refuseCode,
  revokeToken,
  readTokenAs,
  readAccessToken,
  putCode: (records, id, code) => records.codes.put(id, code),
  readCode: (records, id) => records.codes.get(id),
  readAuthorization,
  saveConsent,
  createSession,
  createUser,
  readSession,
  touchSession,
  endSessions,
  readAccount,
  withdrawConsent,
  changePassword,
  confirmPassword,
  readHealth: () => [],
}

const HOUR = 3_600_000

/**
 * Holds every record of the provider. It does one thing at a time, and each of them in a transaction, so an operation reads,
 * decides and writes in plain TypeScript without another one in between.
 */
export class AuthObject extends DurableObject<{ readonly OAUTH_DEMO?: string }> {
  readonly #records: Records

  constructor(state: DurableObjectState, env: { readonly OAUTH_DEMO?: string }) {
    super(state, env)
    this.#records = openRecords(state.storage.sql)
    void state.blockConcurrencyWhile(async () => {
      if ((await state.storage.getAlarm()) === null) await state.storage.setAlarm(Date.now() + HOUR)
    })
    if (env.OAUTH_DEMO === 'true') this.#seedDemo()
  }

  /** Performs an operation of `Store`. */
  perform(name: keyof Operations, parameters: readonly unknown[]): unknown {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `durableObjectStore` pairs each name with its parameters
    const operation = OPERATIONS[name] as (records: Records, ...parameters: readonly unknown[]) => unknown
    return this.ctx.storage.transactionSync(() => operation(this.#records, ...parameters))
  }

  /** Registers a client, or changes it. A project of its own would ask for more proof than a binding. */
  addClient(client: SeedClient): void {
    this.#records.clients.put(client.clientId, client)
  }

  addUser(user: SeedUser): void {
    this.#records.users.put(user.id, { ...user, emailKey: null, isActive: true, passwordChangedAt: 0 })
  }

  addScope(name: string, description: string): void {
    this.#records.scopes.put(name, { name, description })
  }

  disableClient(clientId: string): void {
    const client = this.#records.clients.get(clientId)
    if (client) this.addClient({ ...client, disabled: true })
  }

  disableUser(userId: string): void {
    const user = this.#records.users.get(userId)
    if (user) this.#records.users.put(userId, { ...user, isActive: false })
  }

  /** Each hour, removes what has expired. */
  override async alarm(): Promise<void> {
    const now = Math.floor(Date.now() / 1000)
    const { codes, grants, sessions, spent, throttle } = this.#records
    for (const collection of [codes, grants, sessions, spent, throttle]) collection.purge(now)
    await this.ctx.storage.setAlarm(Date.now() + HOUR)
  }

  #seedDemo(): void {
    if (!this.#records.clients.get(DEMO_CLIENT.clientId)) this.addClient(DEMO_CLIENT)
    if (!this.#records.users.get(DEMO_USER.id)) this.addUser(DEMO_USER)
  }
}
