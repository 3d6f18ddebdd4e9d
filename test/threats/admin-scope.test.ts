import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect } from 'vitest'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, givenUser, PASSWORD } from '../support/fixture.ts'
import {
  answerIn,
  approve,
  authorizationUrl,
  codeIn,
  expectPage,
  type Fields,
  redeem,
  signedIn,
} from '../support/flow.ts'
import { refresh, send, token } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { travel } from '../support/time.ts'
import { givenAdminToken } from '../support/tokens.ts'

const ADMIN = { client_id: 'console', scope: 'admin read' }
let staff = ''
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
  staff = await givenUser('staff', { isStaff: true })
  await env.DB.prepare(`INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'All', 0)`).run()
  await givenClient('console', { scope: 'admin read write', autoAuthorize: true })
})

async function refusal(userId: string, fields: Fields): Promise<string | undefined> {
  return answerIn(await (await signedIn(userId)).visit(authorizationUrl(fields)))['error']
}

describe('the scope admin', () => {
  threat(148, 'is of a client that names it, never of one that may have every scope', async () => {
    expect(await refusal(staff, { scope: 'admin' })).toBe('invalid_scope')
    expect(await refusal(staff, { scope: 'admin read' })).toBe('invalid_scope')
    for (const grant_type of ['client_credentials', 'password']) {
      const form = { grant_type, username: 'staff', password: PASSWORD, scope: 'admin' }
      expect(await token(form)).toMatchObject({ error: 'invalid_scope' })
    }
    const browser = await signedIn(staff)
    const code = codeIn(await approve(browser, await browser.visit(authorizationUrl(ADMIN)), ['admin']))
    await env.DB.prepare(`UPDATE clients SET scope = NULL WHERE client_id = 'console'`).run()
    expect(await redeem(code, { client_id: 'console' })).toMatchObject({ error: 'invalid_scope' })
  })

  threat(
    148,
    'is never given in silence: not by auto_authorize, an older consent or prompt=none',
    async () => {
      const browser = await signedIn(staff)
      for (const time of ['first', 'second']) {
        const page = await browser.visit(authorizationUrl(ADMIN))
        expect({ left: page.left, time }).toEqual({ left: null, time })
        const quiet = await browser.visit(authorizationUrl({ ...ADMIN, prompt: 'none' }))
        expect(answerIn(quiet)).toMatchObject({ error: 'consent_required' })
        const code = codeIn(await approve(browser, page, ['admin', 'read']))
        expect(await redeem(code, { client_id: 'console' })).toMatchObject({
          scope: 'admin read',
          status: 200,
        })
      }
      // The other scopes still are.
      expect(codeIn(await browser.visit(authorizationUrl({ client_id: 'console' })))).toMatch(/^ac_/)
    },
  )

  threat(148, 'is not given where it is not asked for by name', async () => {
    await givenClient('lone', { scope: 'admin' })
    const none = { OAUTH_DEFAULT_SCOPE: 'other', OAUTH_SCOPES: '{"read":1,"write":2,"other":4}' }
    expect(await refusal(staff, { client_id: 'lone', scope: undefined })).toBe('invalid_scope')
    const browser = await signedIn(staff, none)
    const answer = codeIn(await browser.visit(authorizationUrl({ client_id: 'console', scope: undefined })))
    expect(await redeem(answer, { client_id: 'console' }, none)).toMatchObject({ scope: 'read write' })
    for (const grant_type of ['client_credentials', 'password']) {
      const form = { grant_type, username: 'staff', password: PASSWORD }
      expect(await token({ ...form, client_id: 'console' }, none)).toMatchObject({ scope: 'read write' })
      expect(await token({ ...form, client_id: 'lone' }, none)).toMatchObject({ error: 'invalid_scope' })
      expect(await token({ ...form, client_id: 'console', scope: 'admin' })).toMatchObject({
        error: 'invalid_scope',
      })
    }
    const wrong = await browser.get('/login')
    expect(wrong.status).not.toBe(500)
    const broken = openBrowser({ OAUTH_DEFAULT_SCOPE: 'admin' })
    await expectPage(await broken.get('/login'), 500, 'configuration error')
  })

  threat(148, 'is not given by the implicit grant', async () => {
    const implicit = { ...ADMIN, response_type: 'token' }
    expect(await refusal(staff, implicit)).toBe('invalid_scope')
    expect(await refusal(staff, { ...implicit, scope: 'admin' })).toBe('invalid_scope')
  })

  threat(
    148,
    'wants a sign-in that is fresh by the rule of the panel, also when the answer comes',
    async () => {
      const browser = await signedIn(staff)
      travel(901)
      expect((await browser.visit(authorizationUrl(ADMIN))).path).toMatch(/^\/login/)
      const quiet = await browser.visit(authorizationUrl({ ...ADMIN, prompt: 'none' }))
      expect(answerIn(quiet)).toMatchObject({ error: 'login_required' })
      const other = await signedIn(staff)
      const page = await other.visit(authorizationUrl(ADMIN))
      travel(901)
      const late = await approve(other, page, ['admin'])
      expect(late.path).toMatch(/^\/login/)
      const fields = [['username', 'staff'] as const, ['password', PASSWORD] as const]
      const consent = await other.submit(late, '/login', fields)
      expect(codeIn(await approve(other, consent, ['admin']))).toMatch(/^ac_/)
    },
  )

  threat(
    148,
    'changes nothing through the API once its sign-in is no longer fresh, however often it is refreshed',
    async () => {
      const browser = await signedIn(staff)
      const code = codeIn(await approve(browser, await browser.visit(authorizationUrl(ADMIN)), ['admin']))
      const first = await redeem(code, { client_id: 'console' })
      const call = async (access: string, method: string, path: string): Promise<Response> =>
        send(`/admin/api/${path}`, {
          method,
          headers: { Authorization: `Bearer ${access}`, 'Content-Type': 'application/json' },
          ...(method === 'GET' ? {} : { body: '{"name":"Renamed"}' }),
        })
      expect((await call(first.access_token, 'PATCH', 'clients/web')).status).toBe(200)
      travel(901)
      const { access_token: next } = await refresh(first.refresh_token ?? '', { client_id: 'console' })
      for (const [method, path] of [
        ['PATCH', 'clients/web'],
        ['POST', 'clients'],
        ['POST', 'clients/web/rotate-secret'],
        ['POST', 'clients/web/disable'],
      ] as const) {
        const response = await call(next, method, path)
        expect({ path, status: response.status }).toEqual({ path, status: 401 })
        expect(response.headers.get('WWW-Authenticate')).toContain('error="insufficient_user_authentication"')
        expect(response.headers.get('WWW-Authenticate')).toContain('max_age=900')
      }
      expect((await call(next, 'GET', 'clients/web')).status).toBe(200)
      // The panel knows the same session as stale, and a fresh sign-in gives a token that may.
      const again = await signedIn(staff)
      const fresh = codeIn(await approve(again, await again.visit(authorizationUrl(ADMIN)), ['admin']))
      const { access_token } = await redeem(fresh, { client_id: 'console' })
      expect((await call(access_token, 'PATCH', 'clients/web')).status).toBe(200)
    },
  )

  threat(148, 'opens the API with no token that is older than its user’s rights', async () => {
    const older = await givenAdminToken(staff)
    const read = async (): Promise<number> =>
      (await send('/admin/api/clients', { headers: { Authorization: `Bearer ${older}` } })).status
    expect(await read()).toBe(200)
    const change = { email: null, emailKey: null }
    const store = createAdminStore(env.DB)
    const mark = { id: 'a', now: Math.floor(Date.now() / 1000) + 5, network: null, actor: 'cli' }
    await store.updateUser('staff', { ...change, isStaff: false }, mark)
    expect(await read()).toBe(403)
    await store.updateUser('staff', { ...change, isStaff: true }, { ...mark, id: 'b' })
    expect(await read()).toBe(403)
    // Another change of the same user does not begin it anew.
    travel(10)
    const later = await givenAdminToken(staff)
    const { now } = mark
    await store.updateUser(
      'staff',
      { email: 'staff@example.com', emailKey: 'staff@example.com', isStaff: true },
      { ...mark, id: 'c', now: now + 100 },
    )
    const headers = { Authorization: `Bearer ${later}` }
    expect((await send('/admin/api/clients', { headers })).status).toBe(200)
  })

  threat(148, 'is for members of staff alone', async () => {
    expect(await refusal(alice, ADMIN)).toBe('access_denied')
  })
})
