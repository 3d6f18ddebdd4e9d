import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  ConfigurationError,
  createProvider,
  type GrantType,
  invalidGrant,
  issueTokens,
  type ProviderOptions,
} from '../../src/public.ts'
import { givenCast, givenClient, PASSWORD, SECRET } from '../support/fixture.ts'
import { type Answer, answerOf, introspect, ORIGIN, refresh } from '../support/http.ts'
import { must } from '../support/must.ts'
import { expectRefusal } from '../support/refusal.ts'

const ASSERTION = 'urn:example:params:oauth:grant-type:badge'

let alice = ''

/** A grant type of one's own: the user shows a badge, which here is her id. */
const badge: GrantType = {
  parameters: ['badge'],
  async exchange(request, provider) {
    await request.authenticateClient()
    if (request.params.get('badge') !== `badge of ${alice}`) throw invalidGrant('not a badge')
    return issueTokens(request, { scope: request.params.get('scope'), userId: alice }, provider)
  },
}

/** A Worker that mounts a provider of one's own. */
function workerWith(
  options: ProviderOptions,
): (path: string, form?: Readonly<Record<string, string>>) => Promise<Answer> {
  const provider = createProvider(options)
  const app = new Hono().route('/oauth2', provider).route('/', provider.wellKnown)
  return async (path, form) => {
    const init = form ? { body: new URLSearchParams(form), method: 'POST' } : {}
    return answerOf(await app.fetch(new Request(new URL(path, ORIGIN), init), env, createExecutionContext()))
  }
}

describe('a grant type of one’s own', () => {
  const ask = workerWith({ grantTypes: { [ASSERTION]: badge } })
  const form = { client_id: 'door', client_secret: SECRET, grant_type: ASSERTION }

  beforeEach(async () => {
    ;({ alice } = await givenCast())
    await givenClient('door', { grantTypes: [ASSERTION, 'refresh_token'] })
  })

  must(
    'RFC 6749',
    '4.5',
    'an extension grant gives tokens like every other, which refresh and introspection know',
    async () => {
      const answer = await ask('/oauth2/token', { ...form, badge: `badge of ${alice}`, scope: 'write read' })
      expect(answer).toMatchObject({
        expires_in: 86_400,
        scope: 'read write',
        status: 200,
        token_type: 'Bearer',
      })
      expect(await introspect(answer.access_token)).toMatchObject({
        active: true,
        client_id: 'door',
        username: 'alice',
      })
      expect(await refresh(answer.refresh_token ?? '', { client_id: 'door' })).toMatchObject({ status: 200 })
    },
  )

  must('RFC 6749', '5.2', 'its refusals are those of the token endpoint', async () => {
    expectRefusal(await ask('/oauth2/token', { ...form, badge: 'forged' }), 'invalid_grant')
    expectRefusal(
      await ask('/oauth2/token', { ...form, badge: 'x', client_secret: 'wrong' }),
      'invalid_client',
    )
    expectRefusal(
      await ask('/oauth2/token', { ...form, badge: 'x', client_id: 'web' }),
      'unauthorized_client',
    )
    const missing = await ask('/oauth2/token', form)
    expectRefusal(missing, 'invalid_request')
    expect(missing.error_description).toBe("No 'badge' included in the request.")
    const wide = { ...form, badge: `badge of ${alice}`, scope: 'everything' }
    expectRefusal(await ask('/oauth2/token', wide), 'invalid_scope')
  })

  must('RFC 8414', '2', 'metadata announces it', async () => {
    const answer = await ask('/.well-known/oauth-authorization-server')
    expect(answer['grant_types_supported']).toEqual(expect.arrayContaining([ASSERTION, 'password']))
  })

  must('RFC 6749', '5.2', 'a provider without it does not know it', async () => {
    const plain = workerWith({})
    expectRefusal(
      await plain('/oauth2/token', { ...form, badge: `badge of ${alice}` }),
      'unsupported_grant_type',
    )
  })
})

describe('a grant type that is left out', () => {
  beforeEach(givenCast)

  must('RFC 6749', '5.2', 'is not supported, and not announced', async () => {
    const ask = workerWith({ grantTypes: { password: false } })
    const form = {
      client_id: 'web',
      client_secret: SECRET,
      grant_type: 'password',
      password: PASSWORD,
      username: 'alice',
    }
    expectRefusal(await ask('/oauth2/token', form), 'unsupported_grant_type')
    const answer = await ask('/.well-known/oauth-authorization-server')
    expect(answer['grant_types_supported']).not.toContain('password')
    const service = { client_id: 'service', client_secret: SECRET, grant_type: 'client_credentials' }
    expect(await ask('/oauth2/token', service)).toMatchObject({ status: 200 })
  })
})

describe('a name that no grant type may have', () => {
  it.each(['badge', 'Password', '', 'password ', '/badge', 'a b'])('%j is a ConfigurationError', (name) => {
    expect(() => createProvider({ grantTypes: { [name]: badge } })).toThrow(ConfigurationError)
    expect(() => createProvider({ grantTypes: { [name]: false } })).toThrow('grantTypes')
  })
})
