import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { beforeEach, describe, expect } from 'vitest'
import {
  type AuthenticationDemand,
  createProvider,
  introspectionVerifier,
  requireAuthentication,
  requireScope,
} from '../../src/public.ts'
import { givenCast, SECRET } from '../support/fixture.ts'
import { approve, authorizationUrl, authorize, codeIn, redeem, signedIn } from '../support/flow.ts'
import { introspect, send, token } from '../support/http.ts'
import { must } from '../support/must.ts'
import { givenPasskey, passkeySignIn } from '../support/passkeys.ts'
import { travel } from '../support/time.ts'

const provider = createProvider()
let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

async function ask(value: string, demand: AuthenticationDemand): Promise<Response> {
  const app = new Hono()
  app.use('/api', provider.requireScope('read'), requireAuthentication(demand))
  app.get('/api', (c) => c.text('paid'))
  const request = new Request('https://id.example/api', { headers: { Authorization: `Bearer ${value}` } })
  return app.fetch(request, env, createExecutionContext())
}

async function byPassword(): Promise<string> {
  return (await redeem(codeIn(await authorize(await signedIn(alice))))).access_token
}

/** The token of a sign-in by a passkey, without OpenID Connect. */
async function byPasskey(): Promise<string> {
  const { browser, visit } = await passkeySignIn(await givenPasskey(alice), {}, authorizationUrl())
  return (await redeem(codeIn(await approve(browser, visit)))).access_token
}

describe('an API that demands how its user was authenticated', () => {
  must(
    'RFC 9470',
    '3',
    'a sign-in by one factor is challenged with the levels that are demanded',
    async () => {
      const refused = await ask(await byPassword(), { acrValues: ['2', 'phr'] })
      expect(refused.status).toBe(401)
      expect(refused.headers.get('WWW-Authenticate')).toMatch(
        /^Bearer error="insufficient_user_authentication", error_description="[^"]+", acr_values="2 phr"$/,
      )
      expect(await refused.json()).toMatchObject({ error: 'insufficient_user_authentication' })
      expect((await ask(await byPassword(), { acrValues: ['1'] })).status).toBe(200)
    },
  )

  must(
    'RFC 9470',
    '3',
    'a stronger level satisfies a weaker one, and an unknown one is satisfied by none',
    async () => {
      const strong = await byPasskey()
      for (const level of ['1', '2', 'phr'])
        expect((await ask(strong, { acrValues: [level] })).status).toBe(200)
      expect((await ask(strong, { acrValues: ['urn:other'] })).status).toBe(401)
    },
  )

  must('RFC 9470', '3', 'a sign-in that is too old is challenged with the age that is demanded', async () => {
    const weak = await byPassword()
    expect((await ask(weak, { maxAge: 600 })).status).toBe(200)
    travel(601)
    const refused = await ask(weak, { maxAge: 600 })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('WWW-Authenticate')).toMatch(/, max_age="600"$/)
  })

  must('RFC 9470', '6.2', 'is told of it by introspection, wherever it runs', async () => {
    const verify = introspectionVerifier({
      endpoint: 'https://id.example/oauth2/introspect',
      clientId: 'other',
      clientSecret: SECRET,
      cacheFor: 0,
      fetch: async (_, init) => send('/oauth2/introspect', init),
    })
    const app = new Hono()
    app.use(
      '/api',
      requireScope('read', { verify }),
      requireAuthentication({ acrValues: ['2'], maxAge: 600 }),
    )
    app.get('/api', (c) => c.text('paid'))
    const call = async (value: string): Promise<number> =>
      (await app.request('/api', { headers: { Authorization: `Bearer ${value}` } })).status
    const [strong, weak] = [await byPasskey(), await byPassword()]
    const told = await introspect(strong)
    expect(told).toMatchObject({ acr: 'phr', auth_time: expect.any(Number) as unknown })
    expect(await introspect(weak)).toMatchObject({ acr: '1' })
    expect([await call(weak), await call(strong)]).toEqual([401, 200])
    travel(601)
    expect(await call(strong)).toBe(401)
  })

  must('RFC 9470', '6.2', 'hears nothing of a sign-in where a client acts for itself', async () => {
    const { access_token } = await token({ client_id: 'service', grant_type: 'client_credentials' })
    const told = await introspect(access_token)
    expect(told).toMatchObject({ active: true })
    for (const name of ['acr', 'auth_time', 'sub']) expect(told).not.toHaveProperty(name)
  })
})
