import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSession } from '../../src/cli/open-store.ts'
import { givenAlice, givenClient, PASSWORD, serve, type Served } from './harness.ts'

const SECRET = 'a-secret-of-the-tests'

/** A page, and where it is. */
interface Page {
  readonly url: URL
  readonly status: number
  readonly text: string
}

/** Somebody who goes from site to site, with cookies for each. */
interface Traveller {
  visit(url: URL | string): Promise<Page>
  /** Sends the form whose action begins so, with further fields. */
  submit(page: Page, action: string, fields?: Readonly<Record<string, string>>): Promise<Page>
}

function openTraveller(): Traveller {
  const jars = new Map<string, Map<string, string>>()
  async function send(url: URL, body?: URLSearchParams): Promise<Response> {
    const jar = jars.get(url.host) ?? new Map<string, string>()
    jars.set(url.host, jar)
    const headers = { Cookie: [...jar].map((pair) => pair.join('=')).join('; ') }
    const init = body ? { body, headers: { ...headers, Origin: 'null' }, method: 'POST' } : { headers }
    const response = await fetch(url, { ...init, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }
  async function follow(from: URL, body?: URLSearchParams): Promise<Page> {
    let url = from
    let response = await send(url, body)
    for (let hop = 0; hop < 15; hop++) {
      const { headers } = response
      const next = headers.get('Location') ?? /^0; url=(.+)$/.exec(headers.get('Refresh') ?? '')?.[1]
      if (next === undefined) return { url, status: response.status, text: await response.text() }
      await response.body?.cancel()
      url = new URL(next, url)
      response = await send(url)
    }
    throw new Error(`No page after ${url.href}`)
  }
  return {
    visit: (url) => follow(new URL(url)),
    async submit({ text, url }, action, fields = {}) {
      const forms = [...text.matchAll(/<form[^>]*action="([^"]+)"[^>]*>(.*?)<\/form>/gs)]
      const [, target = '', inner = ''] =
        forms.find(([, at = '']) => new URL(at, url).pathname.startsWith(action)) ?? []
      if (target === '') throw new Error(`${url.href} has no form for ${action}: ${text.slice(0, 300)}`)
      const hidden = [...inner.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
      const known = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]))
      return follow(new URL(target, url), new URLSearchParams({ ...known, ...fields }))
    },
  }
}

let relying: Served
let ours: Served
let theirs: Server
let theirIssuer = ''

/** The Worker that people sign in to, and two that they come from: another one of ours, and node-oidc-provider. */
beforeAll(async () => {
  relying = await serve({ OAUTH_FETCH_LOOPBACK: 'true' })
  ours = await serve()
  await giveOurs()
  theirs = createServer((request, response) => void callback(request, response))
  await new Promise<void>((resolve) => theirs.listen(0, '127.0.0.1', resolve))
  theirIssuer = `http://127.0.0.1:${(theirs.address() as AddressInfo).port}`
  const callback = theirProvider().callback()
  const session = createSession(
    { close: async () => {}, db: relying.db },
    'a-key-for-tests-alone-of-32-characters-or-more',
  )
  for (const [id, issuer] of [
    ['ours', ours.url.origin],
    ['theirs', theirIssuer],
  ]) {
    const input = { id, issuer, name: `The ${id}`, client_id: 'relying', client_secret: SECRET }
    await session.signInProviders.create?.(
      { ...input, creates_accounts: true, trusts_addresses: true },
      session,
    )
  }
})
afterAll(async () => {
  theirs.closeAllConnections()
  await Promise.all([relying.close(), ours.close(), new Promise((resolve) => theirs.close(resolve))])
})

function redirectUri(id: string): string {
  return `${relying.url.origin}/login/with/${id}/callback`
}

async function giveOurs(): Promise<void> {
  const metadata = {
    name: 'Relying',
    redirect_uris: [redirectUri('ours')],
    grant_types: ['authorization_code'],
    require_pkce: true,
  }
  await givenClient(ours, 'relying', metadata, SECRET)
  await givenAlice(ours, 'alice@corp.example')
  await ours.db.prepare('UPDATE users SET email_verified_at = 1').run()
}

function theirProvider(): Provider {
  return new Provider(theirIssuer, {
    clients: [{ client_id: 'relying', client_secret: SECRET, redirect_uris: [redirectUri('theirs')] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username'] },
    cookies: { keys: ['a key of the tests'] },
    pkce: { required: () => true },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        email: `${id}@corp.example`,
        email_verified: true,
        preferred_username: id,
      }),
    }),
  })
}

describe('signing in with another instance of ourselves', () => {
  async function signIn(person: Traveller): Promise<Page> {
    const page = await person.visit(`${relying.url.origin}/login`)
    const login = await person.submit(page, '/login/with/ours')
    if (login.url.origin === relying.url.origin) return login
    expect(login.url.origin).toBe(ours.url.origin)
    const consent = login.text.includes('name="password"')
      ? await person.submit(login, '/login', { username: 'alice', password: PASSWORD })
      : login
    if (consent.url.origin === relying.url.origin) return consent
    const ticked = new URLSearchParams(
      [...consent.text.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope = '']) => ['scope', scope]),
    )
    expect(ticked.getAll('scope').toSorted()).toEqual(['email', 'openid', 'profile'])
    return person.submit(consent, '/oauth2/authorize/confirm', { scope: 'openid', authorize: 'Authorize' })
  }

  it('makes an account, and finds it again', async () => {
    const first = await signIn(openTraveller())
    expect([first.url.origin, first.url.pathname]).toEqual([relying.url.origin, '/account'])
    const name = /Signed in as ([\w-]+)/.exec(first.text)?.[1]
    const again = await signIn(openTraveller())
    expect(/Signed in as ([\w-]+)/.exec(again.text)?.[1]).toBe(name)
    const { results } = await relying.db.prepare('SELECT issuer FROM linked_accounts').all()
    expect(results).toEqual([{ issuer: ours.url.origin }])
  })
})

describe('signing in with node-oidc-provider', () => {
  async function signIn(person: Traveller, login: string, from = '/login'): Promise<Page> {
    const page = await person.visit(`${relying.url.origin}${from}`)
    const asked = await person.submit(page, '/login/with/theirs')
    expect(asked.url.origin).toBe(theirIssuer)
    const consent = await person.submit(asked, '/interaction/', { login, password: 'any', prompt: 'login' })
    return consent.url.origin === theirIssuer
      ? person.submit(consent, '/interaction/', { prompt: 'consent' })
      : consent
  }

  it('makes an account whose address is proved, as UserInfo says, and finds it again', async () => {
    const page = await signIn(openTraveller(), 'bob')
    expect([page.url.origin, page.url.pathname]).toEqual([relying.url.origin, '/account'])
    expect(page.text).toContain('Signed in as bob')
    const again = await signIn(openTraveller(), 'bob')
    expect(again.text).toContain('Signed in as bob')
    const { results } = await relying.db
      .prepare(`SELECT email_key, email_verified_at > 0 AS verified FROM users WHERE username = 'bob'`)
      .all()
    expect(results).toEqual([{ email_key: 'bob@corp.example', verified: 1 }])
  })

  it('connects an account to a user, and says who cancelled', async () => {
    const person = openTraveller()
    await signIn(person, 'carol')
    const page = await person.visit(`${relying.url.origin}/account/connections`)
    expect(page.text).toContain('carol@corp.example')
    const other = openTraveller()
    const login = await other.visit(`${relying.url.origin}/login`)
    const asked = await other.submit(login, '/login/with/theirs')
    const [, abort = ''] = /href="([^"]+\/abort)"/.exec(asked.text) ?? []
    const back = await other.visit(new URL(abort, asked.url))
    expect([back.status, back.text.includes('You did not sign in with The theirs.')]).toEqual([400, true])
  })
})
