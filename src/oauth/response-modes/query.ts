import type { ResponseMode } from '../../concepts.ts'

/** Appends the parameters to the query that the redirect URI already has (RFC 6749 3.1.2, 4.1.2). */
export const query: ResponseMode = (redirectUri, answer) => {
  const separator = redirectUri.includes('?') ? (/[?&]$/.test(redirectUri) ? '' : '&') : '?'
  return { kind: 'redirect', location: `${redirectUri}${separator}${new URLSearchParams(answer).toString()}` }
}
