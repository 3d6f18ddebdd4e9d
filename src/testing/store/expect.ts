/**
 * Expects two values to be equal. Records are JSON, so anything else that a transport attaches is ignored.
 */
export function equal<T>(found: T, expected: T, what: string): void {
  const [is, should] = [toJson(found), toJson(expected)]
  if (is !== should) throw new Error(`${what}: expected ${should}, found ${is}`)
}

/** Expects a value to be present. */
export function present<T>(found: T | null | undefined, what: string): T {
  if (found === null || found === undefined) throw new Error(`expected ${what}, found nothing`)
  return found
}

/** Returns JSON that does not depend on the order of members. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
