import type { UserAdmin } from '../store/admin-store.ts'
import { CONFUSABLES } from './confusables.ts'
import { RESERVED, usernameKey } from './usernames.ts'

/** Names that speak for the site (RFC 2142), and those that are reserved. */
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

/** Unpacks the table once, where it is first needed. */
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
 * What a name looks like (the skeleton of UTS #39 4): two names that people take for each other have the same, whatever
 * scripts they are written in. For comparing alone: it is no name.
 */
export function usernameSkeleton(name: string): string {
  table ??= unpack()
  const confusables = table
  const shown = Array.from(name.normalize('NFKC').normalize('NFD'), (char) => confusables.get(char) ?? char)
  return usernameKey(shown.join('')).normalize('NFD').replaceAll(/\s+/gu, ' ')
}

/** Tells whether a name speaks for the site, or looks as if it did: nobody takes one at sign-up, but staff may give it. */
export function looksOfficial(name: string): boolean {
  // A capital I looks like a small l, so a name in capitals has a skeleton of its own.
  const forms = [name, usernameKey(name)].map(usernameSkeleton)
  return OFFICIAL.some((official) => forms.includes(usernameSkeleton(official)))
}

/** Users whose skeletons one round trip writes. */
const BATCH = 500

/**
 * Gives the users who have none a skeleton: those who were imported, or made before there were skeletons.
 * @param rounds batches at most
 * @returns how many users
 */
export async function fillSkeletons(
  store: Pick<UserAdmin, 'listWithoutSkeleton' | 'saveSkeletons'>,
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
