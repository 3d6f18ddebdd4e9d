import { goesToDevice } from '../oauth/authorize/redirect-target.ts'

/**
 * A URL that may become a link.
 * @param url anything, as a client's website
 * @returns the URL as it was written; null unless it is http or https, without a username that could pose as a host
 */
export function safeHref(url: string | null | undefined): string | null {
  const parsed = url ? URL.parse(url) : null
  if (!parsed || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) return null
  return url && parsed.username === '' && parsed.password === '' ? url : null
}

/** The source of an image: a URL as `safeHref` takes it, or a path of this origin. */
export function safeImage(url: string | null): string | null {
  return url && /^\/(?![/\\])[^\s\\]*$/.test(url) ? url : safeHref(url)
}

/** Where a redirect URI leads, as a person can judge it. */
export type Destination =
  | { readonly kind: 'web'; readonly host: string }
  /** A loopback address or a private scheme (RFC 8252 7): anything on the device may be listening. */
  | { readonly kind: 'device' }

/** Where a redirect URI leads. International names are given in ASCII, so that none looks like another. */
export function destinationOf(redirectUri: string): Destination {
  const host = URL.parse(redirectUri)?.host
  return host === undefined || goesToDevice(redirectUri) ? { kind: 'device' } : { kind: 'web', host }
}

/** Characters that are not seen but change how the rest is read. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu
const MAX_NAME = 80

/** A name that somebody else chose, fit to stand in a sentence: no control or direction characters, not endless. */
export function displayName(name: string): string {
  const plain = name.replaceAll(INVISIBLE, ' ').replaceAll(/\s+/g, ' ').trim()
  const letters = Array.from(plain)
  return letters.length > MAX_NAME ? `${letters.slice(0, MAX_NAME - 1).join('')}…` : plain
}

/** The first letter or digit of a name, for its mark. */
export function initialOf(name: string): string {
  return (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? '?').toUpperCase()
}
