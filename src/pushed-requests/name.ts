import type { Params, Provider } from '../concepts.ts'
import { mintPushedRequest, openPushedRequest } from '../tokens/opaque.ts'

/** The prefix of every `request_uri` of a pushed request (RFC 9126 2.2). */
const PREFIX = 'urn:ietf:params:oauth:request_uri:'

/** Returns the `request_uri` of a pushed request. */
export async function requestUriOf(id: string, { keys }: Pick<Provider, 'keys'>): Promise<string> {
  return `${PREFIX}${await mintPushedRequest(id, keys)}`
}

/** Returns whether a `request_uri` is meant for us: others are addresses of request objects. */
export function isPushedRequestUri(uri: string): boolean {
  return uri.toLowerCase().startsWith(PREFIX)
}

/**
 * Returns the id of the pushed request that a browser names.
 * @returns null if we did not mint it, so that nothing is
 * looked up
 */
export async function pushedRequestId(uri: string, { keys }: Pick<Provider, 'keys'>): Promise<string | null> {
  return uri.startsWith(PREFIX) ? openPushedRequest(uri.slice(PREFIX.length), keys) : null
}

/** A visit to the authorization endpoint with a pushed request. */
export interface Visit {
  readonly id: string
  readonly visit: string
}

/**
 * Returns the replacement for the `request_uri` while the user answers. No browser can send it, as `isPushedRequestUri`
 * makes sure that it is read or refused.
 */
export async function visitUriOf({ id, visit }: Visit, provider: Pick<Provider, 'keys'>): Promise<string> {
  return `${await requestUriOf(id, provider)}#${visit}`
}

/** Returns the visit that a request belongs to; null for a request that was not pushed. */
export async function visitOf(params: Params, provider: Pick<Provider, 'keys'>): Promise<Visit | null> {
  const [uri = '', visit] = (params.get('request_uri') ?? '').split('#')
  const id = visit === undefined ? null : await pushedRequestId(uri, provider)
  return id === null || visit === undefined ? null : { id, visit }
}
