import { InvalidInputError } from '../../errors.ts'
import { PUBLISHED_AHEAD } from '../../openid/keys/lifetimes.ts'
import { rotationNow } from '../../openid/keys/rotation.ts'
import type { AdminRecord } from '../../store/browse.ts'
import type { SigningKeyRecord, SigningKeyStore } from '../../store/signing-keys.ts'
import { shortList } from '../records.ts'
import { type Action, type Column, type Operator, type Resource } from '../resource.ts'

const COLUMNS: readonly Column[] = [
  { name: 'kid', label: 'Key', kind: 'code' },
  { name: 'algorithm', label: 'Algorithm' },
  { name: 'state', label: 'State', kind: 'state' },
  { name: 'created_at', label: 'Created', kind: 'time' },
  { name: 'activated_at', label: 'Signs since', kind: 'time' },
  { name: 'published_until_at', label: 'Published until', kind: 'time' },
]

/** Returns a key as operators see it, without its private part. */
function toRecord(key: SigningKeyRecord): AdminRecord {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    state: key.state,
    created_at: key.createdAt,
    activated_at: key.activatedAt,
    published_until_at: key.publishedUntil,
  }
}

function storeOf({ signingKeys }: Operator): SigningKeyStore {
  if (!signingKeys) throw new TypeError('Only a storage with signing keys lists them.')
  return signingKeys
}

async function readKeys(operator: Operator): Promise<readonly SigningKeyRecord[]> {
  return (await storeOf(operator).readSigningKeys(operator.now)).keys
}

/**
 * Lets the next keys sign from now on.
 * @throws {InvalidInputError} clients cannot have fetched one yet; says when they can
 */
async function rotate(operator: Operator): ReturnType<Action['run']> {
  const mark = operator.mark()
  const rotated = await storeOf(operator).rotateSigningKeys(rotationNow(mark.now), mark)
  const [first] = rotated
  if (first === undefined) throw new InvalidInputError('action', whyNot(await readKeys(operator), mark.now))
  return { id: first, text: `From now on these keys sign: ${rotated.join(' ')}`, more: { active: rotated } }
}

/** Returns why no key was rotated, and when one can be. */
function whyNot(keys: readonly SigningKeyRecord[], now: number): string {
  const ready = keys
    .filter(({ state }) => state === 'next')
    .map(({ createdAt }) => createdAt + PUBLISHED_AHEAD)
  if (ready.length === 0)
    return 'There is no next key yet: the Worker creates one when it signs, and on its cron trigger.'
  const seconds = Math.min(...ready) - now
  return `Clients cannot have fetched the next key yet. Try again in ${seconds} seconds.`
}

/** The keys that sign ID tokens, have signed them, or will. */
export const signingKeys: Resource = {
  kind: 'signing-keys',
  title: 'Signing keys',
  singular: 'signing key',
  intro:
    'The keys that sign ID tokens. Next keys are published before they sign, and retired ones for as long as their signatures are valid.',
  id: 'kid',
  name: 'kid',
  columns: COLUMNS,
  facts: COLUMNS,
  filters: [{ name: 'kid', label: 'Key begins with' }],
  ...shortList('kid', async (operator) => (await readKeys(operator)).map(toRecord)),
  actions: [
    {
      name: 'rotate',
      label: 'Rotate the keys',
      asks: () => 'Rotate the signing keys?',
      question:
        'The next keys sign from now on. The keys that sign now are retired, and stay published until everything that they signed has expired. The Worker does this by itself every 90 days; do it now if somebody else may know a key.',
      ofAll: true,
      run: async (_record, _input, operator) => rotate(operator),
    },
  ],
}
