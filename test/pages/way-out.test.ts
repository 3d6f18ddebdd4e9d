import { beforeEach, describe, expect, it } from 'vitest'
import { hiddenFields, openBrowser, type Visit } from '../support/browser.ts'
import { givenCast, givenSession } from '../support/fixture.ts'
import { CONFIRM, answerIn, authorizationUrl, type Fields } from '../support/flow.ts'
import { ORIGIN } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { all } from '../support/operator.ts'

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** Breaks a sign-in off. */
async function cancel(fields: Fields = {}): Promise<Visit> {
  const browser = openBrowser()
  return browser.submit(await browser.visit(authorizationUrl(fields)), CONFIRM, [])
}

const DENIED = { error: 'access_denied', error_description: 'The user denied the request.' }

describe('whoever is asked to sign in', () => {
  must('RFC 6749', '4.1.2.1', 'may break off, and the client is told with its state', async () => {
    const { left } = await cancel()
    expect(left?.origin + (left?.pathname ?? '')).toBe('https://app.example/cb')
    expect(answerIn(await cancel())).toEqual({ ...DENIED, state: 'a state', iss: ORIGIN })
  })

  must('RFC 6749', '4.2.2.1', 'may break off, and the client is told in the fragment', async () => {
    const { left } = await cancel({ response_type: 'token' })
    expect(left?.search).toBe('')
    expect(Object.fromEntries(new URLSearchParams(left?.hash.slice(1)))).toMatchObject(DENIED)
  })

  it('may break off a request for a form_post, too', async () => {
    const { text } = await cancel({ response_mode: 'form_post' })
    expect(text).toContain('action="https://app.example/cb"')
    expect(text).toContain('name="error" value="access_denied"')
  })

  it('is led back by the name of the application, in German, too', async () => {
    const page = await openBrowser().visit(authorizationUrl())
    expect(page.text).toContain('Back to Application web</button>')
    const german = await openBrowser().visit(authorizationUrl({ ui_locales: 'de' }))
    expect(german.text).toContain('Zurück zu Application web</button>')
  })

  it('goes to the front page where no application waits', async () => {
    const { text } = await openBrowser().visit('/login')
    expect(text).toContain('<a href="/">Back to Accounts</a>')
    expect(text).not.toContain(`action="${CONFIRM}"`)
  })

  it('may break off when a request asks to sign in again', async () => {
    const browser = openBrowser()
    const { name, value } = await givenSession(alice, { authTime: 1000 })
    browser.cookies.set(name, value)
    const page = await browser.visit(authorizationUrl({ max_age: '60' }))
    expect(page.path).toMatch(/^\/login/)
    expect(answerIn(await browser.submit(page, CONFIRM, []))).toMatchObject(DENIED)
  })

  threat(140, 'is sent nowhere that the request does not name, and broken off by nobody else', async () => {
    const browser = openBrowser()
    const page = await browser.visit(authorizationUrl())
    const fields = hiddenFields(page.text, CONFIRM)
    const elsewhere = await browser.post(CONFIRM, { ...fields, redirect_uri: 'https://evil.example/' })
    expect(await elsewhere.text()).not.toContain('evil.example')
    const forged = await browser.post(CONFIRM, { ...fields, anti_forgery: 'x' })
    expect([forged.status, forged.headers.get('Location')]).toEqual([403, null])
    const stranger = await openBrowser().post(CONFIRM, fields)
    expect([stranger.status, stranger.headers.get('Location')]).toEqual([400, null])
  })

  it('leaves no session, consent or code behind', async () => {
    await cancel()
    expect(await all('SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM grants) AS n')).toEqual([
      { n: 0 },
    ])
  })
})
