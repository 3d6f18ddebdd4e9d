import { TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { inspect } from './look.ts'
import { useWorld } from './use-world.ts'
import { authorizeUrl, givenClient, givenUser, heading, landed, press, signIn } from './world.ts'

const world = useWorld()
beforeAll(() => givenClient(world, 'web'))

/** Shows the key of a page to an app. */
async function appOf(page: Page): Promise<TOTP> {
  const key = (await page.locator('code').first().textContent()) ?? ''
  return new TOTP({ secret: key.replaceAll(' ', '') })
}

/** The code of some time steps from now. */
const codeOf = (app: TOTP, later = 0): string => app.generate({ timestamp: Date.now() + later * 30_000 })

describe('two-step sign-in', () => {
  it('is set up, asked for by the keyboard alone, remembered, and turned off', async () => {
    await givenUser(world, 'ann')
    const page = await world.open()
    await page.goto(`${world.origin}/login`)
    await signIn(page, 'ann')
    await page.getByRole('link', { name: 'Manage two-step sign-in' }).click()
    await inspect(page, 'second-factor-off')
    await press(page, 'Set up an app')
    await inspect(page, 'second-factor-set-up')
    const app = await appOf(page)
    await page.getByLabel('Code', { exact: true }).fill(codeOf(app, -1))
    await press(page, 'Turn on')
    expect(await heading(page)).toBe('Save your recovery codes')
    await inspect(page, 'recovery-codes')
    const [recovery = ''] = await page.locator('li code').allTextContents()
    await page.getByRole('link', { name: 'I have saved them' }).click()
    await inspect(page, 'second-factor')

    const other = await world.open()
    await other.goto(authorizeUrl(world, { client_id: 'web', state: 'two steps' }))
    await signIn(other, 'ann')
    expect(await heading(other)).toBe('One more step')
    await inspect(other, 'second-factor-ask')
    await other.keyboard.type('000000')
    await other.keyboard.press('Enter')
    await other.locator('#code-error').waitFor()
    await inspect(other, 'second-factor-wrong')
    await other.keyboard.type(codeOf(app))
    await other.keyboard.press('Tab')
    await other.keyboard.press('Space')
    await other.keyboard.press('Enter')
    await other.getByRole('heading', { name: 'Authorize Photo Prints' }).waitFor()
    await press(other, 'Authorize')
    expect((await landed(other)).get('state')).toBe('two steps')
    await other.goto(`${world.origin}/logout`)
    await press(other, 'Sign out')
    await other.goto(`${world.origin}/login`)
    await signIn(other, 'ann')
    expect(await heading(other)).toBe('Your account')

    const lost = await world.open()
    await lost.goto(`${world.origin}/login`)
    await signIn(lost, 'ann')
    await lost.getByRole('link', { name: 'Use a recovery code' }).click()
    await inspect(lost, 'second-factor-recovery')
    await lost.getByLabel('Recovery code').fill(recovery)
    await press(lost, 'Continue')
    expect(await heading(lost)).toBe('Your account')
    await lost.goto(`${world.origin}/account/second-factor`)
    expect(await lost.content()).toContain('Remembered browsers')
    await inspect(lost, 'second-factor-browsers')
    await press(lost, 'Turn off')
    expect(await lost.getByRole('status').textContent()).toContain('Two-step sign-in is off.')
  })

  it('can be left to sign in to another account', async () => {
    await givenUser(world, 'bob')
    await givenUser(world, 'cat')
    const page = await world.open()
    await page.goto(`${world.origin}/login`)
    await signIn(page, 'bob')
    await page.goto(`${world.origin}/account/second-factor/set-up`)
    const app = await appOf(page)
    await page.getByLabel('Code', { exact: true }).fill(codeOf(app))
    await press(page, 'Turn on')
    const other = await world.open()
    await other.goto(`${world.origin}/login`)
    await signIn(other, 'bob')
    expect(await heading(other)).toBe('One more step')
    await press(other, 'Sign in as somebody else')
    await other.goto(`${world.origin}/login`)
    await signIn(other, 'cat')
    expect(await other.content()).toContain('Signed in as cat')
  })
})

describe('activity and data', () => {
  it('are seen, downloaded, and deleted', async () => {
    await givenUser(world, 'dan')
    const page = await world.open()
    await page.goto(`${world.origin}/login`)
    await signIn(page, 'dan')
    await inspect(page, 'account-with-features')
    await page.getByRole('link', { name: 'See activity and data' }).click()
    expect(await page.getByText('Signed in', { exact: true }).count()).toBe(1)
    await inspect(page, 'own-data')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('account.json')
    await press(page, 'Delete my account')
    await inspect(page, 'own-data-not-sure')
    await page.getByLabel('I want my account to be deleted').check()
    await press(page, 'Delete my account')
    expect(await heading(page)).toBe('Your account will be deleted')
    await inspect(page, 'own-data-deletion')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signIn(page, 'dan')
    expect(await heading(page)).toBe('Your account')
  })
})
