import type { ImportedUser, ImportOutcome, UserReference } from '../store/import-store.ts'

/**
 * What a dry run would have made: the records behind it ask for it, and the storage cannot know. A run that writes keeps nothing,
 * so that its memory does not grow with the dump.
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

  /** A user that a dry run would have made, or that is here. */
  addUser(user: ImportedUser, outcome: ImportOutcome): void {
    if (!this.#dry || outcome === 'taken' || outcome === 'deleted') return
    this.#users.add(user.id)
    this.#names.add(user.nameId)
  }

  /** A client that a dry run would have made, or that is here. */
  addClient(clientId: string): void {
    if (this.#dry) this.#clients.add(clientId)
  }

  /** A dry run would have made the client before. */
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

  /** Says which of the user and the client of a record a dry run would have made. */
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
