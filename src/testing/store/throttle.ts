import type { PasswordAttempt, RequestMark, TypedAddress } from '../../store/records.ts'
import { equal, present } from './expect.ts'
import { givenSession, sessionCommit } from './sign-ins.ts'
import { atOnce, type Cases, issue, mark, passwordCommit, secretOf, signInOf, type World } from './world.ts'

const WINDOW = 600

/** Attempts to sign in as alice, at the login page unless a client is named. */
async function attempt(
  { store }: World,
  request: RequestMark = mark(),
  fields: Partial<Parameters<World['store']['admitPasswordAttempt']>[0]> = {},
): Promise<PasswordAttempt> {
  const keys = { account: 'account-alice', network: 'network' }
  const all = { client: null, keys, window: WINDOW, usernameKey: 'alice', request, ...fields }
  return store.admitPasswordAttempt(all)
}

function addressOf(email: string): TypedAddress {
  return { email, emailKey: email }
}

function counts({ accountAttempts, networkAttempts }: PasswordAttempt): readonly number[] {
  return [accountAttempts, networkAttempts]
}

function sorted(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((a, b) => a - b)
}

/** Password attempts are counted before anything is hashed. */
export const throttleCases: Cases = {
  'an attempt is counted and answered with the user': async (world) => {
    const { id, isStaff, passwordHash, username } = world.alice
    const user = { id, username, email: null, isStaff, passwordHash }
    const found = await attempt(world)
    equal([found.authenticated, found.hasGrantType], [true, true], 'the verdict without a client')
    equal(counts(found), [1, 1], 'the counts')
    equal(found.user, user, 'the user')
  },

  'an unknown or disabled user is counted alike': async (world) => {
    const keys = { account: 'account-nobody', network: 'network' }
    const nobody = await attempt(world, mark(), { keys, usernameKey: 'nobody' })
    equal([nobody.user, ...counts(nobody)], [null, 1, 1], 'an unknown user')
    await world.seed.disableUser(world.alice.id)
    const disabled = await attempt(world)
    equal([disabled.user, ...counts(disabled)], [null, 1, 2], 'a disabled user')
  },

  'thirty attempts at once see thirty numbers': async (world) => {
    const found = await atOnce(30, async () => attempt(world))
    const expected: readonly number[] = Array.from({ length: 30 }, (_, index) => index + 1)
    equal(sorted(found.map(({ accountAttempts }) => accountAttempts)), expected, 'of the account')
    equal(sorted(found.map(({ networkAttempts }) => networkAttempts)), expected, 'of the network')
  },

  'guesses under every name of a user count together where that is asked': async (world) => {
    const guess = async (account: string, usernameKey: string): Promise<PasswordAttempt> =>
      attempt(world, mark(), { keys: { account, network: 'network', user: 'user ' }, usernameKey })
    await guess('account-alice', 'alice')
    const second = await guess('account-of-her-address', 'alice')
    equal([second.accountAttempts, second.userAttempts], [1, 2], 'the second name')
    const nobody = await guess('account-nobody', 'nobody')
    equal([nobody.user, nobody.userAttempts], [null, 1], 'an unknown user')
    const signIn = signInOf(world.alice)
    const throttleKeys = { ...signIn.throttleKeys, user: `user ${world.alice.id}` }
    await world.store.createSession(sessionCommit(world.alice), { ...signIn, throttleKeys }, mark())
    equal((await guess('account-alice', 'alice')).userAttempts, 1, 'after a success')
  },

  'a name goes before the same text as an address': async (world) => {
    const { user } = await attempt(world, mark(), { address: addressOf('bob@app.example') })
    equal(user?.id, world.alice.id, 'the user of the name')
    const nobody = await attempt(world, mark(), { usernameKey: 'nobody', address: addressOf('nobody') })
    equal(nobody.user, null, 'an address that nobody has proved')
  },

  'the same request does not count twice': async (world) => {
    await attempt(world)
    const request = mark()
    const first = await attempt(world, request)
    equal(await attempt(world, request), first, 'the second answer')
    equal(counts(await attempt(world)), [3, 3], 'the attempt after it')
  },

  'a window ends as a whole': async (world) => {
    const first = await attempt(world, mark())
    const last = await attempt(world, mark(WINDOW - 1))
    equal([...counts(last), last.accountResetAt], [2, 2, first.accountResetAt], 'in its last second')
    const next = await attempt(world, mark(WINDOW))
    equal(counts(next), [1, 1], 'in the next window')
    equal(next.networkResetAt, first.networkResetAt + WINDOW, 'the end of the next window')
  },

  'a client that may not ask counts nothing and reads nobody': async (world) => {
    const wrong = { method: 'secret', clientId: 'web', secretHash: 'wrong' } as const
    const stranger = await attempt(world, mark(), { client: { proof: wrong, grantType: 'password' } })
    equal([stranger.authenticated, stranger.user], [false, null], 'a wrong secret')
    const client = { proof: secretOf('service'), grantType: 'password' }
    const service = await attempt(world, mark(), { client })
    equal([service.authenticated, service.hasGrantType, service.user], [true, false, null], 'no such grant')
    const own = { proof: secretOf('web'), grantType: 'password' }
    const found = await attempt(world, mark(), { client: own })
    equal([found.authenticated, found.hasGrantType, ...counts(found)], [true, true, 1, 1], 'one that may')
    present(found.user, 'the user')
  },

  'success clears the account and takes its own count back from the network, once': async (world) => {
    const { alice, store } = world
    await attempt(world)
    await attempt(world)
    const commit = await passwordCommit(alice, { signIn: signInOf(alice) })
    await issue(world, commit)
    await issue(world, commit)
    equal(counts(await attempt(world)), [1, 2], 'after tokens')
    const [session, request] = [sessionCommit(alice), mark()]
    await store.createSession(session, signInOf(alice), request)
    await store.createSession(session, signInOf(alice), request)
    equal(counts(await attempt(world)), [1, 2], 'after a session')
    const sessionId = await givenSession(world, alice)
    await attempt(world)
    const change = { userId: alice.id, sessionId, signIn: signInOf(alice), newHash: 'new' }
    await store.changePassword({ ...change, deleteExpired: false }, mark())
    equal(counts(await attempt(world)), [1, 2], 'after a password change')
  },
}
