import type { ExecutionContext, MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import type { Provider } from './context.ts'
import { randomId } from './crypto/bytes.ts'
import { deriveKeys, type Keys } from './crypto/keys.ts'
import { ConfigurationError } from './errors.ts'
import { errorResponse } from './http/endpoint.ts'
import { configurationErrorPage, toOAuthError } from './http/errors.ts'
import { addHealthRoute } from './http/health.ts'
import { addOAuthRoutes } from './http/oauth-routes.ts'
import type { ProviderEnv } from './http/provider-variables.ts'
import { requireSecure } from './http/require-secure.ts'
import { addWellKnownRoutes } from './http/well-known-routes.ts'
import { clientAuthMethods } from './oauth/client-auth/index.ts'
import type { GrantType } from './oauth/grants/index.ts'
import { grantTypes } from './oauth/grants/index.ts'
import { parseSettings, type SettingOptions, type Settings } from './settings.ts'
import { createStore } from './store/d1/index.ts'

/** What a Worker may change of the provider. Settings go by their camelCase names. */
export interface ProviderOptions extends SettingOptions {
  /** Further grant types by name, or `false` to leave out one of ours. A new name is an absolute URI (RFC 6749 4.5). */
  readonly grantTypes?: Readonly<Record<string, GrantType | false>>
}

/** The provider's parts, each to be mounted: itself below `/oauth2`, the others at the origin's root. */
export type ProviderApp = Hono<ProviderEnv> & {
  readonly wellKnown: Hono<ProviderEnv>
}

const PATH = '/oauth2'

/**
 * Makes an OAuth 2.0 provider.
 * @throws {ConfigurationError} a table holds a name that it may not hold
 */
export function createProvider(options: ProviderOptions = {}): ProviderApp {
  const { grantTypes: changes = {}, ...settingOptions } = options
  const tables = { grantTypes: mergeGrantTypes(changes), clientAuthMethods }
  const environments = new WeakMap<object, Environment>()
  const provide: MiddlewareHandler<ProviderEnv> = async (c, next) => {
    const environment = environments.get(c.env) ?? readEnvironment(c.env, settingOptions)
    environments.set(c.env, environment)
    c.set('provider', await providerFor(c.env, c.req.raw, c.executionCtx, environment, tables))
    await next()
  }
  const app = newApp(provide)
  addOAuthRoutes(app)
  const wellKnown = newApp(provide)
  addWellKnownRoutes(wellKnown)
  addHealthRoute(wellKnown)
  return Object.assign(app, { wellKnown })
}

function newApp(provide: MiddlewareHandler<ProviderEnv>): Hono<ProviderEnv> {
  const app = new Hono<ProviderEnv>()
  app.use(provide, requireSecure)
  app.onError((error, c) => {
    if (error instanceof ConfigurationError) return configurationErrorPage(error)
    return errorResponse(c, toOAuthError(error, c))
  })
  return app
}

/** What is read once per isolate. */
interface Environment {
  readonly settings: Settings
  readonly keys: Promise<Keys>
}

function readEnvironment(env: Cloudflare.Env, options: SettingOptions): Environment {
  const settings = parseSettings({ ...env }, options)
  return { settings, keys: deriveKeys(settings.secretKey) }
}

async function providerFor(
  env: Cloudflare.Env,
  request: Request,
  execution: ExecutionContext,
  { keys, settings }: Environment,
  tables: Pick<Provider, 'grantTypes' | 'clientAuthMethods'>,
): Promise<Provider> {
  return Object.freeze({
    ...tables,
    settings,
    issuer: settings.issuer ?? new URL(request.url).origin,
    path: PATH,
    store: createStore(env.DB, env.KV),
    keys: await keys,
    request: Object.freeze({
      id: randomId(),
      now: Math.floor(Date.now() / 1000),
      network: request.headers.get('CF-Connecting-IP'),
    }),
    defer: (work: Promise<unknown>) => execution.waitUntil(work),
  })
}

function mergeGrantTypes(
  changes: Readonly<Record<string, GrantType | false>>,
): Readonly<Record<string, GrantType>> {
  for (const name of Object.keys(changes)) {
    if (!Object.hasOwn(grantTypes, name) && !URL.canParse(name)) {
      throw new ConfigurationError(
        'grantTypes',
        `${name} is neither one of ours nor an absolute URI (RFC 6749 4.5)`,
      )
    }
  }
  const merged = Object.entries({ ...grantTypes, ...changes })
  return Object.freeze(
    Object.fromEntries(merged.filter((entry): entry is [string, GrantType] => entry[1] !== false)),
  )
}
