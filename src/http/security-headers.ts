/** What a page needs beyond the strictest policy. */
export interface PagePolicy {
  /**
   * Redirect URI to which a form of the page may lead. Browsers apply `form-action` to every redirect that follows, so a
   * private scheme needs a source; redirects to the web happen in a separate navigation.
   */
  readonly formTarget?: string | null
  /** Whether the page's form is posted to a client, which may redirect anywhere, so that `form-action` must not restrict it. */
  readonly leaves?: boolean
  /** Whether the page loads one of our scripts. */
  readonly script?: boolean
  /** Images of other origins: each is allowed by its address, and nothing else from there. */
  readonly images?: readonly (string | null)[]
  /** Hashes of the page's inline scripts, as CSP writes them (`'sha256-…'`): they may run, and send requests to this origin. */
  readonly scriptHashes?: readonly string[]
  /** Origins whose scripts the page loads, and whose frames it shows. */
  readonly embeds?: readonly string[]
  /**
   * Whether the page is a step of an authorization request, which applications may open in a window that they communicate
   * with.
   */
  readonly popup?: boolean
}

/** A year, in seconds: for this long, browsers do not use plain http for this host (RFC 6797 6.1.1). */
const STRICT_TRANSPORT = 'max-age=31536000'

/**
 * Returns the headers of every page: no framing, no referrer, no storing, nothing from elsewhere, and no access to its
 * window for the opener.
 * @param url of the request: over https the browser is told to keep using https; over http it must not be (RFC 6797 7.2)
 */
export function pageHeaders(
  { embeds = [], formTarget, images = [], leaves, popup, script, scriptHashes = [] }: PagePolicy,
  url: string,
): Readonly<Record<string, string>> {
  const target = formTarget && !isWeb(formTarget) ? ` ${new URL(formTarget).protocol}` : ''
  const sources = images.map((image) => image && imageSource(image)).filter(Boolean)
  const scripts = [...(script ? ["'self'"] : []), ...scriptHashes, ...embeds]
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    ["img-src 'self'", ...new Set(sources)].join(' '),
    ...(scripts.length > 0 ? [`script-src ${scripts.join(' ')}`] : []),
    ...(scriptHashes.length > 0 ? ["connect-src 'self'"] : []),
    ...(embeds.length > 0 ? [`frame-src ${embeds.join(' ')}`] : []),
    ...(leaves ? [] : [`form-action 'self'${target}`]),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policy.join('; '),
    'Cross-Origin-Opener-Policy': popup ? 'unsafe-none' : 'same-origin',
    ...(url.startsWith('https:') && { 'Strict-Transport-Security': STRICT_TRANSPORT }),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  }
}

/** A host name or address that a policy takes literally, with or without a port. */
const PLAIN_HOST = /^[a-z\d-]+(?:\.[a-z\d-]+)*(?::\d+)?$/
/**
 * Characters that a path in a policy must not contain unescaped (CSP 3, 2.3.1, RFC 3986 3.3), such as those that end a
 * source.
 */
const NOT_IN_SOURCE = /[^\w\-.~!$&'()*+=:@/%]/g

/**
 * Returns an image as a source of a policy: scheme, host and path, which are all that browsers compare, without the query.
 * @returns null if no source matches only it: its scheme is not https, or its host would be read as a pattern
 */
export function imageSource(url: string): string | null {
  const { host, origin, password, pathname, protocol, username } = URL.parse(url) ?? new URL('none:')
  if (protocol !== 'https:' || username !== '' || password !== '' || !PLAIN_HOST.test(host)) return null
  return `${origin}${pathname.replaceAll(NOT_IN_SOURCE, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`
}

/** Returns whether an address is on the web, rather than having an app's private scheme. */
export function isWeb(uri: string): boolean {
  return /^https?:/i.test(uri)
}
