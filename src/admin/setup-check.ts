import type { Provider } from '../concepts.ts'
import { listOf, valueOf } from '../operations/resource.ts'
import { usesSecret } from '../operations/resources/clients.ts'
import { ADMIN_SCOPE } from '../scope.ts'
import type { AdminRecord } from '../store/browse.ts'

/** A piece of advice about a client's setup. */
export interface Advice {
  /** `stops`: requests are refused; `risk`: they work, but should not; `hint`: everything else. */
  readonly severity: 'stops' | 'risk' | 'hint'
  readonly text: string
}

/**
 * Checks how a client is set up, against what this provider does and what the standards advise (RFC 9700).
 * @param unknown names in its scope list that do not exist
 */
export function checkSetup(
  record: AdminRecord,
  unknown: readonly string[],
  { grantTypes, responseTypes, settings }: Pick<Provider, 'grantTypes' | 'responseTypes' | 'settings'>,
): readonly Advice[] {
  return [
    ...stateAdvice(record),
    ...grantAdvice(record, [
      ...Object.keys(grantTypes),
      ...Object.values(responseTypes).map(({ grantType }) => grantType),
    ]),
    ...when(
      unknown.length > 0,
      'stops',
      `There is no scope ${unknown.join(', ')}: requests for it are refused until OAUTH_SCOPES or the scope table has it.`,
    ),
    ...redirectAdvice(record),
    ...pkceAdvice({ ...record, ...(settings.requirePkce && { require_pkce: true }) }),
    ...responseAdvice(record, settings.responseTypeChoices),
    ...scopeAdvice(record),
  ]
}

function stateAdvice(record: AdminRecord): Advice[] {
  return [
    ...when(record['disabled'] === true, 'stops', 'The client is disabled: every request is refused.'),
    ...when(
      record['type'] === 'confidential' && record['secrets'] === 0 && usesSecret(record),
      'stops',
      'The client is confidential but has no secret: rotate it to get one.',
    ),
    ...when(
      record['secrets'] === 2,
      'hint',
      'Two secrets are valid: use the new one everywhere before the old one expires.',
    ),
  ]
}

function grantAdvice(record: AdminRecord, known: readonly string[]): Advice[] {
  const held = listOf(record, 'grant_types')
  const off = held.filter((name) => !known.includes(name))
  return [
    ...when(off.length > 0, 'stops', `This provider does not have the grant type ${off.join(', ')}.`),
    ...when(
      held.includes('password'),
      'risk',
      'The password grant shows the client the passwords of its users: use the authorization code (RFC 9700 2.4).',
    ),
    ...when(
      held.includes('implicit'),
      'risk',
      'The implicit grant puts tokens into addresses: use the authorization code with PKCE (RFC 9700 2.1.2).',
    ),
    ...when(
      held.includes('authorization_code') && !held.includes('refresh_token'),
      'hint',
      'Without the refresh token grant, users come back whenever an access token expires.',
    ),
  ]
}

function redirectAdvice(record: AdminRecord): Advice[] {
  const uris = listOf(record, 'redirect_uris')
  const redirects = listOf(record, 'response_types').length > 0
  return [
    ...when(
      redirects && uris.length === 0,
      'stops',
      'The client has no redirect URI, so no user can be sent back.',
    ),
    ...when(
      uris.length > 1,
      'hint',
      'With several redirect URIs each request must name one, byte for byte as it is registered.',
    ),
    ...uris.filter((uri) => uri.startsWith('http:')).flatMap((uri) => httpAdvice(uri, record)),
    ...uris
      .filter((uri) => /^[^.:]+:/.test(uri) && !/^https?:/.test(uri))
      .map((uri) => ({
        severity: 'risk' as const,
        text: `Any app can claim the scheme of ${uri}, and with it the codes: use one with a period (RFC 8252 8.4).`,
      })),
  ]
}

/** Plain http can be intercepted, except on the same machine (RFC 9700 2.6, RFC 8252 8.3). */
function httpAdvice(uri: string, record: AdminRecord): Advice[] {
  const { hostname = '' } = URL.parse(uri) ?? {}
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return [
    ...when(
      !isLoopback,
      'risk',
      `${uri} has no TLS: eavesdroppers can read the codes and tokens. Use https (RFC 9700 2.6).`,
    ),
    ...when(
      /^http:\/\/localhost:\d/.test(uri),
      'hint',
      `${uri} is compared with its port: http://127.0.0.1 may use any port, and so may http://localhost without one (RFC 8252 7.3).`,
    ),
    ...when(isLoopback && record['type'] === 'confidential', 'risk', `${uri} is for development only.`),
  ]
}

function pkceAdvice(record: AdminRecord): Advice[] {
  const codes = listOf(record, 'response_types').includes('code')
  return [
    ...when(
      codes && record['type'] === 'public' && record['require_pkce'] === false,
      'risk',
      'A public client without PKCE loses its codes to anybody who sees them: require it (RFC 9700 2.1.1).',
    ),
    ...when(
      codes && record['type'] === 'confidential' && record['require_pkce'] === false,
      'hint',
      'A confidential client should be required to use PKCE, too: then nobody can use a stolen or injected code (RFC 9700 2.1.1).',
    ),
    ...when(
      codes && record['require_pkce'] === true,
      'hint',
      'Its requests need code_challenge with code_challenge_method=S256, and the token request code_verifier.',
    ),
  ]
}

function responseAdvice(record: AdminRecord, on: readonly string[]): Advice[] {
  const off = listOf(record, 'response_types').filter((name) => !on.includes(name))
  const text = `OAUTH_RESPONSE_TYPE_CHOICES turns off ${off.join(', ')}, so metadata does not announce it, and requests are refused.`
  return [
    ...when(off.length > 0, 'stops', text),
    ...when(
      record['auto_authorize'] === true,
      'hint',
      `Users of ${valueOf(record, 'name')} are never asked for consent: only for your own clients.`,
    ),
  ]
}

function scopeAdvice(record: AdminRecord): Advice[] {
  const held = valueOf(record, 'scope').split(' ')
  const text = `With the scope ${ADMIN_SCOPE}, anybody who gets hold of a token of this client can change every client and user.`
  return when(held.includes(ADMIN_SCOPE), 'risk', text)
}

function when(condition: boolean, severity: Advice['severity'], text: string): Advice[] {
  return condition ? [{ severity, text }] : []
}
