import { beforeEach, describe, expect, it } from 'vitest'
import { openBrowser, type Visit } from '../support/browser.ts'
import { givenCast } from '../support/fixture.ts'
import { authorizationUrl, type Fields, signedIn } from '../support/flow.ts'
import { must } from '../support/must.ts'
import { travel } from '../support/time.ts'

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

async function visit(fields: Fields): Promise<Visit> {
  return openBrowser().visit(authorizationUrl({ scope: 'openid', ...fields }))
}

describe('The sign-in page', () => {
  must('OpenID Connect Core', '3.1.2.1', 'begins with the name of login_hint', async () => {
    expect((await visit({ login_hint: 'bob@app.example' })).text).toContain('value="bob@app.example"')
    expect((await visit({})).text).toMatch(/<input(?![^>]*value=)[^>]*name="username"/)
  })

  it('shows a login_hint as text, and none that is longer than an address can be', async () => {
    const { text } = await visit({ login_hint: '"><script>alert(1)</script>' })
    expect(text).not.toContain('<script>alert')
    expect(text).toContain('&quot;&gt;&lt;script&gt;')
    expect((await visit({ login_hint: 'x'.repeat(255) })).text).not.toContain('xxx')
  })

  it('keeps the name of who is signed in, whatever login_hint says', async () => {
    const browser = await signedIn(alice)
    travel(60)
    const fields = { scope: 'openid', prompt: 'login', login_hint: 'bob' }
    expect((await browser.visit(authorizationUrl(fields))).text).toContain('value="alice"')
  })

  must('OpenID Connect Core', '3.1.2.1', 'is in the first language of ui_locales that there is', async () => {
    for (const ui_locales of ['de', 'de-CH', 'se fr de en']) {
      expect((await visit({ ui_locales })).text).toContain('<html lang="de">')
    }
    for (const ui_locales of ['en de', 'se', 'x'.repeat(2000), ',;q=0', undefined]) {
      expect((await visit({ ui_locales })).text).toContain('<html lang="en">')
    }
  })

  it('is followed by a consent page in the same language', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl({ scope: 'openid', ui_locales: 'de' }))
    expect(page.path).toMatch(/^\/oauth2\/authorize\/confirm/)
    expect(page.text).toContain('<html lang="de">')
    expect((await browser.visit('/account')).text).toContain('<html lang="en">')
  })
})
