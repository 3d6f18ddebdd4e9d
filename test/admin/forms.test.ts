import { describe, expect, it } from 'vitest'
import { hiddenFields } from '../support/browser.ts'
import { givenClient, givenUser, PASSWORD } from '../support/fixture.ts'
import { all } from '../support/operator.ts'
import { travel } from '../support/time.ts'
import { givenStaff, signIn } from './support.ts'

const GOOD = [
  ['username', 'carol'],
  ['email', 'carol@example.org'],
  ['password', 'many unrelated words'],
] as const

/** The controls that a page begins at. */
function focused(text: string): readonly string[] {
  return [...text.matchAll(/<(?:input|textarea|select)\b[^>]*\bautofocus\b[^>]*>/g)].map(
    ([tag]) => / id="([^"]*)"/.exec(tag)?.[1] ?? '',
  )
}

/** Where the alert at the top of a page leads. */
function links(text: string): readonly string[] {
  const alert = /<div class="alert alert-error" role="alert">(.*?)<\/div>/s.exec(text)?.[1] ?? ''
  return [...alert.matchAll(/href="#([^"]*)"/g)].map(([, target = '']) => target)
}

describe('a form with errors', () => {
  it('says all of them at once, in an alert that leads to each field, and begins at the first', async () => {
    const { browser } = await givenStaff()
    const page = await browser.visit('/admin/users/new')
    const refused = await browser.submit(page, '/admin/users/new', [
      ['username', 'a\u200bb'],
      ['email', 'nowhere'],
      ['password', 'short'],
    ])
    expect(refused.status).toBe(400)
    expect(links(refused.text)).toEqual(['username', 'email', 'password'])
    expect(focused(refused.text)).toEqual(['username'])
    for (const name of ['username', 'email', 'password']) {
      expect(refused.text).toMatch(new RegExp(`id="${name}-error">[^<]+</span><input id="${name}"`))
    }
    expect(focused(page.text)).toEqual([])
    expect(links(page.text)).toEqual([])
  })

  it('says so of lists, boxes and choices that exclude each other, too', async () => {
    const { browser } = await givenStaff()
    const page = await browser.visit('/admin/clients/new')
    const refused = await browser.submit(page, '/admin/clients/new', [
      ['client_id', 'ümlaut'],
      ['redirect_uris', 'http://evil.example/cb'],
      ['grant_types', 'authorization_code'],
      ['auto_authorize', 'yes'],
      ['authorize_every_time', 'yes'],
    ])
    expect(refused.status).toBe(400)
    expect(new Set(links(refused.text))).toEqual(
      new Set(['name', 'redirect_uris', 'auto_authorize', 'authorize_every_time', 'client_id']),
    )
    expect(focused(refused.text)).toHaveLength(1)
    expect(refused.text).toMatch(/id="auto_authorize-error">A client cannot both/)
    expect(refused.text).toMatch(/id="redirect_uris-error">[^<]+<\/span><textarea/)
    for (const target of links(refused.text)) expect(refused.text).toContain(` id="${target}"`)
    expect(await all('SELECT 1 FROM clients')).toEqual([])
  })

  it('says so of scopes, and of what is asked before an action', async () => {
    const { browser } = await givenStaff()
    const page = await browser.visit('/admin/scopes/new')
    const refused = await browser.submit(page, '/admin/scopes/new', [['name', 'two words']])
    expect(links(refused.text)).toEqual(['name', 'description'])
    await givenClient('web')
    const list = await browser.visit('/admin/clients')
    const asked = await browser.submit(list, '/admin/clients/act', [
      ['id', 'web'],
      ['action', 'rotate-secret'],
    ])
    expect(asked.text).toContain('<h1>Rotate the secret of Application web?</h1>')
    const wrong = await browser.submit(asked, '/admin/clients/act', [['keep_old', '-1']])
    expect(links(wrong.text)).toEqual(['keep_old'])
    expect(focused(wrong.text)).toEqual(['keep_old'])
  })
})

describe('every form of the panel and of the account', () => {
  const EXCLUDING = [
    ['auto_authorize', 'yes'],
    ['authorize_every_time', 'yes'],
  ] as const
  const BOTH = ['auto_authorize', 'authorize_every_time']

  it.each([
    ['/admin/users/new', [['email', 'nobody']], ['username', 'email', 'password']],
    ['/admin/users/edit?id=carol-id', [['email', 'nobody']], ['email']],
    ['/admin/clients/new', EXCLUDING, ['name', 'redirect_uris', ...BOTH]],
    ['/admin/clients/edit?id=web', EXCLUDING, ['name', 'redirect_uris', ...BOTH]],
    ['/admin/scopes/new', [], ['name', 'description']],
    ['/admin/scopes/edit?id=mail', [], ['description']],
    ['/account/profile', [['locale', '!'] as const, ['website', 'x'] as const], ['website', 'locale']],
  ] as const)(
    'says at the top of %s all that is wrong, and begins at the first',
    async (path, fields, wrong) => {
      const { browser } = await givenStaff()
      await givenClient('web')
      await givenUser('carol', { id: 'carol-id' })
      await all("INSERT INTO scopes (name, description, created_at) VALUES ('mail', 'Mail', 0)")
      const before = await all('SELECT * FROM clients, users, scopes')
      const page = await browser.visit(path)
      const grant = path.includes('clients') ? [['grant_types', 'authorization_code'] as const] : []
      const refused = await browser.submit(page, path, [...fields, ...grant])
      expect([page.status, refused.status]).toEqual([200, 400])
      expect(links(refused.text).toSorted()).toEqual([...wrong].toSorted())
      expect(focused(refused.text)).toEqual(links(refused.text).slice(0, 1))
      for (const name of wrong) expect(refused.text).toContain(`id="${name}-error"`)
      expect(await all('SELECT * FROM clients, users, scopes')).toEqual(before)
    },
  )

  it.each([
    ['users', 'carol-id', 'reset-password', 'password', 'short'],
    ['clients', 'web', 'rotate-secret', 'keep_old', 'for ever'],
  ])('does so before an action, too: %s, %s, %s', async (kind, id, action, field, value) => {
    const { browser } = await givenStaff()
    await givenClient('web')
    await givenUser('carol', { id: 'carol-id' })
    const list = await browser.visit(`/admin/${kind}`)
    const asked = await browser.submit(list, `/admin/${kind}/act`, [
      ['id', id],
      ['action', action],
    ])
    const refused = await browser.submit(asked, `/admin/${kind}/act`, [[field, value]])
    expect(refused.status).toBe(400)
    expect([links(refused.text), focused(refused.text)]).toEqual([[field], [field]])
    expect(refused.text).toContain(`id="${field}-error"`)
  })
})

describe('the password that is asked for again', () => {
  it('is asked for once everything else is right, and nothing that was typed is lost', async () => {
    const { browser } = await givenStaff()
    const page = await browser.visit('/admin/users/new')
    travel(1000)
    const refused = await browser.submit(page, '/admin/users/new', [
      ...GOOD.slice(0, 2),
      ['password', 'short'],
    ])
    expect([refused.status, refused.text.includes('your_password')]).toEqual([400, false])
    const asked = await browser.submit(refused, '/admin/users/new', GOOD)
    expect(asked.text).toContain('Confirm that it is you')
    expect(asked.text).toContain('href="/admin/users">Cancel')
    for (const [, value] of GOOD) expect(asked.text).not.toContain(value)
    expect(await all("SELECT 1 FROM users WHERE username = 'carol'")).toEqual([])
    const wrong = await browser.submit(asked, '/admin/users/new', [['your_password', 'wrong']])
    expect(wrong.status).toBe(400)
    expect(links(wrong.text)).toEqual(['your_password'])
    const done = await browser.submit(wrong, '/admin/users/new', [['your_password', PASSWORD]])
    expect(done.text).toContain('The user carol is created.')
    expect(await all("SELECT email FROM users WHERE username = 'carol'")).toEqual([
      { email: 'carol@example.org' },
    ])
  })

  it('takes no form that waited in another session, and none that is made up', async () => {
    const { browser } = await givenStaff()
    const page = await browser.visit('/admin/users/new')
    travel(1000)
    const asked = await browser.submit(page, '/admin/users/new', GOOD)
    const { carried = '' } = hiddenFields(asked.text, '/admin/users/new')
    expect(carried).toMatch(/^[\w-]{100,}$/)
    const other = await signIn('staff')
    for (const value of [carried, `${carried}A`, 'x']) {
      const fresh = await other.visit('/admin/users/new')
      const refused = await other.submit(fresh, '/admin/users/new', [['carried', value]])
      expect(refused.status).toBe(400)
    }
    expect(await all("SELECT 1 FROM users WHERE username = 'carol'")).toEqual([])
  })
})
