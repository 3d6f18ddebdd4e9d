import type { Params, Provider, RedirectTarget } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { shown } from '../../refusals.ts'
import type { Client } from '../../store/records.ts'
import { explainMismatch } from './redirect-mismatch.ts'

/**
 * Determines where the answer to an authorization request goes (RFC 6749 3.1.2). Before this returns nothing may redirect;
 * afterwards every refusal does.
 * @param client null if it is unknown or disabled
 * @throws {OAuthError} unauthorized_client: no such client; invalid_request: the redirect URI is not registered for it
 */
export function resolveRedirectTarget(params: Params, client: Client | null): RedirectTarget {
  if (params.repeated.includes('client_id') || !client || client.disabled) {
    throw new OAuthError('unauthorized_client', 'An unauthorized client tried to access your resources.', {
      reason: 'unknown_client',
      detail: whyNoClient(params, client),
    })
  }
  if (params.repeated.includes('redirect_uri')) throw mismatch('The redirect_uri was sent more than once.')
  const uri = params.get('redirect_uri')
  if (uri === undefined) {
    // RFC 6749 3.1.2.3: it may be omitted if only one is registered.
    const [only, ...others] = client.redirectUris
    if (only === undefined || others.length > 0) {
      throw mismatch(`No redirect_uri was sent, and the client has ${client.redirectUris.length} of them.`)
    }
    return { client, uri: only, registered: only, given: false }
  }
  const registered = client.redirectUris.find(
    (candidate) => candidate === uri || matchesLoopback(candidate, uri),
  )
  if (registered === undefined) throw mismatch(explainMismatch(uri, client.redirectUris))
  return { client, uri, registered, given: true }
}

/**
 * Refuses a redirect to plain http that leaves the user's device, under OAUTH_SECURE_REDIRECTS: an eavesdropper could read
 * it (RFC 9700 2.6).
 * @throws {OAuthError} invalid_request, for a page
 */
export function requireSecureRedirect(
  { uri }: RedirectTarget,
  { settings }: Pick<Provider, 'settings'>,
): void {
  if (!settings.secureRedirects || !/^http:/i.test(uri) || goesToDevice(uri)) return
  throw new OAuthError('invalid_request', 'The redirect URI must use https.', {
    reason: 'insecure_redirect',
    detail: `OAUTH_SECURE_REDIRECTS refuses ${shown(uri)}.`,
  })
}

function mismatch(detail: string): OAuthError {
  return new OAuthError('invalid_request', "The requested redirect didn't match the client settings.", {
    reason: 'redirect_mismatch',
    detail,
  })
}

function whyNoClient(params: Params, client: Client | null): string {
  if (params.repeated.includes('client_id')) return 'The client_id was sent more than once.'
  const id = params.get('client_id')
  if (id === undefined) return 'No client_id was sent.'
  return client ? 'The client is disabled.' : `There is no client ${shown(id)}.`
}

const ADDRESS = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::(\d{1,5}))?(?=[/?]|$)/
const NAME = /^(http:\/\/localhost)(?::(\d{1,5}))?(?=[/?]|$)/

/**
 * A native app listens on any free port, so only the port may differ (RFC 8252 7.3). With the name `localhost` this applies
 * only if no port is registered.
 */
function matchesLoopback(registered: string, uri: string): boolean {
  const pattern = ADDRESS.test(registered) ? ADDRESS : NAME
  const known = pattern.exec(registered)
  if (!known || (pattern === NAME && known[2] !== undefined)) return false
  const port = pattern.exec(uri)?.[2]
  if (port !== undefined && Number(port) > 65_535) return false
  return uri.replace(pattern, '$1') === registered.replace(pattern, '$1')
}

const THIS_DEVICE = /^(?:127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[\da-f:]+\]|(?:.+\.)?localhost\.?)$/

/**
 * Returns whether the redirect goes to an app on the same device, whose identity no domain name proves (RFC 8252 7.1, 7.3,
 * 8.6).
 */
export function goesToDevice(uri: string): boolean {
  const url = URL.parse(uri)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return true
  return THIS_DEVICE.test(url.hostname)
}
