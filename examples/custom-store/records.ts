import type { AuthorizationCode, ScopeDescription, Store, WithdrawnConsent } from 'edge-oauth2-provider'
import type { SeedClient, SeedUser } from 'edge-oauth2-provider/testing'
import { type Collection, openCollection } from './collection.ts'

/** What the object keeps: a JSON document per record. */
export interface Records {
  readonly clients: Collection<SeedClient>
  readonly users: Collection<UserRecord>
  readonly scopes: Collection<ScopeDescription>
  readonly codes: Collection<AuthorizationCode>
  readonly grants: Collection<GrantRecord>
  readonly tokens: Collection<TokenRecord>
  readonly consents: Collection<ConsentRecord>
  readonly sessions: Collection<SessionRecord>
  readonly throttle: Collection<CounterRecord>
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

/** What a user allowed once: refresh tokens are numbers of it, access tokens hang from it. */
export interface GrantRecord {
  readonly id: string
  readonly userId: string
  readonly clientId: string
  readonly scope: string
  readonly codeId: string | null
  /** The grant whose tokens were given again instead of new ones. */
  readonly tokensOf: string | null
  /** The refresh token that is current, and the request that made it so. */
  readonly sequence: number
  readonly rotatedBy: string | null
  readonly lastUsedAt: number
  readonly refreshExpiresAt: number | null
  /** When nothing that hangs from it can live any more. */
  readonly expiresAt: number
  readonly revoked: boolean
}

/** An access token. */
export interface TokenRecord {
  readonly id: string
  readonly grantId: string | null
  readonly clientId: string
  readonly scope: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly revoked: boolean
  /** User, client and scope, where it is to be the only one of them. */
  readonly singleKey: string | null
}

/** A consent, by user and client. */
export interface ConsentRecord {
  readonly id: string
  readonly userId: string
  readonly clientId: string
  readonly scope: string
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

/** Opens the records, and makes their tables where they lack. */
export function openRecords(sql: SqlStorage): Records {
  return {
    clients: openCollection(sql, 'clients', []),
    users: openCollection(sql, 'users', ['usernameKey', 'usernameSkeleton', 'emailKey']),
    scopes: openCollection(sql, 'scopes', []),
    codes: openCollection(sql, 'codes', ['expiresAt']),
    grants: openCollection(sql, 'grants', ['userId', 'codeId', 'expiresAt']),
    tokens: openCollection(sql, 'tokens', ['grantId', 'singleKey', 'expiresAt']),
    consents: openCollection(sql, 'consents', ['userId']),
    sessions: openCollection(sql, 'sessions', ['userId', 'expiresAt']),
    throttle: openCollection(sql, 'throttle', ['expiresAt']),
  }
}
