/** Longest redirect URI, in characters. */
const MAX_LENGTH = 2000

/** Schemes that run code, show local files, or start a program that every machine has: mail, calls, a shell. */
const REFUSED_SCHEMES = new Set(
  `about afp android-app apt blob bluetooth chrome cmd content cscript data edge facetime facetime-audio feed file filesystem
  ftp ftps geo git gopher hcp help imap intent irc ircs itms itms-apps itms-services jar javascript ldap ldaps livescript mailto
  maps market message mid mk mms mocha moz-icon news nfs nntp opera pop powershell rdp res resource rlogin rtsp sftp sh shell
  sip sips smb sms smsto snews ssh steam svn tel telnet tn3270 vbs vbscript view-source vnc webcal ws wscript wss xmpp`.split(
    /\s+/,
  ),
)
/** Windows opens `ms-…` and `search-ms` with its own programs, and Apple's systems open `x-apple…` with theirs. */
const REFUSED_FAMILIES = /^(?:ms-|search-ms|search$|windows|x-apple|x-man|x-web|view-)/

/** Exceptions that a provider, or the people who register a client, allow. */
export interface RedirectUriRules {
  /** Hosts whose plain-http URIs may be registered, with or without a port. */
  readonly httpHosts?: readonly string[]
  /** Whether a private scheme may lack a period. */
  readonly shortSchemes?: boolean
}

/** Loopback URIs: their port is ignored later, and the rest is compared byte for byte. */
const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?:[/?]|$)/i

/**
 * Checks a redirection endpoint before it is registered (RFC 6749 3.1.2, RFC 8252 7, RFC 9700 2.1).
 * @returns what is allowed, as one sentence that names the URI; null if it may be registered
 */
export function redirectUriProblem(uri: string, rules: RedirectUriRules = {}): string | null {
  const shown = JSON.stringify(uri.slice(0, 200))
  const problem = findProblem(uri, rules)
  return problem && `The redirect URI ${shown} ${problem}`
}

function findProblem(uri: string, rules: RedirectUriRules): string | null {
  if (uri.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters.`
  if (!/^[\x21-\x7e]*$/.test(uri))
    return 'may contain only printable ASCII characters; percent-encode all others.'
  // Browsers read a backslash as a slash, so they would not go to the address that is checked here.
  if (uri.includes('\\')) return 'must not contain a backslash.'
  if (uri.includes('*')) return 'must be complete: wildcards are not supported.'
  if (uri.includes('#')) return 'must not have a fragment (RFC 6749 3.1.2).'
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*):(.+)$/i.exec(uri) ?? []
  const url = scheme === undefined ? null : URL.parse(uri)
  if (scheme === undefined || !url) return 'must be an absolute URI, such as https://app.example/callback.'
  const name = scheme.toLowerCase()
  if (REFUSED_SCHEMES.has(name) || REFUSED_FAMILIES.test(name)) return `must not use the scheme ${name}.`
  const authority = /^\/\/([^/?]*)/.exec(rest)?.[1]
  if (authority?.includes('@')) return 'must not contain a username or password.'
  return name === 'http' || name === 'https'
    ? webProblem(uri, url, authority, rules)
    : schemeProblem(name, rules)
}

/** RFC 8252 7.1, 8.4: a scheme must be a domain name of the app's owner, reversed, so that no other app has it. */
function schemeProblem(name: string, { shortSchemes = false }: RedirectUriRules): string | null {
  if (shortSchemes || name.includes('.')) return null
  return 'must use a scheme with a period, such as com.example.app, which no other app has (RFC 8252 8.4); allow_short_schemes permits others.'
}

/** The rules for http and https. */
function webProblem(
  uri: string,
  url: URL,
  authority: string | undefined,
  { httpHosts = [] }: RedirectUriRules,
): string | null {
  // The parser repairs much (`https:app.example`, `http://127.1`); only an address that needs no repair is accepted.
  if (!authority || authority.replace(/:\d*$/, '').toLowerCase() !== url.hostname) {
    return 'must name its host plainly, such as https://app.example/callback.'
  }
  if (url.protocol === 'https:' || LOOPBACK.test(uri)) return null
  if (httpHosts.includes(url.host) || httpHosts.includes(url.hostname)) return null
  return 'must use https; http is only for localhost, 127.0.0.1 and [::1] (RFC 8252 7.3), and for hosts in OAUTH_ALLOW_HTTP_REDIRECTS.'
}
