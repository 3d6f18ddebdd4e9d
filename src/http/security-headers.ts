/** What a page needs beyond the strictest policy. */
export interface PagePolicy {
  /** Redirect URI at which a form of the page may end: browsers apply `form-action` to the redirect that follows. */
  readonly formTarget?: string | null
  /** The page loads a script of ours. */
  readonly script?: boolean
  /** Logo of another origin. */
  readonly image?: string | null
  /** The page is a step of an authorization request, which applications may open in a window that they keep in touch with. */
  readonly popup?: boolean
}

/** A year, in seconds: for this long a browser asks for no page of this host over plain http (RFC 6797 6.1.1). */
const STRICT_TRANSPORT = 'max-age=31536000'

/**
 * Headers of every page: no framing, no referrer, no store, nothing from elsewhere, and no hand on its window for who opened it.
 * @param url of the request: over https the browser is told to stay there. Over http it must not be told (RFC 6797 7.2)
 */
export function pageHeaders(
  { formTarget, image, popup, script }: PagePolicy,
  url: string,
): Readonly<Record<string, string>> {
  const target = formTarget ? ` ${formActionSource(formTarget)}` : ''
  const logo = image?.startsWith('https:') ? ` ${new URL(image).origin}` : ''
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    `img-src 'self'${logo}`,
    ...(script ? ["script-src 'self'"] : []),
    `form-action 'self'${target}`,
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

/**
 * The source that stands for a redirect URI, made from its parsed parts and never from its path: scheme, host and port, or
 * the scheme alone where a source cannot say more (a private scheme, an IPv6 host). A host may hold `;` and `,`, which would
 * end the directive or the policy.
 */
function formActionSource(uri: string): string {
  const url = new URL(uri)
  const web = url.protocol === 'https:' || url.protocol === 'http:'
  return web && /^[\w.-]+$/.test(url.hostname) ? url.origin : url.protocol
}
