import type { Context, ExecutionContext, MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import type { Provider } from './context.ts'
import { randomId } from './crypto/bytes.ts'
import { deriveKeys, type Keys } from './crypto/keys.ts'
import { ConfigurationError } from './errors.ts'
import { requireSameOrigin } from './http/anti-forgery.ts'
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
import { responseModes } from './oauth/response-modes/index.ts'
import { responseTypes } from './oauth/response-types/index.ts'
import { pages } from './pages/index.ts'
import { addAccountRoutes } from './pages/routes/account.ts'
import { addAssetRoutes } from './pages/routes/assets.ts'
import { addAuthorizeRoutes } from './pages/routes/authorize.ts'
import { addDemoRoutes } from './pages/routes/demo.ts'
import { addLoginRoutes } from './pages/routes/login.ts'
import { addLogoutRoutes } from './pages/routes/logout.ts'
import { showError, showNotFound } from './pages/routes/respond.ts'
import { addSignUpRoutes } from './pages/routes/sign-up.ts'
import { parseSettings, type SettingOptions, type Settings } from './settings.ts'
import { createStore } from './store/d1/index.ts'

/** What a Worker may change of the provider. Settings go by their camelCase names. */
export interface ProviderOptions extends SettingOptions {
  /** Further grant types by name, or `false` to leave out one of ours. A new name is an absolute URI (RFC 6749 4.5). */
  readonly grantTypes?: Readonly<Record<string, GrantType | false>>
}

/** The provider's parts, each to be mounted: itself below `/oauth2`, the others at the origin's root. */
export type ProviderApp = Hono<ProviderEnv> & {
  /** Metadata and health. */
  readonly wellKnown: Hono<ProviderEnv>
  /** Sign-in, sign-out, account and their like. */
  readonly pages: Hono<ProviderEnv>
  /** A page for addresses that nothing answers at. */
  readonly notFoundPage: (c: Context<ProviderEnv>) => Promise<Response>
}

const PATH = '/oauth2'
const PAGE_PATHS = ['/account', '/assets', '/demo', '/login', '/logout', '/sign-up']

/**
 * Makes an OAuth 2.0 provider.
 * @throws {ConfigurationError} a table holds a name that it may not hold
 */
export function createProvider(options: ProviderOptions = {}): ProviderApp {
  const { grantTypes: changes = {}, ...settingOptions } = options
  const tables = {
    grantTypes: mergeGrantTypes(changes),
    responseTypes,
    responseModes,
    clientAuthMethods,
    pages,
  }
  const environments = new WeakMap<object, Environment>()
  const setUp = async (c: Context<ProviderEnv>): Promise<void> => {
    const environment = environments.get(c.env) ?? readEnvironment(c.env, settingOptions)
    environments.set(c.env, environment)
    c.set('provider', await providerFor(c.env, c.req.raw, c.executionCtx, environment, tables))
  }
  const provide: MiddlewareHandler<ProviderEnv> = async (c: Context<ProviderEnv>, next) => {
    await setUp(c)
    await next()
  }
  const app = Object.assign(new Hono<ProviderEnv>(), {
    wellKnown: machineApp(provide, ['/.well-known', '/healthz'], addWellKnownRoutes, addHealthRoute),
    pages: pageApp(provide, PAGE_PATHS, addPageRoutes),
    notFoundPage: async (c: Context<ProviderEnv>) => {
      await setUp(c)
      return showNotFound(c)
    },
  })
  app.route('/', pageApp(provide, ['/authorize'], addAuthorizeRoutes))
  app.route('/', machineApp(provide, [''], addOAuthRoutes))
  return app
}

type AddRoutes = (app: Hono<ProviderEnv>) => void

/** An app that answers errors with JSON. */
function machineApp(
  provide: MiddlewareHandler<ProviderEnv>,
  paths: readonly string[],
  ...routes: AddRoutes[]
): Hono<ProviderEnv> {
  const app = new Hono<ProviderEnv>()
  for (const path of paths) app.use(`${path}/*`, provide, requireSecure)
  for (const add of routes) add(app)
  app.onError((error, c) =>
    error instanceof ConfigurationError
      ? configurationErrorPage(error)
      : errorResponse(c, toOAuthError(error, c)),
  )
  return app
}

/** An app that answers errors with a page. */
function pageApp(
  provide: MiddlewareHandler<ProviderEnv>,
  paths: readonly string[],
  ...routes: AddRoutes[]
): Hono<ProviderEnv> {
  const app = new Hono<ProviderEnv>()
  for (const path of paths) app.use(`${path}/*`, provide, requireSecure)
  for (const add of routes) add(app)
  app.onError((error, c) =>
    error instanceof ConfigurationError ? configurationErrorPage(error) : showError(c, error),
  )
  return app
}

function addPageRoutes(app: Hono<ProviderEnv>): void {
  app.use(requireSameOrigin)
  addAssetRoutes(app)
  addLoginRoutes(app)
  addLogoutRoutes(app)
  addSignUpRoutes(app)
  addAccountRoutes(app)
  addDemoRoutes(app)
}

type Tables = Pick<Provider, 'grantTypes' | 'responseTypes' | 'responseModes' | 'clientAuthMethods' | 'pages'>

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
  tables: Tables,
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
