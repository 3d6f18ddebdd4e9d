import type { LogoutNoticeStore } from './logout-notices.ts'
import type { AccessTokenName, Client, GrantDetails, JsonObject, RequestMark } from './records.ts'
import type { SigningKeyStore } from './signing-keys.ts'

/** What is known of a person, to make claims of. */
export interface Person {
  readonly id: string
  readonly username: string
  readonly email: string | null
  /** The person has proved to own the address. */
  readonly emailVerified: boolean
  /** Claims by their names of OpenID Connect Core 5.1. */
  readonly profile: JsonObject
  /** When what is known changed last, in seconds since 1970. */
  readonly updatedAt: number
}

/** What UserInfo is answered from. */
export interface UserInfoRecords {
  /** Of the access token. */
  readonly scope: string
  readonly details: GrantDetails | null
  readonly client: Pick<Client, 'clientId' | 'metadata' | 'redirectUris' | 'type'>
  readonly person: Person
}

/** What OpenID Connect needs of a storage, beside the protocol's part. Each call is one round trip. */
export interface OpenIdStore extends LogoutNoticeStore, SigningKeyStore {
  /**
   * Reads what an access token that lives tells of its user.
   * @returns null where it does not live, or has no user
   */
  readUserInfo(token: AccessTokenName, now: number): Promise<UserInfoRecords | null>

  /** Reads what is known of a user who is active. */
  readPerson(userId: string): Promise<Person | null>

  /**
   * Changes what is known of a user who is active.
   * @param patch a merge patch of the profile (RFC 7396)
   */
  saveProfile(userId: string, patch: JsonObject, request: RequestMark): Promise<void>
}
