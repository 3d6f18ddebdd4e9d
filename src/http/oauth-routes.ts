import type { Hono } from 'hono'
import { cors } from 'hono/cors'
import { introspectionEndpoint } from '../oauth/introspection.ts'
import { revocationEndpoint } from '../oauth/revocation.ts'
import { tokenEndpoint } from '../oauth/token.ts'
import type { EndpointFunction } from './endpoint.ts'
import { formEndpoint } from './endpoint.ts'
import type { ProviderEnv } from './provider-variables.ts'

/** Endpoints that pages of any origin may call, without credentials of the browser. */
const OPEN: Readonly<Record<string, EndpointFunction>> = {
  '/access_token': tokenEndpoint,
  '/token': tokenEndpoint,
  '/revoke': revocationEndpoint,
}
/** Endpoints for servers alone. */
const CLOSED: Readonly<Record<string, EndpointFunction>> = { '/introspect': introspectionEndpoint }

/** Adds the protocol's endpoints for machines, with and without a trailing slash. */
export function addOAuthRoutes(app: Hono<ProviderEnv>): void {
  const anyOrigin = cors({
    origin: '*',
    allowMethods: ['POST'],
    allowHeaders: ['Authorization', 'Content-Type'],
    maxAge: 86_400,
  })
  for (const [path, endpoint] of Object.entries({ ...OPEN, ...CLOSED })) {
    for (const spelling of [path, `${path}/`]) {
      if (path in OPEN) app.use(spelling, anyOrigin)
      app.all(spelling, formEndpoint(endpoint))
    }
  }
}
