import type { ImportedUser, ImportOutcome, UserReference } from '../store/import-store.ts'

/**
 * Remembers what a dry run would have created, as later records refer to it and the storage does not have it. A run that
 * writes remembers nothing, so that its memory does not grow with the dump.
 */
export class DumpIndex {
  readonly #dry: boolean
  readonly #users = new Set<string>()
  readonly #names = new Set<string>()
  readonly #claimed = new Set<string>()
  readonly #clients = new Set<string>()

  constructor(dry: boolean) {
    this.#dry = dry
  }

  /** Adds a user that a dry run would have created, or that exists. */
  addUser(user: ImportedUser, outcome: ImportOutcome): void {
    if (!this.#dry || outcome === 'taken' || outcome === 'deleted') return
    this.#users.add(user.id)
    this.#names.add(user.nameId)
  }

  /** Adds a client that a dry run would have created, or that exists. */
  addClient(clientId: string): void {
    if (this.#dry) this.#clients.add(clientId)
  }

  /** Returns whether a dry run would have created the client already. */
  hasClient(clientId: string): boolean {
    return this.#clients.has(clientId)
  }

  /**
   * Claims a user's name in a dry run.
   * @returns false if another user of the dump has it
   */
  claimName({ usernameKey }: ImportedUser): boolean {
    if (!this.#dry) return true
    const free = !this.#claimed.has(usernameKey)
    this.#claimed.add(usernameKey)
    return free
  }

  /** Returns which of a record's user and client a dry run would have created. */
  assume({ clientId, user }: { readonly clientId: string; readonly user: UserReference | null }): {
    readonly clientAssumed: boolean
    readonly userAssumed: boolean
  } {
    return { clientAssumed: this.hasClient(clientId), userAssumed: user !== null && this.#hasUser(user) }
  }

  #hasUser(user: UserReference): boolean {
    return 'userId' in user ? this.#users.has(user.userId) : this.#names.has(user.nameId)
  }
}
