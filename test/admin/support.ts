import { expect } from 'vitest'
import { type Browser, openBrowser, type Visit } from '../support/browser.ts'
import { givenUser, PASSWORD } from '../support/fixture.ts'
import { signedIn } from '../support/flow.ts'
import { send, type Vars } from '../support/http.ts'

/** Signs a browser in. */
export async function signIn(
  username: string,
  vars: Vars = {},
  sendTo: typeof send = send,
): Promise<Browser> {
  const browser = openBrowser(vars, [], sendTo)
  const login = await browser.visit('/login')
  const home = await browser.submit(login, '/login', [
    ['username', username],
    ['password', PASSWORD],
  ])
  expect(home.status).toBe(200)
  return browser
}

/** A member of staff, signed in without the slow password. */
export async function givenStaff(
  vars: Vars = {},
): Promise<{ readonly id: string; readonly browser: Browser }> {
  const id = await givenUser('staff', { isStaff: true })
  return { id, browser: await signedIn(id, vars) }
}

/** Chooses an action on a record and confirms it. */
export async function actOn(
  browser: Browser,
  kind: string,
  ids: readonly string[],
  action: string,
  fields: readonly (readonly [string, string])[] = [],
): Promise<Visit> {
  const page = await browser.visit(`/admin/${kind}`)
  const asked = await browser.submit(page, `/admin/${kind}/act`, [
    ...ids.map((id) => ['id', id] as const),
    ['action', action],
  ])
  expect(asked.status).toBe(200)
  return browser.submit(asked, `/admin/${kind}/act`, [
    ...ids.slice(0, -1).map((id) => ['id', id] as const),
    ...fields,
  ])
}
