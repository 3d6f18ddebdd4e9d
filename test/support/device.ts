import { expect } from 'vitest'
import { type Browser, type Visit } from './browser.ts'
import { givenClient, SECRET } from './fixture.ts'
import { type Answer, answerOf, post, type Vars } from './http.ts'

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** Puts clients of devices into D1: `tv`, which is public, and `printer`, which has a secret. */
export async function givenDevices(): Promise<void> {
  const grantTypes = [DEVICE_GRANT, 'refresh_token']
  await givenClient('tv', { type: 'public', name: 'Television', grantTypes, redirectUris: [] })
  await givenClient('printer', { name: 'Printer', grantTypes, redirectUris: [] })
}

/** Starts the sign-in of a device, of the client `tv` unless told otherwise. */
export async function startDevice(
  form: Readonly<Record<string, string>> = {},
  vars: Vars = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const secret = form['client_id'] === 'printer' ? { client_secret: SECRET } : {}
  const all = { client_id: 'tv', scope: 'read', ...secret, ...form }
  return answerOf(await post('/oauth2/device_authorization', all, headers, vars))
}

/** Polls once. */
export async function poll(
  deviceCode: unknown,
  form: Readonly<Record<string, string>> = {},
  vars: Vars = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const secret = form['client_id'] === 'printer' ? { client_secret: SECRET } : {}
  const all = {
    client_id: 'tv',
    grant_type: DEVICE_GRANT,
    device_code: String(deviceCode),
    ...secret,
    ...form,
  }
  return answerOf(await post('/oauth2/token', all, headers, vars))
}

/** Types a code, as its person does. */
export async function typeCode(browser: Browser, userCode: unknown): Promise<Visit> {
  return browser.submit(await browser.visit('/device'), '/device', [['user_code', String(userCode)]])
}

/** Lets the device in whose question is shown. */
export async function letIn(
  browser: Browser,
  page: Visit,
  scopes: readonly string[] = ['read'],
): Promise<Visit> {
  expect(page).toMatchObject({ status: 200 })
  return browser.submit(page, '/device', [
    ...scopes.map((scope) => ['scope', scope] as const),
    ['authorize', 'Authorize'],
  ])
}
