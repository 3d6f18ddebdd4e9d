import { equal, present } from './expect.ts'
import { givenCode } from './sign-ins.ts'
import {
  atOnce,
  type Cases,
  issue,
  issuePair,
  lives,
  mark,
  newGrantId,
  NOW,
  passwordCommit,
  refreshCommit,
  refusalOf,
  scopeOf,
  secretOf,
  seedClient,
  tokenOf,
} from './world.ts'

/** A refresh token rotates (RFC 6749 6, RFC 9700 4.14). */
export const refreshCases: Cases = {
  'a refresh gives the next number and another access token; the one before ends': async (world) => {
    const { alice } = world
    const first = await issuePair(world, await passwordCommit(alice, { scope: scopeOf('read write') }))
    const commit = await refreshCommit(first.refresh, { request: mark(10) })
    equal(
      await issue(world, commit),
      {
        token: { ...first.access, sequence: 1 },
        refreshes: true,
        scope: 'read write',
        expiresAt: NOW + 3610,
        userId: alice.id,
        clientId: 'web',
        authTime: NOW,
        sessionId: null,
        details: null,
        resource: [],
      },
      'the tokens',
    )
    equal(await lives(world, first.access, 10), false, 'the access token before')
    equal(await lives(world, tokenOf(commit), 10), true, 'the access token now')
  },

  'a number used again ends the grant': async (world) => {
    const first = await issuePair(world, await passwordCommit(world.alice))
    const second = await issuePair(world, await refreshCommit(first.refresh))
    const third = await issuePair(world, await refreshCommit(second.refresh))
    const replay = await world.store.issueTokens(await refreshCommit(first.refresh, { reuseInterval: 10 }))
    equal(refusalOf(replay), 'invalid_grant', 'the replay')
    equal(await lives(world, third.access), false, 'the access token')
    const next = await world.store.issueTokens(await refreshCommit(third.refresh))
    equal(refusalOf(next), 'invalid_grant', 'the current refresh token')
  },

  'a lost reply within the interval is said again, the same': async (world) => {
    const { refresh } = await issuePair(world, await passwordCommit(world.alice))
    const interval = { reuseInterval: 10 }
    const first = await issue(world, await refreshCommit(refresh, interval))
    const again = await issue(world, await refreshCommit(refresh, { ...interval, request: mark(9) }))
    equal(again, first, 'the second answer')
    equal(await lives(world, first.token), true, 'the access token')
    await issue(world, await refreshCommit(first.token, interval))
  },

  'after the interval it is a replay; without one it is at once': async (world) => {
    for (const [reuseInterval, later] of [
      [10, 10],
      [0, 0],
    ] as const) {
      const { refresh } = await issuePair(world, await passwordCommit(world.alice))
      const first = await issue(world, await refreshCommit(refresh, { reuseInterval }))
      const late = await refreshCommit(refresh, { reuseInterval, request: mark(later) })
      equal(refusalOf(await world.store.issueTokens(late)), 'invalid_grant', 'the replay')
      equal(await lives(world, first.token), false, 'the access token')
    }
  },

  'a client’s own interval goes before that of the settings, 0 included': async (world) => {
    for (const [own, reuseInterval, refused] of [
      [0, 10, 'invalid_grant'],
      [60, 0, null],
    ] as const) {
      const clientId = `own-${own}`
      await world.seed.addClient(seedClient(clientId, { refreshReuseInterval: own }))
      const { refresh } = await issuePair(
        world,
        await passwordCommit(world.alice, { proof: secretOf(clientId) }),
      )
      const fields = { proof: secretOf(clientId), reuseInterval }
      await issue(world, await refreshCommit(refresh, fields))
      const again = await refreshCommit(refresh, { ...fields, request: mark(5) })
      equal(refusalOf(await world.store.issueTokens(again)), refused, `the interval ${own}`)
    }
  },

  'what was revoked is not said again': async (world) => {
    const { refresh } = await issuePair(world, await passwordCommit(world.alice))
    const interval = { reuseInterval: 10 }
    await issue(world, await refreshCommit(refresh, interval))
    await world.store.revokeToken(secretOf('web'), { kind: 'refresh', ...refresh }, false, mark())
    const again = await world.store.issueTokens(await refreshCommit(refresh, interval))
    equal(refusalOf(again), 'invalid_grant', 'the lost reply of a revoked grant')
  },

  'a lost reply whose access token has ended is a replay': async (world) => {
    const { refresh } = await issuePair(world, await passwordCommit(world.alice))
    const { access, refresh: next } = await issuePair(
      world,
      await refreshCommit(refresh, { reuseInterval: 10 }),
    )
    await world.store.revokeToken(secretOf('web'), { kind: 'access', ...access }, false, mark())
    const again = await world.store.issueTokens(await refreshCommit(refresh, { reuseInterval: 10 }))
    equal(refusalOf(again), 'invalid_grant', 'the replay')
    equal(refusalOf(await world.store.issueTokens(await refreshCommit(next))), 'invalid_grant', 'the next')
  },

  'the same request sent again wins again, whatever the interval': async (world) => {
    for (const fields of [{}, { deleteExpired: true }, { single: true }, { scope: scopeOf('read') }]) {
      const { refresh } = await issuePair(world, await passwordCommit(world.alice, fields))
      const commit = await refreshCommit(refresh, fields)
      const first = await world.store.issueTokens(commit)
      equal(refusalOf(first), null, 'the refusal')
      equal(await world.store.issueTokens(commit), first, 'the second answer')
      equal(await lives(world, tokenOf(commit)), true, 'the access token')
    }
  },

  'each rotation begins a new life': async (world) => {
    const { refresh } = await issuePair(world, await passwordCommit(world.alice))
    const almost = { request: mark(86_399) }
    const second = await issuePair(world, await refreshCommit(refresh, almost))
    const third = await refreshCommit(second.refresh, { request: mark(2 * 86_399) })
    equal(refusalOf(await world.store.issueTokens(third)), null, 'the refusal')
  },

  'fifty refreshes at once have one successor; with the interval all get it': async (world) => {
    const { refresh } = await issuePair(world, await passwordCommit(world.alice))
    const answers = await atOnce(50, async () =>
      issue(world, await refreshCommit(refresh, { reuseInterval: 10 })),
    )
    equal(new Set(answers.map((answer) => JSON.stringify(answer.token))).size, 1, 'successors')
    equal(answers[0]?.token.sequence, 1, 'the number')
    equal(await lives(world, present(answers[0], 'tokens').token), true, 'the access token')
  },

  'without the interval one of fifty wins, and the grant ends': async (world) => {
    const { refresh } = await issuePair(world, await passwordCommit(world.alice))
    const commits = await atOnce(50, async () => refreshCommit(refresh))
    const outcomes = await Promise.all(commits.map(async (commit) => world.store.issueTokens(commit)))
    equal(outcomes.filter(({ issued }) => issued !== null).length, 1, 'refreshes that won')
    equal(await lives(world, { ...refresh, sequence: 1 }), false, 'the access token')
    const next = await refreshCommit({ ...refresh, sequence: 1 })
    equal(refusalOf(await world.store.issueTokens(next)), 'invalid_grant', 'the next number')
  },
}

/** A refresh grants what is allowed now. */
export const refreshScopeCases: Cases = {
  'a refresh gives the grant’s scope cut to what exists and what the client may have by now': async (
    world,
  ) => {
    const { alice, seed } = world
    await seed.addScope('audit', 'See what happened')
    const first = await issuePair(world, await passwordCommit(alice, { scope: scopeOf('audit read write') }))
    await seed.addClient(seedClient('web', { scope: 'audit read' }))
    const next = await issue(world, await refreshCommit(first.refresh))
    equal(next.scope, 'audit read', 'the scope of a client that was narrowed')
    const asked = await issue(world, await refreshCommit(next.token, { scope: scopeOf('read write') }))
    equal(asked.scope, 'read', 'what was asked for, cut')
    await seed.addClient(seedClient('web'))
    const wide = await issue(world, await refreshCommit(asked.token))
    equal(wide.scope, 'audit read write', 'once it may again')
    const gone = { ...scopeOf(null), known: ['write'] }
    const left = await issue(world, await refreshCommit(wide.token, { scope: gone }))
    equal(left.scope, 'audit write', 'without a scope that no longer exists')
  },

  'a refresh of which nothing is left is refused, and ends the grant': async (world) => {
    const { alice, seed } = world
    const { access, refresh } = await issuePair(
      world,
      await passwordCommit(alice, { scope: scopeOf('read') }),
    )
    await seed.addClient(seedClient('web', { scope: 'write' }))
    const nothing = await world.store.issueTokens(await refreshCommit(refresh))
    equal(refusalOf(nothing), 'invalid_scope', 'the refusal')
    equal(await lives(world, access), false, 'the access token')
    await seed.addClient(seedClient('web'))
    const again = await world.store.issueTokens(await refreshCommit(refresh))
    equal(refusalOf(again), 'invalid_grant', 'once the client may again')
  },

  'a code gives what its client may have by now': async (world) => {
    const { redeem } = await givenCode(world, world.alice)
    await world.seed.addClient(seedClient('web', { scope: 'read' }))
    const issued = await issue(world, await redeem({ scope: scopeOf('read write') }))
    equal(issued.scope, 'read', 'the scope')
    const other = await givenCode(world, world.bob)
    const none = await world.store.issueTokens(await other.redeem({ scope: scopeOf('write') }))
    equal(refusalOf(none), 'invalid_scope', 'the refusal where nothing is left')
  },
}

/** What a refresh refuses, and that a refusal spends nothing. */
export const refreshRefusalCases: Cases = {
  'another client, or one that does not prove itself, neither refreshes nor ends anything': async (world) => {
    const first = await issuePair(world, await passwordCommit(world.alice))
    const second = await issuePair(world, await refreshCommit(first.refresh))
    const wrong = { method: 'secret', clientId: 'web', secretHash: 'wrong' } as const
    for (const refresh of [first.refresh, second.refresh]) {
      const other = await world.store.issueTokens(await refreshCommit(refresh, { proof: secretOf('other') }))
      equal(refusalOf(other), 'invalid_grant', 'another client')
      const stranger = await world.store.issueTokens(await refreshCommit(refresh, { proof: wrong }))
      equal(refusalOf(stranger), 'invalid_client', 'a wrong secret')
    }
    equal(await lives(world, second.access), true, 'the access token')
    await issue(world, await refreshCommit(second.refresh))
  },

  'a wider scope spends nothing; a narrower one narrows the access token alone': async (world) => {
    const { refresh } = await issuePair(world, await passwordCommit(world.alice, { scope: scopeOf('read') }))
    const wide = await world.store.issueTokens(await refreshCommit(refresh, { scope: scopeOf('read write') }))
    equal(refusalOf(wide), 'invalid_scope', 'a wider scope')
    await issue(world, await refreshCommit(refresh))
    const both = await issuePair(world, await passwordCommit(world.alice, { scope: scopeOf('read write') }))
    const narrow = await issue(world, await refreshCommit(both.refresh, { scope: scopeOf('write') }))
    equal(narrow.scope, 'write', 'the narrower scope')
    const next = narrow.token
    equal((await issue(world, await refreshCommit(next))).scope, 'read write', 'the scope after it')
  },

  'a lost reply does not widen the scope': async (world) => {
    const { refresh } = await issuePair(world, await passwordCommit(world.alice, { scope: scopeOf('read') }))
    await issue(world, await refreshCommit(refresh, { reuseInterval: 10 }))
    const wide = { reuseInterval: 10, scope: scopeOf('read write') }
    const again = await world.store.issueTokens(await refreshCommit(refresh, wide))
    equal(refusalOf(again), 'invalid_scope', 'the refusal')
  },

  'a number from the future is refused, and ends nothing': async (world) => {
    const pair = await issuePair(world, await passwordCommit(world.alice))
    const future = await refreshCommit({ ...pair.refresh, sequence: 7 })
    equal(refusalOf(await world.store.issueTokens(future)), 'invalid_grant', 'the refusal')
    equal(await lives(world, pair.access), true, 'the access token')
    await issue(world, await refreshCommit(pair.refresh))
  },

  'a grant that is unknown, or has no refresh token, is refused': async (world) => {
    const unknown = await refreshCommit({ grantId: newGrantId(), sequence: 0 })
    equal(refusalOf(await world.store.issueTokens(unknown)), 'invalid_grant', 'an unknown grant')
    const commit = await passwordCommit(world.alice, { refreshTokenFor: [] })
    await issue(world, commit)
    const none = await refreshCommit({ grantId: commit.grantId, sequence: 0 })
    equal(refusalOf(await world.store.issueTokens(none)), 'invalid_grant', 'a grant without')
    await world.seed.addClient(seedClient('once', { grantTypes: ['password'] }))
    const once = await passwordCommit(world.alice, { proof: secretOf('once') })
    await issue(world, once)
    const no = await refreshCommit({ grantId: once.grantId, sequence: 0 }, { proof: secretOf('once') })
    equal(refusalOf(await world.store.issueTokens(no)), 'unauthorized_client', 'a client without')
  },

  'a refresh token ends in its second': async (world) => {
    const { refresh } = await issuePair(world, await passwordCommit(world.alice))
    const late = await refreshCommit(refresh, { request: mark(86_400) })
    equal(refusalOf(await world.store.issueTokens(late)), 'invalid_grant', 'the refusal')
  },

  'a user who was disabled refreshes nothing': async (world) => {
    const { refresh } = await issuePair(world, await passwordCommit(world.alice))
    await world.seed.disableUser(world.alice.id)
    const outcome = await world.store.issueTokens(await refreshCommit(refresh))
    equal(refusalOf(outcome), 'invalid_grant', 'the refusal')
  },
}
