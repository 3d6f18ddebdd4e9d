import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSignInProviderStore } from '../../src/store/d1/sign-in-providers.ts'
import { actOn, givenStaff } from '../admin/support.ts'
import { openBrowser } from '../support/browser.ts'
import { givenCast } from '../support/fixture.ts'
import { send } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { all, mark, sentTwice } from '../support/operator.ts'
import { givenIssuer, givenProvider, goTo, signInWith, store } from '../support/sign-in-providers.ts'

const KIND = '/admin/sign-in-providers'
const PNG = 'data:image/png;base64,iVBORw0KGgo='

beforeEach(async () => {
  await givenCast()
})

describe('sign-in providers in the panel', () => {
  it('are made, changed and deleted, and their secret is never seen again', async () => {
    const { issuer } = await givenIssuer()
    const { browser } = await givenStaff()
    const form = await browser.visit(`${KIND}/new`)
    const made = await browser.submit(form, `${KIND}/new`, [
      ['id', 'corp'],
      ['kind', 'openid'],
      ['issuer', issuer],
      ['name', 'Corp'],
      ['icon', PNG],
      ['client_id', 'ours'],
      ['client_secret', 'hush-hush'],
      ['trusts_addresses', 'yes'],
      ['counts_as_fresh', 'yes'],
      ['domains', 'Corp.example, bücher.example'],
      ['enabled', 'yes'],
    ])
    expect(made.text).toContain('/login/with/corp/callback')
    expect(made.text).not.toContain('hush-hush')
    const [row] = await store.listProviders()
    expect(row).toMatchObject({
      id: 'corp',
      scope: 'openid email profile',
      domains: 'corp.example xn--bcher-kva.example',
      trustsAddresses: true,
      createsAccounts: false,
      countsAsFresh: true,
      isEnabled: true,
    })
    expect(row?.sealedSecret).not.toContain('hush')
    expect((await openBrowser().visit('/login')).text).toContain('Continue with Corp')
    const edit = await browser.visit(`${KIND}/edit?id=corp`)
    expect(edit.text).not.toMatch(/hush-hush|name="(?:issuer|kind|id)"/)
    // A colleague disables it in between: what this form holds of it must not undo that.
    await env.DB.prepare('UPDATE sign_in_providers SET is_enabled = 0, updated_at = updated_at + 1').run()
    const late = await browser.submit(edit, `${KIND}/edit?id=corp`, [
      ['name', 'Corporation'],
      ['client_id', 'ours'],
      ['enabled', 'yes'],
    ])
    expect([late.status, late.text.includes('Somebody else has just changed this sign-in provider')]).toEqual(
      [400, true],
    )
    expect(await store.listProviders()).toMatchObject([{ name: 'Corp', isEnabled: false }])
    const again = await browser.visit(`${KIND}/edit?id=corp`)
    await browser.submit(again, `${KIND}/edit?id=corp`, [
      ['name', 'Corporation'],
      ['client_id', 'ours'],
      ['client_secret', ''],
    ])
    const [changed] = await store.listProviders()
    expect(changed).toMatchObject({
      name: 'Corporation',
      isEnabled: false,
      trustsAddresses: false,
      countsAsFresh: false,
      icon: null,
    })
    expect(changed?.sealedSecret).toBe(row?.sealedSecret)
    expect((await openBrowser().visit('/login')).text).not.toContain('Continue with')
    await actOn(browser, 'sign-in-providers', ['corp'], 'delete', [['typed_name', 'Corporation']])
    expect(await store.listProviders()).toEqual([])
    const types = await all(`SELECT type FROM audit_events WHERE type LIKE 'sign_in_provider%' ORDER BY type`)
    expect(types).toEqual([
      { type: 'sign_in_provider_created' },
      { type: 'sign_in_provider_deleted' },
      { type: 'sign_in_provider_updated' },
    ])
  })

  for (const [field, value, said] of [
    ['id', 'Not An Id', 'lower-case letters, digits and hyphens'],
    ['issuer', 'http://issuer.example.org', 'an https URL'],
    ['issuer', 'https://10.0.0.1', 'at a public host'],
    ['issuer', 'https://issuer.example.org/?a=b', 'without a query'],
    ['name', '', '1 to 60 characters'],
    ['client_id', 'ö', 'printable ASCII'],
    ['icon', 'https://elsewhere.example/icon.png', 'a data: URL'],
    ['icon', 'data:text/html;base64,AAAA', 'a data: URL'],
    ['scope', 'email', 'must include openid'],
    ['domains', 'localhost', 'look like example.org'],
    ['domains', 'a.example/path', 'look like example.org'],
    ['kind', 'saml', 'openid or github'],
  ] as const)
    it(`are refused with the ${field} ${JSON.stringify(value)}`, async () => {
      const { browser } = await givenStaff()
      const form = await browser.visit(`${KIND}/new`)
      const fields = {
        id: 'corp',
        kind: 'openid',
        issuer: 'https://issuer.example.org',
        name: 'Corp',
        client_id: 'ours',
        [field]: value,
      }
      const page = await browser.submit(form, `${KIND}/new`, Object.entries(fields))
      expect([page.status, page.text.includes(said)]).toEqual([400, true])
      expect(await store.listProviders()).toEqual([])
    })

  it('are refused with an id that another one has', async () => {
    await givenProvider('https://issuer.example.org')
    const { browser } = await givenStaff()
    const form = await browser.visit(`${KIND}/new`)
    const page = await browser.submit(form, `${KIND}/new`, [
      ['id', 'acme'],
      ['kind', 'github'],
      ['name', 'Evil'],
      ['client_id', 'x'],
    ])
    expect([page.status, page.text.includes('with this id already')]).toEqual([400, true])
    expect((await store.listProviders()).map(({ name }) => name)).toEqual(['Acme'])
  })

  it('say how many accounts are linked, and take the links along', async () => {
    const issuer = await givenIssuer()
    await givenProvider(issuer.issuer, { createsAccounts: true })
    await signInWith(issuer)
    expect((await store.listProviders())[0]?.linked).toBe(1)
    await store.deleteProvider('acme', mark())
    expect(await all('SELECT 1 FROM linked_accounts')).toEqual([])
  })
})

describe('the picture of a provider', () => {
  threat(194, 'comes from here, by itself, and runs nothing', async () => {
    const svg = `data:image/svg+xml;base64,${btoa('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')}`
    await givenProvider('https://issuer.example.org', { icon: svg })
    const { text, response } = await openBrowser().visit('/login')
    const [, path = ''] = /<img src="(\/login\/with\/acme\/icon\?v=\d+)" alt=""/.exec(text) ?? []
    expect(response.headers.get('Content-Security-Policy')).toMatch(/img-src 'self'(?:;|$)/)
    const icon = await send(path)
    expect(icon.headers.get('Content-Type')).toBe('image/svg+xml')
    expect(icon.headers.get('Content-Security-Policy')).toContain('sandbox')
    expect(icon.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect((await send('/login/with/nobody/icon')).status).toBe(404)
  })
})

describe('writes whose reply was lost', () => {
  it('are sent again, and happen once', async () => {
    const issuer = await givenIssuer()
    const twice = (): ReturnType<typeof createSignInProviderStore> =>
      createSignInProviderStore(sentTwice(env.DB))
    const provider = await givenProvider(issuer.issuer, { createsAccounts: true })
    expect(await twice().createProvider({ ...provider, id: 'second' }, null, mark())).toBe(true)
    const [row] = await store.listProviders()
    const seenAt = row?.updatedAt ?? 0
    expect(await twice().updateProvider({ ...provider, name: 'New' }, null, seenAt, mark())).toBe('updated')
    expect(await twice().deleteProvider('second', mark())).toBe(true)
    const signIn = (subject: string): Parameters<typeof store.signIn>[0] => ({
      provider: { id: 'acme', issuer: issuer.issuer, domains: '' },
      subject,
      label: subject,
      countedAsFresh: false,
      state: { jtiHash: crypto.randomUUID(), expiresAt: 9e9 },
      session: { id: crypto.randomUUID(), userAgent: '', amr: ['fed'], expiresAt: 9e9, replaces: null },
      address: null,
      newUser: {
        id: crypto.randomUUID(),
        names: ['ann', 'ann-2'].map((name) => ({
          username: name,
          usernameKey: name,
          usernameSkeleton: name,
        })),
        email: null,
      },
    })
    for (const created of [true, false]) {
      const sent = signIn('sub')
      const request = mark()
      expect(await twice().spendState(sent.state, request)).toBe(true)
      expect(await twice().spendState(sent.state, mark())).toBe(false)
      expect(await twice().signIn(sent, request)).toMatchObject({ username: 'ann', created })
    }
    expect(await all('SELECT username FROM users WHERE password_hash = ?'.replace('?', `'!'`))).toEqual([
      { username: 'ann' },
    ])
    const { browser } = await goTo()
    expect(browser.cookies.size).toBeGreaterThan(0)
    const [link] = await all('SELECT user_id FROM linked_accounts')
    const userId = String(link?.['user_id'])
    await env.DB.prepare(`UPDATE users SET password_hash = 'x' WHERE id = ?`).bind(userId).run()
    const gone = { providerId: 'acme', subject: 'sub', userId }
    expect(
      await twice().unlink(gone, { mail: false, password: true, passkeys: true, links: true }, mark()),
    ).toBe('removed')
    expect(await all(`SELECT 1 FROM audit_events WHERE type = 'account_unlinked'`)).toHaveLength(1)
  })
})
