import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  ConfigurationError,
  createProvider,
  pages,
  type ProviderEvent,
  type ProviderOptions,
  type ResponseType,
} from '../../src/public.ts'
import { hiddenFields, nextOf } from '../support/browser.ts'
import { givenCast, givenClient, givenSession, PASSWORD, REDIRECT_URI, SECRET } from '../support/fixture.ts'
import { like } from '../support/flow.ts'

const WEB = { client_id: 'web', client_secret: SECRET }
const ALICE = { ...WEB, grant_type: 'password', username: 'alice', password: PASSWORD }

/** A foreign Worker that mounts the provider with options, below `/auth`. */
function worker(
  options: ProviderOptions,
): (
  path: string,
  form?: Readonly<Record<string, string>>,
  headers?: Readonly<Record<string, string>>,
) => Promise<Response> {
  const provider = createProvider({
    features: [pages()],
    ...options,
    paths: { oauth2: '/auth', ...options.paths },
  })
  const app = new Hono()
  app.route('/auth', provider)
  app.route('/', provider.wellKnown)
  app.route('/', provider.pages)
  return async (path, form, headers = {}) => {
    const context = createExecutionContext()
    const init = form && { method: 'POST', body: new URLSearchParams(form) }
    const response = await app.fetch(
      new Request(`https://id.example${path}`, { redirect: 'manual', headers, ...init }),
      env,
      context,
    )
    await waitOnExecutionContext(context)
    return response
  }
}

describe('options of createProvider', () => {
  let alice: string
  beforeEach(async () => {
    alice = (await givenCast()).alice
  })

  it('paths: the provider answers where it is mounted, with and without a trailing slash, and metadata says so', async () => {
    const call = worker({ paths: { login: '/enter' } })
    expect((await call('/auth/token', ALICE)).status).toBe(200)
    expect((await call('/auth/token/', ALICE)).status).toBe(200)
    expect(await (await call('/.well-known/oauth-authorization-server')).json()).toMatchObject({
      token_endpoint: 'https://id.example/auth/token',
    })
    const request = new URLSearchParams({
      client_id: 'web',
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
    })
    const authorize = await call(`/auth/authorize?${request.toString()}`)
    expect(authorize.headers.get('Location')).toMatch(/^\/enter\?request=/)
    expect((await call('/enter')).status).toBe(200)
    expect((await call('/login')).status).toBe(404)
  })

  it('paths: a provider under another base than it announces is a configuration error', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const app = new Hono().route('/elsewhere', createProvider())
    const response = await app.request('/elsewhere/token', { method: 'POST' }, env, createExecutionContext())
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('configuration error')
    expect(log.mock.calls.join('\n')).toContain('/elsewhere/token')
    log.mockRestore()
  })

  it('requireScope: a wrong setting is a configuration error for an API of the same Worker, too', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const provider = createProvider()
    const app = new Hono()
    app.get('/orders', provider.requireScope('read'), (c) => c.text('ok'))
    app.get('/any', provider.requireAnyScope('read', 'write'), (c) => c.text('ok'))
    for (const path of ['/orders', '/any']) {
      const response = await app.request(
        path,
        { headers: { Authorization: 'Bearer x' } },
        { ...env, OAUTH_EXPIRE_DELTA: 'soon' },
        createExecutionContext(),
      )
      expect(response.status).toBe(500)
      expect(await response.text()).toContain('configuration error')
    }
    expect(log.mock.calls.join('\n')).toContain('OAUTH_EXPIRE_DELTA')
    log.mockRestore()
  })

  it('settings: an option beats its variable', async () => {
    const answer = await (
      await worker({ expireDelta: 77 })('/auth/token', ALICE)
    ).json<{ expires_in: number }>()
    expect(answer.expires_in).toBe(77)
  })

  it('pages: one takes the place of ours, with the same props', async () => {
    const call = worker({
      features: [pages({ login: ({ action }) => <p>Our own page, posted to {action}</p> })],
    })
    const response = await call('/login')
    expect(await response.text()).toContain('Our own page, posted to /login')
    expect(response.headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'")
  })

  it('tokenResponseExtras: joins the answer and cannot replace what the protocol names', async () => {
    const call = worker({
      tokenResponseExtras: ({ userId }) => ({ account: userId, access_token: 'mine', scope: 'all' }),
    })
    const answer = await (await call('/auth/token', ALICE)).json<Record<string, string>>()
    expect(answer['account']).toMatch(/^[\w-]{22}$/)
    expect(answer['access_token']).toMatch(/^at_/)
    expect(answer['scope']).toBe('read')
  })

  it('grantScope: narrows, never widens, and refuses where nothing is left', async () => {
    const call = worker({ grantScope: (requested) => requested.replace('write', 'email') })
    expect(await (await call('/auth/token', { ...ALICE, scope: 'read write' })).json()).toMatchObject({
      scope: 'read',
    })
    expect(await (await call('/auth/token', { ...ALICE, scope: 'write' })).json()).toMatchObject({
      error: 'invalid_scope',
    })
    const wrongSecret = await call('/auth/token', { ...ALICE, scope: 'write', client_secret: 'wrong' })
    expect(await wrongSecret.json()).toMatchObject({ error: 'invalid_client' })
  })

  it('onEvent: is told of what is issued, refused and revoked, without secrets, and may fail', async () => {
    const events: ProviderEvent[] = []
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const call = worker({
      onEvent: (event) => {
        events.push(event)
        throw new Error('the log is full')
      },
    })
    const { access_token: token = '' } = await (
      await call('/auth/token', ALICE)
    ).json<Record<string, string>>()
    await call('/auth/token', { ...ALICE, password: 'wrong' })
    await call('/auth/revoke', { ...WEB, token })
    expect(events.map(({ type }) => type)).toEqual([
      'token_issued',
      'password_refused',
      'token_refused',
      'token_revoked',
    ])
    expect(events[2]).toMatchObject({
      clientId: 'web',
      grantType: 'password',
      error: 'invalid_grant',
      detail: 'wrong password',
    })
    expect(JSON.stringify(events)).not.toContain(token)
    log.mockRestore()
  })

  it('clientAuthMethods: false removes one, and metadata says so', async () => {
    const call = worker({ clientAuthMethods: { client_secret_post: false } })
    expect(await (await call('/auth/token', ALICE)).json()).toMatchObject({ error: 'invalid_client' })
    const metadata = await (
      await call('/.well-known/oauth-authorization-server')
    ).json<Record<string, string[]>>()
    expect(metadata['token_endpoint_auth_methods_supported']).toEqual(['client_secret_basic', 'none'])
  })

  it('clientAuthMethods: another one identifies a client by a proof', async () => {
    const call = worker({
      clientAuthMethods: {
        test_header: {
          identify: async ({ params }) =>
            params.get('device') === 'native-1' ? { method: 'none', clientId: 'native' } : null,
        },
      },
    })
    const form = { grant_type: 'password', username: 'alice', password: PASSWORD, device: 'native-1' }
    expect((await call('/auth/token', form)).status).toBe(200)
  })

  it('responseTypes: another one answers the authorization endpoint, where users allow it', async () => {
    // OAuth 2.0 Multiple Response Type Encoding Practices 4.
    const none: ResponseType = {
      defaultMode: 'query',
      grantType: 'authorization_code',
      usesPkce: false,
      answer: async (_request, { scope }) => ({ allowed: scope }),
    }
    const options = { responseTypes: { none }, responseTypeChoices: ['code', 'none'] }
    const asked = new URLSearchParams({
      client_id: 'web',
      response_type: 'none',
      redirect_uri: REDIRECT_URI,
      scope: 'read',
      state: 's',
    })
    const path = `/auth/authorize?${asked.toString()}`
    const call = worker(options)
    const metadata = await (
      await call('/.well-known/oauth-authorization-server')
    ).json<Record<string, string[]>>()
    expect(metadata['response_types_supported']).toEqual(['code', 'none'])
    expect((await call(path)).headers.get('Location')).toMatch(/^\/login\?request=/)

    const { name, value } = await givenSession(alice)
    const cookie = `${name}=${value}`
    const captured = await call(path, undefined, { Cookie: cookie })
    const cookies = [cookie, ...captured.headers.getSetCookie().map((text) => text.split(';')[0])].join('; ')
    const page = await call(captured.headers.get('Location') ?? '', undefined, { Cookie: cookies })
    const hidden = hiddenFields(await page.text(), '/auth/authorize/confirm')
    const approved = await call(
      '/auth/authorize/confirm',
      { ...hidden, scope: 'read', authorize: 'Authorize' },
      { Cookie: cookies, Origin: 'null' },
    )
    const answer = new URL(nextOf(approved) ?? '')
    expect(`${answer.origin}${answer.pathname}`).toBe(REDIRECT_URI)
    expect(Object.fromEntries(answer.searchParams)).toMatchObject({ allowed: 'read', state: 's' })
    expect(answer.searchParams.has('code')).toBe(false)

    // Allowed once, it is answered at once; a client without the grant type, and a Worker without the type, refuse it.
    const again = await call(path, undefined, { Cookie: cookie })
    expect(again.headers.get('Location')).toContain('allowed=read')
    await givenClient('mute', { grantTypes: ['implicit'] })
    const mute = await call(path.replace('client_id=web', 'client_id=mute'))
    expect(mute.headers.get('Location')).toContain('error=unauthorized_client')
    const without = await worker({})(path)
    expect(without.headers.get('Location')).toContain('error=unsupported_response_type')
  })

  it('responseTypes: a type is a set of parts, which come in any order and see what was made before them', async () => {
    const proof: ResponseType = {
      defaultMode: 'fragment',
      grantType: 'implicit',
      usesPkce: false,
      answer: async (_request, _approval, { code = '' }) => ({ proof: `of ${code.slice(0, 3)}` }),
    }
    const call = worker({
      responseTypes: { proof },
      responseTypeChoices: ['code', 'code+proof', 'code token'],
    })
    const metadata = await (
      await call('/.well-known/oauth-authorization-server')
    ).json<Record<string, string[]>>()
    expect(metadata['response_types_supported']).toEqual(['code', 'code proof', 'code token'])
    expect(metadata['grant_types_supported']).toContain('implicit')
    await givenClient('ours', { autoAuthorize: true })
    await givenClient('half', { grantTypes: ['authorization_code'] })
    const { name, value } = await givenSession(alice)
    const ask = async (response_type: string, client_id = 'ours'): Promise<URL> => {
      const asked = new URLSearchParams({
        client_id,
        response_type,
        redirect_uri: REDIRECT_URI,
        scope: 'read',
      })
      const answer = await call(`/auth/authorize?${asked.toString()}`, undefined, {
        Cookie: `${name}=${value}`,
      })
      return new URL(answer.headers.get('Location') ?? '')
    }
    for (const order of ['code proof', 'proof code']) {
      const { hash, search } = await ask(order)
      const answer = new URLSearchParams(hash.slice(1))
      expect(search).toBe('')
      expect(answer.get('code')).toMatch(/^ac_/)
      expect(answer.get('proof')).toBe('of ac_')
    }
    const both = new URLSearchParams((await ask('token code')).hash.slice(1))
    expect([both.get('code'), both.get('access_token')]).toEqual([like(/^ac_/), like(/^at_/)])
    for (const wrong of ['proof', 'proof token', 'code code', 'code proof proof', 'code  proof']) {
      expect({ wrong, href: (await ask(wrong)).href }).toEqual({
        wrong,
        href: like(/error=unsupported_response_type/),
      })
    }
    for (const refused of ['code proof', 'code token']) {
      expect((await ask(refused, 'half')).href).toContain('error=unauthorized_client')
    }
  })

  it('responseTypes: false removes one of ours, and metadata says so', async () => {
    const call = worker({ responseTypes: { token: false } })
    const metadata = await (
      await call('/.well-known/oauth-authorization-server')
    ).json<Record<string, string[]>>()
    expect(metadata['response_types_supported']).toEqual(['code'])
    const request = new URLSearchParams({
      client_id: 'web',
      response_type: 'token',
      redirect_uri: REDIRECT_URI,
    })
    const answer = await call(`/auth/authorize?${request.toString()}`)
    expect(answer.headers.get('Location')).toContain('error=unsupported_response_type')
  })

  it('users: somebody else checks the password, and tokens hang from their id', async () => {
    const find = vi.fn<(id: string) => Promise<{ id: string; username: string }>>(async (id: string) => ({
      id,
      username: 'carol',
    }))
    const call = worker({
      users: {
        authenticate: async (username, password) =>
          username === 'carol' && password === 'open sesame' ? { id: 'crm-7', username: 'carol' } : null,
        find,
      },
    })
    const form = { ...WEB, grant_type: 'password', username: 'carol', password: 'open sesame' }
    const { access_token: token = '' } = await (
      await call('/auth/token', form)
    ).json<Record<string, string>>()
    expect(await (await call('/auth/introspect', { ...WEB, token })).json()).toMatchObject({
      sub: 'crm-7',
      username: 'carol',
    })
    expect((await call('/auth/token', { ...form, password: 'wrong' })).status).toBe(400)
    // Our own table does not answer for them.
    expect((await call('/auth/token', ALICE)).status).toBe(400)
  })

  it('refuses options and names that do not exist', () => {
    expect(() =>
      createProvider({
        grantTypes: {
          nonsense: { parameters: [], exchange: async () => Promise.reject(new Error('unused')) },
        },
      }),
    ).toThrow(ConfigurationError)
    expect(() => createProvider({ paths: { login: 'login' } })).toThrow(/paths.login/)
    const mistyped: Readonly<Record<string, unknown>> = { expireDelt: 5 }
    expect(() => createProvider(mistyped)).toThrow(/expireDelt/)
  })
})
