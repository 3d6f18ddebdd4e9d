import { expect } from 'vitest'
import { type Browser, hiddenFields, openBrowser, type Visit } from './browser.ts'
import { givenSession, REDIRECT_URI, SECRET } from './fixture.ts'
import { type Answer, answerOf, post, type Vars } from './http.ts'

/** Parameters of a request; `undefined` leaves out what the tests send otherwise. */
export type Fields = Readonly<Record<string, string | undefined>>

export const CONFIRM = '/oauth2/authorize/confirm'
/** A code verifier and its challenge (RFC 7636 appendix B). */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const PKCE = {
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
} as const

/** The fields that are there, of those that the tests send otherwise and those of one test. */
export function formOf(usual: Fields, fields: Fields): Readonly<Record<string, string>> {
  const entries = Object.entries({ ...usual, ...fields })
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** An authorization request of the client `web` (RFC 6749 4.1.1), with some parameters changed. */
export function authorizationForm(fields: Fields = {}): Readonly<Record<string, string>> {
  const usual = { response_type: 'code', client_id: 'web', redirect_uri: REDIRECT_URI, scope: 'read' }
  return formOf({ ...usual, state: 'a state' }, fields)
}

/** The same as an address. */
export function authorizationUrl(fields: Fields = {}): string {
  return `/oauth2/authorize?${new URLSearchParams(authorizationForm(fields)).toString()}`
}

/** A browser in which a user is signed in. */
export async function signedIn(userId: string, vars: Vars = {}, seen: Response[] = []): Promise<Browser> {
  const browser = openBrowser(vars, seen)
  const { name, value } = await givenSession(userId)
  browser.cookies.set(name, value)
  return browser
}

/** Presses `Authorize` on a consent page, with the boxes of some scopes ticked. */
export async function approve(
  browser: Browser,
  page: Visit,
  scopes: readonly string[] = ['read'],
): Promise<Visit> {
  return browser.submit(page, CONFIRM, [
    ...scopes.map((scope) => ['scope', scope] as const),
    ['authorize', 'Authorize'],
  ])
}

/** Sends an authorization request and approves it, where that is asked. */
export async function authorize(browser: Browser, fields: Fields = {}): Promise<Visit> {
  const page = await browser.visit(authorizationUrl(fields))
  return page.left ? page : approve(browser, page, (fields['scope'] ?? 'read').split(' '))
}

/** The parameters of the answer that a browser took to a client. */
export function answerIn({ left }: Visit): Readonly<Record<string, string>> {
  expect(left).not.toBeNull()
  return Object.fromEntries(new URLSearchParams(left?.hash ? left.hash.slice(1) : left?.search))
}

/** A code that a user's approval brought. */
export async function givenCode(userId: string, fields: Fields = {}, vars: Vars = {}): Promise<string> {
  return codeIn(await authorize(await signedIn(userId, vars), fields))
}

/** Stands in an expectation for a text that a pattern matches. */
export function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern)
}

/** The code in an answer. */
export function codeIn(visit: Visit): string {
  const { code = '' } = answerIn(visit)
  expect(code).toMatch(/^ac_/)
  return code
}

/** Redeems a code as the client `web` (RFC 6749 4.1.3), with some parameters changed. `native` has no secret. */
export async function redeem(code: string, fields: Fields = {}, vars: Vars = {}): Promise<Answer> {
  const usual = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    client_id: 'web',
    client_secret: fields['client_id'] === 'native' ? undefined : SECRET,
  }
  return answerOf(await post('/oauth2/token', formOf(usual, fields), {}, vars))
}

/** Sends a form of the account page, and follows. */
export async function act(
  browser: Browser,
  intent: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Visit> {
  const page = await browser.visit('/account')
  const { anti_forgery = '' } = hiddenFields(page.text, '/account')
  const response = await browser.post('/account', { anti_forgery, intent, ...fields })
  const location = response.headers.get('Location')
  if (location !== null) return browser.visit(location)
  return { response, status: response.status, path: '/account', text: await response.text(), left: null }
}

/** Checks that an answer is a page of ours and goes nowhere: a refusal before anything may redirect. */
export async function expectPage(response: Response, status: number, text: string): Promise<string> {
  const shown = await response.text()
  expect({ status: response.status, location: response.headers.get('Location') }).toEqual({
    status,
    location: null,
  })
  expect(response.headers.get('Content-Type')).toMatch(/^text\/html/)
  expect(shown).toContain(text)
  return shown
}

/** The seed's text for an unknown client. */
export const UNAUTHORIZED = 'An unauthorized client tried to access your resources.'
/** The seed's text for a redirect URI that is not the client's. */
export const MISMATCH = "The requested redirect didn't match the client settings."
/** The seed's text for a captured request that is gone. */
export const EXPIRED = 'Authorization session has expired.'
/** The beginning of what a refused form says. */
export const FORGED = 'The form was opened too long ago'
