import type { Endpoint, EndpointAnswer, EndpointRequest, Provider } from '../concepts.ts'
import { authorizationServerMetadata } from '../oauth/metadata.ts'
import { writtenOnce } from '../oauth/written-once.ts'
import { describedResource, protectedResourceMetadata } from '../resource-server/protected-resource.ts'
import type { Settings } from '../settings/settings.ts'
import { openApiDocument } from './openapi.ts'

const DOCUMENT = {
  at: 'root',
  method: 'GET',
  body: 'none',
  caller: 'nobody',
  cors: true,
  // Without OAUTH_ISSUER a document follows from the host that was asked for, so that no cache may hand it on to others.
  cache: ({ settings }: Provider) => `${settings.issuer === null ? 'private' : 'public'}, max-age=300`,
} as const

/** Documents that say what is here, computed from the provider that answers, at the origin's root (RFC 8414 3, RFC 9728 3). */
export const documents: readonly Endpoint[] = [
  {
    ...DOCUMENT,
    path: '/.well-known/oauth-authorization-server',
    summary: 'Authorization server metadata (RFC 8414)',
    answer: async (_, provider) => writtenOnce('metadata', provider, authorizationServerMetadata),
  },
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
    summary: 'Where to report a weakness (RFC 9116), with OAUTH_SECURITY_CONTACT',
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

/** Describes the resource whose address was asked for: every one of this origin takes the tokens of this issuer. */
async function describeResource(
  { url }: EndpointRequest,
  { issuer, settings }: Provider,
): Promise<EndpointAnswer> {
  const resource = describedResource(issuer, url)
  return {
    body: protectedResourceMetadata({
      resource,
      authorizationServers: [issuer],
      scopes: Object.keys(settings.scopes),
    }),
  }
}

/** Seconds that the answer counts, from the beginning of the day: RFC 9116 2.5.5 wants less than a year. */
const SECURITY_TEXT_LIFETIME = 30 * 86_400

/** Where to report a weakness (RFC 9116). */
function securityText({ issuer, securityContact }: Settings, now: number): string {
  const expires = new Date((now - (now % 86_400) + SECURITY_TEXT_LIFETIME) * 1000)
  return [
    ...securityContact.map((url) => `Contact: ${url}`),
    `Expires: ${expires.toISOString()}`,
    ...(issuer === null ? [] : [`Canonical: ${issuer}/.well-known/security.txt`]),
    '',
  ].join('\n')
}
