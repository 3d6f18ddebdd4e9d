import { createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { admin } from '../../src/provider/admin.ts'
import {
  type ClientAuthMethod,
  createProvider,
  type Feature,
  invalidClient,
  OAuthError,
  pages,
  type ProviderEvent,
  setting,
  settingsOf,
} from '../../src/public.ts'
import { flag } from '../../src/settings/kinds.ts'
import { openBrowser } from '../support/browser.ts'
import { embedded, withFeature } from '../support/embedded.ts'
import { givenCast, givenClient, givenSession, PASSWORD, SECRET } from '../support/fixture.ts'
import { answerIn, approve, authorizationUrl, CONFIRM, PKCE } from '../support/flow.ts'
import { answerOf, basic, type send } from '../support/http.ts'
import { all } from '../support/operator.ts'
import { givenTokens } from '../support/tokens.ts'

const METADATA = '/.well-known/oauth-authorization-server'
const WEB = { client_id: 'web', client_secret: SECRET }

async function members(ask: typeof send): Promise<Readonly<Record<string, unknown>>> {
  return (await ask(METADATA)).json()
}

function form(fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
  return { body: new URLSearchParams(fields), headers, method: 'POST' }
}

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

describe('a provider without features', () => {
  it('answers machines alone, and its metadata speaks of nothing else', async () => {
    const ask = embedded({})
    for (const path of ['/login', '/account', '/admin', '/oauth2/authorize?client_id=web']) {
      expect([path, (await ask(path)).status]).toEqual([path, 404])
    }
    const metadata = await members(ask)
    expect(metadata).not.toHaveProperty('authorization_endpoint')
    expect(metadata).toHaveProperty('token_endpoint', 'https://id.example/oauth2/token')
    const answer = await ask('/oauth2/token', form({ ...WEB, grant_type: 'client_credentials' }))
    expect(answer.status).toBe(200)
    const { paths } = await (await ask('/openapi.json')).json<{ paths: object }>()
    expect(Object.keys(paths)).not.toContain('/login')
  })
})

describe('features that do not go together are a configuration error', () => {
  const grant = { parameters: [], exchange: () => Promise.reject(new Error('never')) }
  const endpoint = {
    at: 'oauth2',
    path: '/token',
    method: 'POST',
    body: 'form',
    caller: 'nobody',
    cors: false,
    summary: 'Mine',
    answer: () => Promise.resolve({ body: {} }),
  } as const
  it.each<readonly [string, readonly Feature[], RegExp]>([
    ['of one name', [{ name: 'a' }, { name: 'a' }], /a and a both have "a"/],
    ['of the name of the core', [{ name: 'core' }], /core/],
    ['with one grant type', [{ name: 'a', grantTypes: { password: grant } }], /core and a .*"password"/],
    ['with one endpoint', [{ name: 'a', endpoints: [endpoint] }], /core and a .*POST oauth2\/token/],
    ['with pages that nothing shows', [admin()], /add pages\(\)/],
    ['with two ways to show pages', [pages(), { ...pages(), name: 'b' }], /two that show pages/],
  ])('%s', (_name, features, message) => {
    expect(() => createProvider({ features })).toThrow(message)
  })
})

describe('an endpoint of one row', () => {
  const notes = new Map<string, unknown>()
  const row = { at: 'oauth2', caller: 'nobody', cors: true, summary: 'Notes' } as const
  const ask = withFeature({
    endpoints: [
      {
        ...row,
        path: '/notes/:id',
        method: 'GET',
        body: 'none',
        parameters: { words: 'How many' },
        answer: ({ params, path }) =>
          Promise.resolve({
            body: { note: notes.get(path['id'] ?? ''), words: params.get('words') ?? null },
          }),
      },
      {
        ...row,
        path: '/notes/:id',
        method: 'DELETE',
        body: 'none',
        status: 204,
        answer: ({ path }) => Promise.resolve(notes.delete(path['id'] ?? '')).then(() => ({ body: null })),
      },
      {
        ...row,
        path: '/notes',
        method: 'POST',
        body: 'json',
        status: 201,
        metadata: 'notes_endpoint',
        answer({ json }) {
          notes.set('1', json)
          return Promise.resolve({ body: { id: '1' }, headers: { Location: '/oauth2/notes/1' } })
        },
      },
    ],
  })

  it('takes JSON and answers 201 with a location, then GET with JSON, then DELETE with 204', async () => {
    const headers = { 'Content-Type': 'application/json' }
    const made = await ask('/oauth2/notes', { body: '{"text":"milk"}', headers, method: 'POST' })
    expect([made.status, made.headers.get('Location'), await made.json()]).toEqual([
      201,
      '/oauth2/notes/1',
      { id: '1' },
    ])
    const read = await ask('/oauth2/notes/1/?words=2')
    expect([read.status, await read.json()]).toEqual([200, { note: { text: 'milk' }, words: '2' }])
    expect(read.headers.get('Cache-Control')).toBe('no-store')
    const gone = await ask('/oauth2/notes/1', { method: 'DELETE' })
    expect([gone.status, await gone.text()]).toEqual([204, ''])
    expect(await (await ask('/oauth2/notes/1')).json()).toEqual({ words: null })
  })

  it('is in the metadata and the OpenAPI document, and answers preflights', async () => {
    expect(await members(ask)).toMatchObject({ notes_endpoint: 'https://id.example/oauth2/notes' })
    const { paths } = await (await ask('/openapi.json')).json<{ paths: Record<string, object> }>()
    expect(Object.keys(paths['/oauth2/notes/{id}'] ?? {})).toEqual(['get', 'delete'])
    expect(JSON.stringify(paths['/oauth2/notes/{id}'])).toContain('"name":"words","in":"query"')
    const preflight = await ask('/oauth2/notes/1', {
      headers: { 'Access-Control-Request-Method': 'DELETE', Origin: 'https://app.example' },
      method: 'OPTIONS',
    })
    expect(preflight.headers.get('Access-Control-Allow-Methods')).toBe('GET, DELETE')
  })

  it('refuses other methods, other bodies, what belongs into the body, and a parameter twice', async () => {
    const put = await ask('/oauth2/notes/1', { method: 'PUT' })
    expect([put.status, put.headers.get('Allow')]).toEqual([405, 'GET, DELETE'])
    const headers = { 'Content-Type': 'application/json' }
    for (const [path, init] of [
      ['/oauth2/notes', form({ text: 'milk' })],
      ['/oauth2/notes', { body: '{', headers, method: 'POST' }],
      ['/oauth2/notes?text=milk', { body: '{}', headers, method: 'POST' }],
      ['/oauth2/notes/1?words=1&words=2', {}],
    ] as const) {
      expect(await answerOf(await ask(path, init))).toMatchObject({ status: 400, error: 'invalid_request' })
    }
    expect((await ask('/oauth2/notes/1?other=1&other=2')).status).toBe(200)
  })

  it('challenges a bearer, before and after the token is looked at', async () => {
    const guarded = withFeature({
      endpoints: [
        {
          ...row,
          path: '/me',
          method: 'GET',
          body: 'none',
          caller: 'bearer',
          answer({ bearer }) {
            if (bearer === 'good') return Promise.resolve({ body: { bearer } })
            throw new OAuthError('invalid_token', 'The access token is not valid.')
          },
        },
      ],
    })
    const none = await guarded('/oauth2/me')
    expect([none.status, none.headers.get('WWW-Authenticate'), await none.text()]).toEqual([
      401,
      'Bearer realm="oauth2"',
      '',
    ])
    const wrong = await guarded('/oauth2/me', { headers: { Authorization: 'Bearer bad' } })
    expect([wrong.status, wrong.headers.get('WWW-Authenticate')]).toEqual([
      401,
      'Bearer realm="oauth2", error="invalid_token", error_description="The access token is not valid."',
    ])
    const good = await guarded('/oauth2/me', { headers: { Authorization: 'Bearer good' } })
    expect(await good.json()).toEqual({ bearer: 'good' })
  })

  it('refuses a browser that another site sends', async () => {
    const mine = withFeature({
      endpoints: [
        {
          ...row,
          path: '/mine',
          method: 'POST',
          body: 'form',
          caller: 'browser',
          cors: false,
          answer: () => Promise.resolve({ body: {} }),
        },
      ],
    })
    expect((await mine('/oauth2/mine', form({}, { Origin: 'https://evil.example' }))).status).toBe(403)
    expect((await mine('/oauth2/mine', form({}, { Origin: 'https://id.example' }))).status).toBe(200)
  })

  it('tells of the refusals of clients, once, with their reason, and challenges who used the header', async () => {
    const events: ProviderEvent[] = []
    const refusing = withFeature(
      {
        endpoints: [
          {
            ...row,
            path: '/ask',
            method: 'POST',
            body: 'form',
            caller: 'client',
            answer: () => Promise.reject(invalidClient('no such client')),
          },
        ],
      },
      { onEvent: (event) => void events.push(event) },
    )
    const plain = await refusing('/oauth2/ask', form({ client_id: 'web' }))
    expect([plain.status, plain.headers.get('WWW-Authenticate')]).toEqual([400, null])
    const header = await refusing('/oauth2/ask', form({}, basic('web')))
    expect(header.status).toBe(401)
    expect(header.headers.get('WWW-Authenticate')).toContain('error="invalid_client"')
    const told = {
      type: 'request_refused',
      endpoint: '/ask',
      clientId: 'web',
      scope: null,
      error: 'invalid_client',
      reason: 'invalid_client',
      detail: 'no such client',
    }
    expect(events).toEqual([told, told])
  })
})

describe('what a feature adds to tokens', () => {
  const refresh = async (ask: typeof send, refresh_token: string) =>
    answerOf(await ask('/oauth2/token', form({ ...WEB, grant_type: 'refresh_token', refresh_token })))

  it('is in the answer if it works, and spends nothing if it fails before the commit', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    let keys = false
    const events: ProviderEvent[] = []
    const ask = withFeature(
      {
        tokenMembers: [
          async () => {
            if (!keys) throw new Error('no key')
            return async ({ userId }) => ({ id_token: `of ${userId ?? 'nobody'}` })
          },
        ],
      },
      { onEvent: (event) => void events.push(event) },
    )
    const { refresh: token } = await givenTokens(alice)
    expect(await refresh(ask, token)).toMatchObject({ status: 500, error: 'server_error' })
    expect(events).toEqual([])
    keys = true
    const answer = await refresh(ask, token)
    expect(answer).toMatchObject({ status: 200, id_token: `of ${alice}` })
    log.mockRestore()
  })

  it('is never left out of a success if it fails after the commit', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const ask = withFeature({ tokenMembers: [async () => () => Promise.reject(new Error('no key'))] })
    const { refresh: token } = await givenTokens(alice)
    const answer = await refresh(ask, token)
    expect(answer).toMatchObject({ status: 500, error: 'server_error' })
    expect(answer).not.toHaveProperty('access_token')
    log.mockRestore()
  })

  it('can be another form of access tokens, which open what they opened before', async () => {
    const ask = withFeature({
      tokenFormats: [
        {
          mint: async ({ token: { grantId, sequence } }) => `format.${grantId}.${sequence}`,
          async open(token) {
            const [format, grantId = '', sequence = ''] = token.split('.')
            return format === 'format' ? { kind: 'access', grantId, sequence: Number(sequence) } : null
          },
        },
      ],
    })
    const password = { ...WEB, grant_type: 'password', username: 'alice', password: PASSWORD }
    const { access_token: token } = await answerOf(await ask('/oauth2/token', form(password)))
    expect(token).toMatch(/^format\./)
    const told = await answerOf(await ask('/oauth2/introspect', form({ token }, basic('other'))))
    expect(told).toMatchObject({ active: true, client_id: 'web' })
  })
})

describe('a client authentication method', () => {
  const signed: ClientAuthMethod = {
    async identify({ headers, method, url }, { issuer }) {
      const clientId = headers.get('X-Signed-By')
      if (clientId === null) return null
      if (headers.get('X-Signature') !== `${method} ${url} for ${issuer}`)
        throw invalidClient('a wrong signature')
      return { method: 'verified', clientId, authMethod: 'signed' }
    },
  }
  const grant = { grant_type: 'client_credentials' }
  const url = 'https://id.example/oauth2/token'
  const headers = (by: string) => ({ 'X-Signed-By': by, 'X-Signature': `POST ${url} for https://id.example` })
  const ask = withFeature({
    clientAuthMethods: { signed, broken: { works: () => false, identify: () => Promise.resolve(null) } },
  })

  it('sees the whole request and proves a confidential client, once it is registered for it', async () => {
    expect((await ask('/oauth2/token', form(grant, headers('service')))).status).toBe(200)
    for (const by of ['native', 'nobody']) {
      const refused = await answerOf(await ask('/oauth2/token', form(grant, headers(by))))
      expect(refused).toMatchObject({ status: 400, error: 'invalid_client' })
    }
    const forged = { ...headers('service'), 'X-Signature': 'x' }
    expect(await answerOf(await ask('/oauth2/token', form(grant, forged)))).toMatchObject({
      error: 'invalid_client',
    })
    await all(
      `UPDATE clients SET metadata = '{"token_endpoint_auth_method":"client_secret_basic"}' WHERE client_id = 'service'`,
    )
    const other = await answerOf(await ask('/oauth2/token', form(grant, headers('service'))))
    expect(other).toMatchObject({ error: 'invalid_client' })
  })

  it('is in the metadata of every endpoint for clients, if it can work', async () => {
    const metadata = await members(ask)
    expect(metadata['token_endpoint_auth_methods_supported']).toContain('signed')
    expect(metadata['introspection_endpoint_auth_methods_supported']).toContain('signed')
    expect(metadata['introspection_endpoint_auth_methods_supported']).not.toContain('none')
    expect(JSON.stringify(metadata)).not.toContain('broken')
  })
})

describe('what a feature adds to the authorization endpoint', () => {
  it('can be a parameter that is kept, a check, a page in between, and a claim that travels into the grant', async () => {
    const chosen = new Set<string>()
    const ask = withFeature({
      authorizationParameters: { nonce: { meaning: 'Comes back', isClaim: true }, hint: { meaning: 'Who' } },
      authorizationChecks: [
        ({ params }) => {
          if (params.get('hint') === 'nobody') throw new OAuthError('invalid_request', 'No such hint.')
        },
      ],
      interactions: [({ params }) => (params.get('hint') && !chosen.has('done') ? '/choose' : null)],
      pages: [
        {
          at: 'root',
          below: () => ['/choose'],
          addRoutes(app) {
            app.get('/choose', (c) => {
              chosen.add('done')
              return c.redirect(`${CONFIRM}?request=${c.req.query('request') ?? ''}`)
            })
          },
        },
      ],
    })
    const { name, value } = await givenSession(alice)
    const browser = openBrowser({}, [], ask)
    browser.cookies.set(name, value)
    const refused = await browser.visit(authorizationUrl({ ...PKCE, hint: 'nobody' }))
    expect(answerIn(refused)).toMatchObject({ error: 'invalid_request', error_description: 'No such hint.' })
    const page = await browser.visit(authorizationUrl({ ...PKCE, hint: 'alice', nonce: 'n-1' }))
    expect(chosen.has('done')).toBe(true)
    expect(page.path).toContain(CONFIRM)
    const { code = '' } = answerIn(await approve(browser, page))
    expect(code).toMatch(/^ac_/)
    const kept = await env.KV.list({ prefix: 'code:' })
    const stored = await env.KV.get(kept.keys.at(-1)?.name ?? '')
    expect(JSON.parse(stored ?? '')).toMatchObject({ details: { claims: { nonce: 'n-1' } } })
  })

  it('can be parameters that the request only names, and clients that nobody registered', async () => {
    const ask = withFeature({
      parameterSources: [
        async (params) => {
          if (params.get('request_uri') !== 'urn:example:pushed') return null
          const pushed = new URL(
            authorizationUrl({ ...PKCE, client_id: 'https://app.example/client' }),
            'https://id.example',
          )
          const query = pushed.searchParams
          return {
            get: (name) => query.get(name) ?? undefined,
            getAll: (name) => query.getAll(name),
            repeated: [],
          }
        },
      ],
      clientSources: [
        {
          clientIds: /^https:/,
          async prepare(clientId, _provider, when) {
            expect(when).toBe('before')
            await givenClient(clientId, { type: 'public' })
          },
        },
      ],
    })
    const response = await ask('/oauth2/authorize?client_id=x&request_uri=urn:example:pushed')
    expect(response.headers.get('Location')).toMatch(/^\/login\?request=/)
    const unknown = await ask('/oauth2/authorize?client_id=x&request_uri=urn:example:other')
    expect(unknown.status).toBe(400)
  })
})

describe('what else a feature brings', () => {
  const rows = { shouting: setting('EXAMPLE_SHOUTING', false, flag) }
  const shouting = (given?: boolean): Feature => ({
    name: 'example',
    settings: { rows, given: given === undefined ? {} : { shouting: given } },
    metadata: [
      (provider) => ({
        shouting: settingsOf(rows, provider).shouting,
        code_challenge_methods_supported: ['plain', 'S256'],
      }),
    ],
  })

  it('can be settings of its own, from a variable or from its maker, of which a wrong one stops every request', async () => {
    const ask = embedded({ features: [shouting()] })
    expect(await members(ask)).toMatchObject({ shouting: false })
    expect(await (await ask(METADATA, {}, { EXAMPLE_SHOUTING: 'true' })).json()).toMatchObject({
      shouting: true,
    })
    expect(await members(embedded({ features: [shouting(true)] }))).toMatchObject({ shouting: true })
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    expect((await ask(METADATA, {}, { EXAMPLE_SHOUTING: 'loud' })).status).toBe(500)
    expect(log.mock.calls.flat().join('')).toContain('EXAMPLE_SHOUTING')
    log.mockRestore()
  })

  it('can be members of the metadata, whose lists are joined', async () => {
    const metadata = await members(embedded({ features: [shouting()] }))
    expect(metadata['code_challenge_methods_supported']).toEqual(['S256', 'plain'])
  })

  it('can be parts of the account page and of the panel', async () => {
    const section = (id: string, text: string) => ({
      id,
      title: () => `Part ${id}`,
      render: () => Promise.resolve(text === '' ? null : <p>{text}</p>),
    })
    const feature: Feature = {
      name: 'example',
      accountSections: [section('passkeys', 'Your keys'), section('nothing', '')],
      adminSections: [section('queue', 'Three wait')],
    }
    const ask = embedded({ features: [pages(), admin(), feature] })
    await all(`UPDATE users SET is_staff = 1 WHERE id = '${alice}'`)
    const { name, value } = await givenSession(alice)
    const init = { headers: { Cookie: `${name}=${value}` } }
    const account = await (await ask('/account', init)).text()
    expect(account).toContain('Your keys')
    expect(account).toContain('id="passkeys"')
    expect(account).not.toContain('Part nothing')
    expect(await (await ask('/admin', init)).text()).toContain('Three wait')
  })

  it('can be work of the cron trigger, of which one that fails does not stop the others', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const info = vi.spyOn(console, 'info').mockImplementation(() => {})
    const done: number[] = []
    const { scheduled } = createProvider({
      features: [
        {
          name: 'example',
          scheduled: [
            () => Promise.reject(new Error('broken')),
            async ({ request }) => void done.push(request.now),
          ],
        },
      ],
    })
    await scheduled(createScheduledController({ scheduledTime: new Date(1_800_000_000_000) }), env)
    expect(done).toEqual([1_800_000_000])
    expect(log).toHaveBeenCalledOnce()
    log.mockRestore()
    info.mockRestore()
  })
})
