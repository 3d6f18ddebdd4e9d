import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify, type JWTVerifyResult } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DEMO_CLIENT, DEMO_SECRET, seedDemo } from '../../src/cli/seed.ts'
import { type Served, serve } from './harness.ts'
import { openPerson, type Person } from './person.ts'

/** A form that the client received. */
interface Received {
  readonly headers: IncomingMessage['headers']
  readonly method: string | undefined
  readonly form: URLSearchParams
}

let served: Served
let relyingParty: Server
let origin: string
let received: Received[]
/** How the client answers. */
let respond: (response: ServerResponse) => void

beforeAll(async () => {
  relyingParty = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      received.push({ headers: request.headers, method: request.method, form: new URLSearchParams(body) })
      respond(response)
    })
  })
  await new Promise<void>((resolve) => relyingParty.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(relyingParty.address() as AddressInfo).port}`
  served = await serve({ OAUTH_FETCH_LOOPBACK: 'true' })
  await seedDemo(served.session, `${origin}/callback`)
  const metadata = {
    backchannel_logout_uri: `${origin}/backchannel`,
    post_logout_redirect_uris: [`${origin}/signed-out`],
  }
  await served.db
    .prepare('UPDATE clients SET metadata = json_patch(metadata, ?) WHERE client_id = ?')
    .bind(JSON.stringify(metadata), DEMO_CLIENT)
    .run()
})

afterAll(async () => {
  await served.close()
  relyingParty.closeAllConnections()
  await new Promise((resolve) => relyingParty.close(resolve))
})

beforeEach(async () => {
  received = []
  respond = (response) => response.writeHead(200).end()
  await served.db.prepare('DELETE FROM logout_notices').run()
})

/** Signs in at the client; returns the ID token. */
async function signIn(person: Person): Promise<string> {
  const from = new URL('/oauth2/authorize', served.url)
  const request = { response_type: 'code', client_id: DEMO_CLIENT, redirect_uri: `${origin}/callback` }
  from.search = new URLSearchParams({ ...request, scope: 'openid', nonce: 'n' }).toString()
  const arrived = await person.authorize(from)
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: arrived.searchParams.get('code') ?? '',
    redirect_uri: `${origin}/callback`,
    client_id: DEMO_CLIENT,
    client_secret: DEMO_SECRET,
  })
  const response = await fetch(new URL('/oauth2/token', served.url), { method: 'POST', body })
  const answer: unknown = await response.json()
  expect(answer).toHaveProperty('id_token')
  return (answer as { readonly id_token: string }).id_token
}

/** Signs out as the client asks; returns where the browser arrives. */
async function signOut(person: Person, hint: string): Promise<URL> {
  const from = new URL('/oauth2/logout', served.url)
  const request = { id_token_hint: hint, post_logout_redirect_uri: `${origin}/signed-out`, state: 's' }
  from.search = new URLSearchParams(request).toString()
  return person.authorize(from)
}

async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await isDone())) {
    if (Date.now() > end) throw new Error('What was waited for did not happen.')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function attempts(): Promise<readonly unknown[]> {
  const { results } = await served.db.prepare('SELECT attempts FROM logout_notices').all()
  return results.map((row) => row['attempts'])
}

/** Verifies a logout token as a client does (Back-Channel Logout 2.6). */
async function verify({ form }: Received): Promise<JWTVerifyResult> {
  const keys = createRemoteJWKSet(new URL('/oauth2/jwks', served.url))
  return jwtVerify(form.get('logout_token') ?? '', keys, {
    issuer: served.url.origin,
    audience: DEMO_CLIENT,
    typ: 'logout+jwt',
    requiredClaims: ['iat', 'exp', 'jti'],
  })
}

describe('A client that is told of logouts', () => {
  it('receives a logout token that any client library can verify, for the session of its ID token (oidcc-backchannel-rp-initiated-logout)', async () => {
    const person = openPerson('demo', 'demo')
    const hint = await signIn(person)
    expect((await signOut(person, hint)).href).toBe(`${origin}/signed-out?state=s`)
    await until(() => received.length > 0)
    const [posted] = received
    if (!posted) throw new Error('The client received nothing.')
    expect(posted.method).toBe('POST')
    expect(posted.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect(posted.headers).not.toHaveProperty('cookie')
    expect(posted.headers).not.toHaveProperty('authorization')
    expect([...posted.form.keys()]).toEqual(['logout_token'])
    const { payload, protectedHeader } = await verify(posted)
    const { sid, sub } = decodeJwt<JWTPayload & { readonly sid: string }>(hint)
    expect(protectedHeader.alg).toBe('RS256')
    expect(payload).toEqual({
      iss: served.url.origin,
      aud: DEMO_CLIENT,
      iat: expect.any(Number) as number,
      exp: (payload.iat ?? 0) + 120,
      jti: expect.any(String) as string,
      sub,
      sid,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    })
    await until(async () => (await attempts()).length === 0)
    expect(received).toHaveLength(1)
  })

  it('keeps nobody waiting if it is slow', async () => {
    let isAnswered = false
    respond = (response) => {
      setTimeout(() => {
        isAnswered = true
        response.writeHead(204).end()
      }, 3000)
    }
    const person = openPerson('demo', 'demo')
    await signOut(person, await signIn(person))
    expect(isAnswered).toBe(false)
    await until(async () => (await attempts()).length === 0)
    expect(isAnswered).toBe(true)
  })

  it.each<[string, (response: ServerResponse) => void]>([
    ['fails', (response) => response.writeHead(500).end()],
    ['refuses', (response) => response.writeHead(400).end('{}')],
    ['redirects', (response) => response.writeHead(302, { Location: `${origin}/elsewhere` }).end()],
    ['breaks off', (response) => response.destroy()],
  ])('is told again later if it %s', async (_, failing) => {
    respond = failing
    const person = openPerson('demo', 'demo')
    await signOut(person, await signIn(person))
    await until(() => received.length > 0)
    expect(await attempts()).toEqual([1])
    respond = (response) => response.writeHead(200).end()
    await served.db.prepare('UPDATE logout_notices SET next_at = 0').run()
    const other = openPerson('demo', 'demo')
    await signOut(other, await signIn(other))
    await until(async () => (await attempts()).length === 0)
    expect(received).toHaveLength(3)
    const [first, second] = await Promise.all(received.slice(0, 2).map(async (one) => verify(one)))
    expect(received.map(({ form }) => decodeJwt(form.get('logout_token') ?? '')['sid'])).toContain(
      first?.payload['sid'],
    )
    expect(second?.payload.jti).not.toBe(first?.payload.jti)
  })
})
