import { randomId, sortableId } from '../../crypto/bytes.ts'
import type {
  Client,
  ClientProof,
  IssueCommit,
  IssuedTokens,
  IssueOutcome,
  PasswordSignIn,
  RequestMark,
  SessionRule,
  TokenName,
  User,
} from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { equal, present } from './expect.ts'

/** A client to put into a store. */
export interface SeedClient extends Client {
  /** SHA-256 of its secrets, as in a `ClientProof`, and when they expire (null: never). */
  readonly secrets: readonly { readonly hash: string; readonly expiresAt: number | null }[]
  /** Seconds for which its tokens are valid, and for which a replaced one may be a lost reply; null if the settings decide. */
  readonly accessTokenLifetime: number | null
  readonly refreshTokenLifetime: number | null
  readonly refreshReuseInterval: number | null
}

/** A user to put into a store: active, with the oldest possible password. */
export interface SeedUser extends User {
  readonly usernameKey: string
  readonly passwordHash: string
}

/** Fills a store with what the protocol only reads. */
export interface StoreSeed {
  /** Registers a client, or changes the scope of an existing one. */
  addClient(client: SeedClient): Promise<void>
  addUser(user: SeedUser): Promise<void>
  addScope(name: string, description: string): Promise<void>
  disableClient(clientId: string): Promise<void>
  disableUser(userId: string): Promise<void>
}

/** A store, and how to fill it. */
export interface StoreUnderTest {
  readonly store: Store
  readonly seed: StoreSeed
}

/** What a case gets: a store with the cast in it. */
export interface World extends StoreUnderTest {
  readonly alice: SeedUser
  readonly bob: SeedUser
}

/** Cases by title. */
export type Cases = Readonly<Record<string, (world: World) => Promise<void>>>

/** The time at which the cases start. */
export const NOW = 1_800_000_000
/** How long sessions stay valid, measured some seconds later. */
export const IDLE = 1000
/** Redirect URI of every client that has one. */
export const REDIRECT_URI = 'https://app.example/cb'

/** The proof of the confidential client `web`, `other` or `service`. */
export function secretOf(clientId: string): ClientProof {
  return { method: 'secret', clientId, secretHash: `hash-of-${clientId}` }
}

/** A client of the cast. */
export function seedClient(clientId: string, fields: Partial<SeedClient> = {}): SeedClient {
  return {
    clientId,
    type: 'confidential',
    name: `Application ${clientId}`,
    url: 'https://app.example/',
    grantTypes: ['authorization_code', 'implicit', 'password', 'refresh_token'],
    responseTypes: ['code', 'token'],
    scope: null,
    redirectUris: [REDIRECT_URI],
    autoAuthorize: false,
    authorizeEveryTime: false,
    requirePkce: true,
    metadata: {},
    disabled: false,
    secrets: [{ hash: `hash-of-${clientId}`, expiresAt: null }],
    accessTokenLifetime: null,
    refreshTokenLifetime: null,
    refreshReuseInterval: null,
    ...fields,
  }
}

function seedUser(name: string): SeedUser {
  const passwordHash = `password-of-${name}`
  return { id: randomId(), username: name, usernameKey: name, email: null, isStaff: false, passwordHash }
}

/** Opens a store and adds the cast: three clients, a service, two users. */
export async function openWorld(open: () => Promise<StoreUnderTest>): Promise<World> {
  const { seed, store } = await open()
  const publicGrants = ['authorization_code', 'client_credentials', 'implicit', 'refresh_token']
  for (const client of [
    seedClient('web'),
    seedClient('other'),
    seedClient('native', { type: 'public', grantTypes: publicGrants, secrets: [] }),
    seedClient('service', { grantTypes: ['client_credentials'], redirectUris: [] }),
  ]) {
    await seed.addClient(client)
  }
  const [alice, bob] = [seedUser('alice'), seedUser('bob')]
  for (const user of [alice, bob]) await seed.addUser(user)
  return { store, seed, alice, bob }
}

/** A separate request, some seconds later. */
export function mark(later = 0): RequestMark {
  return { id: randomId(), now: NOW + later, network: '192.0.2.1' }
}

/** The rule for sessions, some seconds later. */
export function rule(later = 0): SessionRule {
  return { now: NOW + later, idleDelta: IDLE }
}

/** A correct password. */
export function signInOf(user: SeedUser, fields: Partial<PasswordSignIn> = {}): PasswordSignIn {
  const throttleKeys = { account: `account-${user.username}`, network: 'network' }
  return { passwordHash: user.passwordHash, rehash: null, external: null, throttleKeys, ...fields }
}

/** A commit with which `web` gets tokens for a user who entered a password. */
export async function passwordCommit(user: User, fields: Partial<IssueCommit> = {}): Promise<IssueCommit> {
  return commitOf({ userId: user.id, ...fields })
}

/** A commit with which the service gets its own token. */
export async function serviceCommit(fields: Partial<IssueCommit> = {}): Promise<IssueCommit> {
  return commitOf({ proof: secretOf('service'), grantType: 'client_credentials', ...fields })
}

/** A commit with which `web` rotates a refresh token. */
export async function refreshCommit(
  { grantId, sequence }: TokenName,
  fields: Partial<IssueCommit> & { readonly reuseInterval?: number } = {},
): Promise<IssueCommit> {
  const { reuseInterval = 0, ...rest } = fields
  const claim = { kind: 'refresh', grantId, sequence, reuseInterval } as const
  return commitOf({ claim, grantType: 'refresh_token', ...rest })
}

/** A commit of `web` that names no scope, with some fields changed. */
export async function commitOf(fields: Partial<IssueCommit> = {}): Promise<IssueCommit> {
  return {
    proof: secretOf('web'),
    grantType: 'password',
    userId: null,
    scope: scopeOf(null),
    claim: null,
    grantId: newGrantId(),
    authTime: NOW,
    sessionId: null,
    details: null,
    jkt: null,
    accessTokenLifetime: { confidential: 3600, public: 600 },
    refreshTokenLifetime: 86_400,
    refreshTokenFor: ['confidential', 'public'],
    signIn: null,
    approval: null,
    single: false,
    deleteExpired: false,
    request: mark(),
    ...fields,
  }
}

/** The requested scope, if `read` is the default and `write` is known, too. */
export function scopeOf(requested: string | null): IssueCommit['scope'] {
  return { requested, fallback: 'read', known: ['read', 'write'] }
}

/** Returns the id of a grant or code that is created now. */
export function newGrantId(): string {
  return sortableId(NOW * 1000)
}

/** What the tokens of a commit name. */
export function tokenOf({ claim, grantId }: IssueCommit): TokenName {
  return claim?.kind === 'refresh'
    ? { grantId: claim.grantId, sequence: claim.sequence + 1 }
    : { grantId, sequence: 0 }
}

/** Issues, and expects tokens. */
export async function issue({ store }: World, commit: IssueCommit): Promise<IssuedTokens> {
  const outcome = await store.issueTokens(commit)
  return present(outcome.issued, `tokens; the verdict was ${JSON.stringify(outcome.verdict)}`)
}

/** Issues, and expects tokens including a refresh token. Both have the same name. */
export async function issuePair(
  world: World,
  commit: IssueCommit,
): Promise<{ readonly access: TokenName; readonly refresh: TokenName }> {
  const { refreshes, token } = await issue(world, commit)
  equal(refreshes, true, 'a refresh token')
  return { access: token, refresh: token }
}

/** Returns the protocol's refusal for an outcome (RFC 6749 5.2); null if there are tokens. */
export function refusalOf({ issued, verdict }: IssueOutcome): string | null {
  if (!verdict.authenticated) return 'invalid_client'
  if (!verdict.hasGrantType) return 'unauthorized_client'
  if (!verdict.userLives || !verdict.claimHolds) return 'invalid_grant'
  if (!verdict.scopeAllowed) return 'invalid_scope'
  return issued ? null : 'invalid_grant'
}

/** Returns whether an access token is valid some seconds later. */
export async function lives({ store }: World, token: TokenName, later = 0): Promise<boolean> {
  return (await store.readAccessToken(token, NOW + later)) !== null
}

/** Does the same many times concurrently. */
export async function atOnce<T>(times: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => act(index)))
}
