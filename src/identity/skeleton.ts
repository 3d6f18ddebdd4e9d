import type { UpkeepStore } from '../store/upkeep-store.ts'
import { CONFUSABLES } from './confusables.ts'
import { RESERVED, usernameKey } from './usernames.ts'

/** Names that seem to represent the site (RFC 2142), and reserved names. */
const OFFICIAL: readonly string[] = [
  ...RESERVED,
  'abuse',
  'admin',
  'administrator',
  'help',
  'hostmaster',
  'info',
  'moderator',
  'noreply',
  'no-reply',
  'official',
  'operator',
  'owner',
  'postmaster',
  'root',
  'security',
  'staff',
  'superuser',
  'support',
  'webmaster',
]

let table: ReadonlyMap<string, string> | undefined

/** Unpacks the table once, when it is first needed. */
function unpack(): ReadonlyMap<string, string> {
  let at = 0
  const entries = [...CONFUSABLES.matchAll(/([0-9A-Z]*)(?:"([^"]*)"|(.))/gsu)].map(
    ([, step = '', several, one = '']) => {
      at += step === '' ? 1 : Number.parseInt(step, 36)
      const target = (several ?? one).replaceAll(/!([0-9A-Z]+)\./g, (_all, point: string) =>
        String.fromCodePoint(Number.parseInt(point, 36)),
      )
      return [String.fromCodePoint(at), target] as const
    },
  )
  return new Map(entries)
}

/**
 * Returns what a name looks like (the skeleton of UTS #39 4): two names that people confuse have the same one, whatever
 * their scripts. Only for comparison; it is not a name.
 */
export function usernameSkeleton(name: string): string {
  table ??= unpack()
  const confusables = table
  const shown = Array.from(name.normalize('NFKC').normalize('NFD'), (char) => confusables.get(char) ?? char)
  return usernameKey(shown.join('')).normalize('NFD').replaceAll(/\s+/gu, ' ')
}

/**
 * Returns whether a name represents the site, or looks as if it did. Nobody can choose one at sign-up, but staff may assign
 * it.
 */
export function looksOfficial(name: string): boolean {
  // A capital I looks like a small l, so a name in capitals has a skeleton of its own.
  const forms = [name, usernameKey(name)].map(usernameSkeleton)
  return OFFICIAL.some((official) => forms.includes(usernameSkeleton(official)))
}

/** Users whose skeletons are written in one round trip. */
const BATCH = 500

/**
 * Saves skeletons for users who have none, as they were imported or created before there were skeletons.
 * @param rounds
 * the most batches
 * @returns how many users
 */
export async function fillSkeletons(
  store: Pick<UpkeepStore, 'listWithoutSkeleton' | 'saveSkeletons'>,
  rounds: number,
): Promise<number> {
  let filled = 0
  for (let round = 0; round < rounds; round++) {
    const users = await store.listWithoutSkeleton(BATCH)
    if (users.length > 0) {
      await store.saveSkeletons(
        users.map(({ id, username }) => ({ id, skeleton: usernameSkeleton(username) })),
      )
    }
    filled += users.length
    if (users.length < BATCH) break
  }
  return filled
}
