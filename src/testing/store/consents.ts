import { randomId } from '../../crypto/bytes.ts'
import { equal } from './expect.ts'
import { consentOf, givenConsent, givenSession } from './sign-ins.ts'
import {
  type Cases,
  commitOf,
  issue,
  issuePair,
  lives,
  mark,
  NOW,
  passwordCommit,
  REDIRECT_URI,
  refreshCommit,
  refusalOf,
  rule,
  scopeOf,
  secretOf,
  seedClient,
  tokenOf,
} from './world.ts'

/** What users allow clients, and withdraw. */
export const consentCases: Cases = {
  'scopes are added to a consent that lives, which stays the same one': async (world) => {
    const { alice } = world
    const sessionId = await givenSession(world, alice)
    equal(await consentOf(world, sessionId), null, 'the consent before')
    const id = await givenConsent(world, alice, sessionId, 'write')
    await givenConsent(world, alice, sessionId, 'audit write')
    await givenConsent(world, alice, sessionId, 'read')
    const scope = 'audit read write'
    equal(await consentOf(world, sessionId), { id, scope, withdrawn: false }, 'the consent')
  },

  'a consent that was withdrawn begins anew, under a new id': async (world) => {
    const { alice, store } = world
    const sessionId = await givenSession(world, alice)
    const id = await givenConsent(world, alice, sessionId, 'read write')
    await store.withdrawConsent({ userId: alice.id, clientId: 'web', deleteExpired: false }, mark())
    equal((await consentOf(world, sessionId))?.withdrawn, true, 'the withdrawal')
    const next = await givenConsent(world, alice, sessionId, 'read')
    equal(next === id, false, 'the same id')
    const expected = { id: next, scope: 'read', withdrawn: false }
    equal(await consentOf(world, sessionId), expected, 'the new consent')
  },

  'an application that has tokens without a consent is listed, and can be ended': async (world) => {
    const { alice, store } = world
    const sessionId = await givenSession(world, alice)
    const commit = await passwordCommit(alice)
    await issue(world, commit)
    const listed = (await store.readAccount(sessionId, rule())).authorizedClients
    equal(
      listed.map(({ authorizedAt, clientId, lastUsedAt, scope }) => [
        clientId,
        scope,
        authorizedAt,
        lastUsedAt,
      ]),
      [['web', 'read', NOW, NOW]],
      'the applications',
    )
    const [which, request] = [{ userId: alice.id, clientId: 'web', deleteExpired: false }, mark()]
    const ended = { clientName: 'Application web', refreshTokens: 1, accessTokens: 1 }
    equal(await store.withdrawConsent(which, request), ended, 'what was ended')
    equal(await store.withdrawConsent(which, request), ended, 'the same, sent again')
    equal(await store.withdrawConsent(which, mark()), null, 'once more')
    equal(await lives(world, tokenOf(commit)), false, 'the token')
    equal((await store.readAccount(sessionId, rule())).authorizedClients, [], 'the applications afterwards')
  },

  'what expired is not listed, and uses before the present access do not count': async (world) => {
    const { alice, store } = world
    await issue(world, await passwordCommit(alice))
    const which = { userId: alice.id, clientId: 'web', deleteExpired: false }
    await store.withdrawConsent(which, mark(10))
    const sessionId = await givenSession(world, alice, {}, 20)
    const consent = { userId: alice.id, clientId: 'web', id: randomId(), scope: 'read', refused: '' }
    await store.saveConsent(consent, sessionId, mark(20))
    const [listed] = (await store.readAccount(sessionId, rule(20))).authorizedClients
    equal([listed?.authorizedAt, listed?.lastUsedAt], [NOW + 20, null], 'since, and last used')
  },

  'a consent gains what was allowed and loses what was refused': async (world) => {
    const { alice, store } = world
    const sessionId = await givenSession(world, alice)
    const id = await givenConsent(world, alice, sessionId, 'read write')
    const change = { userId: alice.id, clientId: 'web', id }
    const steps = [
      ['audit', 'write', 'audit read'],
      ['read', '', 'audit read'],
      ['', 'audit read write', ''],
      ['write', 'read', 'write'],
    ] as const
    for (const [scope, refused, expected] of steps) {
      await store.saveConsent({ ...change, scope, refused }, sessionId, mark())
      equal((await consentOf(world, sessionId))?.scope, expected, `after ${scope}, without ${refused}`)
    }
  },

  'a consent that is sent again is the same': async (world) => {
    const sessionId = await givenSession(world, world.alice)
    const consent = { userId: world.alice.id, clientId: 'web', id: randomId(), scope: 'read', refused: '' }
    const request = mark()
    await world.store.saveConsent(consent, sessionId, request)
    await world.store.saveConsent(consent, sessionId, request)
    const expected = { id: consent.id, scope: 'read', withdrawn: false }
    equal(await consentOf(world, sessionId), expected, 'the consent')
  },

  'nobody consents without a session that lives, or to a client that is disabled': async (world) => {
    const { alice, bob, seed, store } = world
    const mine = await givenSession(world, alice)
    const [short, his] = [await givenSession(world, alice), await givenSession(world, bob)]
    const consent = { userId: alice.id, clientId: 'web', id: randomId(), scope: 'read', refused: '' }
    await store.endSessions({ id: short, userId: null }, mark())
    await store.saveConsent(consent, short, mark())
    await store.saveConsent(consent, his, mark())
    await store.saveConsent(consent, mine, mark(10_000))
    await seed.disableClient('web')
    await store.saveConsent(consent, mine, mark())
    equal(await consentOf(world, mine), null, 'the consent')
  },

  'a withdrawal ends what hangs from the consent, and says how much': async (world) => {
    const { alice, bob, store } = world
    for (const deleteExpired of [false, true]) {
      const user = deleteExpired ? bob : alice
      await givenConsent(world, user, await givenSession(world, user))
      const [first, second] = [await passwordCommit(user), await passwordCommit(user)]
      const pair = await issuePair(world, first)
      await issue(world, second)
      const other = await issue(world, await passwordCommit(user, { proof: secretOf('other') }))
      const refreshed = await issuePair(world, await refreshCommit(pair.refresh))
      const [which, request] = [{ userId: user.id, clientId: 'web', deleteExpired }, mark(1)]
      const withdrawn = await store.withdrawConsent(which, request)
      const expected = { clientName: 'Application web', refreshTokens: 2, accessTokens: 2 }
      equal(withdrawn, expected, 'what ended')
      equal(await lives(world, refreshed.access), false, 'a token of the client')
      equal(await lives(world, tokenOf(second)), false, 'another one')
      const refresh = await store.issueTokens(await refreshCommit(refreshed.refresh))
      equal(refusalOf(refresh), 'invalid_grant', 'the refresh token')
      equal(await lives(world, other.token), true, 'a token of another client')
    }
  },

  'a withdrawal that is sent again says the same; another one finds nothing': async (world) => {
    const { alice, store } = world
    const which = { userId: alice.id, clientId: 'web', deleteExpired: false }
    equal(await store.withdrawConsent(which, mark()), null, 'before there was one')
    await givenConsent(world, alice, await givenSession(world, alice))
    await issue(world, await passwordCommit(alice))
    const request = mark(1)
    const first = await store.withdrawConsent(which, request)
    equal(await store.withdrawConsent(which, request), first, 'the second answer')
    equal(await store.withdrawConsent(which, mark(2)), null, 'another withdrawal')
  },

  'what the browser approves holds while its session, password and consent do': async (world) => {
    const { alice, store } = world
    const proof = { method: 'redirect', clientId: 'web', redirectUri: REDIRECT_URI } as const
    const front = async (sessionId: string, consentId: string): Promise<boolean> => {
      const fields = { proof, grantType: 'implicit', userId: alice.id, refreshTokenFor: [] }
      const commit = await commitOf({ ...fields, approval: { sessionId, consentId } })
      return (await store.issueTokens(commit)).issued !== null
    }
    const sessionId = await givenSession(world, alice)
    const consentId = await givenConsent(world, alice, sessionId)
    equal(await front(sessionId, consentId), true, 'while all hold')
    equal(await front(randomId(), consentId), false, 'without the session')
    equal(await front(sessionId, randomId()), false, 'with another consent')
    await store.endSessions({ id: sessionId, userId: alice.id }, mark(1))
    equal(await front(sessionId, consentId), false, 'after the session ended')
    const again = await givenSession(world, alice)
    equal(await front(again, consentId), true, 'in another session')
    await store.withdrawConsent({ userId: alice.id, clientId: 'web', deleteExpired: false }, mark(2))
    equal(await front(again, consentId), false, 'after the consent was withdrawn')
  },

  'an authorization request finds its client, session, consent and scope texts': async (world) => {
    const { alice, seed, store } = world
    await seed.addClient(seedClient('texts', { scope: 'audit read' }))
    for (const name of ['audit', 'read', 'write', 'else']) await seed.addScope(name, `May ${name}`)
    const sessionId = await givenSession(world, alice)
    const wanted = { clientId: 'texts', sessionId, scopes: ['write', 'unknown'] }
    const found = await store.readAuthorization(wanted, rule())
    equal(found.client?.clientId, 'texts', 'the client')
    equal(found.session?.user.id, alice.id, 'the user')
    const scopes = found.scopes.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const expected = ['audit', 'read', 'write'].map((name) => ({ name, description: `May ${name}` }))
    equal(scopes, expected, 'the scopes')
    const nobody = { clientId: 'unknown', sessionId: null, scopes: [] }
    const none = { client: null, session: null, consent: null, scopes: [] }
    equal(await store.readAuthorization(nobody, rule()), none, 'an unknown client without a session')
  },

  'a user’s page lists the clients that live in its consents': async (world) => {
    const { alice, store } = world
    const sessionId = await givenSession(world, alice)
    await givenConsent(world, alice, sessionId)
    const list = async (): Promise<unknown> =>
      (await store.readAccount(sessionId, rule(100))).authorizedClients
    const entry = {
      clientId: 'web',
      name: 'Application web',
      url: 'https://app.example/',
      redirectUri: REDIRECT_URI,
      initiateLoginUri: null,
      scope: 'read',
      authorizedAt: NOW,
      lastUsedAt: null,
      repeatedElsewhereAt: null,
    }
    equal(await list(), [entry], 'a client that has not asked for a token')
    const { refresh } = await issuePair(world, await passwordCommit(alice, { scope: scopeOf('read') }))
    await issue(world, await refreshCommit(refresh, { request: mark(50) }))
    equal(await list(), [{ ...entry, lastUsedAt: NOW + 50 }], 'a client that has refreshed')
    await store.withdrawConsent({ userId: alice.id, clientId: 'web', deleteExpired: false }, mark(60))
    equal(await list(), [], 'after the withdrawal')
  },

  'two consents that begin at once are one, and the codes of both live': async (world) => {
    const { alice, store } = world
    const sessionId = await givenSession(world, alice)
    const ids = [randomId(), randomId()]
    for (const id of ids) {
      const consent = { userId: alice.id, clientId: 'web', id, scope: 'read', refused: '' }
      await store.saveConsent(consent, sessionId, mark())
    }
    equal((await consentOf(world, sessionId))?.id, ids[0], 'the consent that lives')
    const code = async (consentId: string): Promise<string | null> => {
      const claim = { kind: 'code', consentId, expiresAt: NOW + 600, earlierId: null } as const
      const commit = await passwordCommit(alice, { grantType: 'authorization_code', claim })
      return refusalOf(await store.issueTokens(commit))
    }
    equal(await Promise.all(ids.map(code)), [null, null], 'the refusals')
    await store.withdrawConsent({ userId: alice.id, clientId: 'web', deleteExpired: false }, mark(1))
    await givenConsent(world, alice, sessionId)
    equal(await Promise.all(ids.map(code)), ['invalid_grant', 'invalid_grant'], 'after a withdrawal')
  },
}
