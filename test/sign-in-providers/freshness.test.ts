import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { signIn } from '../admin/support.ts'
import { hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, givenUser, PASSWORD } from '../support/fixture.ts'
import { approve, authorizationUrl, codeIn, CONFIRM, redeem } from '../support/flow.ts'
import { threat } from '../support/must.ts'
import { verifyIdToken } from '../support/openid.ts'
import { all } from '../support/operator.ts'
import {
  answerPath,
  givenIssuer,
  givenProvider,
  goTo,
  type Issuer,
  signInWith,
  vouch,
} from '../support/sign-in-providers.ts'

let issuer: Issuer
beforeEach(async () => {
  await givenCast()
  issuer = await givenIssuer()
  await givenProvider(issuer.issuer, { createsAccounts: true })
})

/** Some seconds ago. */
function ago(seconds: number): number {
  return Math.floor(Date.now() / 1000) - seconds
}

describe('a provider that vouches for somebody whom it has asked nothing', () => {
  for (const [what, claims] of [
    ['says nothing of when', {}],
    ['authenticated them long ago', { auth_time: ago(7200) }],
  ] as const)
    threat(196, `answers no request that waits for a fresh sign-in where it ${what}`, async () => {
      const browser = openBrowser()
      const strict = await browser.visit(authorizationUrl({ scope: 'openid', prompt: 'login' }))
      const { request = '' } = hiddenFields(strict.text, '/login/with/acme')
      const { visit } = await signInWith(issuer, claims, { browser, path: authorizationUrl() })
      expect(visit.path).toContain(`${CONFIRM}?request=`)
      expect((await browser.visit(`${CONFIRM}?request=${request}`)).path).toBe(`/login?request=${request}`)
    })

  threat(196, 'lets them change nothing at the account before they have shown who they are', async () => {
    for (const claims of [{}, { auth_time: ago(7200) }]) {
      const { browser } = await signInWith(issuer, claims)
      const page = await browser.visit('/account/connections')
      expect(page.text).toContain('/account/confirm?next=connections')
      expect((await browser.visit('/account/confirm?next=connections')).path).toContain('/account/confirm')
    }
    const { browser } = await signInWith(issuer, { auth_time: ago(0) })
    expect((await browser.visit('/account/connections')).text).not.toContain('/account/confirm')
    expect((await browser.visit('/account/confirm?next=connections')).path).toBe('/account/connections')
  })

  threat(196, 'lets staff change nothing in the panel without their password', async () => {
    await signInWith(issuer, { auth_time: ago(0) })
    await env.DB.prepare(`UPDATE users SET is_staff = 1 WHERE username = 'ann'`).run()
    for (const [claims, asks] of [
      [{}, true],
      [{ auth_time: ago(7200) }, true],
      [{ auth_time: ago(0) }, false],
    ] as const) {
      const { browser } = await signInWith(issuer, claims)
      const page = await browser.visit('/admin/scopes/new')
      await browser.submit(page, '/admin/scopes/new', [
        ['name', 'files'],
        ['description', 'Change your data'],
      ])
      expect(await all(`SELECT 1 FROM scopes WHERE name = 'files'`)).toHaveLength(asks ? 0 : 1)
    }
  })
})

describe('a provider is asked to authenticate somebody now', () => {
  it('for pages of ours, which may be changed at once then', async () => {
    const { url } = await goTo()
    expect(url.searchParams.get('max_age')).toBe('0')
  })

  it('not for an application that does not mind', async () => {
    const { url } = await goTo('acme', { path: authorizationUrl({ scope: 'openid' }) })
    expect(url.searchParams.has('max_age')).toBe(false)
  })

  it('for the scope admin, and as the client has registered it (default_max_age)', async () => {
    await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
    await givenClient('console', { scope: 'admin' })
    const admin = await goTo('acme', { path: authorizationUrl({ client_id: 'console', scope: 'admin' }) })
    expect(admin.url.searchParams.get('max_age')).toBe('0')
    await givenClient('bank', { metadata: JSON.stringify({ default_max_age: 300 }) })
    const path = authorizationUrl({ client_id: 'bank', scope: 'openid' })
    const { browser, url } = await goTo('acme', { path })
    expect(url.searchParams.get('max_age')).toBe('300')
    await vouch(issuer, url)
    const { status, text } = await browser.visit(answerPath(issuer, url))
    expect([status, text.includes('does not say whether you have just signed in there')]).toEqual([400, true])
  })
})

describe('the ID token of somebody whom another has vouched for', () => {
  it('says when the other has authenticated them', async () => {
    const authTime = ago(3600)
    const path = authorizationUrl({ scope: 'openid', max_age: '86400' })
    const { browser, visit } = await signInWith(issuer, { auth_time: authTime }, { path })
    const { id_token } = await redeem(codeIn(await approve(browser, visit, ['openid'])))
    expect((await verifyIdToken(String(id_token))).claims).toMatchObject({ auth_time: authTime })
  })

  it('says no time that lies ahead, and none where the other says none', async () => {
    for (const [claims, told] of [
      [{ sub: 'one', auth_time: ago(-9000) }, true],
      [{ sub: 'two' }, false],
    ] as const) {
      const path = authorizationUrl({ scope: 'openid' })
      const { browser, visit } = await signInWith(issuer, claims, { path })
      const { id_token } = await redeem(codeIn(await approve(browser, visit, ['openid'])))
      const { auth_time } = (await verifyIdToken(String(id_token))).claims
      expect(told ? Number(auth_time) <= ago(0) : auth_time).toBe(told ? true : undefined)
    }
  })

  it('says when they were authenticated here, once they have shown here who they are', async () => {
    await givenUser('carla')
    const path = authorizationUrl({ scope: 'openid' })
    const browser = await signIn('carla')
    await env.DB.prepare('UPDATE sessions SET vouched_at = 0, auth_time = auth_time - 7200').run()
    const page = await browser.visit('/account/confirm')
    await browser.submit(page, '/account/confirm', [['password', PASSWORD]])
    const { id_token } = await redeem(codeIn(await approve(browser, await browser.visit(path), ['openid'])))
    const { auth_time } = (await verifyIdToken(String(id_token))).claims
    expect(Number(auth_time)).toBeGreaterThanOrEqual(ago(60))
  })
})
