import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { DESKTOP, expectUsable, type Scene, useWorld } from './use-world.ts'
import { givenClient, givenUser, heading, press, signIn } from './world.ts'

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

const world = useWorld({ clears: ['sessions', 'throttle', 'device_codes', 'authorized_clients'] })
beforeAll(async () => {
  await givenClient(world, 'television', { type: 'public', name: 'Television' })
  await world.db
    .prepare(`UPDATE clients SET grant_types = ? WHERE client_id = 'television'`)
    .bind(JSON.stringify([GRANT]))
    .run()
  await givenUser(world, 'ann')
})

/** What the device and its person are told. */
interface Started {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete: string
}

async function post(path: string, form: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const response = await fetch(new URL(path, world.origin), {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  return response.json<Record<string, unknown>>()
}

async function start(): Promise<Started> {
  const started = await post('/oauth2/device_authorization', { client_id: 'television', scope: 'read write' })
  return started as unknown as Started
}

async function poll({ device_code }: Started): Promise<Record<string, unknown>> {
  return post('/oauth2/token', { client_id: 'television', grant_type: GRANT, device_code })
}

/** Opens the complete address and signs in. */
async function arrive(page: Page): Promise<Started> {
  const started = await start()
  await page.goto(started.verification_uri_complete)
  await signIn(page, 'ann')
  await page.waitForURL('**/device')
  return started
}

describe('the page that lets a device in', () => {
  const scenes: readonly Scene[] = [
    { name: 'device-code', title: 'Connect a device', arrive },
    {
      name: 'device-wrong',
      title: 'Connect a device',
      async arrive(page) {
        await arrive(page)
        await page.getByLabel('Code').fill('BCDF-GHJK')
        await press(page, 'Continue')
      },
    },
    {
      name: 'device-question',
      title: 'Connect Television?',
      async arrive(page) {
        await arrive(page)
        await press(page, 'Continue')
      },
    },
    {
      name: 'device-done',
      title: 'Your device is connected',
      async arrive(page) {
        await arrive(page)
        await press(page, 'Continue')
        await press(page, 'Authorize')
      },
    },
  ]

  it.each(scenes)('can be used by everybody: $name', async (scene) => {
    await expectUsable(world, scene)
  })

  it('works without JavaScript, by the keyboard, from the complete address to the token', async () => {
    const page = await world.open({ viewport: DESKTOP, javaScriptEnabled: false })
    const started = await arrive(page)
    expect(await page.getByLabel('Code').inputValue()).toBe(started.user_code)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Connect Television?' }).waitFor()
    expect(await page.getByText(started.user_code).count()).toBe(1)
    expect(await poll(started)).toMatchObject({ error: 'authorization_pending' })
    await page.getByRole('button', { name: 'Authorize' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Your device is connected' }).waitFor()
    expect(await poll(started)).toMatchObject({ token_type: 'Bearer', scope: 'read write' })
  })

  it('lets nothing in where the person says no, in German, too', async () => {
    const page = await world.open({ viewport: DESKTOP, locale: 'de-DE' })
    const started = await start()
    await page.goto(started.verification_uri_complete)
    await page.getByLabel('Benutzername').fill('ann')
    await page.getByLabel('Passwort').fill('correct horse battery staple')
    await page.getByLabel('Passwort').press('Enter')
    expect(await heading(page)).toBe('Gerät verbinden')
    await press(page, 'Weiter')
    expect(await heading(page)).toBe('Television verbinden?')
    await page.locator('button[value="False"]').click()
    expect(await heading(page)).toBe('Ihr Gerät wurde nicht verbunden')
    expect(await poll(started)).toMatchObject({ error: 'access_denied' })
  })
})
