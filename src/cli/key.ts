import type { Command } from 'commander'
import { PUBLISHED_AHEAD } from '../openid/keys/lifetimes.ts'
import { rotationNow } from '../openid/keys/rotation.ts'
import type { SigningKeyRecord } from '../store/signing-keys.ts'
import { CliError } from './cli-error.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatTable, type JsonRecord, type Output } from './output.ts'
import { addNoun, addVerb, runVerb, type VerbOptions } from './verb.ts'

/** Adds the noun `key` with its verbs. */
export function addKeyNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'key', 'keys that sign ID tokens; never their private part')
  addVerb(noun, 'list', 'list the keys that are published').action((options: VerbOptions) =>
    runVerb(io, options, list),
  )
  addVerb(
    noun,
    'rotate',
    'sign with the next keys from now on; the old ones stay published while what they signed may be shown',
  ).action((options: VerbOptions) => runVerb(io, options, rotate))
}

async function list({ mark, store }: Session): Promise<Output> {
  const { keys } = await store.readSigningKeys(mark().now)
  const records = keys.map(keyRecord)
  const columns = ['kid', 'algorithm', 'state', 'created_at', 'activated_at', 'published_until_at'] as const
  return {
    json: records,
    text: formatTable(records, columns, 'There are no keys: the Worker makes them when it first needs one.'),
  }
}

async function rotate({ mark, store }: Session): Promise<Output> {
  const operator = mark()
  const { keys } = await store.readSigningKeys(operator.now)
  const rotated = await store.rotateSigningKeys(rotationNow(operator.now), operator)
  if (rotated.length === 0) throw new CliError(whyNot(keys, operator.now))
  return { json: { active: rotated }, text: `From now on these keys sign: ${rotated.join(' ')}` }
}

/** Why no key was rotated, and when one can be. */
function whyNot(keys: readonly SigningKeyRecord[], now: number): string {
  const ready = keys
    .filter(({ state }) => state === 'next')
    .map(({ createdAt }) => createdAt + PUBLISHED_AHEAD)
  if (ready.length === 0)
    return 'There is no next key yet: the Worker makes one when it signs, and with its cron trigger.'
  const seconds = Math.min(...ready) - now
  return `Clients cannot have fetched the next key yet. Try again in ${seconds} seconds.`
}

function keyRecord(key: SigningKeyRecord): JsonRecord {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    state: key.state,
    created_at: key.createdAt,
    activated_at: key.activatedAt,
    published_until_at: key.publishedUntil,
  }
}
