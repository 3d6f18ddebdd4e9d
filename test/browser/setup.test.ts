import { describe, expect, it } from 'vitest'
import { inspect } from './look.ts'
import { useWorld } from './use-world.ts'
import { heading, PASSWORD, press } from './world.ts'

const SETUP_TOKEN = 'bq8-the-token-that-the-deploy-printed-Zx1'
const world = useWorld({ secrets: { SETUP_TOKEN } })

describe('the first run in a browser', () => {
  it('leads from the front page to a panel that its first member of staff may use', async () => {
    const page = await world.open({ viewport: { width: 1280, height: 800 } })
    await page.goto(world.origin)
    expect(await heading(page)).toBe('Set up')
    await inspect(page, 'setup')
    await page.getByLabel('Setup token').fill('a guess')
    await page.getByLabel('Username').fill('mia')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByLabel('Password again').fill(PASSWORD)
    await press(page, 'Set up')
    expect(await page.getByRole('alert').textContent()).toContain('This is not the setup token.')
    expect(await page.getByLabel('Username').inputValue()).toBe('mia')
    await inspect(page, 'setup-refused')
    await page.getByLabel('Setup token').fill(SETUP_TOKEN)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByLabel('Password again').fill(PASSWORD)
    await page.getByLabel('Redirect URI').fill('https://prints.example/callback')
    await press(page, 'Set up')
    expect(await heading(page)).toBe('You are set up')
    await inspect(page, 'setup-done')
    await page.getByRole('link', { name: 'Open the panel' }).click()
    await page.waitForURL('**/admin')
    expect(await page.getByText('mia').count()).toBeGreaterThan(0)
    await page.goto(`${world.origin}/setup`)
    expect(await heading(page)).toBe('Nothing here')
    expect(world.takeComplaints()).toEqual([])
  })
})
