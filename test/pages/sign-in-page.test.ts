import { expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { OUTBOX } from '../support/mail.ts'

it('The sign-in page divides the password, with the link of who forgot it, from other ways to sign in', async () => {
  const { text } = await openBrowser(OUTBOX).visit('/login')
  const order = ['name="password"', 'href="/login/recover"', '>or</p>', 'data-passkey']
  const places = order.map((part) => text.indexOf(part))
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  const alone = await openBrowser({ ...OUTBOX, OAUTH_PASSKEYS: 'false' }).visit('/login')
  expect([alone.text.includes('href="/login/recover"'), alone.text.includes('>or</p>')]).toEqual([
    true,
    false,
  ])
})
