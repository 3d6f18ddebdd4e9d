import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import passportModule from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomId } from '../../src/crypto/bytes.ts'
import { givenAlice, givenClient, PASSWORD, serve, type Served } from './harness.ts'
import { openPerson } from './person.ts'

const require = createRequire(import.meta.url)

/** What is used of Auth.js, whose own types bring those of a browser into every file. */
interface AuthJs {
  readonly skipCSRFCheck: symbol
  readonly Auth: (request: Request, config: object) => Promise<Response>
}

const SECRET = 'a-secret-of-the-tests'
const AUTH_JS = 'https://app.example'

let served: Served
let userId: string
let express: Server

beforeAll(async () => {
  served = await serve()
  express = createServer((request, response) => serveWithPassport(request, response))
  await new Promise<void>((resolve) => express.listen(0, '127.0.0.1', resolve))
  for (const [clientId, uri] of [
    ['auth-js', `${AUTH_JS}/auth/callback/ours`],
    ['passport', `${expressOrigin()}/callback`],
  ] as const) {
    await givenClient(served, clientId, { name: clientId, redirect_uris: [uri] }, SECRET)
  }
  userId = await givenAlice(served, 'alice@app.example')
})
afterAll(async () => {
  await served.close()
  express.closeAllConnections()
  await new Promise((resolve) => express.close(resolve))
})

/** Cookies of a browser at an application, which sets them one after the other. */
function cookieJar(): { readonly header: () => string; readonly keep: (response: Response) => void } {
  const cookies = new Map<string, string>()
  return {
    header: () => [...cookies].map((pair) => pair.join('=')).join('; '),
    keep(response) {
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        cookies.set(name, value)
      }
    },
  }
}

describe('Auth.js, unmodified', () => {
  it('signs a person in with PKCE, state and nonce, and knows name and address', async () => {
    const { Auth, skipCSRFCheck } = require('@auth/core') as AuthJs
    const config = {
      basePath: '/auth',
      secret: 'a secret of the application, with which it seals its cookies',
      trustHost: true,
      skipCSRFCheck,
      providers: [
        {
          id: 'ours',
          name: 'Accounts',
          type: 'oidc',
          issuer: served.url.origin,
          clientId: 'auth-js',
          clientSecret: SECRET,
          checks: ['pkce', 'state', 'nonce'],
          idToken: false,
        },
      ],
    }
    const { header, keep } = cookieJar()
    const ask = async (url: string, form?: URLSearchParams): Promise<Response> => {
      const headers = { Cookie: header() }
      const request = new Request(url, form ? { body: form, headers, method: 'POST' } : { headers })
      const response = await Auth(request, config)
      keep(response)
      return response
    }
    const started = await ask(`${AUTH_JS}/auth/signin/ours`, new URLSearchParams())
    const url = new URL(started.headers.get('Location') ?? '')
    expect([...url.searchParams.keys()]).toEqual(expect.arrayContaining(['code_challenge', 'nonce', 'state']))
    const callback = await openPerson('alice', PASSWORD).authorize(url)
    const back = await ask(callback.href)
    expect(back.headers.get('Location')).toBe(AUTH_JS)
    const session: unknown = await (await ask(`${AUTH_JS}/auth/session`)).json()
    expect(session).toMatchObject({ user: { name: 'alice', email: 'alice@app.example' } })
  })
})

const passport = new passportModule.Passport()

function expressOrigin(): string {
  return `http://127.0.0.1:${(express.address() as AddressInfo).port}`
}

/** Sessions of the application's browsers, by their cookie. */
const sessions = new Map<string, object>()

/** What express would do for passport: a session, the query, and the user in the end. */
function serveWithPassport(
  ...[request, response]: Parameters<Parameters<typeof createServer>[1] & object>
): void {
  const id = /session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? randomId()
  const session = sessions.get(id) ?? {}
  sessions.set(id, session)
  response.setHeader('Set-Cookie', `session=${id}; HttpOnly`)
  const query = Object.fromEntries(new URL(request.url ?? '', expressOrigin()).searchParams)
  Object.assign(request, { session, query })
  passport.authenticate('openidconnect', { session: false })(request, response, (error) => {
    response.writeHead(error === undefined ? 200 : 500, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(error === undefined ? Reflect.get(request, 'user') : { error }))
  })
}

describe('passport-openidconnect, unmodified', () => {
  it('signs a person in with state and nonce, and reads UserInfo', async () => {
    const issuer = served.url.origin
    const endpoints = {
      authorizationURL: `${issuer}/oauth2/authorize`,
      tokenURL: `${issuer}/oauth2/token`,
      userInfoURL: `${issuer}/oauth2/userinfo`,
    }
    const client = { clientID: 'passport', clientSecret: SECRET, callbackURL: `${expressOrigin()}/callback` }
    passport.use(
      new OpenIDConnectStrategy(
        { ...endpoints, ...client, issuer, scope: 'profile email', nonce: 'yes', skipUserProfile: false },
        (from, { emails, id, username }, done) => done(null, { from, id, username, emails }),
      ),
    )
    const { header, keep } = cookieJar()
    const started = await fetch(`${expressOrigin()}/login`, { redirect: 'manual' })
    keep(started)
    const url = new URL(started.headers.get('Location') ?? '')
    expect(url.searchParams.has('nonce')).toBe(true)
    const callback = await openPerson('alice', PASSWORD).authorize(url)
    const answer = await fetch(callback, { headers: { Cookie: header() } })
    expect(await answer.json()).toEqual({
      from: issuer,
      id: userId,
      username: 'alice',
      emails: [{ value: 'alice@app.example' }],
    })
    const foreign = await fetch(callback)
    expect([foreign.status, await foreign.text()]).toEqual([403, 'Forbidden'])
  })
})
