import { beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { givenCast } from '../support/fixture.ts'
import { authorizationUrl } from '../support/flow.ts'
import { send } from '../support/http.ts'
import { threat } from '../support/must.ts'

beforeEach(async () => {
  await givenCast()
})

describe('the language of the pages', () => {
  it('can be chosen, goes before what the browser asks for, and is remembered', async () => {
    const browser = openBrowser()
    const page = await browser.visit('/login')
    expect(page.text).toContain('<html lang="en">')
    const [, link = ''] = /<a href="([^"]+)" lang="de" hreflang="de"/.exec(page.text) ?? []
    expect(link).toBe('/language?to=de&amp;back=%2Flogin')
    const german = await browser.visit(link.replaceAll('&amp;', '&'))
    expect(german.path).toBe('/login')
    expect(german.text).toContain('<html lang="de">')
    expect(german.text).toContain('>English</a>')
    expect((await browser.visit('/login')).text).toContain('<html lang="de">')
  })

  it('is chosen in the middle of an authorization request, which goes on', async () => {
    const browser = openBrowser()
    const login = await browser.visit(authorizationUrl({ ui_locales: 'en' }))
    const [, link = ''] = /<a href="([^"]+)" lang="de"/.exec(login.text) ?? []
    const german = await browser.visit(link.replaceAll('&amp;', '&'))
    expect(german.path).toBe(login.path)
    expect(german.text).toContain('<html lang="de">')
  })

  it('stays as it is where there is no such language', async () => {
    const browser = openBrowser()
    const { text } = await browser.visit('/language?to=xx&back=/login')
    expect(text).toContain('<html lang="en">')
    expect([...browser.cookies.keys()].filter((name) => name.includes('language'))).toEqual([])
  })

  threat(138, 'goes back to a path of our own and nowhere else', async () => {
    for (const back of [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example',
      '\\\\evil.example',
      'javascript:alert(1)',
      'login',
      '',
      '/\t/evil.example',
      '/.//evil.example',
      '/x/..//evil.example',
      '/%2e//evil.example',
    ]) {
      const response = await send(`/language?to=de&back=${encodeURIComponent(back)}`)
      expect(response.status).toBe(303)
      const location = response.headers.get('Location') ?? ''
      expect(new URL(location, 'https://id.example').origin).toBe('https://id.example')
      expect(location).toMatch(/^\/(?![/\\])/)
    }
    const kept = await send('/language?to=de&back=%2Faccount%3Fa%3Db')
    expect(kept.headers.get('Location')).toBe('/account?a=b')
  })
})
