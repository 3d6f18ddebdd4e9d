import { expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { crawl } from '../support/crawl.ts'
import { givenCast, PASSWORD } from '../support/fixture.ts'
import { authorizationUrl } from '../support/flow.ts'
import { englishOf } from '../support/german.ts'
import { send } from '../support/http.ts'
import { OUTBOX } from '../support/mail.ts'
import { plainOf, sendToThird } from '../support/third-language.ts'

/** Pages that no link leads to, or only to some. */
const OTHERS = [
  '/sign-up',
  '/device',
  '/login/recover',
  '/login/link',
  '/account/passkeys',
  '/account/data',
  '/oauth2/authorize?client_id=nobody',
]

it.each([
  ['in German have no English text', 'de', send, englishOf, ['/nothing']],
  ['have no text but in the language that was chosen', 'fr', sendToThird, plainOf, []],
])('the pages %s', { timeout: 120_000 }, async (_what, lang, worker, strangeOf, missing) => {
  await givenCast()
  const browser = openBrowser({ ...OUTBOX, OAUTH_ALLOW_SIGNUP: 'true', OAUTH_SITE_NAME: '2001' }, [], worker)
  expect(strangeOf((await browser.visit('/login')).text)).toContain('Sign in')
  const login = await browser.visit(`/language?to=${lang}&back=/login`)
  const found: (readonly [string, string])[] = []
  const look = (path: string, text: string): void => {
    expect([path, text.includes(`<html lang="${lang}">`)]).toEqual([path, true])
    found.push(...strangeOf(text).map((each) => [path, each] as const))
  }
  const lookAtAll = async (from: readonly string[]): Promise<number> => {
    const visits = await crawl(
      browser,
      from,
      (link) => !/^\/(?:language|admin|demo\/|account\/data\/)/.test(link),
    )
    for (const [path, { text }] of visits) look(path, text)
    return visits.size
  }
  await lookAtAll(['/', ...OTHERS, ...missing])
  const refused = await browser.submit(login, '/login', [
    ['username', 'alice'],
    ['password', 'wrong'],
  ])
  look('a wrong password', refused.text)
  const asked = await browser.visit(authorizationUrl({}))
  const consent = await browser.submit(asked, '/login', [
    ['username', 'alice'],
    ['password', PASSWORD],
  ])
  expect(consent.text).toContain('<form')
  look('consent', consent.text)
  expect(await lookAtAll(['/', '/account', '/logout', ...OTHERS, ...missing])).toBeGreaterThan(10)
  expect(found).toEqual([])
})
