import type { TokenName } from '../../store/records.ts'
import { equal } from './expect.ts'
import { consentOf, givenSession } from './sign-ins.ts'
import {
  type Cases,
  issue,
  lives,
  mark,
  newGrantId,
  NOW,
  passwordCommit,
  refreshCommit,
  refusalOf,
  rule,
  scopeOf,
  secretOf,
  serviceCommit,
  tokenOf,
} from './world.ts'

const FILES = 'https://files.example'
const MAIL = 'https://mail.example'

/** Tokens for some of a grant's resources (RFC 8707), and consents to them. */
export const resourceCases: Cases = {
  'a refresh for one of the grant’s resources narrows its access token alone': async (world) => {
    const { alice, store } = world
    const details = { resource: [FILES, MAIL], lifetime: 60 }
    const commit = await passwordCommit(alice, { details, longestAccess: 60, scope: scopeOf('read write') })
    const first = await issue(world, commit)
    equal([first.resource, first.expiresAt], [[FILES, MAIL], NOW + 60], 'the first token')
    const scope = { ...scopeOf(null), within: ['read'] }
    const narrow = await refreshCommit(first.token, { resource: [FILES], scope })
    const second = await issue(world, narrow)
    equal([second.resource, second.scope, second.expiresAt], [[FILES], 'read', NOW + 60], 'the second token')
    equal((await store.readAccessToken(tokenOf(narrow), NOW))?.resource, [FILES], 'the token that is read')
    const third = await issue(world, await refreshCommit(second.token))
    equal([third.resource, third.scope], [[FILES, MAIL], 'read write'], 'the third token')
  },

  'a refresh for a resource outside of the grant is refused, and changes nothing': async (world) => {
    const { alice, store } = world
    const first = await issue(world, await passwordCommit(alice, { details: { resource: [FILES] } }))
    const outside = await refreshCommit(first.token, { resource: [FILES, MAIL] })
    const { issued, verdict } = await store.issueTokens(outside)
    equal([issued, verdict.resourceAllowed, verdict.hasResources ?? true], [null, false, true], 'the outcome')
    equal((await issue(world, await refreshCommit(first.token))).resource, [FILES], 'the next token')
  },

  'a grant that names no resource can be refreshed for none': async (world) => {
    const first = await issue(world, await passwordCommit(world.alice))
    const asking = await refreshCommit(first.token, { resource: [MAIL] })
    const { issued, verdict } = await world.store.issueTokens(asking)
    equal([issued, verdict.resourceAllowed, verdict.hasResources], [null, false, false], 'the outcome')
    equal((await issue(world, await refreshCommit(first.token))).resource, [], 'the next token')
  },

  'scopes that the resources do not take are not given': async (world) => {
    const within = { ...scopeOf('read write'), within: ['read'] }
    equal(
      refusalOf(await world.store.issueTokens(await serviceCommit({ scope: within }))),
      'invalid_scope',
      'the refusal',
    )
    const usual = await serviceCommit({
      scope: { ...scopeOf(null), within: ['read'] },
      grantId: newGrantId(),
    })
    equal((await issue(world, usual)).scope, 'read', 'the scope')
  },

  'an assertion works once, for a client that proves itself': async (world) => {
    const { alice, store } = world
    const claim = { kind: 'assertion', jtiHash: 'a hash', expiresAt: NOW + 60 } as const
    const stranger = { ...secretOf('web'), secretHash: 'wrong' }
    equal(
      refusalOf(await store.issueTokens(await passwordCommit(alice, { claim, proof: stranger }))),
      'invalid_client',
      'the stranger',
    )
    const first = await passwordCommit(alice, { claim })
    equal((await issue(world, first)).userId, alice.id, 'the user')
    equal((await issue(world, first)).userId, alice.id, 'the user, sent again')
    const again = await store.issueTokens(await passwordCommit(alice, { claim, grantId: newGrantId() }))
    equal(refusalOf(again), 'invalid_grant', 'the second use')
  },

  'a token of a grant that names others ends with each of them, and not with a refresh': async (world) => {
    const { alice, store } = world
    for (const kind of ['access', 'refresh'] as const) {
      const newSubject = async (): Promise<TokenName> =>
        (await issue(world, await passwordCommit(alice, { grantId: newGrantId() }))).token
      const subjects = [await newSubject(), await newSubject()] as const
      const parent = subjects.map(({ grantId, sequence }) => `${grantId}.${sequence}`)
      const child = await passwordCommit(alice, { details: { parent }, grantId: newGrantId() })
      await issue(world, child)
      const second = (await issue(world, await refreshCommit(subjects[1]))).token
      equal(await lives(world, tokenOf(child)), true, 'the token')
      await store.revokeToken(secretOf('web'), { kind, ...second }, false, mark())
      equal(await lives(world, tokenOf(child)), false, `the token without its ${kind} token`)
      if (kind === 'access') await issue(world, await refreshCommit(second))
      equal(await lives(world, tokenOf(child)), false, 'the token after another refresh')
    }
  },

  'a consent keeps what was allowed at each resource, until it is withdrawn': async (world) => {
    const { alice, store } = world
    const sessionId = await givenSession(world, alice)
    const consent = { userId: alice.id, clientId: 'web', id: 'a consent', scope: 'read', refused: '' }
    await store.saveConsent({ ...consent, targets: [`read ${FILES}`] }, sessionId, mark())
    await store.saveConsent({ ...consent, targets: [`read ${MAIL}`] }, sessionId, mark())
    await store.saveConsent(consent, sessionId, mark())
    equal((await consentOf(world, sessionId))?.targets, [`read ${FILES}`, `read ${MAIL}`], 'what is allowed')
    await store.withdrawConsent({ userId: alice.id, clientId: 'web', deleteExpired: false }, mark())
    await store.saveConsent({ ...consent, id: 'another' }, sessionId, mark())
    const wanted = { clientId: 'web', sessionId, scopes: [] }
    equal((await store.readAuthorization(wanted, rule())).consent?.targets, undefined, 'what is allowed anew')
  },
}
