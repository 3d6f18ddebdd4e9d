import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import accounts from '../../docs/accounts.md?raw'
import { openBrowser } from '../support/browser.ts'
import { givenCast } from '../support/fixture.ts'
import { signedIn } from '../support/flow.ts'
import { send } from '../support/http.ts'
import { linkIn, mailTo, OUTBOX } from '../support/mail.ts'
import { givenIssuer, givenProvider } from '../support/sign-in-providers.ts'
import { countTrips } from '../support/trips.ts'

/** A Worker with every page. */
const ALL = {
  ...OUTBOX,
  OAUTH_ALLOW_SIGNUP: 'true',
  OAUTH_SIGN_IN_LINKS: 'true',
  OAUTH_SECOND_FACTOR: 'optional',
}

/** What the document says that a page costs, by its path. */
const DOCUMENTED = Object.fromEntries(
  [...accounts.matchAll(/^\| `(\/[\w/-]+)` +\| (\d) +\| (\d) +\|$/gm)].map(([, path = '', d1, kv]) => [
    path,
    { d1: Number(d1), kv: Number(kv) },
  ]),
)

/** Pages of whoever is not signed in. */
const ANONYMOUS = /^\/(?:login|sign-up)/

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
  await givenProvider((await givenIssuer()).issuer)
  await env.DB.prepare(
    `UPDATE users SET email = 'alice@example.org', email_key = 'alice@example.org', email_verified_at = 1 WHERE id = ?`,
  )
    .bind(alice)
    .run()
})

/** The pages of people, as the Worker describes itself; what leads back from a provider is no page, and the second factor
 * has a table of its own, as what it costs depends on what its user has. */
async function pages(): Promise<readonly string[]> {
  const { paths } = await (await send('/openapi.json', {}, ALL)).json<{ paths: Record<string, object> }>()
  return Object.entries(paths)
    .filter(([path, item]) => /^\/(?:account|login|logout|sign-up)\b/.test(path) && 'get' in item)
    .flatMap(([path]) => (path.includes('{') || path.startsWith('/login/second-factor') ? [] : [path]))
    .toSorted()
}

/** The address of a page: that of a link, where there is none without. */
async function addressOf(path: string): Promise<string> {
  if (path !== '/login/password') return path
  const browser = openBrowser(ALL)
  await browser.submit(await browser.visit('/login/recover'), '/login/recover', [['identifier', 'alice']])
  return linkIn(await mailTo('alice@example.org'))
}

describe('the table of pages', () => {
  it('has every page of people, and what each costs', async () => {
    const counted: Record<string, object> = {}
    for (const path of await pages()) {
      const address = await addressOf(path)
      const isOld = path === '/account/confirm'
      const browser = ANONYMOUS.test(path) ? openBrowser(ALL) : await signedIn(alice, ALL)
      if (isOld) await env.DB.prepare('UPDATE sessions SET auth_time = auth_time - 3600').run()
      const trips = countTrips()
      const own = openBrowser({ ...ALL, ...trips.vars })
      for (const [name, value] of browser.cookies) own.cookies.set(name, value)
      await own.get(address)
      counted[path] = { d1: trips.d1, kv: trips.kv }
    }
    expect(DOCUMENTED).toEqual(counted)
  })

  it('says of no page on the way of a sign-in that it costs more than two trips to D1', () => {
    const way = Object.entries(DOCUMENTED).filter(
      ([path]) => path.startsWith('/login') || path === '/sign-up',
    )
    expect(way.length).toBeGreaterThan(4)
    for (const [path, { d1 }] of way) expect([path, d1 <= 2]).toEqual([path, true])
  })
})
