/** Longest redirect URI, in characters. */
const MAX_LENGTH = 2000

/** Schemes that run code in the browser, or read what is on the machine. */
const REFUSED_SCHEMES = [
  'javascript',
  'data',
  'vbscript',
  'file',
  'filesystem',
  'blob',
  'about',
  'view-source',
]

/** As the URI is written: the port of a registered loopback URI is ignored later, the rest is compared byte for byte. */
const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?:[/?]|$)/i

/**
 * Checks a redirection endpoint that is to be registered (RFC 6749 3.1.2, RFC 8252 7, RFC 9700 2.1).
 * @returns what is allowed, as one sentence that names the URI; null where it may be registered
 */
export function redirectUriProblem(uri: string): string | null {
  const shown = JSON.stringify(uri.slice(0, 200))
  const problem = findProblem(uri)
  return problem && `The redirect URI ${shown} ${problem}`
}

function findProblem(uri: string): string | null {
  if (uri.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters.`
  if (!/^[\x21-\x7e]*$/.test(uri))
    return 'may hold printable ASCII characters only; percent-encode all others.'
  // Browsers read a backslash as a slash: what is checked here would not be where they go.
  if (uri.includes('\\')) return 'must not hold a backslash.'
  if (uri.includes('*')) return 'must be complete: wildcards are not supported.'
  if (uri.includes('#')) return 'must not have a fragment (RFC 6749 3.1.2).'
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*):(.+)$/i.exec(uri) ?? []
  const url = scheme === undefined ? null : URL.parse(uri)
  if (scheme === undefined || !url) return 'must be an absolute URI, as https://app.example/callback.'
  if (REFUSED_SCHEMES.includes(scheme.toLowerCase()))
    return `must not use the scheme ${scheme.toLowerCase()}.`
  const authority = /^\/\/([^/?]*)/.exec(rest)?.[1]
  if (authority?.includes('@')) return 'must not hold a user name or password.'
  return webProblem(scheme.toLowerCase(), uri, url, authority)
}

/** What only http and https demand; a private-use scheme (RFC 8252 7.1) is the app's own. */
function webProblem(scheme: string, uri: string, url: URL, authority: string | undefined): string | null {
  if (scheme !== 'http' && scheme !== 'https') return null
  // The parser repairs much (`https:app.example`, `http://127.1`); only what needs no repair is registered.
  if (!authority || authority.replace(/:\d*$/, '').toLowerCase() !== url.hostname) {
    return 'must name its host plainly, as https://app.example/callback.'
  }
  return scheme === 'http' && !LOOPBACK.test(uri)
    ? 'must use https; http is for localhost, 127.0.0.1 and [::1] only (RFC 8252 7.3).'
    : null
}
