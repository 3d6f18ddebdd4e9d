import type { Provider } from '../concepts.ts'
import { isLoopback, publicUrlProblem } from '../outbound/public-url.ts'
import { settingsOf } from '../settings/settings.ts'
import { CLIENT_ID_METADATA_SETTINGS } from './settings.ts'

/** The parts of a provider that determine which addresses may be clients. */
export type AddressRules = Pick<Provider, 'featureSettings'> & {
  readonly settings: Pick<Provider['settings'], 'fetchLoopback'>
}

/**
 * Returns whether documents may describe clients here at all: some domain is allowed, and the Worker's own requests cannot
 * bypass Cloudflare's front line, as its compatibility flags show at run time.
 */
export function takesDocuments(provider: Pick<Provider, 'featureSettings'>): boolean {
  return (
    settingsOf(CLIENT_ID_METADATA_SETTINGS, provider).clientDomains !== 'none' &&
    hasFlag('global_fetch_strictly_public')
  )
}

/** Asks the runtime; Cloudflare's has a global `Cloudflare`. */
function hasFlag(name: string): boolean {
  const runtime: unknown = Reflect.get(globalThis, 'Cloudflare')
  const flags: unknown =
    typeof runtime === 'object' && runtime ? Reflect.get(runtime, 'compatibilityFlags') : null
  return typeof flags === 'object' && flags !== null && Reflect.get(flags, name) === true
}

/** Returns whether a client id is meant as the address of a document; no other id begins this way. */
export function looksLikeAddress(clientId: string, { settings }: Pick<Provider, 'settings'>): boolean {
  return /^https:\/\//i.test(clientId) || (settings.fetchLoopback && /^http:\/\//i.test(clientId))
}

/**
 * Checks a client id that is an address (draft-ietf-oauth-client-id-metadata-document 3).
 * @returns the problem, as the end of a sentence that begins with the address; null if its document may be fetched
 */
export function addressProblem(clientId: string, provider: AddressRules): string | null {
  const problem = publicUrlProblem(clientId, provider.settings.fetchLoopback)
  if (problem !== null) return problem
  const url = new URL(clientId)
  if (url.pathname === '/') return 'has no path'
  // With dot segments, an upper-case host or a default port, the same document would have several ids.
  if (url.href !== clientId) return 'is not written as browsers write it'
  return domainProblem(url.hostname, provider)
}

function domainProblem(hostname: string, provider: AddressRules): string | null {
  const { clientDomains, refusedClientDomains } = settingsOf(CLIENT_ID_METADATA_SETTINGS, provider)
  const isOf = (domain: string): boolean => hostname === domain || hostname.endsWith(`.${domain}`)
  if (refusedClientDomains.some(isOf)) return 'is at a domain in OAUTH_REFUSED_CLIENT_DOMAINS'
  if (clientDomains === 'any' || (provider.settings.fetchLoopback && isLoopback(hostname))) return null
  return clientDomains !== 'none' && clientDomains.some(isOf)
    ? null
    : 'is at a domain that is not in OAUTH_CLIENT_DOMAINS'
}
