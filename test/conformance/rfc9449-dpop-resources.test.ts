import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { exportJWK, UnsecuredJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { sha256Base64url } from '../../src/crypto/bytes.ts'
import { dpop, dpopProofs } from '../../src/dpop/index.ts'
import { createProvider, type ProviderBindings, type ProtectedEnv, requireScope } from '../../src/public.ts'
import { introspectionVerifier } from '../../src/resource-server/introspection-verifier.ts'
import {
  boundHeaders,
  boundToken,
  boundUserInfo,
  makeProofKey,
  type ProofFields,
  type ProofKey,
  proofOf,
  tokenProof,
} from '../support/dpop.ts'
import { givenCast, givenClient, PASSWORD, SECRET } from '../support/fixture.ts'
import { type Answer, answerOf, ORIGIN, post, send, token, tokensOf } from '../support/http.ts'
import { must } from '../support/must.ts'
import { travel } from '../support/time.ts'
import { countTrips } from '../support/trips.ts'

const PASSWORD_GRANT = { grant_type: 'password', username: 'alice', password: PASSWORD, scope: 'openid read' }
const USERINFO = '/oauth2/userinfo'

let key: ProofKey
let thief: ProofKey
let bound: Answer

beforeEach(async () => {
  await givenCast()
  key = await makeProofKey()
  thief = await makeProofKey()
  bound = await boundToken(key, PASSWORD_GRANT)
})

describe('UserInfo with a token that is bound to a key', () => {
  must(
    'RFC 9449',
    '7.1',
    'is answered with a proof of the key, whatever the case of the scheme',
    async () => {
      expect((await boundUserInfo(key, bound.access_token)).status).toBe(200)
      const headers = await boundHeaders(key, bound.access_token, 'GET', USERINFO)
      const Authorization = `dPoP ${bound.access_token}`
      expect((await send(USERINFO, { headers: { ...headers, Authorization } })).status).toBe(200)
    },
  )

  it.each<[string, () => ProofFields]>([
    ['a query', () => ({ claims: { htu: `${ORIGIN}${USERINFO}?x=1` } })],
    ['a fragment', () => ({ claims: { htu: `${ORIGIN}${USERINFO}#x` } })],
    ['its host in capitals', () => ({ claims: { htu: `HTTPS://ID.EXAMPLE${USERINFO}` } })],
    ['its usual port', () => ({ claims: { htu: `https://id.example:443${USERINFO}` } })],
    ['escapes that are none', () => ({ claims: { htu: `${ORIGIN}/oauth2/%75serinfo` } })],
    ['members that nobody knows', () => ({ claims: { extra: true }, header: { extra: true } })],
    ['nbf and exp', () => ({ claims: { nbf: now(), exp: now() + 60 } })],
    ['a clock that is 10 seconds late', () => ({ claims: { iat: now() - 10 } })],
    ['a clock that is 10 seconds early', () => ({ claims: { iat: now() + 10 } })],
  ])('takes a proof with %s', async (_, fieldsOf) => {
    expect((await boundUserInfo(key, bound.access_token, fieldsOf())).status).toBe(200)
  })

  it.each<[string, () => ProofFields]>([
    ['of another method', () => ({ claims: { htm: 'POST' } })],
    ['without a method', () => ({ claims: { htm: undefined } })],
    ['of another URL', () => ({ claims: { htu: `${ORIGIN}/oauth2/token` } })],
    ['of another host', () => ({ claims: { htu: `https://evil.example${USERINFO}` } })],
    ['of another scheme', () => ({ claims: { htu: `http://id.example${USERINFO}` } })],
    ['of another port', () => ({ claims: { htu: `https://id.example:8443${USERINFO}` } })],
    ['without a URL', () => ({ claims: { htu: undefined } })],
    ['of another token', () => ({ claims: { ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' } })],
    ['of no token', () => ({ claims: { ath: undefined } })],
    ['without a jti', () => ({ claims: { jti: undefined } })],
    ['without a time', () => ({ claims: { iat: undefined } })],
    ['of an hour ago', () => ({ claims: { iat: now() - 3600 } })],
    ['of the next hour', () => ({ claims: { iat: now() + 3600 } })],
    ['that has expired', () => ({ claims: { exp: now() - 60 } })],
    ['that counts later', () => ({ claims: { nbf: now() + 60 } })],
    ['of another type', () => ({ header: { typ: 'JWT' } })],
    ['without a type', () => ({ header: { typ: undefined } })],
    ['without a key', () => ({ header: { jwk: undefined } })],
  ])('refuses a proof %s', async (_, fieldsOf) => {
    const response = await boundUserInfo(key, bound.access_token, fieldsOf())
    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toMatch(
      /^DPoP .*error="invalid_dpop_proof".*algs="ES256 /,
    )
  })

  must('RFC 9449', '4.3', 'threat 118: refuses a proof that another key signed, or nobody', async () => {
    const forged = await boundUserInfo(key, bound.access_token, { by: thief.privateKey })
    expect(forged.status).toBe(401)
    const claims = { htm: 'GET', htu: `${ORIGIN}${USERINFO}`, jti: 'j', iat: now() }
    const unsigned = new UnsecuredJWT(claims).encode()
    const headers = { Authorization: `DPoP ${bound.access_token}`, DPoP: unsigned }
    expect((await send(USERINFO, { headers })).status).toBe(401)
  })

  must('RFC 9449', '4.3', 'refuses a proof that brings a private key along', async () => {
    const jwk = await exportJWK(key.privateKey)
    const response = await boundUserInfo(key, bound.access_token, { header: { jwk } })
    expect(response.status).toBe(401)
  })

  must('RFC 9449', '7.1', 'threat 118: refuses the proof of another key', async () => {
    const response = await boundUserInfo(thief, bound.access_token)
    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toMatch(/^DPoP .*error="invalid_token"/)
  })

  must('RFC 9449', '7.2', 'refuses the token by the scheme Bearer, with a proof or without', async () => {
    const Authorization = `Bearer ${bound.access_token}`
    const { DPoP = '' } = await boundHeaders(key, bound.access_token, 'GET', USERINFO)
    for (const headers of [{ Authorization }, { Authorization, DPoP }]) {
      expect((await send(USERINFO, { headers })).status).toBe(401)
    }
    const form = await post(USERINFO, { access_token: bound.access_token })
    expect(form.status).toBe(401)
  })

  it('refuses the scheme DPoP without a proof, and with a token that is not bound', async () => {
    const headers = { Authorization: `DPoP ${bound.access_token}` }
    expect((await send(USERINFO, { headers })).status).toBe(401)
    const { access_token } = await tokensOf({ scope: 'openid' })
    expect((await boundUserInfo(key, access_token)).status).toBe(401)
  })

  must('RFC 9449', '11.1', 'threat 118: takes a proof once', async () => {
    const headers = await boundHeaders(key, bound.access_token, 'GET', USERINFO)
    expect((await send(USERINFO, { headers })).status).toBe(200)
    const again = await send(USERINFO, { headers })
    expect(again.status).toBe(401)
    expect(await answerOf(again)).toMatchObject({ error: 'invalid_dpop_proof' })
  })

  it('costs one round trip, and none where the proof does not hold', async () => {
    const trips = countTrips()
    await boundUserInfo(key, bound.access_token, {}, trips.vars)
    expect(trips).toMatchObject({ d1: 1, depth: 1 })
    await boundUserInfo(key, bound.access_token, { claims: { htm: 'PUT' } }, trips.vars)
    expect(trips.d1).toBe(1)
  })
})

describe('nonces', () => {
  const vars = { OAUTH_DPOP_NONCE: 'true' }
  const form = { client_id: 'service', grant_type: 'client_credentials' }

  must(
    'RFC 9449',
    '8',
    'are demanded at the token endpoint where the setting says so, and told',
    async () => {
      const asked = await boundToken(key, form, {}, vars)
      expect(asked).toMatchObject({ status: 400, error: 'use_dpop_nonce' })
      const nonce = asked.headers.get('DPoP-Nonce') ?? ''
      expect(nonce).toMatch(/^[\w-]{27}$/)
      expect(asked.headers.get('Access-Control-Expose-Headers')).toContain('DPoP-Nonce')
      const answer = await boundToken(key, form, { claims: { nonce } }, vars)
      expect(answer).toMatchObject({ status: 200, token_type: 'DPoP' })
    },
  )

  must('RFC 9449', '9', 'are demanded at resources, too, with a challenge', async () => {
    const asked = await boundUserInfo(key, bound.access_token, {}, vars)
    expect(asked.status).toBe(401)
    expect(asked.headers.get('WWW-Authenticate')).toMatch(/^DPoP .*error="use_dpop_nonce"/)
    const nonce = asked.headers.get('DPoP-Nonce')
    const answer = await boundUserInfo(key, bound.access_token, { claims: { nonce } }, vars)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('DPoP-Nonce')).toBeNull()
  })

  must('RFC 9449', '8.2', 'are replaced in the answer once they are a minute old', async () => {
    const asked = await boundToken(key, form, {}, vars)
    const nonce = asked.headers.get('DPoP-Nonce') ?? ''
    travel(70)
    const answer = await boundToken(key, form, { claims: { nonce } }, vars)
    expect(answer).toMatchObject({ status: 200 })
    const next = answer.headers.get('DPoP-Nonce') ?? ''
    expect(next).toMatch(/^[\w-]{27}$/)
    expect(next).not.toBe(nonce)
    const resource = await boundUserInfo(key, bound.access_token, { claims: { nonce } }, vars)
    expect(resource.headers.get('DPoP-Nonce')).toBe(next)
  })

  it('end after five minutes', async () => {
    const asked = await boundToken(key, form, {}, vars)
    const nonce = asked.headers.get('DPoP-Nonce') ?? ''
    travel(360)
    expect(await boundToken(key, form, { claims: { nonce } }, vars)).toMatchObject({
      error: 'use_dpop_nonce',
    })
  })

  it('cannot be made by anybody else', async () => {
    const { headers } = await boundToken(key, form, {}, vars)
    const genuine = headers.get('DPoP-Nonce') ?? ''
    const altered = `${genuine.slice(0, -2)}${genuine.endsWith('AA') ? 'BA' : 'AA'}`
    for (const nonce of ['', 'guess', altered, `${genuine}A`, genuine.toLowerCase()]) {
      const answer = await boundToken(key, form, { claims: { nonce } }, vars)
      expect([nonce, answer.error]).toEqual([nonce, 'use_dpop_nonce'])
    }
  })

  it('are nothing that a bearer client sees', async () => {
    const answer = await token(form, vars)
    expect(answer).toMatchObject({ status: 200, token_type: 'Bearer' })
    expect(answer.headers.get('DPoP-Nonce')).toBeNull()
  })
})

type ApiEnv = { Bindings: ProviderBindings } & ProtectedEnv

describe('requireScope with a token that is bound to a key', () => {
  const API = 'https://id.example/api/me'

  async function call(app: Hono<ApiEnv>, headers: Readonly<Record<string, string>>): Promise<Response> {
    return app.fetch(new Request(API, { headers }), env, createExecutionContext())
  }

  /** An API in the provider's own Worker. */
  function own(features = [dpop()]): Hono<ApiEnv> {
    const app = new Hono<ApiEnv>()
    app.get('/api/me', createProvider({ features }).requireScope('read'), (c) => c.json(c.get('oauth2')))
    return app
  }

  /** An API of another Worker, which asks the provider. */
  function foreign(proofs?: ReturnType<typeof dpopProofs>): Hono<ApiEnv> {
    const verify = introspectionVerifier({
      endpoint: `${ORIGIN}/oauth2/introspect`,
      clientId: 'other',
      clientSecret: SECRET,
      fetch: async (_, init) => send('/oauth2/introspect', init),
    })
    const app = new Hono<ApiEnv>()
    app.get('/api/me', requireScope<ApiEnv>('read', { verify, ...(proofs && { proofs }) }), (c) =>
      c.json(c.get('oauth2')),
    )
    return app
  }

  const good = async () => boundHeaders(key, bound.access_token, 'GET', '/api/me')

  it.each<[string, () => Hono<ApiEnv>]>([
    ['in the same Worker', own],
    ['in another Worker', () => foreign(dpopProofs())],
    ['behind a proxy', () => foreign(dpopProofs({ origin: 'https://id.example' }))],
  ])('lets a request with a proof through %s, and no other', async (_, make) => {
    const app = make()
    const answer = await call(app, await good())
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ jkt: key.jkt })
    const value = bound.access_token
    const DPoP = await proofOf(key, 'GET', '/api/me', { claims: { ath: await sha256Base64url(value) } })
    for (const headers of [
      { Authorization: `Bearer ${value}` },
      { Authorization: `Bearer ${value}`, DPoP },
      { Authorization: `DPoP ${value}` },
      await boundHeaders(thief, value, 'GET', '/api/me'),
      await boundHeaders(key, value, 'POST', '/api/me'),
      await boundHeaders(key, value, 'GET', '/api/you'),
    ]) {
      const refused = await call(app, headers)
      expect(refused.status).toBe(401)
      expect(refused.headers.get('WWW-Authenticate')).toMatch(/^DPoP .*error="invalid_(?:dpop_proof|token)"/)
    }
  })

  it('refuses the token where proofs are not taken', async () => {
    for (const app of [own([]), foreign()]) {
      expect((await call(app, await good())).status).toBe(401)
      const Authorization = `Bearer ${bound.access_token}`
      expect((await call(app, { Authorization })).status).toBe(401)
    }
  })

  it('takes bearer tokens as ever, and shows their clients nothing of proofs', async () => {
    const { access_token } = await tokensOf()
    expect((await call(own(), { Authorization: `Bearer ${access_token}` })).status).toBe(200)
    const challenged = await call(own(), {})
    expect(challenged.headers.get('WWW-Authenticate')).toMatch(/^Bearer (?!.*DPoP)/)
    const wrong = await call(own(), { Authorization: 'Bearer at_wrong' })
    expect(wrong.headers.get('WWW-Authenticate')).toMatch(/^Bearer (?!.*algs)/)
  })

  it('names the scope that is missing', async () => {
    const narrow = await boundToken(key, { ...PASSWORD_GRANT, scope: 'openid' })
    const refused = await call(own(), await boundHeaders(key, narrow.access_token, 'GET', '/api/me'))
    expect(refused.status).toBe(403)
    expect(refused.headers.get('WWW-Authenticate')).toMatch(/^DPoP .*error="insufficient_scope"/)
  })

  it('does not let a bound token register clients as a bearer', async () => {
    const vars = { OAUTH_REGISTRATION: 'token', OAUTH_SCOPES: '{"read":2,"register":8}' }
    await givenClient('registrar', { grantTypes: ['client_credentials'] })
    const headers = await tokenProof(key)
    const form = {
      client_id: 'registrar',
      client_secret: SECRET,
      grant_type: 'client_credentials',
      scope: 'register',
    }
    const issued = await answerOf(await post('/oauth2/token', form, headers, vars))
    expect(issued).toMatchObject({ status: 200, token_type: 'DPoP' })
    const response = await send(
      '/oauth2/register',
      {
        method: 'POST',
        body: JSON.stringify({ redirect_uris: ['https://app.example/cb'] }),
        headers: { Authorization: `Bearer ${issued.access_token}`, 'Content-Type': 'application/json' },
      },
      vars,
    )
    expect(response.status).toBe(401)
  })
})

function now(): number {
  return Math.floor(Date.now() / 1000)
}
