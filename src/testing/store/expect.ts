/**
 * Expects two values to hold the same. Records are JSON, so what a transport hangs on them besides is not looked at.
 */
export function equal<T>(found: T, expected: T, what: string): void {
  const [is, should] = [toJson(found), toJson(expected)]
  if (is !== should) throw new Error(`${what}: expected ${should}, found ${is}`)
}

/** Expects something to be there. */
export function present<T>(found: T | null | undefined, what: string): T {
  if (found === null || found === undefined) throw new Error(`expected ${what}, found nothing`)
  return found
}

/** JSON in which the order of members says nothing. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
