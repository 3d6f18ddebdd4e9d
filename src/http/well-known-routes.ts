import type { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { Provider } from '../concepts.ts'
import { authorizationServerMetadata } from '../oauth/metadata.ts'
import { protectedResourceMetadata } from '../resource-server/protected-resource.ts'
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

/** Adds what must live at the origin's root: metadata (RFC 8414 3, RFC 9728 3) and OpenAPI, for pages of any origin. */
export function addWellKnownRoutes(app: Hono<ProviderEnv>): void {
  for (const [path, describe] of Object.entries(DOCUMENTS)) {
    app.use(path, cors({ origin: '*', allowMethods: ['GET'] }))
    app.get(path, (c) => c.json(describe(c.get('provider')), 200, cacheHeaders(c.get('provider'))))
  }
}

/** Without OAUTH_ISSUER a document follows from the host that was asked for, so that no cache may hand it on to others. */
function cacheHeaders({ settings }: Provider): Readonly<Record<string, string>> {
  return { 'Cache-Control': `${settings.issuer === null ? 'private' : 'public'}, max-age=300` }
}
