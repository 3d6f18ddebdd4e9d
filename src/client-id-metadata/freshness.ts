/** The shortest time that a copy is fresh, in seconds, as the pages of one authorization need it several times. */
const LEAST = 60
/** The longest time that a copy is fresh, in seconds. */
const MOST = 86_400
/** Seconds for which a copy is fresh if its server does not say. */
const USUAL = 3600

/**
 * Returns how long a document need not be fetched again, by its HTTP headers (RFC 9111 4.2), within our limits
 * (draft-ietf-oauth-client-id-metadata-document 4.4).
 * @param now seconds since 1970
 * @returns seconds
 */
export function lifetimeOf(headers: Headers, now: number): number {
  return Math.min(MOST, Math.max(LEAST, saidBy(headers, now)))
}

function saidBy(headers: Headers, now: number): number {
  const directives = (headers.get('Cache-Control') ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim())
  if (directives.some((directive) => /^no-(?:cache|store)\b/.test(directive))) return 0
  const age = Number(headers.get('Age') ?? 0) || 0
  // We are a shared cache, as one copy answers many people's requests.
  for (const name of ['s-maxage', 'max-age']) {
    const given = directives.find((directive) => directive.startsWith(`${name}=`))?.slice(name.length + 1)
    if (given !== undefined && /^"?\d{1,10}"?$/.test(given)) return Number(given.replaceAll('"', '')) - age
  }
  const expires = Date.parse(headers.get('Expires') ?? '')
  if (!Number.isNaN(expires)) return Math.floor(expires / 1000) - now
  return headers.has('Expires') ? 0 : USUAL
}
