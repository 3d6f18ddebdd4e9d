/** What a page needs beyond the strictest policy. */
export interface PagePolicy {
  /**
   * Redirect URI at which a form of the page may end. Browsers apply `form-action` to every redirect that follows, so one with a
   * private scheme needs a source; to the web they go in a navigation of its own.
   */
  readonly formTarget?: string | null
  /** The page's form is posted to a client, which may redirect on to anywhere: nothing may bind it. */
  readonly leaves?: boolean
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
  { formTarget, image, leaves, popup, script }: PagePolicy,
  url: string,
): Readonly<Record<string, string>> {
  const target = formTarget && !isWeb(formTarget) ? ` ${new URL(formTarget).protocol}` : ''
  const logo = image?.startsWith('https:') ? ` ${new URL(image).origin}` : ''
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    `img-src 'self'${logo}`,
    ...(script ? ["script-src 'self'"] : []),
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

/** A browser stays on the web there: the address has no scheme of an app's own. */
export function isWeb(uri: string): boolean {
  return /^https?:/i.test(uri)
}
