import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, expect, it } from 'vitest'
import type { Feature } from '../../src/concepts.ts'
import { keySetDocument } from '../../src/openid/keys/key-set.ts'
import { keepKeyRings } from '../../src/openid/keys/provider-keys.ts'
import { createProvider, type ProviderApp } from '../../src/provider/create-provider.ts'
import type { ProviderOptions } from '../../src/provider/options.ts'
import { createStore } from '../../src/store/d1/index.ts'
import { createSigningKeyStore } from '../../src/store/d1/signing-keys.ts'
import { countTrips } from '../support/trips.ts'
import { clearKeys } from './support.ts'

/** A feature that publishes the keys, as OpenID Connect does. */
function keysFeature(): Feature {
  const keysOf = keepKeyRings(['ES256'])
  return {
    name: 'keys',
    endpoints: [
      {
        at: 'root',
        path: '/keys.json',
        method: 'GET',
        body: 'none',
        caller: 'nobody',
        cors: true,
        summary: 'Keys',
        answer: async (_, provider) => {
          const { context, ring } = keysOf(provider)
          return { body: keySetDocument(await ring.publishedKeys(context)) }
        },
      },
    ],
  }
}

const withKeys = (options: ProviderOptions = {}): ProviderApp =>
  createProvider({ features: [keysFeature()], ...options })

async function keySet(app: ProviderApp, bindings: Cloudflare.Env): Promise<Response> {
  const context = createExecutionContext()
  const response = await app.wellKnown.fetch(new Request('https://id.example/keys.json'), bindings, context)
  await waitOnExecutionContext(context)
  return response
}

beforeEach(clearKeys)

it('a feature gets keys that are made once, and no trip is left when they are there', async () => {
  const counted = countTrips()
  const bindings = { ...env, ...counted.vars }
  const app = withKeys()
  const first: { keys: { kid: string }[] } = await (await keySet(app, bindings)).json()
  expect(first.keys).toHaveLength(1)
  const { d1 } = counted
  expect(await (await keySet(app, bindings)).json()).toEqual(first)
  expect(counted.d1).toBe(d1)
})

it('beside a storage of one’s own the keys come from where the provider is told', async () => {
  const store = () => createStore(env.DB, env.KV)
  expect((await keySet(withKeys({ store }), env)).status).toBe(500)
  const signingKeys = () => createSigningKeyStore(env.DB)
  expect((await keySet(withKeys({ store, signingKeys }), env)).status).toBe(200)
})
