import type { Context, Env, MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import type { Provider, ProviderBindings, ProviderEnv } from '../concepts.ts'
import type { PagePart, PageShell } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'
import { requireSameOrigin } from '../http/anti-forgery.ts'
import { drain } from '../http/drain.ts'
import { errorResponse } from '../http/endpoint-errors.ts'
import { addEndpoints } from '../http/endpoint.ts'
import { configurationErrorPage, toOAuthError } from '../http/errors.ts'
import { unlessAnswered } from '../http/unless-answered.ts'
import { resourceMetadataUrl } from '../resource-server/protected-resource.ts'
import {
  type ProtectedEnv,
  requireAnyScope,
  requireScope,
  type RequireScopeOptions,
} from '../resource-server/require-scope.ts'
import { type AccessToken, verifyAccessToken } from '../tokens/verify.ts'
import { admit, type Arrival, environmentReader, providerFor } from './environment.ts'
import { type ProviderOptions, resolveOptions } from './options.ts'
import { scheduledHandler } from './scheduled.ts'

/** The provider's parts, each to be mounted: itself below `/oauth2`, the others at the origin's root. */
export type ProviderApp = Hono<ProviderEnv> & {
  /** Metadata and health, and what else features answer at the origin's root. */
  readonly wellKnown: Hono<ProviderEnv>
  /** The pages of the features: sign-in, sign-out, account, the panel for staff; empty without any. */
  readonly pages: Hono<ProviderEnv>
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
  /** Handler of the cron trigger: removes what has expired, and does what features have to do from time to time. */
  readonly scheduled: (controller: ScheduledController, env: ProviderBindings) => Promise<void>
  /** Verifies an access token outside of any request; see `edge-oauth2-provider/rpc`. */
  readonly verifyAccessToken: (token: string, env: ProviderBindings) => Promise<AccessToken | null>
}

/**
 * Makes an OAuth 2.0 provider of features.
 * @throws {ConfigurationError} an option that cannot be used
 */
export function createProvider(options: ProviderOptions = {}): ProviderApp {
  const resolved = resolveOptions(options)
  const { shell, tables } = resolved
  const read = environmentReader(resolved)
  const arrive = (env: ProviderBindings, arrival: Partial<Arrival> = {}): Promise<Provider> =>
    providerFor(env, { origin: '', network: null, defer: () => {}, ...arrival }, resolved, read)
  const provide = (c: Arriving): Promise<Provider> =>
    arrive(c.env, {
      origin: new URL(c.req.url).origin,
      network: c.req.header('CF-Connecting-IP') ?? null,
      defer: (work) => c.executionCtx.waitUntil(work),
    })
  const resource: RequireScopeOptions<{ Bindings: ProviderBindings }> = {
    verify: async (token: string, c: Arriving) => verifyAccessToken(token, await provide(c)),
    scopes: (c: Arriving) => read(c.env).settings.scopes,
    resourceMetadata: (c: Arriving) =>
      resourceMetadataUrl(read(c.env).settings.issuer ?? new URL(c.req.url).origin, c.req.url),
  }
  const app = Object.assign(new Hono<ProviderEnv>(), {
    wellKnown: machineApp('root', tables, provide),
    pages: pageApp('root', tables, provide, shell),
    notFoundPage: (c: Context<ProviderEnv>) => notFoundPage(c, provide, shell),
    requireScope: (...scopes: string[]) => configured(requireScope(scopes, resource)),
    requireAnyScope: (...scopes: string[]) => configured(requireAnyScope(scopes, resource)),
    scheduled: scheduledHandler(resolved, (env, now) => arrive(env, { now })),
    verifyAccessToken: async (token: string, env: ProviderBindings) =>
      verifyAccessToken(token, await arrive(env)),
  })
  app.use(requireBase(tables.paths.oauth2))
  app.onError((error, c) => {
    if (error instanceof ConfigurationError) return configurationErrorPage(error, c.req.url)
    throw error
  })
  app.route('/', pageApp('oauth2', tables, provide, shell))
  app.route('/', machineApp('oauth2', tables, provide))
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

async function notFoundPage(
  c: Context<ProviderEnv>,
  provide: Provide,
  shell: PageShell | null,
): Promise<Response> {
  if (!shell) return c.text('404 Not Found', 404)
  shell.setUp(c)
  try {
    return await arrived(provide, shell.showNotFound)(c)
  } catch (error) {
    return error instanceof ConfigurationError
      ? configurationErrorPage(error, c.req.url)
      : shell.showError(c, error)
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
type Tables = Pick<Provider, 'endpoints' | 'pages' | 'paths'>

/** An app of endpoints, which answers errors with JSON. */
function machineApp(at: 'oauth2' | 'root', { endpoints }: Tables, provide: Provide): Hono<ProviderEnv> {
  const app = new Hono<ProviderEnv>()
  app.onError(async (error, c) => {
    await drain(c.req.raw)
    return error instanceof ConfigurationError
      ? configurationErrorPage(error, c.req.url)
      : errorResponse(c, toOAuthError(error, c))
  })
  addEndpoints(
    app,
    endpoints.filter((row) => row.at === at),
    entrance(provide),
  )
  return app
}

/** An app of pages, which answers errors with a page. */
function pageApp(
  at: PagePart['at'],
  { pages, paths }: Tables,
  provide: Provide,
  shell: PageShell | null,
): Hono<ProviderEnv> {
  const app = new Hono<ProviderEnv>()
  if (!shell) return app
  app.onError(async (error, c) => {
    await drain(c.req.raw)
    return error instanceof ConfigurationError
      ? configurationErrorPage(error, c.req.url)
      : shell.showError(c, error)
  })
  const setUp: MiddlewareHandler<ProviderEnv> = async (c, next) => {
    shell.setUp(c)
    await next()
  }
  // On our own pages alone: what an embedding Worker answers beside them is its own business.
  for (const { below, guarded = true } of pages.filter((part) => part.at === at)) {
    for (const path of below(paths)) {
      app.use(`${path}/*`, setUp, entrance(provide))
      if (guarded) app.use(`${path}/*`, requireSameOrigin)
    }
  }
  for (const part of pages.filter((candidate) => candidate.at === at)) {
    part.addRoutes(app, paths)
    for (const [path, show] of Object.entries(part.fallbacks ?? {})) {
      app.get(
        path,
        unlessAnswered(async (c) => {
          shell.setUp(c)
          return arrived(provide, show)(c)
        }),
      )
    }
  }
  return app
}

/** Goes on with a request once it has its provider, and may be answered at all. */
function arrived<T>(
  provide: Provide,
  next: (c: Context<ProviderEnv>) => Promise<T>,
): (c: Context<ProviderEnv>) => Promise<T> {
  return async (c) => {
    c.set('provider', await provide(c))
    admit(c)
    return next(c)
  }
}

function entrance(provide: Provide): MiddlewareHandler<ProviderEnv> {
  return async (c, next) => arrived(provide, () => next())(c)
}
