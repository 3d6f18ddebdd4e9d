import type { Context, Env, MiddlewareHandler } from 'hono'
import { Hono } from 'hono/tiny'
import type { Provider, ProviderBindings, ProviderEnv } from '../concepts.ts'
import type { PagePart, PageShell } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'
import { requireSameOrigin } from '../http/anti-forgery.ts'
import { drain } from '../http/drain.ts'
import { errorResponse } from '../http/endpoint-errors.ts'
import { addEndpoints } from '../http/endpoint.ts'
import { configurationErrorPage, toOAuthError } from '../http/errors.ts'
import { unlessAnswered } from '../http/unless-answered.ts'
import { ownResource } from '../resource-server/own-resource.ts'
import { proofsOf } from '../resource-server/proofs.ts'
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

/** How an API of the same Worker is protected, besides the scopes that it requires. */
export interface ProtectOptions {
  /**
   * Its resource identifier (RFC 8707), which tokens must name as their audience, or a path of the provider's origin.
   * Defaults to the address of the request.
   */
  readonly resource?: string
  /**
   * Whether an access token that is a JWT is looked up in the storage, which knows whether it was revoked; defaults to true.
   * False accepts it as it is, without a round trip.
   */
  readonly introspect?: boolean
}

type ApiOptions = RequireScopeOptions<{ Bindings: ProviderBindings }>

/** Middleware that protects an API of the provider's Worker. */
export type ApiMiddleware = MiddlewareHandler<{ Bindings: ProviderBindings } & ProtectedEnv>

/** The provider's parts to mount: the app itself below `/oauth2`, the others at the origin's root. */
export type ProviderApp = Hono<ProviderEnv> & {
  /** Metadata, health, and everything else that features answer at the origin's root. */
  readonly wellKnown: Hono<ProviderEnv>
  /** The pages of the features: sign-in, sign-out, account, the panel for staff; empty without any. */
  readonly pages: Hono<ProviderEnv>
  /** The page for addresses that nothing else answers. */
  readonly notFoundPage: (c: Context<ProviderEnv>) => Promise<Response>
  /**
   * Middleware that protects an API of the same Worker; all named scopes are required. Options may follow the scopes:
   * `requireScope('read', { resource: '/mcp' })`.
   */
  readonly requireScope: (...needed: readonly (ProtectOptions | string)[]) => ApiMiddleware
  /** The same, but one of the scopes is enough. */
  readonly requireAnyScope: (...needed: readonly (ProtectOptions | string)[]) => ApiMiddleware
  /** Handler of the cron trigger: removes what has expired, and does the features' periodic work. */
  readonly scheduled: (controller: ScheduledController, env: ProviderBindings) => Promise<void>
  /** Verifies an access token outside of any request; see `edge-oauth2-provider/rpc`. */
  readonly verifyAccessToken: (token: string, env: ProviderBindings) => Promise<AccessToken | null>
}

/**
 * Creates an OAuth 2.0 provider from features.
 * @throws {ConfigurationError} an option is invalid
 */
export function createProvider(options: ProviderOptions = {}): ProviderApp {
  const resolved = resolveOptions(options)
  const { shell, tables } = resolved
  const read = environmentReader(resolved)
  const arrive = (env: ProviderBindings, arrival: Partial<Arrival> = {}): Promise<Provider> =>
    providerFor(env, { url: null, network: null, defer: () => {}, ...arrival }, resolved, read)
  const provide = (c: Arriving): Promise<Provider> =>
    arrive(c.env, {
      url: c.req.url,
      network: c.req.header('CF-Connecting-IP') ?? null,
      defer: (work) => c.executionCtx.waitUntil(work),
    })
  const protect = (
    make: (scopes: readonly string[], options: ApiOptions) => ApiMiddleware,
    needed: readonly (ProtectOptions | string)[],
  ): ApiMiddleware => {
    const scopes = needed.filter((name) => typeof name === 'string')
    const { introspect, resource } = needed.find((entry) => typeof entry === 'object') ?? {}
    // Each request has one provider, however often it is needed.
    const made = new WeakMap<Request, Promise<Provider>>()
    const providerOf = async (c: Arriving): Promise<Provider> => {
      const found = made.get(c.req.raw) ?? provide(c)
      made.set(c.req.raw, found)
      return found
    }
    return configured(
      make(scopes, {
        ...ownResource(providerOf, resource, introspect),
        proofs: proofsOf(tables, providerOf),
      }),
    )
  }
  const app = Object.assign(new Hono<ProviderEnv>(), {
    wellKnown: machineApp('root', tables, provide),
    pages: pageApp('root', tables, provide, shell),
    notFoundPage: (c: Context<ProviderEnv>) => notFoundPage(c, provide, shell),
    requireScope: (...needed: readonly (ProtectOptions | string)[]) => protect(requireScope, needed),
    requireAnyScope: (...needed: readonly (ProtectOptions | string)[]) => protect(requireAnyScope, needed),
    scheduled: scheduledHandler(resolved, (env, now) => arrive(env, { now })),
    verifyAccessToken: async (token: string, env: ProviderBindings) =>
      verifyAccessToken(token, await arrive(env)),
  })
  app.route('/', pageApp('oauth2', tables, provide, shell))
  app.route('/', machineApp('oauth2', tables, provide))
  return app
}

/** Wraps our middleware in another app, which cannot handle wrong settings, so that they are answered as everywhere else. */
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

/**
 * Metadata announces one path; clients would not find a provider at another.
 * @throws {ConfigurationError}
 */
function requireBase(path: string, base: string): void {
  if (path.startsWith(`${base}/`)) return
  throw new ConfigurationError(
    'paths.oauth2',
    `holds ${base}, but the provider is mounted so that it answers at ${path}`,
  )
}

/** The parts of Hono's context from which a provider is created. */
type Arriving = Pick<Context, 'req' | 'executionCtx'> & { readonly env: ProviderBindings }
type Provide = (c: Arriving) => Promise<Provider>
type Tables = Pick<Provider, 'endpoints' | 'pages' | 'paths'>

/** An app of endpoints, which answers errors with JSON. */
function machineApp(at: 'oauth2' | 'root', tables: Tables, provide: Provide): Hono<ProviderEnv> {
  const app = new Hono<ProviderEnv>()
  const { endpoints, paths } = tables
  addEndpoints(
    app,
    endpoints.filter((row) => row.at === at),
    {
      enter: async (c) => {
        if (at === 'oauth2') requireBase(c.req.path, paths.oauth2)
        await enter(c, provide)
      },
      fail: async (error, c) => {
        await drain(c.req.raw)
        return error instanceof ConfigurationError
          ? configurationErrorPage(error, c.req.url)
          : errorResponse(c, toOAuthError(error, c))
      },
    },
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
    if (at === 'oauth2') requireBase(c.req.path, paths.oauth2)
    await next()
  }
  // Only on our own pages; the embedding Worker decides about its own.
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

/** Continues with a request once it has its provider, and is admitted. */
function arrived<T>(
  provide: Provide,
  next: (c: Context<ProviderEnv>) => Promise<T>,
): (c: Context<ProviderEnv>) => Promise<T> {
  return async (c) => {
    await enter(c, provide)
    return next(c)
  }
}

async function enter(c: Context<ProviderEnv>, provide: Provide): Promise<void> {
  c.set('provider', await provide(c))
  admit(c)
}

function entrance(provide: Provide): MiddlewareHandler<ProviderEnv> {
  return async (c, next) => arrived(provide, () => next())(c)
}
