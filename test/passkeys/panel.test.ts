import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { givenCast } from '../support/fixture.ts'
import { signedIn } from '../support/flow.ts'
import { optionsIn } from '../support/passkey-options.ts'
import { givenPasskey, rowsOf, sendForm } from '../support/passkeys.ts'

const NEW_SCOPE = '/admin/scopes/new'

it('A change of the panel by an old sign-in is confirmed by a passkey, by that of the operator alone', async () => {
  const { alice, bob } = await givenCast()
  await env.DB.prepare('UPDATE users SET is_staff = 1').run()
  const [mine, theirs] = [await givenPasskey(alice), await givenPasskey(bob)]
  const browser = await signedIn(alice)
  const page = await browser.visit(NEW_SCOPE)
  await env.DB.prepare('UPDATE sessions SET auth_time = auth_time - 901').run()
  const asked = await sendForm(browser, page, NEW_SCOPE, { name: 'photos', description: 'See your photos' })
  expect(asked.text).toContain('Confirm that it is you')
  expect(asked.response.headers.get('Content-Security-Policy')).toContain("script-src 'sha256-")
  const options = optionsIn(asked.text)
  const refused = await sendForm(browser, asked, NEW_SCOPE, { credential: await theirs.get(options) })
  expect([refused.status, refused.text.includes('This was not accepted.')]).toEqual([400, true])
  expect(await rowsOf('SELECT 1 FROM scopes')).toEqual([])
  const done = await sendForm(browser, refused, NEW_SCOPE, {
    credential: await mine.get(optionsIn(refused.text)),
  })
  expect(done.status).toBe(200)
  expect(await rowsOf('SELECT name FROM scopes')).toEqual([{ name: 'photos' }])
})
