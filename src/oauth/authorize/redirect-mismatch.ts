import { shown } from '../../refusals.ts'

/** Longest address that a note shows. */
const MAX_URI = 200
/** More registered addresses than any client has; none beyond is compared. */
const MAX_COMPARED = 50

/** Parts of an address, in the order in which people look at them. */
const PARTS = ['scheme', 'host', 'port', 'path', 'query', 'fragment'] as const
type Part = (typeof PARTS)[number]

/**
 * Says which redirect URI came, which registered one is nearest to it, and in what they differ.
 * @param came as the request says it; what its query says may be anybody's secret and is left out
 * @param registered the client's own, which are shown whole
 */
export function explainMismatch(came: string, registered: readonly string[]): string {
  const start = `The redirect URI ${shown(withoutValues(came), MAX_URI)} is not registered.`
  const nearest = nearestOf(came, registered.slice(0, MAX_COMPARED))
  if (nearest === null) return `${start} The client has none.`
  const parts = differing(came, nearest)
  const differ =
    parts.length === 0 ? 'They differ in how they are written.' : `They differ in the ${parts.join(', ')}.`
  return `${start} The nearest registered one is ${shown(nearest, MAX_URI)}. ${differ}`
}

/** The registered address that has the most parts in common, and of several the one that begins, and ends, most alike. */
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

/** Without a user and password, and with the names of a query alone. */
function withoutValues(uri: string): string {
  const { fragment, host, path, port, query, scheme } = partsOf(uri)
  const names = query.replaceAll(/=[^&]*/g, '=...')
  return `${scheme}${host.replace(/^\/\/.*@/s, '//...@')}${port}${path}${names}${fragment === '' ? '' : '#...'}`
}
