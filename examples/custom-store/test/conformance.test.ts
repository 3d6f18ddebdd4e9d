import { env } from 'cloudflare:workers'
import { type StoreUnderTest, storeConformance } from 'edge-oauth2-provider/testing'
import { describe, it } from 'vitest'
import { durableObjectStore } from '../durable-object-store.ts'

/** An object of its own for each test. */
async function open(): Promise<StoreUnderTest> {
  const name = crypto.randomUUID()
  const object = env.AUTH.getByName(name)
  return {
    store: durableObjectStore(env.AUTH, name),
    seed: {
      addClient: async (client) => object.addClient(client),
      addUser: async (user) => object.addUser(user),
      addScope: async (scope, description) => object.addScope(scope, description),
      disableClient: async (clientId) => object.disableClient(clientId),
      disableUser: async (userId) => object.disableUser(userId),
    },
  }
}

describe('the store in a Durable Object', () => {
  storeConformance(it, open)
})
