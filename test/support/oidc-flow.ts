import { expect } from 'vitest'
import { toBase64url, utf8 } from '../../src/crypto/bytes.ts'
import { type Browser, hiddenFields, type Visit } from './browser.ts'
import { PASSWORD, REDIRECT_URI } from './fixture.ts'
import { approve, authorizationUrl, CONFIRM, type Fields, redeem, signedIn } from './flow.ts'
import { ORIGIN } from './http.ts'
import { type VerifiedIdToken, verifyIdToken } from './openid.ts'

/** How a client asks, and how it wants its answer (OAuth 2.0 Multiple Response Type Encoding Practices). */
export interface Flow {
  readonly responseType: string
  readonly responseMode: 'form_post' | 'fragment' | 'query'
}

/** What a sign-in brought a client. */
export interface SignedIn {
  /** The parameters of the answer. */
  readonly answer: Readonly<Record<string, string>>
  /** The ID token of the front channel, or else that of the token endpoint. */
  readonly idToken: string
  readonly claims: VerifiedIdToken['claims']
  readonly header: VerifiedIdToken['header']
  /** Every ID token, verified: of the front channel, then of the token endpoint. */
  readonly idTokens: readonly VerifiedIdToken[]
  /** The newest access token; null where the flow issues none. */
  readonly accessToken: string | null
}

/** Tells whether a part is asked for. */
export function asksFor({ responseType }: Flow, part: string): boolean {
  return responseType.split(' ').includes(part)
}

/** Tells whether a flow ever brings an access token: at once, or for its code. */
export function bringsAccessToken(flow: Flow): boolean {
  return asksFor(flow, 'code') || asksFor(flow, 'token')
}

/** The parameters of an authentication request of a flow, with some changed. */
export function requestOf({ responseMode, responseType }: Flow, fields: Fields = {}): Fields {
  return {
    response_type: responseType,
    // The mode that a response type has by itself is not asked for.
    response_mode: responseMode === 'form_post' ? responseMode : undefined,
    scope: 'openid',
    nonce: 'n-0S6_WzA2Mj',
    ...fields,
  }
}

/** Visits the authorization endpoint as a person does who signs in, and approves everything, where that is asked. */
export async function goThrough(browser: Browser, fields: Fields): Promise<Visit> {
  return settle(browser, await browser.visit(authorizationUrl(fields)), fields)
}

/** Signs in and approves everything, where a page asks for that. */
export async function settle(browser: Browser, first: Visit, fields: Fields): Promise<Visit> {
  const page = first.path.startsWith('/login')
    ? await browser.submit(first, '/login', [
        ['username', 'alice'],
        ['password', PASSWORD],
      ])
    : first
  return page.text.includes(`action="${CONFIRM}"`)
    ? approve(browser, page, (fields['scope'] ?? 'read').split(' '))
    : page
}

/** The parameters of an answer, which must be where the flow wants them, and nowhere else. */
export function answerAt(visit: Visit, mode: Flow['responseMode']): Readonly<Record<string, string>> {
  if (mode === 'form_post') {
    expect(visit.left).toBeNull()
    expect(visit.response.headers.get('Location')).toBeNull()
    expect(visit.text).toContain('<script')
    return hiddenFields(visit.text, REDIRECT_URI)
  }
  const { hash = '', search = '' } = visit.left ?? {}
  expect(`${visit.left?.origin}${visit.left?.pathname}`).toBe(REDIRECT_URI)
  expect(mode === 'query' ? hash : search).toBe('')
  return Object.fromEntries(new URLSearchParams(mode === 'query' ? search : hash.slice(1)))
}

/** Goes through a sign-in, and checks what every client checks (OpenID Connect Core 3.1.3.7, 3.2.2.11, 3.3.2.12). */
export async function signInWith(flow: Flow, browser: Browser, fields: Fields = {}): Promise<SignedIn> {
  const request = requestOf(flow, fields)
  return collect(flow, answerAt(await goThrough(browser, request), flow.responseMode), request)
}

/** The same for a person who is signed in already. */
export async function signInAs(userId: string, flow: Flow, fields: Fields = {}): Promise<SignedIn> {
  return signInWith(flow, await signedIn(userId), fields)
}

/** Verifies what an answer brings, and redeems its code. */
export async function collect(
  flow: Flow,
  answer: Readonly<Record<string, string>>,
  request: Fields,
): Promise<SignedIn> {
  expect(answer).not.toHaveProperty('error')
  expect(answer).toMatchObject({ state: 'a state', iss: ORIGIN })
  for (const part of ['code', 'id_token']) expect(part in answer).toBe(asksFor(flow, part))
  expect('access_token' in answer).toBe(asksFor(flow, 'token'))
  const clientId = request['client_id'] ?? 'web'
  const { access_token: early, code, id_token } = answer
  const idTokens: VerifiedIdToken[] = []
  if (id_token !== undefined) {
    const verified = await verifyIdToken(id_token, clientId)
    await expectHash(verified, 'at_hash', early)
    await expectHash(verified, 'c_hash', code)
    idTokens.push(verified)
  }
  const redeemed = code === undefined ? null : await redeem(code, { client_id: clientId })
  if (redeemed) {
    expect(redeemed).toMatchObject({ status: 200, token_type: 'Bearer' })
    expect(redeemed.expires_in).toBeGreaterThan(0)
    if (request['scope']?.split(' ').includes('openid')) {
      const verified = await verifyIdToken(redeemed['id_token'], clientId)
      await expectHash(verified, 'at_hash', redeemed.access_token)
      expect(verified.claims).not.toHaveProperty('c_hash')
      idTokens.push(verified)
    }
  }
  for (const { claims } of idTokens) {
    expect(claims['nonce']).toBe(request['nonce'])
    expect(claims.sub).toBe(idTokens[0]?.claims.sub)
  }
  const [first] = idTokens
  return {
    answer,
    idToken: id_token ?? String(redeemed?.['id_token']),
    claims: first?.claims ?? {},
    header: first?.header ?? { alg: '' },
    idTokens,
    accessToken: redeemed?.access_token ?? early ?? null,
  }
}

/** A hash that an ID token must have where there is something to hash, and only there. */
async function expectHash(
  { claims, header }: VerifiedIdToken,
  name: 'at_hash' | 'c_hash',
  hashed: string | undefined,
): Promise<void> {
  const algorithm = header.alg === 'EdDSA' ? 'SHA-512' : 'SHA-256'
  const digest =
    hashed === undefined ? null : new Uint8Array(await crypto.subtle.digest(algorithm, utf8(hashed)))
  expect(claims[name]).toBe(digest ? toBase64url(digest.slice(0, digest.length / 2)) : undefined)
}
