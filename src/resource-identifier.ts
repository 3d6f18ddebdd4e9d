/** The most characters that an identifier has. */
const MAX_LENGTH = 500

/**
 * Returns whether a string may identify a resource, as an absolute URI without a fragment (RFC 8707 2).
 */
export function isIdentifier(value: string): boolean {
  return (
    value.length <= MAX_LENGTH &&
    /^[a-z][a-z0-9+.-]*:[\x21\x23-\x5b\x5d-\x7e]+$/i.test(value) &&
    !value.includes('#') &&
    URL.canParse(value)
  )
}

/**
 * Returns what all spellings of one identifier have in common: clients send what people typed, with or without a trailing
 * slash, while URL libraries lower-case the host and omit the default port (RFC 3986 6.2). The
 * storage names resources by this key, so that they may be spelled differently later.
 */
export function identifierKey(value: string): string {
  const url = URL.parse(value)
  if (!url) return value
  return url.search === '' ? url.href.replace(/\/+$/, '') : url.href
}

/** Returns whether a URL is a resource's own, or below it. */
export function isBelow(url: string, identifier: string): boolean {
  const [asked, own] = [identifierKey(url), identifierKey(identifier)]
  return asked === own || asked.startsWith(`${own}/`) || asked.startsWith(`${own}?`)
}
