import { goesToDevice } from '../oauth/authorize/redirect-target.ts'

/**
 * Returns a URL that may become a link.
 * @param url anything, such as a client's website
 * @returns the URL as written;
 * null unless it is http or https, without a username that could pose as a host
 */
export function safeHref(url: string | null | undefined): string | null {
  const parsed = url ? URL.parse(url) : null
  if (!parsed || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) return null
  return url && parsed.username === '' && parsed.password === '' ? url : null
}

/** Returns the source of an image: a URL that `safeHref` accepts, or a path of this origin. */
export function safeImage(url: string | null): string | null {
  return url && /^\/(?![/\\])[^\s\\]*$/.test(url) ? url : safeHref(url)
}

/** Where a redirect URI leads, as a person can judge it. */
export type Destination =
  | { readonly kind: 'web'; readonly host: string }
  /** A loopback address or a private scheme (RFC 8252 7): anything on the device may be listening. */
  | { readonly kind: 'device' }

/** Returns where a redirect URI leads. International names are in ASCII, so that none looks like another. */
export function destinationOf(redirectUri: string): Destination {
  const host = URL.parse(redirectUri)?.host
  return host === undefined || goesToDevice(redirectUri) ? { kind: 'device' } : { kind: 'web', host }
}

/** Returns the host that vouches for a client whose id is the address of a document, in ASCII; null for all other clients. */
export function documentHost(clientId: string | undefined): string | null {
  const url = clientId !== undefined && /^https?:\/\//.test(clientId) ? URL.parse(clientId) : null
  return url && url.host
}

/** Returns the name that a redirect URI uses for this device; null if it has a private scheme. */
export function loopbackHost(redirectUri: string): string | null {
  const url = URL.parse(redirectUri)
  return url && /^https?:$/.test(url.protocol) ? url.hostname : null
}

/** Invisible characters that change how the rest is read. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu
const MAX_NAME = 80

/** Makes a name that somebody else chose fit for a sentence: without control or direction characters, and not too long. */
export function displayName(name: string): string {
  const plain = name.replaceAll(INVISIBLE, ' ').replaceAll(/\s+/g, ' ').trim()
  const letters = Array.from(plain)
  return letters.length > MAX_NAME ? `${letters.slice(0, MAX_NAME - 1).join('')}…` : plain
}

/** Returns the first letter or digit of a name, for its mark. */
export function initialOf(name: string): string {
  return (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? '?').toUpperCase()
}
