import { describe, expect, it } from 'vitest'
import { hiddenFields } from '../support/browser.ts'
import { givenClient, PASSWORD } from '../support/fixture.ts'
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

  it('says them of lists, boxes and choices that exclude each other, too', async () => {
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

  it('says them of scopes, and of what is asked before an action', async () => {
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

describe('the password that is asked for again', () => {
  it('is asked for after everything else is fine, and lets go of nothing that was typed', async () => {
    const { browser } = await givenStaff()
    const page = await browser.visit('/admin/users/new')
    travel(1000)
    const refused = await browser.submit(page, '/admin/users/new', [
      ...GOOD.slice(0, 2),
      ['password', 'short'],
    ])
    expect([refused.status, refused.text.includes('your_password')]).toEqual([400, false])
    const asked = await browser.submit(refused, '/admin/users/new', GOOD)
    expect(asked.text).toContain('Your password, please')
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
