import { env } from 'cloudflare:workers'
import { emailKey } from '../../src/identity/usernames.ts'
import { type Browser, hiddenFields, openBrowser, type Visit } from '../support/browser.ts'
import type { Vars } from '../support/http.ts'
import { OUTBOX } from '../support/mail.ts'

export const RECOVER = '/login/recover'
export const NEW_PASSWORD = '/login/password'
export const BY_MAIL = '/login/link'
/** A Worker in which people can sign in by mail, too. */
export const LINKS = { ...OUTBOX, OAUTH_SIGN_IN_LINKS: 'true' }
export const NEW = 'many other unrelated words'

/** Gives a user an address, which is the user's own. */
export async function giveAddress(userId: string, email: string): Promise<void> {
  await env.DB.prepare(`UPDATE users SET email = ?, email_key = ? WHERE id = ?`)
    .bind(email, emailKey(email), userId)
    .run()
}

/** Asks for a link for a new password, and follows. */
export async function askForReset(identifier: string, vars: Vars = OUTBOX): Promise<Visit> {
  const browser = openBrowser(vars)
  return browser.submit(await browser.visit(RECOVER), RECOVER, [['identifier', identifier]])
}

/** Asks for a mail to sign in by, and follows. */
export async function askToSignIn(browser: Browser, identifier: string): Promise<Visit> {
  return browser.submit(await browser.visit(BY_MAIL), BY_MAIL, [['identifier', identifier]])
}

/** Chooses a new password on the page of a link. */
export async function choose(browser: Browser, link: string, password = NEW): Promise<Visit> {
  const page = await browser.visit(link)
  return browser.submit(page, NEW_PASSWORD, [
    ['new_password', password],
    ['repeated_password', password],
  ])
}

/** Types a code on the page that asks for it. */
export async function typeCode(browser: Browser, page: Visit, code: string): Promise<Visit> {
  const fields = hiddenFields(page.text, BY_MAIL)
  const response = await browser.post(BY_MAIL, { ...fields, code })
  const location = response.headers.get('Location')
  if (location !== null) return browser.visit(location)
  return { response, status: response.status, path: BY_MAIL, text: await response.text(), left: null }
}
