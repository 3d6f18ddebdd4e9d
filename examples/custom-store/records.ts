import type {
  AuthorizationCode,
  GrantDetails,
  ScopeDescription,
  Store,
  WithdrawnConsent,
} from 'edge-oauth2-provider'
import type { SeedClient, SeedUser } from 'edge-oauth2-provider/testing'
import { type Collection, openCollection } from './collection.ts'

/** What the object keeps: a JSON document per record. */
export interface Records {
  readonly clients: Collection<SeedClient>
  readonly users: Collection<UserRecord>
  readonly scopes: Collection<ScopeDescription>
  readonly codes: Collection<AuthorizationCode>
  readonly grants: Collection<GrantRecord>
  readonly consents: Collection<ConsentRecord>
  readonly sessions: Collection<SessionRecord>
  readonly throttle: Collection<CounterRecord>
  readonly spent: Collection<SpentRecord>
}

/** The operations of a store, as functions of the records that answer at once. */
export type Operations = {
  readonly [Name in keyof Store]: (
    records: Records,
    ...parameters: Parameters<Store[Name]>
  ) => Awaited<ReturnType<Store[Name]>>
}

/** A user. */
export interface UserRecord extends SeedUser {
  /** What the name looks like; the demo's user has none. */
  readonly usernameSkeleton?: string
  readonly emailKey: string | null
  readonly isActive: boolean
  readonly passwordChangedAt: number
}

/** What a user allowed once, or a client has of its own, with the tokens that are current. */
export interface GrantRecord {
  /** Of a code the id, too. */
  readonly id: string
  /** Null where a client acts for itself. */
  readonly userId: string | null
  readonly clientId: string
  readonly scope: string
  readonly authTime: number | null
  readonly sessionId: string | null
  readonly details: GrantDetails | null
  /** The grant whose tokens were given again instead of new ones. */
  readonly tokensOf: string | null
  /** The number of the tokens that are current, and the request that made them so. */
  readonly sequence: number
  readonly madeBy: string
  readonly createdAt: number
  /** The access token; null where it was deleted, or is another grant's. */
  readonly access: AccessRecord | null
  /** When the refresh token expires; null where there is none. */
  readonly refreshExpiresAt: number | null
  /** When nothing of it can live any more. */
  readonly expiresAt: number
  readonly revoked: boolean
  /** User, client and scope, where its access token is to be the only one of them. */
  readonly singleKey: string | null
}

/** The access token of a grant. */
export interface AccessRecord {
  readonly scope: string
  /** The resources that its request named; null for all of the grant's. */
  readonly resource: readonly string[] | null
  readonly createdAt: number
  readonly expiresAt: number
  readonly revoked: boolean
}

/** A consent, by user and client. */
export interface ConsentRecord {
  readonly id: string
  readonly userId: string
  readonly clientId: string
  readonly scope: string
  /** What was allowed at resources. */
  readonly targets?: readonly string[]
  /** Ids of consents that were given in the same moment and became this one. */
  readonly joinedIds: readonly string[]
  readonly authorizedAt: number
  /** The request that withdrew it, and what that request was told. */
  readonly withdrawn: { readonly by: string; readonly told: WithdrawnConsent } | null
}

/** A sign-in. */
export interface SessionRecord {
  readonly id: string
  readonly userId: string
  readonly authTime: number
  readonly lastSeenAt: number
  readonly expiresAt: number
  readonly amr: readonly string[]
  readonly userAgent: string
  readonly network: string | null
  /** The request that ended it. */
  readonly endedBy: string | null
}

/** Password attempts within a window. */
export interface CounterRecord {
  readonly count: number
  readonly expiresAt: number
  readonly countedBy: string
}

/** A JWT by which a client has authenticated. */
export interface SpentRecord {
  /** The request that spent it. */
  readonly by: string
  readonly expiresAt: number
}

/** Opens the records, and makes their tables where they lack. */
export function openRecords(sql: SqlStorage): Records {
  return {
    clients: openCollection(sql, 'clients', []),
    users: openCollection(sql, 'users', ['usernameKey', 'usernameSkeleton', 'emailKey']),
    scopes: openCollection(sql, 'scopes', []),
    codes: openCollection(sql, 'codes', ['expiresAt']),
    grants: openCollection(sql, 'grants', ['userId', 'singleKey', 'expiresAt']),
    consents: openCollection(sql, 'consents', ['userId']),
    sessions: openCollection(sql, 'sessions', ['userId', 'expiresAt']),
    throttle: openCollection(sql, 'throttle', ['expiresAt']),
    spent: openCollection(sql, 'spent', ['expiresAt']),
  }
}
