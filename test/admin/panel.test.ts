import { describe, expect, it } from 'vitest'
import { givenCast, givenClient, givenUser, PASSWORD } from '../support/fixture.ts'
import { answerOf, post, token, tokensOf } from '../support/http.ts'
import { all } from '../support/operator.ts'
import { travel } from '../support/time.ts'
import { isActive } from '../support/tokens.ts'
import { actOn, givenStaff, signIn } from './support.ts'

const FORM = [
  ['name', 'My application'],
  ['type', 'confidential'],
  ['redirect_uris', 'https://my.example/cb\r\nhttps://my.example/other\r\n'],
  ['grant_types', 'client_credentials'],
  ['grant_types', 'authorization_code'],
  ['require_pkce', 'yes'],
] as const

describe('the panel for clients', () => {
  it('creates a client whose secret is shown once and works at the token endpoint', async () => {
    const { browser, id } = await givenStaff()
    const page = await browser.visit('/admin/clients/new')
    const shown = await browser.submit(page, '/admin/clients/new', FORM)
    expect(shown).toMatchObject({ status: 200 })
    const clientId = new URL(shown.path, 'https://x').searchParams.get('id') ?? ''
    const secret = /<pre class="code">([\w-]{43})<\/pre>/.exec(shown.text)?.[1] ?? ''
    const answer = await answerOf(
      await post('/oauth2/token', {
        client_id: clientId,
        client_secret: secret,
        grant_type: 'client_credentials',
      }),
    )
    expect(answer).toMatchObject({ status: 200, scope: 'read' })
    const again = await browser.visit(shown.path)
    expect(again.text).not.toContain(secret)
    expect(again.text).toContain('https://my.example/other')
    expect(again.text).toContain('oauth4webapi')
    expect(again.text).toContain(`--data-urlencode client_id=${clientId}`)
    expect(await all("SELECT actor, client_id FROM audit_events WHERE type = 'client_created'")).toEqual([
      { actor: id, client_id: clientId },
    ])
  })

  it('says what is wrong beside the field, and keeps what was typed', async () => {
    const { browser } = await givenStaff()
    const page = await browser.visit('/admin/clients/new')
    const refused = await browser.submit(page, '/admin/clients/new', [
      ['name', 'Kept'],
      ['type', 'confidential'],
      ['redirect_uris', 'http://evil.example/cb'],
      ['grant_types', 'authorization_code'],
    ])
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('value="Kept"')
    expect(refused.text).toMatch(/id="redirect_uris-error">[^<]*must use https/)
    expect(await all('SELECT 1 FROM clients')).toEqual([])
  })

  it('changes a client, but not over the change of another', async () => {
    await givenClient('web')
    const { browser } = await givenStaff()
    const edit = '/admin/clients/edit?id=web'
    const [first, second] = [await browser.visit(edit), await browser.visit(edit)]
    const fields = FORM.map(([name, value]) => [name, value] as const)
    expect((await browser.submit(first, edit, fields)).text).toContain('My application')
    const stale = await browser.submit(second, edit, fields)
    expect(stale.status).toBe(400)
    expect(stale.text).toContain('Somebody else has just changed this client')
  })

  it('rotates a secret with overlap, disables, enables and deletes', async () => {
    const { alice } = await givenCast()
    const { browser } = await givenStaff()
    const rotated = await actOn(browser, 'clients', ['web'], 'rotate-secret', [['keep_old', '3600']])
    expect(rotated.text).toMatch(/<pre class="code">[\w-]{43}<\/pre>/)
    const tokens = await tokensOf()
    expect(tokens.status).toBe(200)
    await actOn(browser, 'clients', ['web'], 'disable')
    expect(await tokensOf()).toMatchObject({ status: 400, error: 'invalid_client' })
    await actOn(browser, 'clients', ['web'], 'enable')
    expect(await isActive(tokens.access_token, 'other')).toBe(true)
    const page = await browser.visit('/admin/clients')
    const asked = await browser.submit(page, '/admin/clients/act', [
      ['id', 'web'],
      ['action', 'delete'],
    ])
    expect(asked.text).toContain('This also deletes the consents (0), grants (1) and access tokens (1).')
    expect(await all("SELECT 1 FROM clients WHERE client_id = 'web'")).toHaveLength(1)
    await browser.submit(asked, '/admin/clients/act', [])
    expect(await all("SELECT 1 FROM clients WHERE client_id = 'web'")).toEqual([])
    expect(await all(`SELECT 1 FROM grants WHERE user_id = '${alice}'`)).toEqual([])
  })

  it('does something to many at once after asking', async () => {
    await givenCast()
    const { browser, id } = await givenStaff()
    const done = await actOn(browser, 'clients', ['web', 'other'], 'disable')
    expect(done.text).toContain('Disable: 2 done.')
    expect(await all('SELECT client_id FROM clients WHERE disabled_at IS NOT NULL ORDER BY 1')).toEqual([
      { client_id: 'other' },
      { client_id: 'web' },
    ])
    expect(
      await all(`SELECT 1 FROM audit_events WHERE type = 'client_updated' AND actor = '${id}'`),
    ).toHaveLength(2)
  })
})

describe('the panel for users, scopes, tokens and sessions', () => {
  it('creates a user who can sign in, and changes and disables the user', async () => {
    const { browser } = await givenStaff()
    const page = await browser.visit('/admin/users/new')
    const shown = await browser.submit(page, '/admin/users/new', [
      ['username', 'carol'],
      ['email', 'carol@example.org'],
      ['password', PASSWORD],
    ])
    expect(shown).toMatchObject({ status: 200 })
    const id = new URL(shown.path, 'https://x').searchParams.get('id') ?? ''
    const carol = await signIn('carol')
    await actOn(browser, 'users', [id], 'sign-out')
    expect((await carol.get('/account')).status).toBe(303)
    const edit = `/admin/users/edit?id=${id}`
    await browser.submit(await browser.visit(edit), edit, [
      ['email', ''],
      ['is_staff', 'yes'],
    ])
    expect(await all(`SELECT email, is_staff FROM users WHERE id = '${id}'`)).toEqual([
      { email: null, is_staff: 1 },
    ])
    const weak = await actOn(browser, 'users', [id], 'reset-password', [['password', 'short']])
    expect(weak.text).toContain('Use at least 8 characters.')
    await actOn(browser, 'users', [id], 'reset-password', [['password', 'another long password']])
    await actOn(browser, 'users', [id], 'disable')
    expect(await all(`SELECT is_active FROM users WHERE id = '${id}'`)).toEqual([{ is_active: 0 }])
  })

  it('offers nobody what one may not do to oneself, and refuses it', async () => {
    const { browser, id } = await givenStaff()
    const other = await givenUser('carol', { isStaff: true })
    const own = await browser.visit(`/admin/users/show?id=${id}`)
    const hers = await browser.visit(`/admin/users/show?id=${other}`)
    for (const action of ['disable', 'delete', 'reset-password']) {
      expect(own.text).not.toContain(`value="${action}"`)
      expect(hers.text).toContain(`value="${action}"`)
      const page = await browser.visit('/admin/users')
      const refused = await browser.submit(page, '/admin/users/act', [
        ['id', id],
        ['action', action],
        ['confirmed', 'yes'],
        ['password', 'another long password'],
      ])
      expect(refused.text).toContain('You cannot do this to yourself')
    }
    expect(own.text).toContain('href="/account#password"')
    const edit = `/admin/users/edit?id=${id}`
    const form = await browser.visit(edit)
    expect(form.text).not.toContain('name="is_staff"')
    expect((await browser.submit(form, edit, [['email', '']])).status).toBe(200)
    expect(await all(`SELECT is_active, is_staff FROM users WHERE id = '${id}'`)).toEqual([
      { is_active: 1, is_staff: 1 },
    ])
    await signIn('staff')
  })

  it('leaves the one who acts out of what is done to many', async () => {
    const { browser, id } = await givenStaff()
    const [carol, dan] = [await givenUser('carol'), await givenUser('dan')]
    const page = await browser.visit('/admin/users')
    const asked = await browser.submit(page, '/admin/users/act', [
      ...[id, carol, dan].map((user) => ['id', user] as const),
      ['action', 'disable'],
    ])
    expect(asked.text).toContain('<h1>Disable 2 users?</h1>')
    expect(asked.text).not.toContain(`value="${id}"`)
  })

  it('creates, describes and deletes a scope that clients can then ask for', async () => {
    await givenCast()
    const { browser } = await givenStaff()
    await browser.submit(await browser.visit('/admin/scopes/new'), '/admin/scopes/new', [
      ['name', 'invoices'],
      ['description', 'See your invoices'],
    ])
    expect(await tokensOf({ scope: 'invoices' })).toMatchObject({ status: 200, scope: 'invoices' })
    const edit = '/admin/scopes/edit?id=invoices'
    await browser.submit(await browser.visit(edit), edit, [['description', 'All your invoices']])
    expect((await browser.visit('/admin/scopes')).text).toContain('All your invoices')
    await actOn(browser, 'scopes', ['invoices'], 'delete')
    expect(await tokensOf({ scope: 'invoices' })).toMatchObject({ error: 'invalid_scope' })
  })

  it('revokes tokens and grants, and ends sessions', async () => {
    await givenCast()
    const { browser } = await givenStaff()
    const tokens = await tokensOf()
    const [access] = await all("SELECT id || '.' || refresh_seq AS id FROM grants")
    await actOn(browser, 'access-tokens', [String(access?.['id'])], 'revoke')
    expect(await isActive(tokens.access_token)).toBe(false)
    const [grant] = await all('SELECT id FROM grants')
    await actOn(browser, 'grants', [String(grant?.['id'])], 'revoke')
    expect(
      await token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }),
    ).toMatchObject({
      error: 'invalid_grant',
    })
    const alice = await signIn('alice')
    const [session] = await all(
      "SELECT s.id AS id FROM sessions s JOIN users u ON u.id = s.user_id WHERE username = 'alice'",
    )
    await actOn(browser, 'sessions', [String(session?.['id'])], 'end')
    expect((await alice.get('/account')).status).toBe(303)
  })
})

describe('a dangerous change', () => {
  it('needs the password again if it was given long ago', async () => {
    await givenClient('web')
    const { browser, id } = await givenStaff()
    travel(1000)
    const page = await browser.visit('/admin/clients')
    const asked = await browser.submit(page, '/admin/clients/act', [
      ['id', 'web'],
      ['action', 'disable'],
    ])
    const stale = await browser.submit(asked, '/admin/clients/act', [])
    expect(stale.text).toContain('Confirm that it is you')
    expect(stale.text).toContain('href="/admin/clients/show?id=web">Cancel')
    expect(await all('SELECT 1 FROM clients WHERE disabled_at IS NOT NULL')).toEqual([])
    const wrong = await browser.submit(stale, '/admin/clients/act', [['your_password', 'wrong']])
    expect(wrong.status).toBe(400)
    expect(wrong.text).toContain('This is not your password.')
    await all(`UPDATE sessions SET amr = 'pwd otp mfa' WHERE user_id = '${id}'`)
    const done = await browser.submit(wrong, '/admin/clients/act', [['your_password', PASSWORD]])
    expect(done.text).toContain('is disabled.')
    // The second factor was shown long ago: a client that asks for its level asks for it anew.
    expect(await all(`SELECT amr FROM sessions WHERE user_id = '${id}'`)).toEqual([{ amr: 'pwd' }])
    expect(
      await all(`SELECT 1 FROM audit_events WHERE type = 'password_confirmed' AND actor = '${id}'`),
    ).toHaveLength(1)
    await actOn(browser, 'clients', ['web'], 'enable')
    expect(await all('SELECT 1 FROM clients WHERE disabled_at IS NOT NULL')).toEqual([])
  })

  it('is refused without the anti-forgery field, and from another site', async () => {
    await givenClient('web')
    const { browser } = await givenStaff()
    const fields = { id: 'web', action: 'delete', confirmed: 'yes' }
    expect((await browser.post('/admin/clients/act', fields)).status).toBe(403)
    await givenUser('eve')
    const eve = await signIn('eve')
    const page = await browser.visit('/admin/clients')
    const value = /name="anti_forgery" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    expect((await eve.post('/admin/clients/act', { ...fields, anti_forgery: value })).status).toBe(403)
    expect(await all('SELECT 1 FROM clients')).toHaveLength(1)
  })
})
