import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { decideInteraction, type Interaction } from '../../src/oauth/authorize/interaction.ts'
import type { AuthorizationRequest } from '../../src/oauth/authorize/request.ts'
import { PASSWORD, givenCast, givenClient } from '../support/fixture.ts'
import {
  act,
  answerIn,
  approve,
  authorizationForm,
  authorizationUrl,
  authorize,
  codeIn,
  CONFIRM,
  redeem,
  signedIn,
} from '../support/flow.ts'
import { ORIGIN } from '../support/http.ts'
import { must } from '../support/must.ts'
import { travel } from '../support/time.ts'
import { isActive } from '../support/tokens.ts'

let alice = ''
let bob = ''

beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
})

async function consents(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await env.DB.prepare('SELECT * FROM authorized_clients').all()).results
}

describe('a remembered consent', () => {
  it('skips the page for the same scopes and for fewer: one redirect', async () => {
    const browser = await signedIn(alice)
    await authorize(browser, { scope: 'read write' })
    for (const scope of ['read write', 'write read', 'read', 'write', undefined]) {
      const response = await browser.get(authorizationUrl({ scope }))
      expect(response.status).toBe(303)
      expect(response.headers.get('Location')).toMatch(/^https:\/\/app\.example\/cb\?code=ac_/)
      expect(response.headers.getSetCookie()).toEqual([])
    }
  })

  it('asks again where a scope is added, and unites what was approved', async () => {
    const browser = await signedIn(alice)
    await authorize(browser, { scope: 'write' })
    const page = await browser.visit(authorizationUrl({ scope: 'read write' }))
    expect(page.left).toBeNull()
    expect(page.text).toContain('value="read"')
    expect(page.text).toContain('value="write"')
    await approve(browser, page, ['read', 'write'])
    expect(await consents()).toMatchObject([{ client_id: 'web', scope: 'read write', user_id: alice }])
    expect(codeIn(await browser.visit(authorizationUrl({ scope: 'read write' })))).toMatch(/^ac_/)
    // A scope that was not asked for is not on the page, so the answer leaves it as it was.
    await approve(browser, await browser.visit(authorizationUrl({ scope: 'read', prompt: 'consent' })))
    expect(codeIn(await browser.visit(authorizationUrl({ scope: 'read write' })))).toMatch(/^ac_/)
  })

  it('loses what the person unticks: the scope is asked for again, never given in silence', async () => {
    for (const [scope, ticked] of [
      ['read write', ['read']],
      ['write', []],
    ] as const) {
      const browser = await signedIn(alice)
      await authorize(browser, { scope: 'read write' })
      await approve(browser, await browser.visit(authorizationUrl({ scope, prompt: 'consent' })), ticked)
      expect(await consents()).toMatchObject([{ scope: 'read', revoked_at: null }])
      const quiet = { scope: 'write', prompt: 'none' }
      expect(answerIn(await browser.visit(authorizationUrl(quiet)))).toMatchObject({
        error: 'consent_required',
      })
      const page = await browser.visit(authorizationUrl({ scope: 'read write' }))
      expect(page.left).toBeNull()
      expect(page.text).toContain('You have allowed Application web before: Read your data.')
      expect(codeIn(await browser.visit(authorizationUrl({ scope: 'read' })))).toMatch(/^ac_/)
    }
  })

  it('of which every scope is unticked allows nothing, and breaks no page', async () => {
    const browser = await signedIn(alice)
    await authorize(browser)
    await approve(browser, await browser.visit(authorizationUrl({ prompt: 'consent' })), [])
    expect(await consents()).toMatchObject([{ scope: '', revoked_at: null }])
    expect((await browser.get('/account')).status).toBe(200)
    const page = await browser.visit(authorizationUrl())
    expect(page.left).toBeNull()
    expect(codeIn(await approve(browser, page))).toMatch(/^ac_/)
    expect(await consents()).toMatchObject([{ scope: 'read' }])
  })

  it('is of one user and one client', async () => {
    await authorize(await signedIn(alice))
    expect((await (await signedIn(bob)).visit(authorizationUrl())).left).toBeNull()
    const other = authorizationUrl({ client_id: 'other' })
    expect((await (await signedIn(alice)).visit(other)).left).toBeNull()
    expect((await (await signedIn(alice)).visit(authorizationUrl())).left).not.toBeNull()
  })

  it('is forgotten when it is withdrawn: the next consent is another one', async () => {
    const browser = await signedIn(alice)
    await authorize(browser, { scope: 'read write' })
    const [before] = await consents()
    await act(browser, 'revoke-application', { client_id: 'web' })
    const page = await browser.visit(authorizationUrl())
    expect(page.left).toBeNull()
    await approve(browser, page)
    const [after, ...others] = await consents()
    expect(others).toEqual([])
    expect(after).toMatchObject({ scope: 'read', revoked_at: null })
    expect(after?.['id']).not.toBe(before?.['id'])
  })
})

describe('the choice', () => {
  it('is per scope: what is not ticked is not given', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl({ scope: 'read write' }))
    const answer = await redeem(codeIn(await approve(browser, page, ['write'])))
    expect(answer).toMatchObject({ status: 200, scope: 'write' })
    expect(await consents()).toMatchObject([{ scope: 'write' }])
  })

  it('of nothing is a denial', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl({ scope: 'read write' }))
    expect(answerIn(await approve(browser, page, []))).toMatchObject({ error: 'access_denied', iss: ORIGIN })
    expect(await consents()).toEqual([])
  })

  it('leaves an earlier consent alone when it is a denial', async () => {
    const browser = await signedIn(alice)
    await authorize(browser)
    const page = await browser.visit(authorizationUrl({ scope: 'read write' }))
    await browser.submit(page, CONFIRM, [['authorize', 'False']])
    expect(await consents()).toMatchObject([{ scope: 'read', revoked_at: null }])
  })

  it('says what a scope is for in the words of the scope table', async () => {
    const sql = `INSERT INTO scopes (name, description, created_at)
      VALUES ('read', 'See your calendar', 0), ('calendar', 'Change it', 0)`
    await env.DB.prepare(sql).run()
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl({ scope: 'read write calendar' }))
    expect(page.text).toContain('See your calendar')
    expect(page.text).toContain('Change it')
    expect(page.text).toContain('Write your data')
    expect(page.text).not.toContain('Read your data')
    const answer = await redeem(codeIn(await approve(browser, page, ['calendar'])))
    expect(answer).toMatchObject({ scope: 'calendar', status: 200 })
  })
})

describe('clients', () => {
  it('with auto_authorize never ask, and the consent is listed all the same', async () => {
    await givenClient('trusted', { autoAuthorize: true })
    const browser = await signedIn(alice)
    const response = await browser.get(authorizationUrl({ client_id: 'trusted', scope: 'read write' }))
    expect(response.headers.get('Location')).toMatch(/^https:\/\/app\.example\/cb\?code=ac_/)
    expect(await consents()).toMatchObject([{ client_id: 'trusted', scope: 'read write' }])
    const { text } = await browser.visit('/account')
    expect(text).toContain('Application trusted')
    const asked = await browser.visit(authorizationUrl({ client_id: 'trusted', prompt: 'consent' }))
    expect(asked.left).toBeNull()
  })

  it('with auto_authorize get a new code after the consent was withdrawn; the old one is dead', async () => {
    await givenClient('trusted', { autoAuthorize: true })
    const browser = await signedIn(alice)
    const old = codeIn(await browser.visit(authorizationUrl({ client_id: 'trusted' })))
    await act(browser, 'revoke-application', { client_id: 'trusted' })
    const fresh = codeIn(await browser.visit(authorizationUrl({ client_id: 'trusted' })))
    expect(await redeem(old, { client_id: 'trusted' })).toMatchObject({ error: 'invalid_grant' })
    expect(await redeem(fresh, { client_id: 'trusted' })).toMatchObject({ status: 200 })
  })

  it('with authorize_every_time always ask', async () => {
    await givenClient('careful', { authorizeEveryTime: true, autoAuthorize: true })
    const browser = await signedIn(alice)
    for (const time of [1, 2, 3]) {
      const page = await browser.visit(authorizationUrl({ client_id: 'careful' }))
      expect({ left: page.left, time }).toEqual({ left: null, time })
      await approve(browser, page)
    }
  })
})

describe('prompt and max_age', () => {
  must('OpenID Connect Core', '3.1.2.1', 'prompt=none shows no page', async () => {
    const browser = await signedIn(alice)
    const quiet = authorizationUrl({ prompt: 'none' })
    const closing = { iss: ORIGIN, state: 'a state' }
    expect(answerIn(await browser.visit(quiet))).toMatchObject({ error: 'consent_required', ...closing })
    await authorize(browser)
    expect(codeIn(await browser.visit(quiet))).toMatch(/^ac_/)
    browser.cookies.clear()
    expect(answerIn(await browser.visit(quiet))).toMatchObject({ error: 'login_required', ...closing })
    expect(answerIn(await browser.visit(authorizationUrl({ prompt: 'none', max_age: '0' })))).toMatchObject({
      error: 'login_required',
    })
  })

  must('OpenID Connect Core', '3.1.2.1', 'prompt=none works for a posted request', async () => {
    const browser = await signedIn(alice)
    await authorize(browser)
    const { headers } = await browser.post('/oauth2/authorize', authorizationForm({ prompt: 'none' }))
    expect(codeIn(await browser.visit(headers.get('Location') ?? ''))).toMatch(/^ac_/)
  })

  must('OpenID Connect Core', '3.1.2.1', 'prompt=none stands alone', async () => {
    const answer = answerIn(await (await signedIn(alice)).visit(authorizationUrl({ prompt: 'none login' })))
    expect(answer).toMatchObject({ error: 'invalid_request', state: 'a state' })
  })

  must('OpenID Connect Core', '3.1.2.1', 'prompt=consent asks again', async () => {
    const browser = await signedIn(alice)
    await authorize(browser)
    const page = await browser.visit(authorizationUrl({ prompt: 'consent' }))
    expect(page.left).toBeNull()
    expect(codeIn(await approve(browser, page))).toMatch(/^ac_/)
  })

  must(
    'OpenID Connect Core',
    '3.1.2.1',
    'prompt=login and max_age want the password again, once',
    async () => {
      const browser = await signedIn(alice)
      await authorize(browser)
      travel(100)
      expect(codeIn(await browser.visit(authorizationUrl({ max_age: '200' })))).toMatch(/^ac_/)
      for (const fields of [
        { prompt: 'login' },
        { max_age: '50' },
        { max_age: '0' },
        { prompt: 'login consent' },
      ]) {
        travel(60)
        const page = await browser.visit(authorizationUrl(fields))
        expect(page.path).toMatch(/^\/login\?request=/)
        expect(page.text).toContain('Sign in again to continue.')
        // Not signing in leads nowhere else.
        const id = new URL(page.path, ORIGIN).searchParams.get('request')
        expect((await browser.get(`${CONFIRM}?request=${id}`)).headers.get('Location')).toMatch(/^\/login/)
        const next = await browser.submit(page, '/login', [
          ['username', 'alice'],
          ['password', PASSWORD],
        ])
        const visit = next.left ? next : await approve(browser, next)
        expect(codeIn(visit)).toMatch(/^ac_/)
      }
    },
  )

  must('OpenID Connect Core', '3.1.2.1', 'prompt=select_account shows who is signed in', async () => {
    await givenClient('trusted', { autoAuthorize: true })
    const browser = await signedIn(alice)
    await authorize(browser)
    travel(60)
    for (const client_id of ['web', 'trusted']) {
      const page = await browser.visit(authorizationUrl({ client_id, prompt: 'select_account' }))
      expect(page.left).toBeNull()
      expect(page.text).toContain('Continue as alice')
      expect(page.text).toContain('Use another account')
      // Looking again brings no code either.
      expect((await browser.visit(page.path)).left).toBeNull()
      const cancelled = await browser.submit(page, CONFIRM, [['authorize', 'False']])
      expect(answerIn(cancelled)).toMatchObject({ error: 'access_denied', state: 'a state' })
      const next = await browser.visit(authorizationUrl({ client_id, prompt: 'select_account' }))
      expect(codeIn(await browser.submit(next, CONFIRM, [['account', 'Continue']]))).toMatch(/^ac_/)
    }
  })

  must('OpenID Connect Core', '3.1.2.1', 'prompt=select_account lets somebody else sign in', async () => {
    const browser = await signedIn(alice)
    await authorize(await signedIn(bob))
    await authorize(browser)
    travel(60)
    const page = await browser.visit(authorizationUrl({ prompt: 'select_account' }))
    const login = await browser.submit(page, '/logout', [])
    expect(login.path).toMatch(/^\/login\?request=/)
    const fields = [['username', 'bob'] as const, ['password', PASSWORD] as const]
    const answer = await redeem(codeIn(await browser.submit(login, '/login', fields)))
    expect(answer).toMatchObject({ status: 200 })
    expect(await env.DB.prepare('SELECT user_id FROM grants').first()).toEqual({ user_id: bob })
  })

  it('prompt=select_account asks for a consent that was withdrawn since', async () => {
    const browser = await signedIn(alice)
    await authorize(browser)
    travel(60)
    const page = await browser.visit(authorizationUrl({ prompt: 'select_account' }))
    await act(browser, 'revoke-application', { client_id: 'web' })
    const consent = await browser.submit(page, CONFIRM, [['account', 'Continue']])
    expect(consent.text).toContain('Authorize Application web')
    expect(codeIn(await approve(browser, consent))).toMatch(/^ac_/)
  })

  must('OpenID Connect Core', '3.1.2.1', 'refuses a max_age that is no number', async () => {
    const browser = await signedIn(alice)
    for (const max_age of ['-1', '1.5', 'x', '1e3', '99999999999']) {
      expect(answerIn(await browser.visit(authorizationUrl({ max_age })))).toMatchObject({
        error: 'invalid_request',
      })
    }
  })

  must('OpenID Connect Core', '3.1.2.1', 'a fresh sign-in is what the grant remembers', async () => {
    const browser = await signedIn(alice)
    travel(100)
    const page = await browser.visit(authorizationUrl({ prompt: 'login' }))
    const consent = await browser.submit(page, '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    const answer = await redeem(codeIn(await approve(browser, consent)))
    expect(await isActive(answer.access_token)).toBe(true)
    const row = await env.DB.prepare('SELECT auth_time FROM grants').first<{ auth_time: number }>()
    expect(row?.auth_time).toBe(Math.floor(Date.now() / 1000))
  })
})

describe('decideInteraction', () => {
  const session = {
    id: 's',
    user: { id: 'u', username: 'u', email: null, isStaff: false },
    authTime: 1000,
    lastSeenAt: 1000,
    amr: ['pwd'],
  }
  const consent = { id: 'c', scope: 'read write', withdrawn: false }
  const client = { type: 'confidential', autoAuthorize: false, authorizeEveryTime: false }
  const plain = {
    client,
    prompts: [],
    maxAge: null,
    scope: 'read',
    target: { uri: 'https://app.example/cb' },
  }
  type Case = readonly [
    name: string,
    request: object,
    session: typeof session | null,
    consent: typeof consent | null,
    expected: Interaction['kind'],
  ]
  const cases: readonly Case[] = [
    ['nobody signed in', {}, null, null, 'login'],
    ['nobody signed in, consent', {}, null, consent, 'login'],
    ['signed in', {}, session, null, 'consent'],
    ['consent', {}, session, consent, 'answer'],
    ['consent to more', { scope: 'read write' }, session, consent, 'answer'],
    ['consent to less', { scope: 'audit read' }, session, consent, 'consent'],
    ['consent withdrawn', {}, session, { ...consent, withdrawn: true }, 'consent'],
    ['automatic', { client: { ...client, autoAuthorize: true } }, session, null, 'answer'],
    ['automatic, signed out', { client: { ...client, autoAuthorize: true } }, null, null, 'login'],
    ['every time', { client: { ...client, authorizeEveryTime: true } }, session, consent, 'consent'],
    ['prompt=consent', { prompts: ['consent'] }, session, consent, 'consent'],
    ['prompt=login', { prompts: ['login'] }, session, consent, 'login'],
    ['prompt=login, just done', { prompts: ['login'] }, { ...session, authTime: 2000 }, consent, 'answer'],
    ['max_age kept', { maxAge: 1001 }, session, consent, 'answer'],
    ['max_age reached', { maxAge: 1000 }, session, consent, 'login'],
    ['max_age=0, just done', { maxAge: 0 }, { ...session, authTime: 2000 }, consent, 'answer'],
    ['public, https', { client: { ...client, type: 'public' } }, session, consent, 'answer'],
    [
      'public, device',
      { client: { ...client, type: 'public', autoAuthorize: true }, target: { uri: 'app:/cb' } },
      session,
      consent,
      'consent',
    ],
    ['confidential, device', { target: { uri: 'http://127.0.0.1/cb' } }, session, consent, 'consent'],
    ['by name, device', { target: { uri: 'http://localhost:1/cb' } }, session, consent, 'consent'],
    ['an intranet', { target: { uri: 'http://intranet/cb' } }, session, consent, 'answer'],
    ['select_account', { prompts: ['select_account'] }, session, consent, 'account'],
    ['select_account, to consent', { prompts: ['select_account'] }, session, null, 'consent'],
    [
      'select_account, just done',
      { prompts: ['select_account'] },
      { ...session, authTime: 2000 },
      consent,
      'answer',
    ],
  ]

  it.each(cases)('%s', (_, request, signedInAs, given, expected) => {
    const asked = { ...plain, ...request } as unknown as AuthorizationRequest
    expect(decideInteraction(asked, signedInAs, given, 2000, 2000).kind).toBe(expected)
  })

  it.each(cases.filter((row) => row[4] === 'answer'))('%s, prompt=none', (_, request, signedInAs, given) => {
    const asked = { ...plain, ...request } as unknown as AuthorizationRequest
    const quiet = { ...asked, prompts: [...asked.prompts, 'none'] }
    expect(decideInteraction(quiet, signedInAs, given, 2000, 2000).kind).toBe('answer')
  })

  it.each(cases.filter((row) => ['consent', 'login'].includes(row[4])))(
    '%s, prompt=none: refused',
    (_, request, signedInAs, given, expected) => {
      const asked = { ...plain, ...request } as unknown as AuthorizationRequest
      const quiet = { ...asked, prompts: [...asked.prompts, 'none'] }
      expect(() => decideInteraction(quiet, signedInAs, given, 2000, 2000)).toThrow(`${expected}_required`)
    },
  )
})
