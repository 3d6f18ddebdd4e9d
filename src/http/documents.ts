import type { Endpoint, EndpointAnswer, EndpointRequest, Provider } from '../concepts.ts'
import { authorizationServerMetadata, issuerDocument } from '../oauth/metadata.ts'
import { writtenOnce } from '../oauth/written-once.ts'
import { identifierKey } from '../resource-identifier.ts'
import { describedResource, protectedResourceMetadata } from '../resource-server/protected-resource.ts'
import type { Settings } from '../settings/settings.ts'
import { knownResources } from '../tokens/audience.ts'
import { openApiDocument } from './openapi.ts'

const DOCUMENT = {
  at: 'root',
  method: 'GET',
  body: 'none',
  caller: 'nobody',
  cors: true,
  // Without OAUTH_ISSUER a document depends on the requested host, so shared caches must not store it.
  cache: ({ settings }: Provider) => `${settings.issuer === null ? 'private' : 'public'}, max-age=300`,
} as const

/** Documents at the origin's root that describe the provider, computed for each provider (RFC 8414 3, RFC 9728 3). */
export const documents: readonly Endpoint[] = [
  ...issuerDocument(
    'oauth-authorization-server',
    {
      ...DOCUMENT,
      summary: 'Authorization server metadata (RFC 8414)',
      answer: async (_, provider) => writtenOnce('metadata', provider, authorizationServerMetadata),
    },
    false,
  ),
  {
    ...DOCUMENT,
    path: '/.well-known/oauth-protected-resource',
    summary: 'Protected resource metadata of this origin (RFC 9728)',
    answer: describeResource,
  },
  {
    ...DOCUMENT,
    path: '/.well-known/oauth-protected-resource/*',
    summary: 'Protected resource metadata of the path that follows (RFC 9728 3.1)',
    answer: describeResource,
  },
  {
    ...DOCUMENT,
    path: '/openapi.json',
    summary: 'This document',
    answer: async (_, provider) => writtenOnce('openapi', provider, openApiDocument),
  },
  {
    ...DOCUMENT,
    path: '/.well-known/security.txt',
    cors: false,
    cache: 'no-cache',
    available: ({ settings }) => settings.securityContact.length > 0,
    summary: 'Where to report a vulnerability (RFC 9116), with OAUTH_SECURITY_CONTACT',
    answer: async (_, { request, settings }) => ({
      body: securityText(settings, request.now),
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    }),
  },
  {
    ...DOCUMENT,
    path: '/healthz',
    cors: false,
    cache: 'no-store',
    summary: 'Whether D1 and KV answer; 503 names the one that does not',
    async answer(_, { store }) {
      const failing = await store.readHealth()
      return failing.length === 0
        ? { body: { status: 'ok' } }
        : { body: { status: 'unavailable', failing }, status: 503 }
    },
  },
]

/**
 * Describes the resource at the requested address. If no resource is set up, every one of this origin accepts this issuer's
 * tokens; otherwise those that are set up do, and the origin itself.
 */
async function describeResource({ url }: EndpointRequest, provider: Provider): Promise<EndpointAnswer> {
  const { issuer, origin, settings } = provider
  const resource = describedResource(origin, url)
  const set = await knownResources(provider)
  const known = set.find(({ identifier }) => identifierKey(identifier) === identifierKey(resource))
  if (!known && set.length > 0 && resource !== origin) {
    return { status: 404, body: { error: 'not_found', error_description: 'There is no such resource.' } }
  }
  return {
    body: protectedResourceMetadata({
      resource: known?.identifier ?? resource,
      ...(known && { name: known.name }),
      authorizationServers: [issuer],
      scopes: known?.scope?.split(' ') ?? Object.keys(settings.scopes),
    }),
  }
}

/** Seconds that the answer is valid, from the start of the day; RFC 9116 2.5.5 recommends less than a year. */
const SECURITY_TEXT_LIFETIME = 30 * 86_400

/** Returns where to report a vulnerability (RFC 9116). */
function securityText({ issuer, securityContact }: Settings, now: number): string {
  const expires = new Date((now - (now % 86_400) + SECURITY_TEXT_LIFETIME) * 1000)
  return [
    ...securityContact.map((url) => `Contact: ${url}`),
    `Expires: ${expires.toISOString()}`,
    ...(issuer === null ? [] : [`Canonical: ${new URL(issuer).origin}/.well-known/security.txt`]),
    '',
  ].join('\n')
}
