import type { IssueCommit } from '../../store/records.ts'
import { equal } from './expect.ts'
import {
  type Cases,
  issue,
  lives,
  passwordCommit,
  refusalOf,
  scopeOf,
  secretOf,
  seedClient,
  tokenOf,
  type World,
} from './world.ts'

/** The scope that a client gets, or the refusal. */
async function granted(
  world: World,
  requested: string | null,
  fields: Partial<IssueCommit> = {},
): Promise<string | null> {
  const commit = await passwordCommit(world.alice, { scope: scopeOf(requested), ...fields })
  const outcome = await world.store.issueTokens(commit)
  const found = outcome.issued?.scope ?? refusalOf(outcome)
  equal(await lives(world, tokenOf(commit)), outcome.issued !== null, `a token for ${requested}`)
  return found
}

/** Which scope a token gets (RFC 6749 3.3). */
export const scopeCases: Cases = {
  'who names none gets the default': async (world) => {
    equal(await granted(world, null), 'read', 'the scope')
  },

  'who may not have the default gets all of its own': async (world) => {
    await world.seed.addScope('audit', 'See what happened')
    await world.seed.addClient(seedClient('writer', { scope: 'audit write' }))
    const proof = secretOf('writer')
    equal(await granted(world, null, { proof }), 'audit write', 'the scope')
  },

  'a name that does not exist is issued to nobody who names none': async (world) => {
    await world.seed.addClient(seedClient('writer', { scope: 'gone write' }))
    await world.seed.addClient(seedClient('lost', { scope: 'gone' }))
    equal(
      await granted(world, null, { proof: secretOf('writer') }),
      'write',
      'what exists of the client’s own',
    )
    equal(
      await granted(world, null, { proof: secretOf('lost') }),
      'invalid_scope',
      'a client with nothing else',
    )
    const gone = { ...scopeOf(null), fallback: 'gone' }
    equal(await granted(world, null, { scope: gone }), 'invalid_scope', 'a default that does not exist')
  },

  'a name of the table is known as well as one of the settings': async (world) => {
    equal(await granted(world, 'audit'), 'invalid_scope', 'before the table has it')
    await world.seed.addScope('audit', 'See what happened')
    equal(await granted(world, 'audit read'), 'audit read', 'once the table has it')
  },

  'a name that nobody knows is refused, and the others with it': async (world) => {
    equal(await granted(world, 'nope read'), 'invalid_scope', 'one of two')
    equal(await granted(world, 'READ'), 'invalid_scope', 'another case of letters')
    equal(await granted(world, 'rea'), 'invalid_scope', 'a part of a name')
  },

  'a client gets no more than its own': async (world) => {
    await world.seed.addScope('reader', 'Its name begins as another')
    await world.seed.addClient(seedClient('reading', { scope: 'reader' }))
    const proof = secretOf('reading')
    equal(await granted(world, 'reader', { proof }), 'reader', 'its own')
    equal(await granted(world, 'read', { proof }), 'invalid_scope', 'a name that its own begins with')
    equal(await granted(world, 'read reader', { proof }), 'invalid_scope', 'its own and one more')
  },

  'a scope is stored as it was asked for: nothing is added and nothing taken away': async (world) => {
    const issued = await issue(world, await passwordCommit(world.alice, { scope: scopeOf('write') }))
    equal(issued.scope, 'write', 'the scope')
  },
}
