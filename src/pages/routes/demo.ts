import type { Context, Hono } from 'hono'
import { randomId } from '../../crypto/bytes.ts'
import { readQuery } from '../../http/params.ts'
import type { ProviderEnv } from '../../http/provider-variables.ts'
import { requireScope } from '../../resource-server/require-scope.ts'
import { verifyAccessToken } from '../../tokens/verify.ts'
import { requireSetting, showPage, uiOf } from './respond.ts'

/** Adds the local demo, which is there under OAUTH_DEMO alone: it plays the application. */
export function addDemoRoutes(app: Hono<ProviderEnv>): void {
  app.use('/demo/*', requireSetting('demo'))
  app.get('/demo', async (c) => {
    const { issuer, pages, paths } = c.get('provider')
    const request = new URLSearchParams({
      response_type: 'code',
      client_id: 'demo',
      redirect_uri: `${issuer}/demo/callback`,
      scope: 'read write',
      state: randomId(),
    })
    const authorizeUrl = `${issuer}${paths.oauth2}/authorize?${request.toString()}`
    return showPage(c, pages.demo({ ui: await uiOf(c, { form: false }), authorizeUrl }))
  })
  addDemoApi(app)
  app.get('/demo/callback', async (c) => {
    const { issuer, pages, paths } = c.get('provider')
    const params = readQuery(c.req.raw)
    const code = params.get('code') ?? null
    const page = pages.demoCallback({
      ui: await uiOf(c, { form: false }),
      answer: {
        code,
        error: params.get('error') ?? null,
        errorDescription: params.get('error_description') ?? null,
        state: params.get('state') ?? null,
        iss: params.get('iss') ?? null,
      },
      curl:
        code === null
          ? null
          : redeemCommand(code, `${issuer}/demo/callback`, `${issuer}${paths.oauth2}/token`),
      startUrl: '/demo',
    })
    return showPage(c, page)
  })
}

/** A protected resource: says who is asking (RFC 6750). */
function addDemoApi(app: Hono<ProviderEnv>): void {
  const protect = requireScope('read', {
    verify: (token, c: Context<ProviderEnv>) => verifyAccessToken(token, c.get('provider')),
    scopes: (c: Context<ProviderEnv>) => c.get('provider').settings.scopes,
  })
  app.get('/demo/api', protect, (c) => {
    const { clientId, scope, user } = c.get('oauth2')
    return c.json({ client_id: clientId, username: user?.username ?? null, scope })
  })
}

/** A line to paste. A code that is not of our making could hold anything, so what a shell would read is left out. */
function redeemCommand(code: string, redirectUri: string, endpoint: string): string {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: 'demo',
    client_secret: 'demo-secret',
    redirect_uri: redirectUri,
    code: code.replaceAll(/[^\w-]/g, ''),
  })
  return `curl -d "${form.toString()}" ${endpoint}`
}
