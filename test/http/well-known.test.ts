import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import worker from '../../src/index.ts'

/** Reads the metadata that an origin gives, from an isolate that keeps its environment. */
async function metadataOf(origin: string, environment: Cloudflare.Env): Promise<unknown> {
  const request = new Request(`${origin}/.well-known/oauth-authorization-server`)
  return (await worker.fetch(request as never, environment, createExecutionContext())).json()
}

it('each issuer has a document of its own, however often and by however many names one isolate is asked', async () => {
  const hosts = Array.from({ length: 120 }, (_, index) => `https://tenant-${index}.example`)
  for (const origin of [...hosts, ...hosts.toReversed()]) {
    expect(await metadataOf(origin, env)).toMatchObject({
      issuer: origin,
      token_endpoint: `${origin}/oauth2/token`,
    })
  }
})

it('an environment with other scopes has another document for the same issuer', async () => {
  const origin = 'https://id.example'
  const other = { ...env, OAUTH_SCOPES: '{"other":2}' }
  for (let time = 0; time < 2; time++) {
    expect(await metadataOf(origin, env)).toMatchObject({
      scopes_supported: expect.arrayContaining(['read', 'write']) as unknown,
    })
    expect(await metadataOf(origin, other)).not.toMatchObject({
      scopes_supported: expect.arrayContaining(['read']) as unknown,
    })
  }
})
