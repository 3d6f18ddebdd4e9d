import type { Command } from 'commander'
import { recordJson } from '../operations/resource.ts'
import { signingKeys } from '../operations/resources/signing-keys.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatTable, type Output } from './output.ts'
import { actOn, browseAll } from './records.ts'
import { addNoun, addVerb, runVerb, type VerbOptions } from './verb.ts'

/** Adds the noun `key` with its verbs. */
export function addKeyNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'key', 'keys that sign ID tokens, without their private parts')
  addVerb(noun, 'list', 'list the published keys').action((options: VerbOptions) =>
    runVerb(io, options, list),
  )
  addVerb(
    noun,
    'rotate',
    'sign with the next keys from now on; the old ones stay published while their signatures may be verified',
  ).action((options: VerbOptions) => runVerb(io, options, rotate))
}

async function list(session: Session): Promise<Output> {
  const keys = await browseAll(session, signingKeys, 'kid')
  const json = keys.map((key) => recordJson(signingKeys, key, session.provider))
  const columns = ['kid', 'algorithm', 'state', 'created_at', 'activated_at', 'published_until_at'] as const
  return {
    json,
    text: formatTable(json, columns, 'There are no keys: the Worker creates them when it first needs one.'),
  }
}

async function rotate(session: Session): Promise<Output> {
  const done = await actOn(signingKeys, 'rotate', {}, {}, session)
  return { json: done?.more ?? {}, text: done?.text ?? '' }
}
