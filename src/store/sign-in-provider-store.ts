import type { OperatorMark } from './admin-store.ts'
import type { RequestMark, Session, SessionCommit, SessionRule, SpentOnce } from './records.ts'
import type { WaysIn } from './ways-in.ts'

/** Another provider with whose accounts people sign in. */
export interface SignInProvider {
  /** Part of its redirect URI. */
  readonly id: string
  readonly kind: 'github' | 'openid'
  readonly name: string
  /** An image as a `data:` URL. */
  readonly icon: string | null
  /** Its issuer identifier; for GitHub its address. */
  readonly issuer: string
  /** Our client id there. */
  readonly clientId: string
  /** Names of scopes separated by spaces. */
  readonly scope: string
  /** Whether its statements about addresses are trusted. */
  readonly trustsAddresses: boolean
  /** Domains in which people must have a verified address, separated by spaces; empty for all. */
  readonly domains: string
  /** Whether people without an account here get one. */
  readonly createsAccounts: boolean
  /** Whether users count as authenticated now if the provider does not say when they were. */
  readonly countsAsFresh: boolean
  readonly isEnabled: boolean
}

/** A provider of the table. */
export interface SignInProviderRecord extends SignInProvider {
  /** Our secret there; null for a public client. */
  readonly sealedSecret: string | null
  readonly createdAt: number
  readonly updatedAt: number
  /** Accounts here that are linked to one there. */
  readonly linked: number
}

/** An account elsewhere with which a user signs in. */
export interface LinkedAccount {
  readonly providerId: string
  readonly providerName: string
  /** Whether the provider is still enabled. */
  readonly isEnabled: boolean
  readonly subject: string
  /** Its name there. */
  readonly label: string
  readonly linkedAt: number
  readonly lastUsedAt: number | null
}

/** A person whom a provider has authenticated, with the proof that this browser started it, which works once. */
export interface ProvedIdentity {
  readonly provider: Pick<SignInProvider, 'domains' | 'id' | 'issuer'>
  readonly subject: string
  readonly label: string
  /** Whether the time of the sign-in is only that the provider's users count as authenticated now. */
  readonly countedAsFresh: boolean
  readonly state: Omit<SpentOnce, 'requestId'>
}

/** A user to create for somebody who has none. */
export interface NewLinkedUser {
  readonly id: string
  /** The first free one is used. */
  readonly names: readonly {
    readonly username: string
    readonly usernameKey: string
    readonly usernameSkeleton: string
  }[]
  /** The address according to the provider; verified if the sign-in has an `address`. */
  readonly email: string | null
}

/** A sign-in that another provider has vouched for. */
export interface LinkedSignIn extends ProvedIdentity {
  readonly session: Omit<SessionCommit, 'userId'>
  /**
   * The address that the provider has verified, with its key for comparison; null if the provider is not trusted with
   * addresses.
   */
  readonly address: { readonly email: string; readonly emailKey: string } | null
  /** Null if no account may be created. */
  readonly newUser: NewLinkedUser | null
}

/** The signed-in user. */
export interface LinkedUser {
  readonly userId: string
  readonly username: string
  /** Whether the account was created now. */
  readonly created: boolean
  /** Whether an existing account was linked now, by its address. */
  readonly linked: boolean
}

/** What sign-in with other providers needs from a storage. Each call is one round trip; every write may be sent again. */
export interface SignInProviderStore {
  /** Lists all providers, sorted by id. */
  listProviders(): Promise<readonly SignInProviderRecord[]>

  /** @returns false if there is one with this id; then nothing is written */
  createProvider(provider: SignInProvider, sealedSecret: string | null, mark: OperatorMark): Promise<boolean>

  /**
   * Changes a provider; its kind and its issuer stay.
   * @param sealedSecret null to keep the present one
   * @param seenAt `updatedAt` of the provider as it was read
   * @returns `gone` if there is none, `stale` if it has been
   * changed since; then nothing is written
   */
  updateProvider(
    provider: SignInProvider,
    sealedSecret: string | null,
    seenAt: number,
    mark: OperatorMark,
  ): Promise<'gone' | 'stale' | 'updated'>

  /**
   * Deletes a provider and every link to it.
   * @returns false if there is none
   */
  deleteProvider(id: string, mark: OperatorMark): Promise<boolean>

  /**
   * Spends the state of an answer before anything in the answer is trusted.
   * @returns false if another request has spent it
   */
  spendState(state: ProvedIdentity['state'], request: RequestMark): Promise<boolean>

  /**
   * Signs in the user who is linked to an identity; else the one active user who has proved the same address, and links that
   * user; else a new user. Addresses are the same if their part before the `@` differs only in the case of ASCII letters.
   * All or nothing; the provider must be enabled, and this request must have spent the state. A time that
   * only counts as fresh is not saved if the provider's users no longer do.
   * @returns null if there is
   * no such user
   */
  signIn(signIn: LinkedSignIn, request: RequestMark): Promise<LinkedUser | null>

  /**
   * Links an identity to the user of a valid session, with a state that this request has spent.
   * @param most links that a user may have
   * @returns `taken` if it is linked to somebody else, `had` if it is linked to this user already, `refused` for any other
   *   obstacle
   */
  link(
    identity: ProvedIdentity,
    to: { readonly sessionId: string; readonly userId: string; readonly most: number },
    request: RequestMark,
  ): Promise<'had' | 'linked' | 'refused' | 'taken'>

  /**
   * Notes with a session that its user was authenticated elsewhere, by an identity that is linked to this user, and a state that this
   * request has spent.
   * @returns false if it is linked to nobody or to somebody else, the session is over, or it only counts as fresh and the
   *   provider's users no longer do
   */
  confirm(
    identity: ProvedIdentity,
    session: { readonly id: string; readonly authenticatedAt: number; readonly rule: SessionRule },
    request: RequestMark,
  ): Promise<boolean>

  /** Reads a session with its user's links; null if it is not valid. */
  readLinks(
    sessionId: string,
    rule: SessionRule,
  ): Promise<{ readonly session: Session; readonly links: readonly LinkedAccount[] } | null>

  /**
   * Removes a user's link, unless it is the last way to sign in.
   * @param ways that the settings allow
   * @returns
   * `kept` if it is the last one
   */
  unlink(
    link: Pick<LinkedAccount, 'providerId' | 'subject'> & { readonly userId: string },
    ways: WaysIn,
    request: RequestMark,
  ): Promise<'gone' | 'kept' | 'removed'>
}
