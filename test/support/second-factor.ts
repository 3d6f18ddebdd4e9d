import { TOTP, URI } from 'otpauth'
import { type Browser, hiddenFields, openBrowser, type Visit } from './browser.ts'
import { PASSWORD } from './fixture.ts'
import { signedIn } from './flow.ts'
import type { Vars } from './http.ts'
import { sendForm } from './passkeys.ts'

const SET_UP = '/account/second-factor/set-up'
export const ASK = '/login/second-factor'

/** An authenticator app of somebody else's making, which was shown a key, and what was kept on paper. */
export interface App {
  readonly totp: TOTP
  readonly codes: readonly string[]
  /** The code of now, or of some time steps later. */
  code(later?: number): string
}

/** An app that was shown the QR code of a page: by the text under it. */
export function appOf(text: string, username: string): TOTP {
  const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(text)?.[1]?.replaceAll(' ', '') ?? ''
  const uri = `otpauth://totp/Accounts:${username}?secret=${secret}&issuer=Accounts&algorithm=SHA1&digits=6&period=30`
  const totp = URI.parse(uri)
  if (!(totp instanceof TOTP)) throw new Error('the page shows no key')
  return totp
}

/** Sets up an app on a page that asks for it. */
export async function setUpApp(
  browser: Browser,
  page: Visit,
  username: string,
  action: string = SET_UP,
): Promise<{ readonly app: App; readonly page: Visit }> {
  const totp = appOf(page.text, username)
  const code = (later = 0): string => totp.generate({ timestamp: Date.now() + later * 30_000 })
  const shown = await sendForm(browser, page, action, { code: code(-1) })
  const codes = [...shown.text.matchAll(/<code>([a-z2-7-]{19})<\/code>/g)].map(([, found = '']) => found)
  return { app: { totp, codes, code }, page: shown }
}

/** An app that a user has set up on the account page. */
export async function givenApp(userId: string, username: string, vars: Vars = {}): Promise<App> {
  const browser = await signedIn(userId, vars)
  return (await setUpApp(browser, await browser.visit(SET_UP), username)).app
}

/** A browser in which a user has just given the password: where that leads. */
export async function afterPassword(
  username: string,
  vars: Vars = {},
  path = '/login',
  browser: Browser = openBrowser(vars),
): Promise<{ readonly browser: Browser; readonly visit: Visit }> {
  const page = await browser.visit(path)
  const visit = await browser.submit(page, '/login', [
    ['username', username],
    ['password', PASSWORD],
  ])
  return { browser, visit }
}

/** Sends a code, and follows. */
export async function giveCode(
  browser: Browser,
  page: Visit,
  fields: Readonly<Record<string, string>>,
): Promise<Visit> {
  return sendForm(browser, page, ASK, fields)
}

/** The fields of the page that asks. */
export function fieldsOf({ text }: Visit): Readonly<Record<string, string>> {
  return hiddenFields(text, ASK)
}
