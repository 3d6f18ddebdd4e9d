import type { Hono } from 'hono'
import type { ProviderEnv } from './provider-variables.ts'

/** Adds `/healthz`: 200 while D1 and KV answer, else 503 and which one does not. */
export function addHealthRoute(app: Hono<ProviderEnv>): void {
  app.get('/healthz', async (c) => {
    const failing = await c.get('provider').store.readHealth()
    const body = failing.length === 0 ? { status: 'ok' } : { status: 'unavailable', failing }
    return c.json(body, failing.length === 0 ? 200 : 503, { 'Cache-Control': 'no-store' })
  })
}
