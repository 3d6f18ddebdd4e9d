import type { TokenName } from '../../store/records.ts'
import { equal } from './expect.ts'
import { givenCode, givenSession } from './sign-ins.ts'
import {
  atOnce,
  type Cases,
  issuePair,
  lives,
  mark,
  passwordCommit,
  refreshCommit,
  refusalOf,
  secretOf,
  signInOf,
  tokenOf,
  type World,
} from './world.ts'

const TIMES = 10

/** Expects that nothing stays valid that requests created while their basis was removed. */
async function expectAllDead(world: World, tokens: readonly TokenName[]): Promise<void> {
  const alive = await Promise.all(tokens.map(async (token) => lives(world, token)))
  equal(alive.filter(Boolean).length, 0, 'tokens that live')
}

/** Whichever comes first, nothing stays valid that must not. */
export const raceCases: Cases = {
  'refreshes against a revocation': async (world) => {
    const { access, refresh } = await issuePair(world, await passwordCommit(world.alice))
    const commits = await atOnce(TIMES, async () => refreshCommit(refresh, { reuseInterval: 10 }))
    const token = { kind: 'refresh', ...refresh } as const
    await Promise.all([
      ...commits.slice(0, 5).map(async (commit) => world.store.issueTokens(commit)),
      world.store.revokeToken(secretOf('web'), token, false, mark()),
      ...commits.slice(5).map(async (commit) => world.store.issueTokens(commit)),
    ])
    await expectAllDead(world, [access, { ...access, sequence: 1 }])
    const next = await world.store.issueTokens(await refreshCommit({ ...refresh, sequence: 1 }))
    equal(refusalOf(next), 'invalid_grant', 'the next number')
  },

  'refreshes against the replay of the code': async (world) => {
    const { redeem } = await givenCode(world, world.alice)
    const { access, refresh } = await issuePair(world, await redeem())
    const commits = await atOnce(TIMES, async () => refreshCommit(refresh, { reuseInterval: 10 }))
    const replay = await redeem()
    await Promise.all([
      ...commits.slice(0, 5).map(async (commit) => world.store.issueTokens(commit)),
      world.store.issueTokens(replay),
      ...commits.slice(5).map(async (commit) => world.store.issueTokens(commit)),
    ])
    await expectAllDead(world, [access, { ...access, sequence: 1 }])
  },

  'a redemption against the withdrawal of its consent': async (world) => {
    const { alice, store } = world
    for (const first of [true, false]) {
      const { redeem } = await givenCode(world, alice)
      const commit = await redeem()
      const which = { userId: alice.id, clientId: 'web', deleteExpired: false }
      const acts = [
        async () => store.issueTokens(commit),
        async () => store.withdrawConsent(which, mark(first ? 1 : 2)),
      ]
      await Promise.all((first ? acts : acts.toReversed()).map(async (act) => act()))
      await expectAllDead(world, [tokenOf(commit)])
    }
  },

  'sign-ins by the old password against its change': async (world) => {
    const { alice, store } = world
    const sessionId = await givenSession(world, alice)
    const commits = await atOnce(TIMES, async () => passwordCommit(alice, { signIn: signInOf(alice) }))
    const change = { userId: alice.id, sessionId, signIn: signInOf(alice), newHash: 'new' }
    const [before, , after] = await Promise.all([
      Promise.all(commits.slice(0, 5).map(async (commit) => store.issueTokens(commit))),
      store.changePassword({ ...change, deleteExpired: false }, mark()),
      Promise.all(commits.slice(5).map(async (commit) => store.issueTokens(commit))),
    ])
    for (const outcome of [...before, ...after]) {
      if (!outcome.issued) equal(refusalOf(outcome), 'invalid_grant', 'the refusal')
    }
    await expectAllDead(
      world,
      commits.map((commit) => tokenOf(commit)),
    )
  },

  'two password changes at once: one wins': async (world) => {
    const { alice, store } = world
    const sessionId = await givenSession(world, alice)
    const changed = await atOnce(TIMES, async (index) =>
      store.changePassword(
        {
          userId: alice.id,
          sessionId,
          signIn: signInOf(alice),
          newHash: `new ${index}`,
          deleteExpired: false,
        },
        mark(),
      ),
    )
    equal(changed.filter(Boolean).length, 1, 'changes that won')
  },

  'sign-ups for one name at once: one wins': async ({ store }) => {
    const created = await atOnce(TIMES, async (index) => {
      const userId = `user-${index}`
      const names = { username: 'dan', usernameKey: 'dan', usernameSkeleton: 'dan' }
      const user = { id: userId, ...names, email: null, emailKey: null }
      const session = {
        id: `s-${index}`,
        userId,
        userAgent: '',
        amr: ['pwd'],
        expiresAt: 9_999_999_999,
        replaces: null,
      }
      return store.createUser({ ...user, passwordHash: 'x' }, session, mark())
    })
    equal(created.filter((answer) => answer === 'created').length, 1, 'users')
  },
}
