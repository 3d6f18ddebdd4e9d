import { env } from 'cloudflare:workers'
import {
  type Authenticator,
  type AuthenticatorFields,
  newAuthenticator,
  type Twist,
} from './authenticator.ts'
import { type Browser, hiddenFields, openBrowser, type Visit } from './browser.ts'
import { signedIn } from './flow.ts'
import { ORIGIN, type Vars } from './http.ts'
import { optionsIn } from './passkey-options.ts'

const PASSKEYS = '/account/passkeys'
const SIGN_IN = '/login/passkey'
/** The relying party of the tests' provider. */
export const PARTY: AuthenticatorFields = { origin: ORIGIN, rpId: 'id.example' }

/** Adds a passkey on the page of a browser that is signed in. */
export async function addPasskey(
  browser: Browser,
  authenticator: Authenticator,
  twist: Twist = {},
): Promise<Visit> {
  const page = await browser.visit(PASSKEYS)
  const credential = await authenticator.create(optionsIn(page.text), twist)
  const { anti_forgery = '' } = hiddenFields(page.text, PASSKEYS)
  await browser.post(PASSKEYS, { anti_forgery, intent: 'add', credential })
  return browser.visit(PASSKEYS)
}

/** An authenticator with a passkey of a user. */
export async function givenPasskey(
  userId: string,
  fields: Partial<AuthenticatorFields> = {},
  vars: Vars = {},
): Promise<Authenticator> {
  const authenticator = await newAuthenticator({ ...PARTY, ...fields })
  await addPasskey(await signedIn(userId, vars), authenticator)
  return authenticator
}

/** A browser at the sign-in page, with what the page would send for a passkey. */
export async function atSignIn(
  authenticator: Authenticator,
  twist: Twist = {},
  path = '/login',
  vars: Vars = {},
): Promise<{
  readonly browser: Browser
  readonly page: Visit
  readonly fields: Readonly<Record<string, string>>
}> {
  const browser = openBrowser(vars)
  const page = await browser.visit(path)
  const credential = await authenticator.get(optionsIn(page.text), twist)
  return { browser, page, fields: { ...hiddenFields(page.text, SIGN_IN), credential } }
}

/** Signs in with a passkey, and follows. */
export async function passkeySignIn(
  authenticator: Authenticator,
  twist: Twist = {},
  path = '/login',
  vars: Vars = {},
): Promise<{ readonly browser: Browser; readonly visit: Visit }> {
  const { browser, fields } = await atSignIn(authenticator, twist, path, vars)
  const response = await browser.post(SIGN_IN, fields)
  const location = response.headers.get('Location')
  if (location !== null) return { browser, visit: await browser.visit(location) }
  const text = await response.text()
  return { browser, visit: { response, status: response.status, path: SIGN_IN, text, left: null } }
}

/** Sends a form of a page with some of its hidden fields filled in, and follows. */
export async function sendForm(
  browser: Browser,
  page: Visit,
  action: string,
  fields: Readonly<Record<string, string>>,
): Promise<Visit> {
  const response = await browser.post(action, { ...hiddenFields(page.text, action), ...fields })
  const location = response.headers.get('Location')
  if (location !== null) return browser.visit(location)
  return { response, status: response.status, path: action, text: await response.text(), left: null }
}

/** Rows of a table of the tests' database. */
export async function rowsOf<T>(query: string, ...values: readonly unknown[]): Promise<readonly T[]> {
  return (
    await env.DB.prepare(query)
      .bind(...values)
      .all<T>()
  ).results
}
