import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSession } from '../../src/cli/open-store.ts'
import { htmlProblems, inspect } from './look.ts'
import { useWorld } from './use-world.ts'
import { authorizeUrl, givenClient, landed, press } from './world.ts'

const ICON = `data:image/svg+xml;base64,${btoa('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1" fill="#b00"/></svg>')}`

const world = useWorld({ secrets: { OAUTH_FETCH_LOOPBACK: 'true' } })
let issuer: Server
let origin = ''
/** Whom the issuer has signed in. */
let person = 'ann'

/** An issuer at another site, which sends everybody back at once. */
beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'one' }
  const nonces = new Map<string, string>()
  const idToken = (code: string): Promise<string> =>
    new SignJWT({
      sub: person,
      nonce: nonces.get(code),
      preferred_username: person,
      auth_time: Math.floor(Date.now() / 1000),
      // Who has none is not asked to prove it.
      ...(person !== 'ann' && { email: `${person}@acme.example` }),
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(origin)
      .setAudience('ours')
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey)
  issuer = createServer((request, response) => {
    const url = new URL(request.url ?? '', origin)
    const json = (body: object): void => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    }
    if (url.pathname === '/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') ?? '')
      const code = `code-${nonces.size}`
      nonces.set(code, url.searchParams.get('nonce') ?? '')
      back.search = new URLSearchParams({ code, state: url.searchParams.get('state') ?? '' }).toString()
      response.writeHead(302, { Location: back.href }).end()
    } else if (url.pathname === '/token') {
      let body = ''
      request.on('data', (part: Buffer) => (body += part.toString()))
      request.on('end', () => {
        void idToken(new URLSearchParams(body).get('code') ?? '').then((id_token) =>
          json({ access_token: 'a', token_type: 'Bearer', id_token }),
        )
      })
    } else if (url.pathname === '/keys') json({ keys: [jwk] })
    else
      json({
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        jwks_uri: `${origin}/keys`,
        id_token_signing_alg_values_supported: ['ES256'],
      })
  })
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
  // The Worker is at localhost: another site for the browser.
  origin = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`
  await givenClient(world, 'web')
  const session = createSession({ close: async () => {}, db: world.db }, null)
  const shared = { issuer: origin, client_id: 'ours' }
  for (const input of [
    { ...shared, id: 'acme', name: 'Acme', icon: ICON, creates_accounts: true },
    { ...shared, id: 'other', name: 'The other company with a rather long name' },
  ])
    await session.signInProviders.create?.(input, session)
})
afterAll(
  () =>
    new Promise<void>((resolve) => {
      issuer.close(() => resolve())
      issuer.closeAllConnections()
    }),
)

/** Presses a button that leads to the issuer, and waits until the browser is back. */
async function goAndComeBack(page: Page, name: string, path: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
  await page.waitForURL(`${world.origin}${path}`)
}

/** Opens a page again, and expects its HTML to be valid. */
async function expectValid(page: Page): Promise<void> {
  const response = await page.reload()
  expect(await htmlProblems(page.url(), (await response?.text()) ?? '')).toEqual([])
}

describe('sign-in with others in Chromium', () => {
  it('goes there and comes back, by keyboard alone, and on to the application', async () => {
    const page = await world.open()
    await page.goto(authorizeUrl(world, { client_id: 'web', state: 'by acme' }))
    const button = page.getByRole('button', { name: 'Continue with Acme' })
    await button.waitFor()
    await inspect(page, 'login-providers')
    await expectValid(page)
    await button.focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/authorize/confirm**')
    expect(await page.content()).toContain('ann')
    await press(page, 'Authorize')
    expect((await landed(page)).get('state')).toBe('by acme')
  })

  it('makes accounts from the sign-up page, by those who make them', async () => {
    person = 'bob'
    const page = await world.open()
    await page.goto(`${world.origin}/sign-up`)
    expect(await page.getByRole('button', { name: /^Continue with/ }).allTextContents()).toEqual([
      'Continue with Acme',
    ])
    await inspect(page, 'sign-up-providers')
    await expectValid(page)
    await page.getByRole('button', { name: 'Continue with Acme' }).click()
    await page.waitForURL(`${world.origin}/account**`)
    await page.goto(`${world.origin}/account`)
    expect(await page.content()).toContain('Signed in as bob')
  })

  it('works without JavaScript, in German, and says what went wrong', async () => {
    person = 'nobody'
    const page = await world.open({ javaScriptEnabled: false, locale: 'de-DE' })
    await page.goto(`${world.origin}/login`)
    const name = 'Mit The other company with a rather long name fortfahren'
    await goAndComeBack(page, name, '/login/with/other/callback**')
    expect(await page.getByRole('alert').textContent()).toContain('kann hier kein Konto benutzt werden')
  })

  it('confirms who is there by a new sign-in, and only by the account that is connected', async () => {
    person = 'dora'
    const page = await world.open()
    await page.goto(`${world.origin}/login`)
    await page.getByRole('button', { name: 'Continue with Acme' }).click()
    await page.waitForURL(`${world.origin}/account**`)
    await world.db
      .prepare('UPDATE sessions SET auth_time = auth_time - 901, vouched_at = vouched_at - 901')
      .run()
    await page.goto(`${world.origin}/account/passkeys`)
    await page.getByRole('link', { name: 'Confirm' }).click()
    await inspect(page, 'confirm-providers')
    await expectValid(page)
    person = 'mallory'
    await goAndComeBack(page, 'Confirm with Acme', '/account/confirm?next=passkeys')
    expect(await page.getByRole('alert').textContent()).toContain('not connected to yours here')
    await inspect(page, 'confirm-providers-foreign')
    person = 'dora'
    await page.getByRole('button', { name: 'Confirm with Acme' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(`${world.origin}/account/passkeys`)
    expect(await page.getByRole('button', { name: 'Add a passkey' }).isVisible()).toBe(true)
  })

  it('connects and disconnects accounts, and keeps the last way in', async () => {
    person = 'carol'
    const page = await world.open()
    await page.goto(`${world.origin}/login`)
    await page.getByRole('button', { name: 'Continue with Acme' }).click()
    await page.waitForURL(`${world.origin}/account**`)
    await page.goto(`${world.origin}/account`)
    await page.getByRole('link', { name: 'Manage your connected accounts' }).click()
    await press(page, 'Disconnect Acme, carol@acme.example')
    await page.getByText('This is your last way to sign in.').waitFor()
    await goAndComeBack(page, 'Connect The other company with a rather long name', '/account/connections')
    await page.getByText('is connected: carol@acme.example').waitFor()
    await inspect(page, 'connections')
    await expectValid(page)
    await press(page, 'Disconnect Acme, carol@acme.example')
    await page.getByText('The account is disconnected.').waitFor()
  })
})
