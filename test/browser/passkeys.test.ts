import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { inspect } from './look.ts'
import { useWorld } from './use-world.ts'
import { authorizeUrl, givenClient, givenUser, heading, landed, PASSWORD, press, signIn } from './world.ts'

const world = useWorld()
beforeAll(() => givenClient(world, 'web'))

/** A device that keeps passkeys and knows its user's finger, as Chromium makes one up. */
interface Device {
  /** What it has kept, so that it can be put into another browser. */
  credentials(): Promise<readonly object[]>
}

async function withDevice(page: Page, credentials: readonly object[] = []): Promise<Device> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId: id } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  for (const credential of credentials) {
    await cdp.send('WebAuthn.addCredential', { authenticatorId: id, credential: credential as never })
  }
  return {
    async credentials() {
      return (await cdp.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials
    },
  }
}

/** A user with a passkey, made on the account page. */
async function givenPasskey(username: string): Promise<{ readonly page: Page; readonly device: Device }> {
  await givenUser(world, username)
  const page = await world.open()
  await page.goto(`${world.origin}/login`)
  await signIn(page, username)
  const device = await withDevice(page)
  await page.getByRole('link', { name: 'Manage your passkeys' }).click()
  await press(page, 'Add a passkey')
  expect(await page.getByRole('status').first().textContent()).toBe('Your passkey is added.')
  return { page, device }
}

describe('a passkey in Chromium', () => {
  it('is added on the account page, named, and removed', async () => {
    const { device, page } = await givenPasskey('ann')
    expect(await device.credentials()).toHaveLength(1)
    expect(await page.getByRole('heading', { level: 2 }).textContent()).toContain('Chrom')
    await page.getByRole('link', { name: /^Rename / }).click()
    await page.getByLabel('Name of the passkey').fill('Work laptop')
    await press(page, 'Save')
    expect(await page.getByRole('heading', { level: 2 }).textContent()).toBe('Work laptop')
    await inspect(page, 'passkeys')
    await press(page, 'Remove Work laptop')
    await page.getByText('You have no passkeys yet').waitFor()
    await inspect(page, 'passkeys-none')
  })

  it('signs in by the button, without a name', async () => {
    const { device } = await givenPasskey('bob')
    const page = await world.open()
    await withDevice(page, await device.credentials())
    // A browser that offers nothing where the username is typed.
    await page.addInitScript(
      'if (self.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false',
    )
    await page.goto(authorizeUrl(world, { client_id: 'web', state: 'by button' }))
    const button = page.getByRole('button', { name: 'Sign in with a passkey' })
    await button.waitFor()
    await inspect(page, 'login-passkey')
    const followed = page.waitForURL('**/authorize/confirm**')
    await button.focus()
    await page.keyboard.press('Enter')
    await followed
    expect(await page.content()).toContain('bob')
    await press(page, 'Authorize')
    expect((await landed(page)).get('state')).toBe('by button')
  })

  it('signs in where the username is typed, as the browser offers it', async () => {
    const { device } = await givenPasskey('cat')
    const page = await world.open()
    await withDevice(page, await device.credentials())
    // The browser's own list of passkeys is answered by the device at once.
    await page.goto(`${world.origin}/login`)
    await page.waitForURL('**/account')
    expect(await page.content()).toContain('Signed in as cat')
  })

  it('is the last way to sign in of an account without a password, and stays', async () => {
    const { device, page } = await givenPasskey('dan')
    await world.db.prepare("UPDATE users SET password_hash = '!' WHERE username = 'dan'").run()
    await press(page, 'Remove Chrome on Linux')
    expect(await page.getByRole('alert').textContent()).toContain('This is your last way to sign in.')
    await press(page, 'Add a passkey').catch(() => {})
    expect(await device.credentials()).toHaveLength(1)
  })

  it('is offered after a password on a device that can keep one, once', async () => {
    await givenUser(world, 'eve')
    const page = await world.open()
    await withDevice(page)
    await page.goto(authorizeUrl(world, { client_id: 'web', state: 'offered' }))
    await page.locator('input[name=can_passkey]').waitFor({ state: 'attached' })
    await page.getByLabel('Username').fill('eve')
    await page.getByLabel('Password').fill(PASSWORD)
    await press(page, 'Sign in')
    expect(await heading(page)).toBe('Sign in faster next time?')
    await inspect(page, 'passkey-offer')
    await press(page, 'Not now')
    expect(await heading(page)).toBe('Authorize Photo Prints')
    await press(page, 'Authorize')
    expect((await landed(page)).get('state')).toBe('offered')
    await page.goto(`${world.origin}/logout`)
    await press(page, 'Sign out')
    await page.goto(`${world.origin}/login`)
    await page.locator('input[name=can_passkey]').waitFor({ state: 'attached' })
    await signIn(page, 'eve')
    expect(await heading(page)).toBe('Your account')
  })

  it('is not asked of anybody without JavaScript', async () => {
    await givenUser(world, 'fay')
    const page = await world.open({ javaScriptEnabled: false })
    await page.goto(`${world.origin}/login`)
    expect(await page.getByRole('button').allTextContents()).toEqual(['Sign in'])
    await signIn(page, 'fay')
    expect(await heading(page)).toBe('Your account')
    await page.getByRole('link', { name: 'Manage your passkeys' }).click()
    expect(await page.content()).toContain('This browser cannot create passkeys here.')
  })

  it('confirms who is there, where the sign-in is old', async () => {
    const { page } = await givenPasskey('gus')
    await world.db.prepare("UPDATE sessions SET auth_time = auth_time - 901 WHERE user_id = 'id-gus'").run()
    await page.reload()
    await page.getByRole('link', { name: 'Confirm' }).click()
    expect(await heading(page)).toBe('Confirm that it is you')
    await page.getByRole('button', { name: 'Use a passkey' }).waitFor()
    await inspect(page, 'confirm')
    await press(page, 'Use a passkey')
    expect(await heading(page)).toBe('Passkeys')
    expect(await page.getByRole('button', { name: 'Add a passkey' }).isVisible()).toBe(true)
  })
})

describe('doing without a password', () => {
  it('takes the password away from who has a passkey', async () => {
    const { page } = await givenPasskey('nina')
    await page.goto(`${world.origin}/account/without-password`)
    await inspect(page, 'without-password')
    await press(page, 'Remove the password')
    await inspect(page, 'without-password-done')
    expect(await page.textContent('main')).toContain('Your password is removed.')
    await page.goto(`${world.origin}/account`)
    expect(await page.textContent('main')).not.toContain('Current password')
    await inspect(page, 'account-without-password')
  })
})
