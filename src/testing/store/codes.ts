import { equal, present } from './expect.ts'
import { codeOf, givenCode, givenConsent } from './sign-ins.ts'
import {
  atOnce,
  type Cases,
  issue,
  issuePair,
  lives,
  mark,
  newGrantId,
  refreshCommit,
  refusalOf,
  scopeOf,
  secretOf,
  signInOf,
  tokenOf,
} from './world.ts'

/** An authorization code works once (RFC 6749 4.1.2). */
export const codeCases: Cases = {
  'a code is read as it was put, and stays when it is read': async ({ alice, store }) => {
    const [id, code] = [newGrantId(), await codeOf(alice)]
    equal(await store.readCode(id), null, 'a code that was never put')
    await store.putCode(id, code, 600)
    await store.putCode(id, code, 600)
    equal(await store.readCode(id), code, 'the code')
    equal(await store.readCode(id), code, 'the code, read again')
  },

  'a code becomes tokens once; used again it ends them': async (world) => {
    const { redeem } = await givenCode(world, world.alice)
    const pair = await issuePair(world, await redeem())
    equal(await lives(world, pair.access), true, 'the access token')
    const replay = await redeem()
    equal(refusalOf(await world.store.issueTokens(replay)), 'invalid_grant', 'the replay')
    equal(await lives(world, tokenOf(replay)), false, 'a token for the replay')
    equal(await lives(world, pair.access), false, 'the access token after the replay')
    const refresh = await world.store.issueTokens(await refreshCommit(pair.refresh))
    equal(refusalOf(refresh), 'invalid_grant', 'the refresh token after the replay')
  },

  'a replay ends what was refreshed since, and with deleteExpired, too': async (world) => {
    for (const deleteExpired of [false, true]) {
      const { redeem } = await givenCode(world, world.alice)
      const { refresh } = await issuePair(world, await redeem({ deleteExpired }))
      const next = await issuePair(world, await refreshCommit(refresh, { deleteExpired }))
      await world.store.issueTokens(await redeem({ deleteExpired }))
      equal(await lives(world, next.access), false, 'the refreshed token')
    }
  },

  'fifty redemptions at once: one wins, and its tokens end': async (world) => {
    const { redeem } = await givenCode(world, world.alice)
    const commits = await atOnce(50, async () => redeem())
    const outcomes = await Promise.all(commits.map(async (commit) => world.store.issueTokens(commit)))
    equal(outcomes.filter(({ issued }) => issued !== null).length, 1, 'redemptions that won')
    const alive = await Promise.all(commits.map(async (commit) => lives(world, tokenOf(commit))))
    equal(alive.includes(true), false, 'a token that lives')
  },

  'a redemption that is sent again gives the same, and is no replay': async (world) => {
    const { redeem } = await givenCode(world, world.alice)
    const commit = await redeem()
    const first = await world.store.issueTokens(commit)
    equal(await world.store.issueTokens(commit), first, 'the second answer')
    equal(await lives(world, tokenOf(commit)), true, 'the access token')
  },

  'a code that is refused stays unspent; one that was spent ends its tokens': async (world) => {
    const { codeId, redeem } = await givenCode(world, world.alice)
    const { store } = world
    equal(await store.refuseCode(secretOf('web'), codeId, false, mark()), true, 'refuseCode, unspent')
    const pair = await issuePair(world, await redeem())
    equal(await store.refuseCode(secretOf('other'), codeId, false, mark()), true, 'refuseCode by another')
    equal(await lives(world, pair.access), true, 'the token, when another client presents the code')
    const wrong = { method: 'secret', clientId: 'web', secretHash: 'wrong' } as const
    equal(await store.refuseCode(wrong, codeId, false, mark()), false, 'refuseCode with a wrong secret')
    equal(await lives(world, pair.access), true, 'the token, when a stranger presents the code')
    const request = mark()
    equal(await store.refuseCode(secretOf('web'), codeId, false, request), true, 'refuseCode, spent')
    equal(await store.refuseCode(secretOf('web'), codeId, false, request), true, 'refuseCode, sent again')
    equal(await lives(world, pair.access), false, 'the token, when its client presents the code again')
  },
}

/** What a redemption refuses, and that a refusal spends nothing. */
export const codeRefusalCases: Cases = {
  'a failed attempt burns nothing': async (world) => {
    const { redeem } = await givenCode(world, world.alice)
    const { store } = world
    const wrong = { method: 'secret', clientId: 'web', secretHash: 'wrong' } as const
    const stranger = await store.issueTokens(await redeem({ proof: wrong }))
    equal(refusalOf(stranger), 'invalid_client', 'a wrong secret')
    const other = await store.issueTokens(await redeem({ proof: secretOf('other') }))
    equal(refusalOf(other), 'invalid_grant', 'another client, to which nobody consented')
    const wide = await store.issueTokens(await redeem({ scope: scopeOf('no') }))
    equal(refusalOf(wide), 'invalid_scope', 'an unknown scope')
    await issue(world, await redeem())
  },

  'another client’s replay ends nothing': async (world) => {
    const { redeem } = await givenCode(world, world.alice)
    const pair = await issuePair(world, await redeem())
    const replay = await world.store.issueTokens(await redeem({ proof: secretOf('other') }))
    equal(refusalOf(replay), 'invalid_grant', 'the replay')
    equal(await lives(world, pair.access), true, 'the access token')
  },

  'a code ends with the consent that brought it, and a new consent does not wake it': async (world) => {
    const { alice, store } = world
    const { redeem, sessionId } = await givenCode(world, alice)
    await store.withdrawConsent({ userId: alice.id, clientId: 'web', deleteExpired: false }, mark())
    equal(refusalOf(await store.issueTokens(await redeem())), 'invalid_grant', 'after the withdrawal')
    await givenConsent(world, alice, sessionId)
    equal(refusalOf(await store.issueTokens(await redeem())), 'invalid_grant', 'after a new consent')
  },

  'a consent is one user’s': async (world) => {
    const { redeem } = await givenCode(world, world.alice)
    const outcome = await world.store.issueTokens(await redeem({ userId: world.bob.id }))
    equal(refusalOf(outcome), 'invalid_grant', 'another user')
    const { redeem: again } = await givenCode(world, world.bob)
    const claim = present((await again()).claim, 'the claim')
    const stolen = await world.store.issueTokens(await redeem({ claim, grantId: newGrantId() }))
    equal(refusalOf(stolen), 'invalid_grant', 'another consent')
  },

  'a user who was disabled gets nothing for a code': async (world) => {
    const { redeem } = await givenCode(world, world.alice)
    await world.seed.disableUser(world.alice.id)
    equal(refusalOf(await world.store.issueTokens(await redeem())), 'invalid_grant', 'the refusal')
  },

  'a code that an old password brought ends with it': async (world) => {
    const { alice, store } = world
    const { redeem, sessionId } = await givenCode(world, alice)
    const change = { userId: alice.id, sessionId, signIn: signInOf(alice), newHash: 'new' }
    equal(await store.changePassword({ ...change, deleteExpired: false }, mark(10)), true, 'changePassword')
    const late = await redeem({ request: mark(20) })
    equal(refusalOf(await store.issueTokens(late)), 'invalid_grant', 'the old code')
    const claim = {
      ...present(late.claim, 'the claim'),
      consentId: await givenConsent(world, alice, sessionId),
    }
    await issue(world, await redeem({ authTime: late.request.now, claim, request: mark(20) }))
  },
}
