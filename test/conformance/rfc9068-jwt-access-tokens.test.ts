import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import {
  base64url,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { jwtAccessTokens } from '../../src/jwt-access-tokens/index.ts'
import { openid } from '../../src/provider/openid.ts'
import { resources } from '../../src/provider/resources.ts'
import {
  createProvider,
  jwtVerifier,
  pages,
  type ProtectedEnv,
  type ProviderBindings,
  requireScope,
} from '../../src/public.ts'
import { embedded } from '../support/embedded.ts'
import { givenCast, givenClient, REDIRECT_URI, SECRET } from '../support/fixture.ts'
import { act, authorize, codeIn, redeem, signedIn } from '../support/flow.ts'
import {
  type Answer,
  answerOf,
  introspect,
  ORIGIN,
  refresh,
  revoke,
  send,
  sendIn,
  token,
  tokensOf,
  type Vars,
} from '../support/http.ts'
import { must } from '../support/must.ts'
import { FILES, MAIL } from '../support/resources.ts'
import { countTrips } from '../support/trips.ts'

const VARS: Vars = {
  OAUTH_SCOPES: '{"read":2,"write":6,"mail":8}',
  OAUTH_RESOURCES: JSON.stringify({
    [FILES]: { name: 'Files', scope: 'read write', token_format: 'jwt' },
    [MAIL]: { name: 'Mail', scope: 'mail read', token_format: 'jwt', access_token_lifetime: 300 },
    [`${ORIGIN}/mcp`]: { name: 'Tools', token_format: 'jwt' },
  }),
}

/** A verifier of an API elsewhere, with what it has fetched. */
function verifierFor(
  audience: string,
  options: Partial<Parameters<typeof jwtVerifier>[0]> = {},
): { readonly verify: ReturnType<typeof jwtVerifier>; readonly fetched: string[] } {
  const fetched: string[] = []
  const ask = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input)
    fetched.push(url.pathname)
    return send(url.pathname, init, VARS)
  }
  return { fetched, verify: jwtVerifier({ issuer: ORIGIN, audience, fetch: ask, ...options }) }
}

const jwtFor = async (resource: string, form: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  tokensOf({ resource, ...form }, VARS)

/** A JWT with changes that its provider did not sign. */
async function forged(
  value: string,
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const all = { ...decodeProtectedHeader(value), alg: 'ES256', jwk: await exportJWK(publicKey), ...header }
  return new SignJWT({ ...decodeJwt(value), ...claims }).setProtectedHeader(all).sign(privateKey)
}

let alice: string

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

describe('a JWT access token', () => {
  it('is valid over a service binding, where no request says who the issuer is', async () => {
    const { access_token: jwt } = await jwtFor(FILES)
    const provider = createProvider({ features: [pages(), openid(), resources(), jwtAccessTokens()] })
    expect(await provider.verifyAccessToken(jwt, { ...env, ...VARS })).toMatchObject({ clientId: 'web' })
    const elsewhere = { ...env, ...VARS, OAUTH_ISSUER: 'https://elsewhere.example' }
    expect(await provider.verifyAccessToken(jwt, elsewhere)).toBeNull()
  })

  must(
    'RFC 9068',
    '2.1',
    'has the type at+jwt and names a key of the key set, by ES256 or RS256',
    async () => {
      for (const alg of ['ES256', 'RS256']) {
        const vars = { ...VARS, OAUTH_JWT_ALGORITHM: alg }
        const { access_token: jwt } = await tokensOf({ resource: FILES }, vars)
        const header = decodeProtectedHeader(jwt)
        expect(header).toMatchObject({ typ: 'at+jwt', alg })
        const { keys } = await (await send('/oauth2/jwks', {}, vars)).json<{ keys: { kid: string }[] }>()
        expect(keys.map(({ kid }) => kid)).toContain(header.kid)
      }
    },
  )

  must(
    'RFC 9068',
    '2.2',
    'says whose it is, for whom, until when, and how the user was authenticated',
    async () => {
      const answer = await redeem(
        codeIn(await authorize(await signedIn(alice, VARS), { resource: FILES })),
        {},
        VARS,
      )
      const claims = decodeJwt(answer.access_token)
      expect(claims).toEqual({
        iss: ORIGIN,
        sub: alice,
        aud: FILES,
        client_id: 'web',
        scope: 'read',
        iat: expect.any(Number) as number,
        exp: (claims.iat ?? 0) + 3600,
        jti: expect.stringMatching(/^[0-9a-f]{32}\.0$/) as string,
        auth_time: expect.any(Number) as number,
        acr: '1',
      })
      expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read' })
    },
  )

  must('RFC 9068', '2.2', 'has as its subject the client that acts for itself', async () => {
    const form = { client_id: 'service', grant_type: 'client_credentials', resource: FILES }
    const claims = decodeJwt((await token(form, VARS)).access_token)
    expect(claims).toMatchObject({ sub: 'service', client_id: 'service' })
    expect(claims).not.toHaveProperty('auth_time')
  })

  must('RFC 9068', '3', 'names as its audience the issuer where the request names no resource', async () => {
    await givenClient('jot', { metadata: JSON.stringify({ access_token_format: 'jwt' }) })
    const answer = await tokensOf({ client_id: 'jot' })
    expect(decodeJwt(answer.access_token)).toMatchObject({ aud: ORIGIN, client_id: 'jot' })
    expect(answer).toMatchObject({ expires_in: 3600 })
    const next = await refresh(answer.refresh_token ?? '', { client_id: 'jot' })
    expect(decodeJwt(next.access_token)).toMatchObject({
      aud: ORIGIN,
      jti: expect.stringMatching(/\.1$/) as string,
    })
    expect(next).toMatchObject({ expires_in: 3600 })
  })

  it('is valid as long as its resource or its client says, an hour at most otherwise', async () => {
    expect(await jwtFor(MAIL, { scope: 'mail' })).toMatchObject({ expires_in: 300 })
    const vars = { ...VARS, OAUTH_EXPIRE_JWT_DELTA: '60' }
    expect(await tokensOf({ resource: FILES }, vars)).toMatchObject({ expires_in: 60 })
    const metadata = JSON.stringify({ access_token_format: 'jwt' })
    await givenClient('long', { metadata, accessTokenLifetime: 7200 })
    expect(await tokensOf({ client_id: 'long' }, vars)).toMatchObject({ expires_in: 7200 })
  })

  it('is refreshed, introspected and revoked like the others, and seen on the account page', async () => {
    const first = await jwtFor(FILES)
    const second = await refresh(first.refresh_token ?? '', {}, VARS)
    expect(decodeJwt(second.access_token).aud).toBe(FILES)
    expect(await introspect(first.access_token, 'other', VARS)).toEqual(
      expect.objectContaining({ active: false }),
    )
    expect(await introspect(second.access_token, 'other', VARS)).toMatchObject({
      active: true,
      aud: FILES,
      sub: alice,
      token_type: 'Bearer',
    })
    expect((await revoke(second.access_token, 'web', VARS)).status).toBe(200)
    expect(await introspect(second.access_token, 'other', VARS)).toMatchObject({ active: false })
    const third = await redeem(
      codeIn(await authorize(await signedIn(alice, VARS), { resource: FILES })),
      {},
      VARS,
    )
    const browser = await signedIn(alice, VARS)
    expect((await browser.visit('/account')).text).toContain('Application web')
    await act(browser, 'revoke-application', { client_id: 'web' })
    expect(await introspect(third.access_token, 'other', VARS)).toMatchObject({ active: false })
  })

  it('opens UserInfo, and its hash is in the ID token beside it', async () => {
    const scope = 'openid read'
    const answer = await redeem(
      codeIn(await authorize(await signedIn(alice, VARS), { resource: FILES, scope })),
      {},
      VARS,
    )
    const headers = { Authorization: `Bearer ${answer.access_token}` }
    expect(await (await send('/oauth2/userinfo', { headers }, VARS)).json()).toMatchObject({ sub: alice })
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(answer.access_token))
    expect(decodeJwt(String(answer['id_token']))['at_hash']).toBe(
      base64url.encode(new Uint8Array(digest).slice(0, 16)),
    )
  })

  it('has claims of the embedding Worker, which cannot replace those of the provider', async () => {
    const ask = embedded({
      features: [
        pages(),
        openid(),
        resources(),
        jwtAccessTokens({
          accessTokenClaims: async () => ({ roles: ['reader'], sub: 'somebody', aud: 'x' }),
        }),
      ],
    })
    const body = new URLSearchParams({
      client_id: 'service',
      client_secret: SECRET,
      grant_type: 'client_credentials',
      resource: FILES,
    })
    const answer = await answerOf(await ask('/oauth2/token', { method: 'POST', body }, VARS))
    expect(decodeJwt(answer.access_token)).toMatchObject({ roles: ['reader'], sub: 'service', aud: FILES })
  })

  it('costs no statement more, once an isolate has its keys and resources', async () => {
    const trips = countTrips()
    const isolate = { ...env, ...VARS, ...trips.vars }
    const ask = async (form: Readonly<Record<string, string>>): Promise<Answer> =>
      answerOf(
        await sendIn(isolate, '/oauth2/token', {
          method: 'POST',
          body: new URLSearchParams({ client_id: 'web', client_secret: SECRET, ...form }),
        }),
      )
    const code = codeIn(await authorize(await signedIn(alice, VARS), { resource: FILES }))
    const grant = { grant_type: 'client_credentials', client_id: 'service', resource: FILES }
    expect(await ask(grant)).toMatchObject({ status: 200 })
    const before = trips.d1
    const first = await ask({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI })
    expect(first.access_token).toMatch(/^ey/)
    expect(trips.d1 - before).toBe(1)
    await ask({ grant_type: 'refresh_token', refresh_token: first.refresh_token ?? '' })
    expect(trips.d1 - before).toBe(2)
  })
})

describe('an API elsewhere', () => {
  must(
    'RFC 9068',
    '4',
    'checks tokens alone once it has the keys, which it fetches from the metadata',
    async () => {
      const { fetched, verify } = verifierFor(FILES)
      const { access_token: jwt } = await jwtFor(FILES)
      expect(await verify(jwt)).toMatchObject({
        clientId: 'web',
        user: { id: alice },
        scopes: ['read'],
        audience: [FILES],
      })
      expect(fetched).toEqual(['/.well-known/oauth-authorization-server', '/oauth2/jwks'])
      expect(await verify((await jwtFor(FILES)).access_token)).not.toBeNull()
      expect(fetched).toHaveLength(2)
    },
  )

  must('RFC 9068', '4', 'threat 110: refuses a token for another audience, and one without any', async () => {
    const { verify } = verifierFor(FILES)
    expect(await verify((await jwtFor(MAIL, { scope: 'mail' })).access_token)).toBeNull()
    expect(await verify((await jwtFor(`${ORIGIN}/mcp`)).access_token)).toBeNull()
  })

  must(
    'RFC 9068',
    '5',
    'threat 66: refuses an ID token as an access token, and what has no type',
    async () => {
      const scope = 'openid read'
      const code = codeIn(await authorize(await signedIn(alice, VARS), { resource: FILES, scope }))
      const answer = await redeem(code, {}, VARS)
      const { verify } = verifierFor('web')
      expect(await verify(String(answer['id_token']))).toBeNull()
      const headers = { Authorization: `Bearer ${String(answer['id_token'])}` }
      expect((await send('/oauth2/userinfo', { headers }, VARS)).status).toBe(401)
      expect(await introspect(String(answer['id_token']), 'other', VARS)).toMatchObject({ active: false })
    },
  )

  must(
    'RFC 8725',
    '2.1',
    'refuses none, the key set as a secret, keys that the token brings, and other algorithms',
    async () => {
      const { access_token: jwt } = await jwtFor(FILES)
      const { keys } = await (await send('/oauth2/jwks', {}, VARS)).json<{ keys: object[] }>()
      const kid = decodeProtectedHeader(jwt).kid ?? ''
      const secret = new TextEncoder().encode(JSON.stringify(keys[0]))
      const confused = await new SignJWT(decodeJwt(jwt))
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
        .sign(secret)
      const none = new UnsecuredJWT(decodeJwt(jwt))
        .encode()
        .replace(/^[^.]+/, () => base64url.encode(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid })))
      const tampered = jwt.replace(
        /\.[^.]+\./,
        () => `.${base64url.encode(JSON.stringify({ ...decodeJwt(jwt), scope: 'write' }))}.`,
      )
      const { verify } = verifierFor(FILES)
      const pinned = verifierFor(FILES, { algorithms: ['RS256'] })
      for (const wrong of [
        confused,
        none,
        tampered,
        await forged(jwt, {}),
        await forged(jwt, { kid: 'another' }),
      ]) {
        expect(await verify(wrong)).toBeNull()
        expect(await introspect(wrong, 'other', VARS)).toMatchObject({ active: false })
        const headers = { Authorization: `Bearer ${wrong}` }
        expect([400, 401]).toContain((await send('/oauth2/userinfo', { headers }, VARS)).status)
      }
      expect(await pinned.verify(jwt)).toBeNull()
    },
  )

  must('RFC 9068', '4', 'refuses another issuer, and metadata of another issuer', async () => {
    const { access_token: jwt } = await jwtFor(FILES)
    const ask = async (url: RequestInfo | URL): Promise<Response> =>
      send(new URL(url instanceof Request ? url.url : url).pathname, {}, VARS)
    const other = jwtVerifier({ issuer: 'https://other.example', audience: FILES, fetch: ask })
    await expect(other(jwt)).rejects.toThrow('belongs to another issuer')
  })

  must('RFC 8414', '3.1', 'looks for the metadata of an issuer without its terminating slash', async () => {
    const { access_token: jwt } = await jwtFor(FILES)
    const asked: string[] = []
    const verify = jwtVerifier({
      issuer: 'https://other.example/tenant/',
      audience: FILES,
      fetch: async (url) => {
        asked.push(new Request(url).url)
        return new Response(null, { status: 404 })
      },
    })
    await expect(verify(jwt)).rejects.toThrow('404')
    expect(asked).toEqual(['https://other.example/.well-known/oauth-authorization-server/tenant'])
  })

  it('takes a revoked token until it expires, and asks where it is told to', async () => {
    const { access_token: jwt } = await jwtFor(FILES)
    const alone = verifierFor(FILES)
    const asking = verifierFor(FILES, { introspect: { clientId: 'other', clientSecret: SECRET } })
    expect(await asking.verify(jwt)).not.toBeNull()
    await revoke(jwt, 'web', VARS)
    expect(await alone.verify(jwt)).not.toBeNull()
    expect(await asking.verify(jwt)).toBeNull()
  })

  it('protects routes by requireScope', async () => {
    const { verify } = verifierFor(FILES)
    const app = new Hono<ProtectedEnv>()
    app.get('/mcp', requireScope('read', { verify, resource: FILES }), (c) =>
      c.text(c.get('oauth2').clientId),
    )
    const ask = async (bearer: string): Promise<Response> =>
      app.request('https://files.example/mcp', { headers: { Authorization: `Bearer ${bearer}` } })
    expect(await (await ask((await jwtFor(FILES)).access_token)).text()).toBe('web')
    expect((await ask((await jwtFor(MAIL, { scope: 'mail' })).access_token)).status).toBe(401)
  })
})

describe('an API in the provider’s own Worker', () => {
  it('takes a JWT without a round trip where it does not ask, and learns of a revocation where it does', async () => {
    const provider = createProvider({ features: [pages(), openid(), resources(), jwtAccessTokens()] })
    const app = new Hono<{ Bindings: ProviderBindings } & ProtectedEnv>()
    const resource = '/mcp'
    app.get('/alone', provider.requireScope('read', { resource, introspect: false }), (c) =>
      c.json(c.get('oauth2')),
    )
    app.get('/asked', provider.requireScope('read', { resource }), (c) => c.text('asked'))
    const { access_token: jwt } = await jwtFor(`${ORIGIN}/mcp`)
    const trips = countTrips()
    const isolate = { ...env, ...VARS, ...trips.vars }
    const ask = async (path: string, bearer: string): Promise<Response> =>
      app.fetch(
        new Request(`${ORIGIN}${path}`, { headers: { Authorization: `Bearer ${bearer}` } }),
        isolate,
        createExecutionContext(),
      )
    expect(await (await ask('/alone', jwt)).json()).toMatchObject({
      clientId: 'web',
      user: { id: alice },
      authTime: expect.any(Number) as unknown,
      acr: '1',
    })
    const before = trips.d1
    expect((await ask('/alone', jwt)).status).toBe(200)
    expect(trips.d1 - before).toBe(0)
    expect((await ask('/asked', jwt)).status).toBe(200)
    expect(trips.d1 - before).toBe(1)
    await revoke(jwt, 'web', VARS)
    expect((await ask('/alone', jwt)).status).toBe(200)
    expect((await ask('/asked', jwt)).status).toBe(401)
    expect((await ask('/alone', (await jwtFor(FILES)).access_token)).status).toBe(401)
  })
})
