import type { Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import type { UserSource } from '../hooks.ts'
import type { TokenRequest } from '../oauth/grants/index.ts'
import { invalidClient } from '../oauth/invalid-client.ts'
import type {
  PasswordAttempt,
  PasswordSignIn,
  ThrottleKeys,
  User,
  UserWithPassword,
} from '../store/records.ts'
import { invalidGrant } from '../tokens/outcome.ts'
import { rehashPassword, verifyDummy, verifyPassword } from './passwords.ts'
import { ACCOUNT_LIMIT, NETWORK_LIMIT, THROTTLE_WINDOW, throttleKeys } from './throttle.ts'
import { usernameKey } from './usernames.ts'

/** In place of a hash: no password matches it. */
const NO_PASSWORD = '!'

/** A password that was right, and what the commit that it allows must settle. */
export interface CheckedPassword {
  readonly user: User
  readonly commit: PasswordSignIn
}

/**
 * Checks a user's name and password, in one round trip and one derivation. Attempts are counted before anything is hashed,
 * for a derivation blocks the isolate; an unknown user costs the same derivation as a known one.
 * @param attempt the name and password, and the client that sends them (null at the login page)
 * @throws {OAuthError} invalid_client, unauthorized_client; temporarily_unavailable (429, Retry-After): too many attempts;
 *   invalid_grant: unknown user, wrong password or disabled, all alike
 */
export async function checkPassword(
  attempt: {
    readonly username: string
    readonly password: string
    readonly client: Pick<TokenRequest, 'client' | 'grantType'> | null
  },
  provider: Provider,
): Promise<CheckedPassword> {
  const { admitted, keys } = await admitAttempt(attempt, provider)
  const { users } = provider.hooks
  return users
    ? checkExternal(attempt, keys, users, provider)
    : checkOwn(attempt.password, admitted.user, keys)
}

async function checkOwn(
  password: string,
  found: UserWithPassword | null,
  keys: ThrottleKeys,
): Promise<CheckedPassword> {
  if (!found) {
    await verifyDummy(password)
    throw invalidGrant('unknown or disabled user')
  }
  const { passwordHash, ...user } = found
  const { needsRehash, valid } = await verifyPassword(password, passwordHash)
  if (!valid) throw invalidGrant('wrong password')
  const rehash = needsRehash ? await rehashPassword(password, passwordHash) : null
  return { user, commit: { passwordHash, rehash, throttleKeys: keys, external: null } }
}

/** Somebody else knows the password; our table keeps a row without one, for tokens and consents to hang from. */
async function checkExternal(
  { password, username }: { readonly username: string; readonly password: string },
  keys: ThrottleKeys,
  users: UserSource,
  provider: Provider,
): Promise<CheckedPassword> {
  const external = await users.authenticate(username, password, provider)
  if (!external) throw invalidGrant('wrong username or password, as the embedding Worker says')
  const user = { id: external.id, username: external.username, email: external.email ?? null, isStaff: false }
  return { user, commit: { passwordHash: NO_PASSWORD, rehash: null, throttleKeys: keys, external: user } }
}

/**
 * Counts an attempt against its account and network and reads the user, in one round trip, before anything is hashed.
 * @throws {OAuthError} invalid_client, unauthorized_client; temporarily_unavailable (429, Retry-After): too many attempts
 */
export async function admitAttempt(
  {
    client,
    username,
  }: { readonly username: string; readonly client: Pick<TokenRequest, 'client' | 'grantType'> | null },
  provider: Provider,
): Promise<{ readonly admitted: PasswordAttempt; readonly keys: ThrottleKeys }> {
  const { keys, request, store } = provider
  const key = usernameKey(username)
  const attemptKeys = await throttleKeys(key, request.network, keys)
  const admitted = await store.admitPasswordAttempt({
    client: client && { proof: client.client.proof, grantType: client.grantType },
    keys: attemptKeys,
    window: THROTTLE_WINDOW,
    usernameKey: key,
    request,
  })
  if (client && !admitted.authenticated) throw invalidClient(client.client.usedHeader)
  if (!admitted.hasGrantType)
    throw new OAuthError('unauthorized_client', 'The client may not use this grant type.')
  refuseTooMany(admitted, request.now)
  return { admitted, keys: attemptKeys }
}

function refuseTooMany(admitted: PasswordAttempt, now: number): void {
  const account = admitted.accountAttempts > ACCOUNT_LIMIT ? admitted.accountResetAt : 0
  const network = admitted.networkAttempts > NETWORK_LIMIT ? admitted.networkResetAt : 0
  const resetAt = Math.max(account, network)
  if (resetAt === 0) return
  throw new OAuthError('temporarily_unavailable', 'Too many attempts. Try again later.', {
    status: 429,
    headers: { 'Retry-After': String(Math.max(1, resetAt - now)) },
  })
}
