import type { Context, Hono } from 'hono'
import type { EndpointAnswer, EndpointRequest, Feature, Provider, ProviderEnv } from '../../concepts.ts'
import { randomId } from '../../crypto/bytes.ts'
import { requireAntiForgery } from '../../http/anti-forgery.ts'
import { toOAuthError } from '../../http/errors.ts'
import { readForm, readQuery } from '../../http/params.ts'
import { parseParams } from '../../oauth/params.ts'
import { tokenEndpoint } from '../../oauth/token.ts'
import { ownResource } from '../../resource-server/own-resource.ts'
import { proofsOf } from '../../resource-server/proofs.ts'
import { requireScope } from '../../resource-server/require-scope.ts'
import { requireSetting, showPage, uiOf } from '../routes/respond.ts'
import { DemoCallbackPage, DemoPage } from './pages.tsx'
import { type DemoCommand, DemoTokensPage } from './tokens-page.tsx'

/**
 * The feature with the local demo, which plays the application; it exists only under OAUTH_DEMO.
 * @example
 * const provider = createProvider({ features: [pages(), demo()] })
 */
export function demo(): Feature {
  return { name: 'demo', pages: [{ at: 'root', below: () => ['/demo'], addRoutes: addDemoRoutes }] }
}

function addDemoRoutes(app: Hono<ProviderEnv>): void {
  app.use('/demo/*', requireSetting('demo'))
  app.get('/demo', async (c) => {
    const { origin, paths } = c.get('provider')
    const request = new URLSearchParams({
      response_type: 'code',
      client_id: 'demo',
      redirect_uri: `${origin}/demo/callback`,
      scope: 'read write',
      state: randomId(),
    })
    const authorizeUrl = `${origin}${paths.oauth2}/authorize?${request.toString()}`
    return showPage(c, DemoPage({ ui: await uiOf(c, { form: false }), authorizeUrl }))
  })
  addDemoApi(app)
  app.get('/demo/callback', async (c) => {
    const { origin, paths } = c.get('provider')
    const params = readQuery(c.req.raw)
    const code = params.get('code') ?? null
    const page = DemoCallbackPage({
      ui: await uiOf(c, { form: code !== null }),
      answer: {
        code,
        error: params.get('error') ?? null,
        errorDescription: params.get('error_description') ?? null,
        state: params.get('state') ?? null,
        iss: params.get('iss') ?? null,
      },
      redeem:
        code === null
          ? null
          : {
              action: '/demo/redeem',
              code,
              curl: command(`${origin}${paths.oauth2}/token`, redemption(code, origin)),
            },
      startUrl: '/demo',
    })
    return showPage(c, page)
  })
  app.post('/demo/redeem', redeem)
}

/** Returns the request of a program that posts a form. */
function formRequest(body: string, url: string): EndpointRequest {
  const headers = new Headers()
  const params = parseParams(body)
  return { method: 'POST', url, headers, params, json: undefined, path: {}, bearer: '', jkt: null }
}

/** Does the same as the previous page's command: redeems the code as the demo client, at the token endpoint. */
async function redeem(c: Context<ProviderEnv>): Promise<Response> {
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const provider = c.get('provider')
  const body = new URLSearchParams(redemption(form.get('code') ?? '', provider.origin)).toString()
  const { answer, refused } = await tokenEndpoint.answer(formRequest(body, c.req.url), provider).then(
    ({ body: tokens }) => ({ answer: membersOf(tokens), refused: false }),
    (error: unknown) => {
      const { code, description } = toOAuthError(error, c)
      return { answer: { error: code, error_description: description }, refused: true }
    },
  )
  const page = DemoTokensPage({
    ui: await uiOf(c, { form: false }),
    answer,
    refused,
    commands: refused ? [] : commandsFor(answer, provider),
    startUrl: '/demo',
  })
  return showPage(c, page, refused ? 400 : 200)
}

function membersOf(answer: EndpointAnswer['body']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries<unknown>({ ...(typeof answer === 'object' && answer) }).map(([name, value]) => [
      name,
      String(value),
    ]),
  )
}

function commandsFor(
  answer: Readonly<Record<string, string>>,
  { origin, paths }: Provider,
): readonly DemoCommand[] {
  const { access_token: access = '', refresh_token: refresh } = answer
  const endpoint = (name: string): string => `${origin}${paths.oauth2}/${name}`
  return [
    { purpose: 'callApi', curl: `curl ${origin}/demo/api \\\n  -H "Authorization: Bearer ${access}"` },
    { purpose: 'introspect', curl: command(endpoint('introspect'), { ...CLIENT, token: access }) },
    ...(refresh === undefined
      ? []
      : ([
          {
            purpose: 'refresh',
            curl: command(endpoint('token'), {
              ...CLIENT,
              grant_type: 'refresh_token',
              refresh_token: refresh,
            }),
          },
        ] as const)),
    { purpose: 'revoke', curl: command(endpoint('revoke'), { ...CLIENT, token: refresh ?? access }) },
  ]
}

/** A protected resource: says who is asking (RFC 6750). */
function addDemoApi(app: Hono<ProviderEnv>): void {
  const protect = requireScope('read', {
    ...ownResource((c: Context<ProviderEnv>) => c.get('provider')),
    proofs: (c: Context<ProviderEnv>) => proofsOf<ProviderEnv>(c.get('provider'), () => c.get('provider')),
  })
  app.get('/demo/api', protect, (c) => {
    const { clientId, scope, user } = c.get('oauth2')
    return c.json({ client_id: clientId, username: user?.username ?? null, scope })
  })
}

const CLIENT = { client_id: 'demo', client_secret: 'demo-secret' }

/** Returns how to redeem a code (RFC 6749 4.1.3). A code that we did not mint could contain shell syntax. */
function redemption(code: string, origin: string): Readonly<Record<string, string>> {
  return {
    ...CLIENT,
    grant_type: 'authorization_code',
    redirect_uri: `${origin}/demo/callback`,
    code: code.replaceAll(/[^\w-]/g, ''),
  }
}

/** Returns a command to paste, with one field per line. */
function command(endpoint: string, form: Readonly<Record<string, string>>): string {
  const fields = Object.entries(form).map(([name, value]) => `  -d "${name}=${encodeURIComponent(value)}"`)
  return [`curl ${endpoint}`, ...fields].join(' \\\n')
}
