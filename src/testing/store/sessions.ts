import { equal, present } from './expect.ts'
import { givenSession, sessionCommit } from './sign-ins.ts'
import { type Cases, IDLE, mark, NOW, rule, signInOf, type World } from './world.ts'

async function signedIn({ store }: World, id: string, later = 0): Promise<boolean> {
  return (await store.readSession(id, rule(later))) !== null
}

/** Sign-ins and their limits. */
export const sessionCases: Cases = {
  'a session is read with its user': async (world) => {
    const { alice, store } = world
    const id = await givenSession(world, alice)
    const user = { id: alice.id, username: 'alice', email: null, isStaff: false }
    const session = { id, user, authTime: NOW, lastSeenAt: NOW, amr: ['pwd'] }
    equal(await store.readSession(id, rule(5)), session, 'the session')
    equal(await store.readSession('another', rule()), null, 'an unknown session')
  },

  'a session says how its user was authenticated': async (world) => {
    const amr = ['swk', 'user', 'mfa']
    const id = await givenSession(world, world.alice, { amr })
    equal((await world.store.readSession(id, rule()))?.amr, amr, 'readSession')
    equal((await world.store.readAccount(id, rule())).session?.amr, amr, 'readAccount')
  },

  'a sign-in that is sent again gives the same': async ({ alice, store }) => {
    const [session, request] = [sessionCommit(alice), mark()]
    const signIn = signInOf(alice, { rehash: 'stronger' })
    equal(await store.createSession(session, signIn, request), true, 'createSession')
    equal(await store.createSession(session, signIn, request), true, 'createSession, sent again')
  },

  'a password that is no longer the user’s signs nobody in': async (world) => {
    const { alice, store } = world
    const session = sessionCommit(alice)
    const old = signInOf(alice, { passwordHash: 'an older one' })
    equal(await store.createSession(session, old, mark()), false, 'createSession')
    equal(await signedIn(world, session.id), false, 'the session')
    const other = { ...session, userId: 'nobody' }
    equal(await store.createSession(other, signInOf(alice), mark()), false, 'an unknown user')
  },

  'a user who was disabled does not sign in, and is signed out': async (world) => {
    const { alice, seed, store } = world
    const id = await givenSession(world, alice)
    await seed.disableUser(alice.id)
    equal(await signedIn(world, id), false, 'the session from before')
    equal(await store.createSession(sessionCommit(alice), signInOf(alice), mark()), false, 'createSession')
  },

  'a session that is not used ends; one that is used ends at its limit': async (world) => {
    const id = await givenSession(world, world.alice, { expiresAt: NOW + IDLE + 100 })
    equal(await signedIn(world, id, IDLE - 1), true, 'the last idle second')
    equal(await signedIn(world, id, IDLE), false, 'idle for too long')
    await world.store.touchSession(id, NOW + 500)
    await world.store.touchSession(id, NOW + 400)
    equal((await world.store.readSession(id, rule(500)))?.lastSeenAt, NOW + 500, 'the last use')
    equal(await signedIn(world, id, IDLE + 99), true, 'used in between')
    equal(await signedIn(world, id, IDLE + 100), false, 'at its limit')
  },

  'a new sign-in ends the one that the browser had, and a refused one does not': async (world) => {
    const { alice, bob, store } = world
    const first = await givenSession(world, bob)
    const session = sessionCommit(alice, { replaces: first })
    const wrong = signInOf(alice, { passwordHash: 'wrong' })
    equal(await store.createSession(session, wrong, mark()), false, 'the refused sign-in')
    equal(await signedIn(world, first), true, 'the session that the browser has')
    equal(await store.createSession(session, signInOf(alice), mark()), true, 'the sign-in')
    equal(await signedIn(world, first), false, 'the session that the browser had')
    equal(await signedIn(world, session.id), true, 'the new session')
  },

  'sessions end by id, of one user alone, or all but one': async (world) => {
    const { alice, bob, store } = world
    const [a, b, c] = [
      await givenSession(world, alice),
      await givenSession(world, alice),
      await givenSession(world, alice),
    ]
    const other = await givenSession(world, bob)
    equal(await store.endSessions({ id: other, userId: alice.id }, mark()), 0, 'another user’s')
    equal(await signedIn(world, other), true, 'another user’s session')
    equal(await store.endSessions({ id: a, userId: alice.id }, mark(1)), 1, 'one')
    equal(await store.endSessions({ except: b, userId: alice.id }, mark(2)), 1, 'all but one')
    equal([await signedIn(world, a), await signedIn(world, b)], [false, true], 'the sessions')
    equal([await signedIn(world, c), await signedIn(world, other)], [false, true], 'the others')
    equal(await store.endSessions({ id: other, userId: null }, mark(3)), 1, 'whosever it is')
    equal(await signedIn(world, other), false, 'the session')
    equal(await store.endSessions({ id: 'unknown', userId: null }, mark(4)), 0, 'an unknown one')
  },

  'an end that is sent again counts the same': async (world) => {
    const { alice, store } = world
    const [id, which] = [await givenSession(world, alice), { except: 'none', userId: alice.id }]
    await givenSession(world, alice)
    const request = mark(1)
    equal(await store.endSessions(which, request), 2, 'the first answer')
    equal(await store.endSessions(which, request), 2, 'the second answer')
    await store.touchSession(id, NOW + 2)
    equal(await signedIn(world, id, 2), false, 'a session that was touched after its end')
  },

  'a user’s page lists the user’s sessions, the last used first': async (world) => {
    const { alice, bob, store } = world
    const old = await givenSession(world, alice, { userAgent: 'Old/1' })
    const recent = await givenSession(world, alice, { userAgent: 'New/1' }, 5)
    await givenSession(world, bob)
    const account = await store.readAccount(old, rule(6))
    equal(present(account.session, 'the session').user.username, 'alice', 'whose page it is')
    const sessions = [
      { id: recent, userAgent: 'New/1', network: '192.0.2.1', authTime: NOW + 5, lastSeenAt: NOW + 5 },
      { id: old, userAgent: 'Old/1', network: '192.0.2.1', authTime: NOW, lastSeenAt: NOW },
    ]
    equal(account.sessions, sessions, 'the sessions')
    await store.endSessions({ id: old, userId: null }, mark(7))
    const ended = await store.readAccount(old, rule(8))
    equal([ended.session, ended.sessions.length], [null, 0], 'a page of a session that has ended')
  },
}
