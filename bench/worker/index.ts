import { Hono } from 'hono'
import worker from '../../src/index.ts'
import { createProvider } from '../../src/provider/create-provider.ts'
import { counting } from './counting.ts'
import { limit } from './limit.ts'

const provider = createProvider()

/** A resource that an access token opens, in a Worker with the provider. */
export const api = new Hono<{
  Bindings: Cloudflare.Env
  Variables: { oauth2: { user: { username: string } | null } }
}>().get('/api', provider.requireScope('read'), (c) =>
  c.json({ username: c.get('oauth2').user?.username ?? null }),
)

export const countedProvider = counting(worker)
export const countedApi = counting(api)
export const countedLimit = counting(limit)
export { limit }

export default limit
