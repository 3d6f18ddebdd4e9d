import type { IssueCommit } from '../../store/records.ts'
import { equal } from './expect.ts'
import {
  type Cases,
  issue,
  issuePair,
  lives,
  newGrantId,
  passwordCommit,
  refreshCommit,
  secretOf,
  seedClient,
  serviceCommit,
  type World,
} from './world.ts'

const NATIVE = { method: 'none', clientId: 'native' } as const

/** Binds a commit to a key. */
function boundTo(jkt: string, fields: Partial<IssueCommit> = {}): Partial<IssueCommit> {
  return { jkt, details: { ...fields.details, cnf: { jkt } }, ...fields }
}

/** Whether a commit issues tokens, and whether the binding refuses it. */
async function outcomeOf({ store }: World, commit: IssueCommit): Promise<string> {
  const { issued, verdict } = await store.issueTokens(commit)
  if (issued) return JSON.stringify(issued.details?.['cnf'] ?? null)
  return verdict.bindingHolds === false ? 'wrong key' : 'refused'
}

/** Tokens that are bound to a key of their client (RFC 9449 5). */
export const bindingCases: Cases = {
  'a grant keeps the key that its tokens are bound to': async (world) => {
    const commit = await passwordCommit(world.alice, boundTo('key'))
    equal((await issue(world, commit)).details, { cnf: { jkt: 'key' } }, 'what the tokens are told of')
    const token = { grantId: commit.grantId, sequence: 0 }
    const live = await world.store.readAccessToken(token, commit.request.now)
    equal(live?.details, { cnf: { jkt: 'key' } }, 'what a resource is told of')
    const own = await issue(world, await serviceCommit(boundTo('other')))
    equal(own.details, { cnf: { jkt: 'other' } }, 'a client that acts for itself')
  },

  'a bound refresh token brings nothing without a key, and lives on': async (world) => {
    for (const proof of [secretOf('web'), NATIVE]) {
      const fields = boundTo('key', { proof, grantType: 'authorization_code', grantId: newGrantId() })
      const { refresh } = await issuePair(world, await passwordCommit(world.alice, fields))
      equal(await outcomeOf(world, await refreshCommit(refresh, { proof })), 'wrong key', 'without a key')
      equal(await lives(world, refresh), true, 'the access token')
      const right = await refreshCommit(refresh, { proof, jkt: 'key' })
      equal(await outcomeOf(world, right), '{"jkt":"key"}', 'with the key')
    }
  },

  'a public client keeps its key, a confidential one may take another': async (world) => {
    const ofNative = { proof: NATIVE, grantType: 'authorization_code' }
    const native = await issuePair(
      world,
      await passwordCommit(world.alice, { ...ofNative, ...boundTo('key') }),
    )
    const stolen = await refreshCommit(native.refresh, { proof: NATIVE, jkt: 'thief' })
    equal(await outcomeOf(world, stolen), 'wrong key', 'a public client with another key')
    const web = await issuePair(world, await passwordCommit(world.alice, boundTo('key')))
    const next = await refreshCommit(web.refresh, { jkt: 'next' })
    equal(await outcomeOf(world, next), '{"jkt":"next"}', 'a confidential client with another key')
  },

  'bearer tokens become bound where a refresh shows a key, and keep what else the grant has': async (
    world,
  ) => {
    const details = { resource: ['https://api.example'] }
    const { refresh } = await issuePair(world, await passwordCommit(world.alice, { details }))
    const issued = await issue(world, await refreshCommit(refresh, { jkt: 'key' }))
    equal(issued.details, { ...details, cnf: { jkt: 'key' } }, 'the details')
    const { sequence } = issued.token
    const back = await refreshCommit({ ...refresh, sequence })
    equal(await outcomeOf(world, back), 'wrong key', 'the way back')
  },

  'a lost reply is said again to the holder of the key alone': async (world) => {
    const { refresh } = await issuePair(world, await passwordCommit(world.alice, boundTo('key')))
    await issue(world, await refreshCommit(refresh, { jkt: 'key' }))
    const again = async (fields: Partial<IssueCommit>) =>
      outcomeOf(world, await refreshCommit(refresh, { reuseInterval: 10, ...fields }))
    equal(await again({}), 'wrong key', 'without a key')
    equal(await again({ jkt: 'thief' }), 'refused', 'with another key')
    equal(await again({ jkt: 'key' }), '{"jkt":"key"}', 'with the key')
  },

  'a client that wants bound tokens gets no others': async (world) => {
    await world.seed.addClient(
      seedClient('careful', {
        grantTypes: ['client_credentials', 'password', 'refresh_token'],
        metadata: { dpop_bound_access_tokens: true },
      }),
    )
    const proof = secretOf('careful')
    equal(await outcomeOf(world, await serviceCommit({ proof })), 'wrong key', 'a token of its own')
    equal(await outcomeOf(world, await passwordCommit(world.alice, { proof })), 'wrong key', "a user's token")
    const bound = await serviceCommit({ proof, ...boundTo('key') })
    equal(await outcomeOf(world, bound), '{"jkt":"key"}', 'a bound token')
  },
}
