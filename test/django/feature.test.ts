import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { Feature, ProviderEnv } from '../../src/concepts.ts'
import { readImportedToken } from '../../src/django/imported-tokens.ts'
import { django } from '../../src/django/index.ts'
import { createProvider } from '../../src/provider/create-provider.ts'
import toolkit from '../fixtures/django/toolkit.json'
import { givenClient, givenUser, SECRET } from '../support/fixture.ts'
import { importRecords } from '../support/import.ts'

/** Asks a provider with these features. */
async function ask(features: readonly Feature[], path: string, form: Record<string, string>) {
  const app = new Hono<ProviderEnv>().route('/oauth2', createProvider({ features }))
  const init = { method: 'POST', body: new URLSearchParams(form) }
  const response = await app.request(`https://op.example/oauth2${path}`, init, env, {
    waitUntil: () => {},
    passThroughOnException: () => {},
    props: {},
  })
  const body: Record<string, unknown> = await response.json()
  return { status: response.status, body }
}

const WEB = { client_id: 'web-id', client_secret: 'secret of web' }
const own = { client_id: 'own', client_secret: SECRET, grant_type: 'password' }

describe('a provider without the feature django()', () => {
  it('refuses imported passwords, tokens and hashed client secrets, with the setting or without it', async () => {
    await importRecords(toolkit)
    await givenClient('own')
    const token = { ...WEB, token: 'access-token-of-ada-at-web' }
    expect((await ask([], '/introspect', token)).body).toEqual({ active: false })
    const refresh = { ...WEB, grant_type: 'refresh_token', refresh_token: 'refresh-token-of-ada-at-web' }
    expect((await ask([], '/token', refresh)).body).toMatchObject({ error: 'invalid_grant' })
    const bob = { ...own, username: 'bob', password: 'password of bob' }
    expect((await ask([], '/token', bob)).body).toMatchObject({ error: 'invalid_grant' })
    const hashed = { client_id: 'hashed-id', client_secret: 'secret of hashed', token: 'x' }
    expect((await ask([], '/introspect', hashed)).body).toMatchObject({ error: 'invalid_client' })
    // The same requests, to a provider with it.
    const features = [django({ importedTokens: true })]
    expect((await ask(features, '/introspect', token)).body).toMatchObject({ active: true })
    expect((await ask(features, '/token', refresh)).status).toBe(200)
    expect((await ask(features, '/token', bob)).status).toBe(200)
  })
})

describe('a feature of one’s own', () => {
  it('takes foreign tokens and password hashes by the same slots', async () => {
    await importRecords(toolkit)
    await givenClient('own')
    await givenUser('ada-2', { passwordHash: 'plain$open sesame' })
    const foreign: Feature = {
      name: 'foreign',
      passwordFormats: [
        {
          recognizes: (hash) => hash.startsWith('plain$'),
          verify: async (typed, hash) => hash === `plain$${typed}`,
        },
      ],
      tokenFormats: [
        {
          async open(token) {
            const found = token === 'alias' ? await readImportedToken('access-token-of-ada-at-web') : null
            return found && { kind: 'imported', ...found }
          },
        },
      ],
    }
    const signIn = { ...own, username: 'ada-2', password: 'open sesame' }
    expect((await ask([foreign], '/token', { ...signIn, password: 'x' })).status).toBe(400)
    expect((await ask([foreign], '/token', signIn)).status).toBe(200)
    expect((await ask([], '/token', signIn)).status).toBe(200)
    expect((await ask([foreign], '/introspect', { ...WEB, token: 'alias' })).body).toMatchObject({
      active: true,
    })
    expect((await ask([foreign], '/introspect', { ...WEB, token: 'other' })).body).toEqual({ active: false })
  })
})
