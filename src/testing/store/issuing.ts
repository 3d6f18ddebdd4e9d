import { randomId } from '../../crypto/bytes.ts'
import type { IssueCommit } from '../../store/records.ts'
import { equal, present } from './expect.ts'
import {
  type Cases,
  commitOf,
  issue,
  lives,
  mark,
  NOW,
  passwordCommit,
  REDIRECT_URI,
  refusalOf,
  scopeOf,
  secretOf,
  seedClient,
  serviceCommit,
  signInOf,
  tokenOf,
  type World,
} from './world.ts'

/** Expects a refusal without effects. */
async function refused(world: World, refusal: string, commit: IssueCommit): Promise<void> {
  equal(refusalOf(await world.store.issueTokens(commit)), refusal, 'the refusal')
  equal(await lives(world, tokenOf(commit)), false, 'an access token after the refusal')
}

/** What issuing returns (RFC 6749 5.1). */
export const issuingCases: Cases = {
  'a user’s tokens: an access token and the first refresh token of a grant': async (world) => {
    const { alice } = world
    const details = { claims: { nonce: 'n' }, resource: ['https://api.example'] }
    const commit = await passwordCommit(alice, {
      scope: scopeOf('read write'),
      sessionId: 'a session',
      details,
    })
    equal(
      await issue(world, commit),
      {
        token: tokenOf(commit),
        refreshes: true,
        scope: 'read write',
        expiresAt: NOW + 3600,
        userId: alice.id,
        clientId: 'web',
        authTime: NOW,
        sessionId: 'a session',
        details,
        resource: ['https://api.example'],
      },
      'the tokens',
    )
    const user = { id: alice.id, username: 'alice', email: null, isStaff: false }
    equal(
      await world.store.readAccessToken(tokenOf(commit), NOW),
      {
        kind: 'access',
        ...tokenOf(commit),
        clientId: 'web',
        scope: 'read write',
        createdAt: NOW,
        expiresAt: NOW + 3600,
        user,
        authTime: NOW,
        sessionId: 'a session',
        details,
        resource: ['https://api.example'],
      },
      'the access token',
    )
  },

  'a client’s own token has neither user nor refresh token': async (world) => {
    const issued = await issue(world, await serviceCommit())
    equal([issued.userId, issued.refreshes], [null, false], 'user and refresh token')
    const live = present(await world.store.readAccessToken(issued.token, NOW), 'the access token')
    equal(live.user, null, 'the user of the access token')
  },

  'an access token ends in its second': async (world) => {
    const { token } = await issue(world, await serviceCommit())
    equal(await lives(world, token, 3599), true, 'the last second')
    equal(await lives(world, token, 3600), false, 'the end')
  },

  'lifetimes go by the type of client, and the client’s own go before them': async (world) => {
    const { alice, seed } = world
    const proof = { method: 'redirect', clientId: 'native', redirectUri: REDIRECT_URI } as const
    const open = await issue(world, await passwordCommit(alice, { proof, grantType: 'implicit' }))
    equal(open.expiresAt, NOW + 600, 'a public client')
    await seed.addClient(seedClient('short', { accessTokenLifetime: 5, refreshTokenLifetime: 9 }))
    const own = await issue(world, await passwordCommit(alice, { proof: secretOf('short') }))
    equal(own.expiresAt, NOW + 5, 'a client with lifetimes of its own')
    const token = { kind: 'refresh', ...own.token } as const
    const refresh = await world.store.readTokenAs(secretOf('short'), token, NOW)
    equal(refresh.token?.expiresAt, NOW + 9, 'its refresh token')
  },

  'a refresh token is for clients that may use one': async (world) => {
    const { alice, seed } = world
    await seed.addClient(seedClient('once', { grantTypes: ['password'] }))
    const without = await issue(world, await passwordCommit(alice, { proof: secretOf('once') }))
    equal(without.refreshes, false, 'a client without the grant type')
    const kept = await issue(world, await passwordCommit(alice, { refreshTokenFor: ['public'] }))
    equal(kept.refreshes, false, 'a type of client that the grant leaves out')
  },

  'a commit that is sent again gives the same': async (world) => {
    for (const commit of [
      await passwordCommit(world.alice, { signIn: signInOf(world.alice, { rehash: 'stronger' }) }),
      await serviceCommit(),
    ]) {
      const first = await world.store.issueTokens(commit)
      equal(await world.store.issueTokens(commit), first, 'the second answer')
      equal(await lives(world, tokenOf(commit)), true, 'the access token')
    }
  },

  'with deleteExpired an issuing takes away tokens that have expired': async (world) => {
    const first = await issue(world, await serviceCommit())
    await issue(world, await serviceCommit({ request: mark(4000), deleteExpired: true }))
    equal(await lives(world, first.token, 10), false, 'the expired token, asked for in the past')
  },

  'a user of somebody else’s table gets a row, and takes none from ours': async (world) => {
    const { alice, store } = world
    const external = { id: 'm-1', username: 'alice', email: 'mia@example.org', isStaff: false }
    const signIn = { ...signInOf(alice), passwordHash: '!', external }
    const { token } = await issue(world, await commitOf({ userId: 'm-1', signIn }))
    equal((await store.readAccessToken(token, NOW))?.user, external, 'the user')
    const renamed = { ...external, username: 'mia' }
    await issue(world, await commitOf({ userId: 'm-1', signIn: { ...signIn, external: renamed } }))
    equal((await store.readAccessToken(token, NOW))?.user, renamed, 'the user, renamed')
    const thief = { ...signIn, external: { ...external, id: alice.id } }
    const stolen = await store.issueTokens(await commitOf({ userId: alice.id, signIn: thief }))
    equal(stolen.issued, null, 'tokens of one of our users')
  },
}

/** What issuing refuses, rule by rule (RFC 6749 5.2). */
export const issuingRefusalCases: Cases = {
  'a client that does not prove itself gets nothing': async (world) => {
    const wrong = { method: 'secret', clientId: 'web', secretHash: 'wrong' } as const
    await refused(world, 'invalid_client', await passwordCommit(world.alice, { proof: wrong }))
    const nobody = { ...wrong, clientId: 'nobody' }
    await refused(world, 'invalid_client', await passwordCommit(world.alice, { proof: nobody }))
    const alone = { method: 'none', clientId: 'service' } as const
    await refused(world, 'invalid_client', await serviceCommit({ proof: alone }))
  },

  'a client uses only the grant types that it has': async (world) => {
    const { alice } = world
    await refused(world, 'unauthorized_client', await passwordCommit(alice, { proof: secretOf('service') }))
    await refused(world, 'unauthorized_client', await passwordCommit(alice, { grantType: 'pass' }))
    await refused(world, 'unauthorized_client', await serviceCommit({ proof: secretOf('web') }))
  },

  'a public client does not act for itself': async (world) => {
    const proof = { method: 'none', clientId: 'native' } as const
    await refused(world, 'unauthorized_client', await serviceCommit({ proof }))
  },

  'a user who is unknown or disabled gets nothing, and loses what there was': async (world) => {
    const { alice, seed } = world
    const nobody = await commitOf({ userId: randomId() })
    await refused(world, 'invalid_grant', nobody)
    const before = await issue(world, await passwordCommit(alice))
    await seed.disableUser(alice.id)
    await refused(world, 'invalid_grant', await passwordCommit(alice))
    equal(await lives(world, before.token), false, 'a token from before')
  },

  'a password that is no longer the user’s gives nothing': async (world) => {
    const { alice } = world
    const signIn = signInOf(alice, { passwordHash: 'an older one' })
    await refused(world, 'invalid_grant', await passwordCommit(alice, { signIn }))
    await issue(world, await passwordCommit(alice, { signIn: signInOf(alice, { rehash: 'stronger' }) }))
    const old = { signIn: signInOf(alice, { passwordHash: 'password-of-alice' }) }
    await refused(world, 'invalid_grant', await passwordCommit(alice, old))
  },

  'who you are goes first, then what you may use, what you present, what you ask for': async (world) => {
    const wrong = { method: 'secret', clientId: 'web', secretHash: 'wrong' } as const
    const all = { proof: wrong, grantType: 'none of ours', userId: randomId(), scope: scopeOf('no') }
    await refused(world, 'invalid_client', await commitOf(all))
    const proof = secretOf('web')
    await refused(world, 'unauthorized_client', await commitOf({ ...all, proof }))
    await refused(world, 'invalid_grant', await commitOf({ ...all, proof, grantType: 'password' }))
    const last = { ...all, proof, grantType: 'password', userId: world.alice.id }
    await refused(world, 'invalid_scope', await commitOf(last))
  },
}
