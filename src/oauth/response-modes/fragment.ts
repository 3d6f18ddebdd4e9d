import type { ResponseMode } from '../../concepts.ts'

/** Sends the parameters behind `#`, which browsers do not send to servers (RFC 6749 4.2.2). */
export const fragment: ResponseMode = (redirectUri, answer) => ({
  kind: 'redirect',
  location: `${redirectUri}#${new URLSearchParams(answer).toString()}`,
})
