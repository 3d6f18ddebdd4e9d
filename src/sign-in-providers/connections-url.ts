import type { Paths } from '../concepts.ts'

/** Returns the URL of a user's connected accounts. */
export function connectionsUrl({ account }: Pick<Paths, 'account'>): string {
  return `${account}/connections`
}
