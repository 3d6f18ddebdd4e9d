import type { Hono } from 'hono'
import { cors } from 'hono/cors'
import { authorizationServerMetadata } from '../oauth/metadata.ts'
import type { ProviderEnv } from './provider-variables.ts'

const METADATA = '/.well-known/oauth-authorization-server'

/** Adds what must live at the origin's root: metadata (RFC 8414 3), for pages of any origin. */
export function addWellKnownRoutes(app: Hono<ProviderEnv>): void {
  app.use(METADATA, cors({ origin: '*', allowMethods: ['GET'] }))
  app.get(METADATA, (c) =>
    c.json(authorizationServerMetadata(c.get('provider')), 200, { 'Cache-Control': 'public, max-age=300' }),
  )
}
