import type { LogoutNoticeStore } from './logout-notices.ts'
import type { AccessTokenName, Client, GrantDetails, JsonObject, Person, RequestMark } from './records.ts'
import type { SigningKeyStore } from './signing-keys.ts'

/** What UserInfo needs for its answer. */
export interface UserInfoRecords {
  /** The scope of the access token. */
  readonly scope: string
  readonly details: GrantDetails | null
  readonly client: Pick<Client, 'clientId' | 'metadata' | 'redirectUris' | 'type'>
  readonly person: Person
}

/** What OpenID Connect needs from a storage, besides the protocol's part. Each call is one round trip. */
export interface OpenIdStore extends LogoutNoticeStore, SigningKeyStore {
  /**
   * Reads what a valid access token reveals about its user.
   * @returns null if it is not valid, or has no user
   */
  readUserInfo(token: AccessTokenName, now: number): Promise<UserInfoRecords | null>

  /** Reads what is known about an active user. */
  readPerson(userId: string): Promise<Person | null>

  /**
   * Changes what is known about an active user.
   * @param patch a merge patch of the profile (RFC 7396)
   */
  saveProfile(userId: string, patch: JsonObject, request: RequestMark): Promise<void>
}
