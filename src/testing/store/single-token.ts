import { equal, present } from './expect.ts'
import { givenCode } from './sign-ins.ts'
import {
  atOnce,
  type Cases,
  issue,
  issuePair,
  lives,
  mark,
  passwordCommit,
  refreshCommit,
  refusalOf,
  scopeOf,
  secretOf,
  serviceCommit,
  tokenOf,
} from './world.ts'

const SINGLE = { single: true }

/** One live access token for each user, client and scope (OAUTH_SINGLE_ACCESS_TOKEN). */
export const singleTokenCases: Cases = {
  'who asks again gets the same tokens': async (world) => {
    const first = await issue(world, await passwordCommit(world.alice, SINGLE))
    const again = await issue(world, await passwordCommit(world.alice, { ...SINGLE, request: mark(5) }))
    equal(again, first, 'a user’s tokens')
    const own = await issue(world, await serviceCommit(SINGLE))
    equal(await issue(world, await serviceCommit(SINGLE)), own, 'a client’s own token')
  },

  'another scope, client or user gets another': async (world) => {
    const { alice, bob } = world
    const tokens = [
      await issue(world, await passwordCommit(alice, SINGLE)),
      await issue(world, await passwordCommit(alice, { ...SINGLE, scope: scopeOf('read write') })),
      await issue(world, await passwordCommit(alice, { ...SINGLE, proof: secretOf('other') })),
      await issue(world, await passwordCommit(bob, SINGLE)),
      await issue(world, await serviceCommit(SINGLE)),
    ]
    equal(new Set(tokens.map(({ token }) => token.grantId)).size, 5, 'different tokens')
    const alive = await Promise.all(tokens.map(async ({ token }) => lives(world, token)))
    equal(alive.includes(false), false, 'one that does not live')
  },

  'once it has ended there is a new one': async (world) => {
    const { alice, store } = world
    const first = await issuePair(world, await passwordCommit(alice, SINGLE))
    const late = await issuePair(world, await passwordCommit(alice, { ...SINGLE, request: mark(3600) }))
    equal(late.access.grantId === first.access.grantId, false, 'the same token after it expired')
    for (const token of [
      { kind: 'access', ...late.access } as const,
      { kind: 'refresh', ...late.refresh } as const,
    ]) {
      await store.revokeToken(secretOf('web'), token, false, mark(3601))
      const commit = await passwordCommit(alice, { ...SINGLE, request: mark(3602) })
      equal((await issue(world, commit)).token, tokenOf(commit), 'after it was revoked')
      await store.revokeToken(secretOf('web'), { kind: 'access', ...tokenOf(commit) }, false, mark(3603))
    }
  },

  'thirty at once, one token': async (world) => {
    const issued = await atOnce(30, async () => issue(world, await passwordCommit(world.alice, SINGLE)))
    equal(new Set(issued.map(({ token }) => token.grantId)).size, 1, 'grants')
    equal(await lives(world, present(issued[0], 'tokens').token), true, 'the access token')
  },

  'a refresh hands the place on': async (world) => {
    const first = await issuePair(world, await passwordCommit(world.alice, SINGLE))
    const second = await issue(world, await refreshCommit(first.refresh, SINGLE))
    const again = await issue(world, await passwordCommit(world.alice, SINGLE))
    equal(again, second, 'the tokens after the refresh')
    equal(await lives(world, first.access), false, 'the access token before')
  },

  'a code gives the tokens that live; used again it ends them': async (world) => {
    const first = await issuePair(world, await passwordCommit(world.alice, SINGLE))
    const { redeem } = await givenCode(world, world.alice)
    const commit = await redeem(SINGLE)
    const redeemed = await world.store.issueTokens(commit)
    equal(present(redeemed.issued, 'tokens').token, first.access, 'the tokens of the code')
    equal(await world.store.issueTokens(commit), redeemed, 'the redemption, sent again')
    equal(refusalOf(await world.store.issueTokens(await redeem(SINGLE))), 'invalid_grant', 'the replay')
    equal(await lives(world, first.access), false, 'the access token after the replay')
    const refresh = await world.store.issueTokens(await refreshCommit(first.refresh, SINGLE))
    equal(refusalOf(refresh), 'invalid_grant', 'the refresh token after the replay')
  },
}
