import type { Context, Env, MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import type { Provider } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'
import { requireSameOrigin } from '../http/anti-forgery.ts'
import { errorResponse } from '../http/endpoint.ts'
import { configurationErrorPage, toOAuthError } from '../http/errors.ts'
import { addHealthRoute } from '../http/health.ts'
import { addOAuthRoutes } from '../http/oauth-routes.ts'
import type { ProviderBindings, ProviderEnv } from '../http/provider-variables.ts'
import { requireKnownHost } from '../http/require-known-host.ts'
import { requireSecure } from '../http/require-secure.ts'
import { unlessAnswered } from '../http/unless-answered.ts'
import { addWellKnownRoutes } from '../http/well-known-routes.ts'
import { addAccountRoutes } from '../pages/routes/account.ts'
import { addAssetRoutes, showFavicon } from '../pages/routes/assets.ts'
import { addAuthorizeRoutes } from '../pages/routes/authorize.ts'
import { addDemoRoutes } from '../pages/routes/demo.ts'
import { showFront } from '../pages/routes/front.ts'
import { addLoginRoutes } from '../pages/routes/login.ts'
import { addLogoutRoutes } from '../pages/routes/logout.ts'
import { showError, showNotFound } from '../pages/routes/respond.ts'
import { addSignUpRoutes } from '../pages/routes/sign-up.ts'
import {
  type ProtectedEnv,
  requireAnyScope,
  requireScope,
  type RequireScopeOptions,
} from '../resource-server/require-scope.ts'
import { type AccessToken, verifyAccessToken } from '../tokens/verify.ts'
import { environmentReader, pagePaths, providerFor } from './environment.ts'
import { type ProviderOptions, resolveOptions } from './options.ts'
import { scheduledHandler } from './scheduled.ts'

/** The provider's parts, each to be mounted: itself below `/oauth2`, the others at the origin's root. */
export type ProviderApp = Hono<ProviderEnv> & {
  /** Metadata and health. */
  readonly wellKnown: Hono<ProviderEnv>
  /** Sign-in, sign-out, account and their like. */
  readonly pages: Hono<ProviderEnv>
  /** The panel for staff and its API; empty without the option `admin`. */
  readonly admin: Hono<ProviderEnv>
  /** A page for addresses that nothing answers at. */
  readonly notFoundPage: (c: Context<ProviderEnv>) => Promise<Response>
  /** Middleware that protects an API of the same Worker: every scope that is named is needed. */
  readonly requireScope: (
    ...scopes: string[]
  ) => MiddlewareHandler<{ Bindings: ProviderBindings } & ProtectedEnv>
  /** The same where one of the scopes is enough. */
  readonly requireAnyScope: (
    ...scopes: string[]
  ) => MiddlewareHandler<{ Bindings: ProviderBindings } & ProtectedEnv>
  /** Handler of the cron trigger: removes what has expired. */
  readonly scheduled: (controller: ScheduledController, env: ProviderBindings) => Promise<void>
  /** Verifies an access token outside of any request; see `edge-oauth2-provider/rpc`. */
  readonly verifyAccessToken: (token: string, env: ProviderBindings) => Promise<AccessToken | null>
}

/**
 * Makes an OAuth 2.0 provider.
 * @throws {ConfigurationError} an option that cannot be used
 */
export function createProvider(options: ProviderOptions = {}): ProviderApp {
  const resolved = resolveOptions(options)
  const { paths } = resolved.tables
  const read = environmentReader(resolved)
  const provide = (c: Arriving): Promise<Provider> =>
    providerFor(
      c.env,
      {
        origin: new URL(c.req.url).origin,
        network: c.req.header('CF-Connecting-IP') ?? null,
        defer: (work) => c.executionCtx.waitUntil(work),
      },
      resolved,
      read,
    )
  const resource: RequireScopeOptions<{ Bindings: ProviderBindings }> = {
    verify: async (token: string, c: Arriving) => verifyAccessToken(token, await provide(c)),
    scopes: (c: Arriving) => read(c.env).settings.scopes,
  }
  const app = Object.assign(new Hono<ProviderEnv>(), {
    wellKnown: machineApp(
      provide,
      ['/.well-known', '/healthz', '/openapi.json'],
      addWellKnownRoutes,
      addHealthRoute,
    ),
    pages: pageApp(provide, pagePaths(paths), (pages) => {
      // On our own pages alone: what an embedding Worker answers beside them is its own business.
      for (const path of pagePaths(paths)) pages.use(`${path}/*`, requireSameOrigin)
      addAssetRoutes(pages)
      addLoginRoutes(pages, paths)
      addLogoutRoutes(pages, paths)
      addSignUpRoutes(pages, paths)
      addAccountRoutes(pages, paths)
      addDemoRoutes(pages)
      pages.get('/', unlessAnswered(arrived(provide, showFront)))
      pages.get('/favicon.ico', unlessAnswered(arrived(provide, showFavicon)))
    }),
    admin: pageApp(provide, [paths.admin], (pages) =>
      resolved.tables.admin?.addRoutes(pages, paths, resolved.createAdminStore),
    ),
    notFoundPage: async (c: Context<ProviderEnv>) => {
      try {
        return await arrived(provide, showNotFound)(c)
      } catch (error) {
        return error instanceof ConfigurationError
          ? configurationErrorPage(error, c.req.url)
          : showError(c, error)
      }
    },
    requireScope: (...scopes: string[]) => configured(requireScope(scopes, resource)),
    requireAnyScope: (...scopes: string[]) => configured(requireAnyScope(scopes, resource)),
    scheduled: scheduledHandler(resolved),
    verifyAccessToken: async (token: string, env: ProviderBindings) => {
      const arrival = { origin: '', network: null, defer: () => {} }
      return verifyAccessToken(token, await providerFor(env, arrival, resolved, read))
    },
  })
  app.use(requireBase(paths.oauth2))
  app.onError((error, c) => {
    if (error instanceof ConfigurationError) return configurationErrorPage(error, c.req.url)
    throw error
  })
  app.route('/', pageApp(provide, ['/authorize'], addAuthorizeRoutes))
  app.route('/', machineApp(provide, [''], addOAuthRoutes))
  return app
}

/** Middleware of ours in an app of somebody else's, which knows nothing of wrong settings: they are answered here as everywhere. */
function configured<E extends Env>(middleware: MiddlewareHandler<E>): MiddlewareHandler<E> {
  return async (c, next) => {
    try {
      return await middleware(c, next)
    } catch (error) {
      if (error instanceof ConfigurationError) return configurationErrorPage(error, c.req.url)
      throw error
    }
  }
}

/** Metadata announces one place; answering at another would be a provider that no client finds. */
function requireBase(path: string): MiddlewareHandler<ProviderEnv> {
  return async (c, next) => {
    if (!c.req.path.startsWith(`${path}/`)) {
      throw new ConfigurationError(
        'paths.oauth2',
        `holds ${path}, but the provider is mounted so that it answers at ${c.req.path}`,
      )
    }
    await next()
  }
}

/** What of Hono's context a provider is made from. */
type Arriving = Pick<Context, 'req' | 'executionCtx'> & { readonly env: ProviderBindings }
type Provide = (c: Arriving) => Promise<Provider>
type AddRoutes = (app: Hono<ProviderEnv>) => void

/** An app that answers errors with JSON. */
function machineApp(provide: Provide, paths: readonly string[], ...routes: AddRoutes[]): Hono<ProviderEnv> {
  const app = newApp(provide, paths, routes)
  app.onError((error, c) =>
    error instanceof ConfigurationError
      ? configurationErrorPage(error, c.req.url)
      : errorResponse(c, toOAuthError(error, c)),
  )
  return app
}

/** An app that answers errors with a page. */
function pageApp(provide: Provide, paths: readonly string[], ...routes: AddRoutes[]): Hono<ProviderEnv> {
  const app = newApp(provide, paths, routes)
  app.onError((error, c) =>
    error instanceof ConfigurationError ? configurationErrorPage(error, c.req.url) : showError(c, error),
  )
  return app
}

function newApp(provide: Provide, paths: readonly string[], routes: readonly AddRoutes[]): Hono<ProviderEnv> {
  const app = new Hono<ProviderEnv>()
  const setUp: MiddlewareHandler<ProviderEnv> = async (c, next) => arrived(provide, () => next())(c)
  for (const path of paths) app.use(`${path}/*`, setUp)
  for (const add of routes) add(app)
  return app
}

/** Goes on with a request once it has its provider, and may be answered at all. */
function arrived<T>(
  provide: Provide,
  next: (c: Context<ProviderEnv>) => Promise<T>,
): (c: Context<ProviderEnv>) => Promise<T> {
  return async (c) => {
    c.set('provider', await provide(c))
    requireKnownHost(c)
    requireSecure(c)
    return next(c)
  }
}
