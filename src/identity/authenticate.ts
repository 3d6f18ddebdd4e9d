import type { Provider, TokenRequest, UserSource } from '../concepts.ts'
import type { PasswordRefusal } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { invalidGrant, tooMany, unauthorizedGrantType, unprovenClient } from '../refusals.ts'
import type {
  PasswordAttempt,
  PasswordSignIn,
  ThrottleKeys,
  User,
  UserWithPassword,
} from '../store/records.ts'
import { USER_COUNT } from '../store/user-count.ts'
import { NO_PASSWORD, rehashPassword, verifyDummy, verifyPassword } from './passwords.ts'
import { refuseFlood } from './rate-limit.ts'
import { ACCOUNT_LIMIT, NETWORK_LIMIT, THROTTLE_WINDOW, throttleKeys } from './throttle.ts'
import { typedAddress, usernameKey } from './usernames.ts'

/** Somebody who claims to be a user. */
export interface Attempt {
  readonly username: string
  /** The client that sends the password; null on our own pages. */
  readonly client: Pick<TokenRequest, 'proof' | 'grantType'> | null
  /**
   * A browser or session in which this user has signed in before, whose attempts are counted separately; null if there is
   * none.
   */
  readonly device: string | null
  /** The name may be a proved address, where people sign in by those. */
  readonly mayBeAddress?: boolean
}

/** A correct password, and what the commit that it allows must settle. */
export interface CheckedPassword {
  readonly user: User & Pick<UserWithPassword, 'hasSecondFactor'>
  readonly commit: PasswordSignIn
}

/**
 * Checks a user's name and password, in one round trip and one derivation. Attempts are counted before anything is hashed,
 * as a derivation blocks the isolate; an unknown user costs the same derivation as a known one.
 * @throws {OAuthError} invalid_client, unauthorized_client; temporarily_unavailable (429, Retry-After): too many attempts;
 *   invalid_grant: unknown user, wrong password or disabled, all alike
 */
export async function checkPassword(
  attempt: Attempt & { readonly password: string },
  provider: Provider,
): Promise<CheckedPassword> {
  if (!provider.settings.passwords) throw invalidGrant('nobody has a password here')
  const { admitted, keys } = await admitAttempt(attempt, provider)
  const { users } = provider.hooks
  try {
    return await (users
      ? checkExternal(attempt, keys, users, provider)
      : checkOwn(attempt.password, guessable(admitted), keys, provider))
  } catch (error) {
    if (error instanceof OAuthError && error.code === 'invalid_grant')
      provider.emit(refusalOf(attempt, admitted, reasonOf(admitted)))
    throw error
  }
}

/**
 * People sign in by the addresses that they have proved, too: where mail is sent, and users are our own.
 * @throws {ConfigurationError} the settings ask for mail, but something is missing
 */
export function takesAddresses(provider: Provider): boolean {
  return provider.hooks.users === null && (provider.mailer?.isReady(provider) ?? false)
}

/** Guesses under the other name of an account are answered like wrong ones; a full count would reveal whose address it is. */
function guessable({ user, userAttempts = 0 }: PasswordAttempt): UserWithPassword | null {
  return userAttempts > ACCOUNT_LIMIT ? null : user
}

function reasonOf(admitted: PasswordAttempt): PasswordRefusal['reason'] {
  if (!admitted.user) return 'unknown_user'
  return guessable(admitted) ? 'wrong_password' : 'account_limit'
}

async function checkOwn(
  password: string,
  found: UserWithPassword | null,
  keys: ThrottleKeys,
  { passwordFormats }: Pick<Provider, 'passwordFormats'>,
): Promise<CheckedPassword> {
  if (!found) {
    await verifyDummy(password)
    throw invalidGrant('unknown or disabled user')
  }
  const { passwordHash, ...user } = found
  const { needsRehash, valid } = await verifyPassword(password, passwordHash, passwordFormats)
  if (!valid) throw invalidGrant('wrong password')
  const rehash = needsRehash ? await rehashPassword(password, passwordHash) : null
  return { user, commit: { passwordHash, rehash, throttleKeys: ofUser(keys, user.id), external: null } }
}

function ofUser(keys: ThrottleKeys, id: string): ThrottleKeys {
  return keys.user === undefined ? keys : { ...keys, user: keys.user + id }
}

/** The embedding Worker knows the password; our table keeps a row without one, for tokens and consents to belong to. */
async function checkExternal(
  { password, username }: { readonly username: string; readonly password: string },
  keys: ThrottleKeys,
  users: UserSource,
  provider: Provider,
): Promise<CheckedPassword> {
  const external = await users.authenticate(username, password, provider)
  if (!external) throw invalidGrant('wrong username or password, according to the embedding Worker')
  const user = { id: external.id, username: external.username, email: external.email ?? null, isStaff: false }
  return { user, commit: { passwordHash: NO_PASSWORD, rehash: null, throttleKeys: keys, external: user } }
}

/**
 * Counts an attempt against its account and network and reads the user, in one round trip, before anything is hashed.
 * @throws {OAuthError} invalid_client, unauthorized_client; temporarily_unavailable (429, Retry-After): too many attempts
 */
export async function admitAttempt(
  attempt: Attempt,
  provider: Provider,
): Promise<{ readonly admitted: PasswordAttempt; readonly keys: ThrottleKeys }> {
  await refuseFlood(provider)
  const counted = await count(attempt, provider)
  tellOfLock(attempt.device, counted.admitted, provider)
  refuseTooMany(attempt, counted.admitted, provider)
  return counted
}

/**
 * Counts a sign-up like a guess, after the platform's limit was checked. Nobody is notified, as no password was guessed.
 * @returns the user who has the name; null if nobody has it
 * @throws {OAuthError} temporarily_unavailable (429, Retry-After): too many attempts
 */
export async function countSignUp(username: string, provider: Provider): Promise<UserWithPassword | null> {
  const attempt = { username, client: null, device: null }
  const { admitted } = await count(attempt, provider)
  refuseTooMany(attempt, admitted, provider)
  return admitted.user
}

async function count(
  attempt: Attempt,
  provider: Provider,
): Promise<{ readonly admitted: PasswordAttempt; readonly keys: ThrottleKeys }> {
  const { client, device, mayBeAddress = false, username } = attempt
  const takes = takesAddresses(provider)
  const { keys, request, store } = provider
  const key = usernameKey(username)
  const named = await throttleKeys(key, request.network, keys, device)
  const attemptKeys = takes ? { ...named, user: device === null ? USER_COUNT : named.network } : named
  const admitted = await store.admitPasswordAttempt({
    client: client && { proof: client.proof, grantType: client.grantType },
    keys: attemptKeys,
    window: THROTTLE_WINDOW,
    usernameKey: key,
    address: takes && mayBeAddress ? typedAddress(username) : null,
    request,
  })
  if (client && !admitted.authenticated) throw unprovenClient(client.proof)
  if (!admitted.hasGrantType) throw unauthorizedGrantType()
  return { admitted, keys: attemptKeys }
}

/**
 * Lets features notify the owner of an account that strangers have locked, at the first attempt that the lock refuses. Whether
 * somebody is notified shows in no answer, as nothing waits for it.
 */
function tellOfLock(
  device: string | null,
  { user, userAttempts }: PasswordAttempt,
  provider: Provider,
): void {
  if (device !== null || !user || userAttempts !== ACCOUNT_LIMIT + 1) return
  for (const tell of provider.lockNotices) tell(user.id, provider)
}

function refuseTooMany(attempt: Attempt, admitted: PasswordAttempt, { emit, request }: Provider): void {
  const account = admitted.accountAttempts > ACCOUNT_LIMIT ? admitted.accountResetAt : 0
  const network = admitted.networkAttempts > NETWORK_LIMIT ? admitted.networkResetAt : 0
  const resetAt = Math.max(account, network)
  if (resetAt === 0) return
  emit(refusalOf(attempt, admitted, account > 0 ? 'account_limit' : 'network_limit'))
  throw tooMany('Too many attempts. Try again later.', resetAt - request.now)
}

function refusalOf(
  { client }: Attempt,
  { user }: PasswordAttempt,
  reason: PasswordRefusal['reason'],
): PasswordRefusal {
  return {
    type: 'password_refused',
    reason,
    userId: user?.id ?? null,
    clientId: client?.proof.clientId ?? null,
  }
}
