import { shown } from '../../refusals.ts'

/** The longest address that a note shows. */
const MAX_URI = 200
/** More registered addresses than any client has; any others are not compared. */
const MAX_COMPARED = 50

/** Parts of an address, in the order in which people look at them. */
const PARTS = ['scheme', 'host', 'port', 'path', 'query', 'fragment'] as const
type Part = (typeof PARTS)[number]

/**
 * Explains which redirect URI was sent, which registered one is closest to it, and how they differ.
 * @param came as the request sent it; the values of its query may be secret and are left out
 * @param registered the client's own URIs, which are shown in full
 */
export function explainMismatch(came: string, registered: readonly string[]): string {
  const start = `The redirect URI ${shown(withoutValues(came), MAX_URI)} is not registered.`
  const nearest = nearestOf(came, registered.slice(0, MAX_COMPARED))
  if (nearest === null) return `${start} The client has none.`
  const parts = differing(came, nearest)
  const differ = parts.length === 0 ? 'They differ in spelling.' : `They differ in the ${parts.join(', ')}.`
  return `${start} The nearest registered one is ${shown(nearest, MAX_URI)}. ${differ}`
}

/**
 * Returns the registered address that has the most parts in common; of several, the one with the longest common beginning
 * and end.
 */
function nearestOf(came: string, registered: readonly string[]): string | null {
  const [best] = registered
    .map((uri) => ({ uri, parts: differing(came, uri).length, common: commonLength(came, uri) }))
    .toSorted((a, b) => a.parts - b.parts || b.common - a.common)
  return best?.uri ?? null
}

function differing(a: string, b: string): readonly Part[] {
  const [left, right] = [partsOf(a), partsOf(b)]
  return PARTS.filter((part) => left[part] !== right[part])
}

/** As written: nothing is normalised, because a redirect URI is compared byte for byte. */
function partsOf(uri: string): Readonly<Record<Part, string>> {
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] =
    /^([^:/?#]*:)?(\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(uri) ?? []
  const [, host = '', port = ''] = /^(.*?)(:\d*)?$/s.exec(authority) ?? []
  return { scheme, host, port, path, query, fragment }
}

function commonLength(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length, 2000)
  let start = 0
  while (start < shorter && a[start] === b[start]) start++
  let end = 0
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return start + end
}

/** Returns an address without user and password, and with only the names of its query. */
function withoutValues(uri: string): string {
  const { fragment, host, path, port, query, scheme } = partsOf(uri)
  const names = query.replaceAll(/=[^&]*/g, '=...')
  return `${scheme}${host.replace(/^\/\/.*@/s, '//...@')}${port}${path}${names}${fragment === '' ? '' : '#...'}`
}
