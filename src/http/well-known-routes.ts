import type { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { Provider } from '../concepts.ts'
import { authorizationServerMetadata } from '../oauth/metadata.ts'
import { protectedResourceMetadata } from '../resource-server/protected-resource.ts'
import type { Settings } from '../settings/settings.ts'
import { openApiDocument } from './openapi.ts'
import type { ProviderEnv } from './provider-variables.ts'

/** Documents that say what is here, computed from the provider that answers. */
const DOCUMENTS = {
  '/.well-known/oauth-authorization-server': authorizationServerMetadata,
  '/.well-known/oauth-protected-resource': ({ issuer, settings }: Provider) =>
    protectedResourceMetadata({
      resource: issuer,
      authorizationServers: [issuer],
      scopes: Object.keys(settings.scopes),
    }),
  '/openapi.json': openApiDocument,
}

/** What was written, by the settings that it follows from; each isolate has few, and the issuer is one unless none is set. */
const written = new WeakMap<Settings, Map<string, string>>()
/** Documents that are kept for one environment: more hosts than these write theirs anew. */
const MAX_WRITTEN = 100

/** A document as JSON, written once for each isolate and issuer. */
function writtenOnce(path: string, provider: Provider, describe: (provider: Provider) => object): string {
  const known = written.get(provider.settings) ?? new Map<string, string>()
  written.set(provider.settings, known)
  const key = `${path} ${provider.issuer}`
  const found = known.get(key)
  if (found !== undefined) return found
  const text = JSON.stringify(describe(provider))
  if (known.size < MAX_WRITTEN) known.set(key, text)
  return text
}

/** Adds what must live at the origin's root: metadata (RFC 8414 3, RFC 9728 3) and OpenAPI, for pages of any origin. */
export function addWellKnownRoutes(app: Hono<ProviderEnv>): void {
  for (const [path, describe] of Object.entries(DOCUMENTS)) {
    app.use(path, cors({ origin: '*', allowMethods: ['GET'] }))
    app.get(path, (c) => {
      const provider = c.get('provider')
      const text = writtenOnce(path, provider, describe)
      return c.body(text, 200, { 'Content-Type': 'application/json', ...cacheHeaders(provider) })
    })
  }
  // Where password managers look for the page that changes a password; somebody else's users have it elsewhere.
  app.get('/.well-known/change-password', async (c, next) => {
    const { hooks, paths } = c.get('provider')
    return hooks.users ? next() : c.redirect(`${paths.account}#password`)
  })
  app.get('/.well-known/security.txt', async (c, next) => {
    const { request, settings } = c.get('provider')
    return settings.securityContact.length === 0 ? next() : c.text(securityText(settings, request.now))
  })
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

/** Without OAUTH_ISSUER a document follows from the host that was asked for, so that no cache may hand it on to others. */
function cacheHeaders({ settings }: Provider): Readonly<Record<string, string>> {
  return { 'Cache-Control': `${settings.issuer === null ? 'private' : 'public'}, max-age=300` }
}
