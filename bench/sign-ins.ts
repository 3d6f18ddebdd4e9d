import { randomId } from '../src/crypto/bytes.ts'
import { deriveKeys } from '../src/crypto/keys.ts'
import { seal } from '../src/crypto/seal.ts'
import { Secret } from '../src/crypto/secret.ts'
import { EIGHT_LETTERS, mailCode } from '../src/tokens/mail-codes.ts'
import { type Authenticator, newAuthenticator } from '../test/support/authenticator.ts'
import { optionsIn } from '../test/support/passkey-options.ts'
import { type Answer, type Ask, CONNECTIONS, load, send, SPARE, taken } from './load.ts'
import type { Scenario } from './scenarios.ts'
import type { Workerd } from './workerd.ts'

const SIGN_IN = '/login/passkey'
const PASSKEYS = '/account/passkeys'

/** What a page gives a browser that is not signed in. */
interface Form {
  readonly cookie: string
  readonly antiForgery: string
}

async function formOf(url: URL, path: string, cookie = ''): Promise<Form & { readonly text: string }> {
  const { body, headers, status } = await send(url, { method: 'GET', path, headers: { Cookie: cookie } })
  if (status !== 200) throw new Error(`${path} answers ${status}`)
  const given = headers.getSetCookie().map((line) => line.split(';')[0] ?? '')
  const [, antiForgery = ''] = /name="anti_forgery" value="([^"]*)"/.exec(body) ?? []
  return { cookie: [cookie, ...given].filter(Boolean).join('; '), antiForgery, text: body }
}

/**
 * A sign-in with a passkey: the request that brings the browser's answer.
 * @param getCookie the cookies of the demo user, who is signed in
 */
export function passkeySignIn(getCookie: (workerd: Workerd) => Promise<string>): Scenario {
  const passkeys = new WeakMap<Workerd, Promise<Authenticator>>()
  const passkeyOf = async (workerd: Workerd): Promise<Authenticator> => {
    const known = passkeys.get(workerd) ?? addPasskey(workerd.urls.accounts, await getCookie(workerd))
    passkeys.set(workerd, known)
    return known
  }
  return {
    name: 'passkey',
    title: 'Sign-in with a passkey',
    service: 'accounts',
    status: 303,
    prepare: async (side, amount, workerd) => {
      if (side === 'limit') return { next: () => limited('/passkey') }
      // Each of the two Workers has an origin of its own, which a passkey signs.
      const counted = amount < CONNECTIONS
      const url = workerd.urls[counted ? 'countedAccounts' : 'accounts']
      const authenticator = await passkeyOf(workerd)
      const { antiForgery, cookie } = await formOf(url, '/login')
      const signIn = async (challenge: string, own: string): Promise<Ask> => {
        const credential = await authenticator.get({ challenge }, { origin: url.origin })
        const form = { anti_forgery: antiForgery, credential }
        return { method: 'POST', path: SIGN_IN, headers: { Cookie: own }, form }
      }
      const challenges: string[] = []
      const seen = ({ body }: Answer): void => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what /login/passkey answers
        challenges.push((JSON.parse(body) as { readonly challenge: string }).challenge)
      }
      const ask: Ask = { method: 'GET', path: SIGN_IN, headers: { Cookie: cookie } }
      await load(url, { next: () => ask, seen }, amount + SPARE, 200)
      // The browser has been here before: of a new one the person is told.
      const { headers } = await send(url, await signIn(taken(challenges), cookie))
      const device = headers.getSetCookie().find((line) => line.startsWith('oauth_device=')) ?? ''
      const asks: Ask[] = []
      for (const challenge of challenges)
        asks.push(await signIn(challenge, `${cookie}; ${device.split(';')[0]}`))
      return { next: () => taken(asks) }
    },
  }
}

/** Adds a passkey on the page of the demo user. */
async function addPasskey(url: URL, session: string): Promise<Authenticator> {
  const authenticator = await newAuthenticator({ origin: url.origin, rpId: url.hostname, counts: false })
  const { antiForgery, cookie, text } = await formOf(url, PASSKEYS, session)
  const credential = await authenticator.create(optionsIn(text))
  const form = { anti_forgery: antiForgery, intent: 'add', credential }
  await send(url, { method: 'POST', path: PASSKEYS, headers: { Cookie: cookie }, form })
  return authenticator
}

/** A sign-in by the code of a mail, which costs what its link costs, and a count of the code. */
export const linkSignIn: Scenario = {
  name: 'link',
  title: 'Sign-in by mail',
  service: 'accounts',
  status: 303,
  prepare: async (side, amount, workerd) => {
    if (side === 'limit') return { next: () => limited('/link') }
    const url = workerd.urls.accounts
    const keys = await deriveKeys([new Secret(workerd.secretKey)])
    const { antiForgery, cookie } = await formOf(url, '/login/link')
    const asks: Ask[] = []
    // As many mails as are asked for in an hour would not do, so the links are written as asking writes them.
    const ids = Array.from({ length: amount + SPARE }, randomId)
    await keepLinks(ids, workerd.db)
    for (const id of ids) {
      const code = await mailCode(id, EIGHT_LETTERS, keys)
      const headers = { Cookie: `${cookie}; oauth_mail=${await seal(id, 'mail', keys)}` }
      const form = { anti_forgery: antiForgery, intent: 'code', code }
      asks.push({ method: 'POST', path: '/login/link', headers, form })
    }
    return { next: () => taken(asks) }
  },
}

async function keepLinks(ids: readonly string[], db: D1Database): Promise<void> {
  const now = Math.floor(Date.now() / 1000)
  // The first mail to an address that nobody has proved would end all that the account holds.
  await db
    .prepare(
      `UPDATE users SET email = 'demo@app.example', email_key = 'demo@app.example', email_verified_at = 1 WHERE username_key = 'demo'`,
    )
    .run()
  const links = db.prepare(
    `INSERT INTO mail_links (id, kind, user_id, email, created_at, expires_at)
      SELECT i.value, 'sign_in', u.id, u.email, ?2, ?2 + 600 FROM json_each(?1) i JOIN users u ON u.username_key = 'demo'`,
  )
  await links.bind(JSON.stringify(ids), now).run()
}

function limited(path: string): Ask {
  return { method: 'POST', path, form: { anti_forgery: 'x'.repeat(43), user: 'u' } }
}
