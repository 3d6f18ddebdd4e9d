import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { createProvider, type Feature, pages, type ProviderOptions } from '../../src/public.ts'
import { ORIGIN, type Vars } from './http.ts'

/** Sends a request to a Worker. */
export type Ask = (path: string, init?: RequestInit, vars?: Vars) => Promise<Response>

/** A Worker of somebody else's that mounts a provider as the documents say. */
export function embedded(options: ProviderOptions): Ask {
  const provider = createProvider(options)
  const app = new Hono()
  app.route('/oauth2', provider)
  app.route('/', provider.wellKnown)
  app.route('/', provider.pages)
  return async (path: string, init: RequestInit = {}, vars: Vars = {}) => {
    const context = createExecutionContext()
    const request = new Request(new URL(path, ORIGIN), { redirect: 'manual', ...init })
    const response = await app.fetch(request, { ...env, ...vars }, context)
    await waitOnExecutionContext(context)
    return response
  }
}

/** The same with the pages and one feature. */
export function withFeature(feature: Omit<Feature, 'name'>, options: ProviderOptions = {}): Ask {
  return embedded({ ...options, features: [pages(), { name: 'example', ...feature }] })
}
