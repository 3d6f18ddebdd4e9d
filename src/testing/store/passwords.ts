import { randomId } from '../../crypto/bytes.ts'
import type { UserCommit } from '../../store/records.ts'
import { equal } from './expect.ts'
import { consentOf, givenConsent, givenSession, sessionCommit } from './sign-ins.ts'
import {
  atOnce,
  type Cases,
  issue,
  issuePair,
  lives,
  mark,
  NOW,
  passwordCommit,
  refreshCommit,
  refusalOf,
  rule,
  type SeedUser,
  serviceCommit,
  signInOf,
} from './world.ts'

function carol(fields: Partial<UserCommit> = {}): SeedUser & UserCommit {
  const id = randomId()
  return {
    id,
    username: 'Carol',
    usernameKey: 'carol',
    usernameSkeleton: 'carol',
    email: 'Carol@example.org',
    emailKey: 'carol@example.org',
    passwordHash: 'password-of-carol',
    isStaff: false,
    ...fields,
  }
}

/** Users who sign up, and passwords that change. */
export const passwordCases: Cases = {
  'who signs up is a user and signed in': async ({ store }) => {
    const [user, request] = [carol(), mark()]
    const session = sessionCommit(user)
    equal(await store.createUser(user, session, request), 'created', 'createUser')
    equal(await store.createUser(user, session, request), 'created', 'createUser, sent again')
    const found = (await store.readSession(session.id, rule()))?.user
    equal(
      found,
      { id: user.id, username: 'Carol', email: 'Carol@example.org', isStaff: false },
      'the user of the session',
    )
  },

  'a name or address that is taken stays whose it is': async (world) => {
    const { store } = world
    await store.createUser(carol(), sessionCommit(carol()), mark())
    const other = { username: 'x', usernameKey: 'x', usernameSkeleton: 'x' }
    for (const [user, taken] of [
      [carol({ email: null, emailKey: null }), 'username taken'],
      [carol(other), 'email taken'],
      [carol({ usernameKey: 'alice' }), 'username taken'],
    ] as const) {
      const session = sessionCommit(user)
      equal(await store.createUser(user, session, mark()), taken, 'createUser')
      equal(await store.readSession(session.id, rule()), null, 'the session')
    }
    const free = carol({ ...other, email: null, emailKey: null })
    equal(await store.createUser(free, sessionCommit(free), mark()), 'created', 'a name that is free')
  },

  'a name that looks like another user’s is not given, however many ask at once': async (world) => {
    const { store } = world
    const without = { email: null, emailKey: null }
    const made = await atOnce(10, async (index) => {
      const user = carol({ ...without, username: `c${index}`, usernameKey: `c${index}` })
      return store.createUser(user, sessionCommit(user), mark())
    })
    equal(made.filter((answer) => answer === 'created').length, 1, 'users who look like carol')
    equal(new Set(made).has('username taken'), true, 'what the others are told')
  },

  'a password that is entered again makes the session as fresh as that, and nothing more': async (world) => {
    const { alice, bob, store } = world
    const session = sessionCommit(alice, { amr: ['pwd', 'otp', 'mfa'] })
    equal(await store.createSession(session, signInOf(alice), mark()), true, 'createSession')
    const of = { userId: alice.id, sessionId: session.id, signIn: signInOf(alice) }
    const wrong = signInOf(alice, { passwordHash: 'an older one' })
    equal(await store.confirmPassword({ ...of, signIn: wrong }, mark(1)), false, 'an older password')
    equal(await store.confirmPassword({ ...of, userId: bob.id }, mark(1)), false, 'another user')
    equal((await store.readSession(session.id, rule()))?.authTime, NOW, 'the time before')
    const request = mark(5)
    equal(await store.confirmPassword(of, request), true, 'confirmPassword')
    equal(await store.confirmPassword(of, request), true, 'confirmPassword, sent again')
    const read = await store.readSession(session.id, rule(5))
    equal([read?.authTime, read?.amr], [NOW + 5, ['pwd']], 'the session')
    await store.endSessions({ userId: alice.id, id: session.id }, mark(6))
    equal(await store.confirmPassword(of, mark(7)), false, 'a session that has ended')
  },

  'a change ends consents, so that applications ask again': async (world) => {
    const { alice, bob, store } = world
    const [sessionId, bobs] = [await givenSession(world, alice), await givenSession(world, bob)]
    await givenConsent(world, alice, sessionId)
    await givenConsent(world, bob, bobs)
    const change = {
      userId: alice.id,
      sessionId,
      signIn: signInOf(alice),
      newHash: 'new',
      deleteExpired: false,
    }
    equal(await store.changePassword(change, mark()), true, 'the change')
    equal((await consentOf(world, sessionId))?.withdrawn, true, 'the consent')
    equal((await consentOf(world, bobs))?.withdrawn, false, 'the consent of another user')
    equal((await store.readAccount(sessionId, rule())).authorizedClients, [], 'the applications')
  },

  'a change ends the user’s other sessions and grants, and nobody else’s': async (world) => {
    const { alice, bob, store } = world
    for (const deleteExpired of [false, true]) {
      const user = deleteExpired ? bob : alice
      const [mine, other] = [await givenSession(world, user), await givenSession(world, user)]
      const pair = await issuePair(world, await passwordCommit(user))
      const service = await issue(world, await serviceCommit())
      const foreign = await givenSession(world, deleteExpired ? { ...alice, passwordHash: 'new' } : bob)
      const change = { userId: user.id, sessionId: mine, newHash: 'new', deleteExpired }
      const [signIn, request] = [signInOf(user), mark(1)]
      equal(await store.changePassword({ ...change, signIn }, request), true, 'changePassword')
      equal(await store.changePassword({ ...change, signIn }, request), true, 'changePassword, sent again')
      equal((await store.readSession(mine, rule(1)))?.authTime, NOW + 1, 'since when the session is')
      equal(await store.readSession(other, rule(1)), null, 'the other session')
      equal(await lives(world, pair.access), false, 'the access token')
      const refresh = await store.issueTokens(await refreshCommit(pair.refresh))
      equal(refusalOf(refresh), 'invalid_grant', 'the refresh token')
      equal(await lives(world, service.token), true, 'a token without a user')
      equal((await store.readSession(foreign, rule(1))) !== null, true, 'another user’s session')
    }
  },

  'a change by a password that is no longer the user’s changes nothing': async (world) => {
    const { alice, store } = world
    const [mine, other] = [await givenSession(world, alice), await givenSession(world, alice)]
    const pair = await issuePair(world, await passwordCommit(alice))
    const signIn = signInOf(alice, { passwordHash: 'an older one' })
    const change = { userId: alice.id, sessionId: mine, signIn, newHash: 'new', deleteExpired: true }
    equal(await store.changePassword(change, mark()), false, 'changePassword')
    equal((await store.readSession(other, rule())) !== null, true, 'the other session')
    equal(await lives(world, pair.access), true, 'the access token')
    await issue(world, await passwordCommit(alice, { signIn: signInOf(alice) }))
  },

  'all parts of the storage answer': async ({ store }) => {
    equal(await store.readHealth(), [], 'what does not answer')
  },
}
