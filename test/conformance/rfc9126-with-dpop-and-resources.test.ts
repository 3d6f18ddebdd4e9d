import { beforeEach, describe, expect, it } from 'vitest'
import { boundHeaders, makeProofKey, proofOf, type ProofKey } from '../support/dpop.ts'
import { givenCast, REDIRECT_URI } from '../support/fixture.ts'
import { answerIn, approve, authorizationForm, codeIn, PKCE, signedIn, VERIFIER } from '../support/flow.ts'
import { type Answer, answerOf, introspect, post, send, type Vars } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { visitUrl } from '../support/pushed.ts'
import { FILES, MAIL, RESOURCES } from '../support/resources.ts'
import { assertionOf, givenSigner, signedBy, type Signer } from '../support/signer.ts'
import { travel } from '../support/time.ts'

const NONCES: Vars = { OAUTH_PROFILE: 'fapi2', OAUTH_DPOP_NONCE: 'true' }

let alice: string
let signer: Signer
let key: ProofKey

beforeEach(async () => {
  ;({ alice } = await givenCast())
  signer = await givenSigner({ grantTypes: ['authorization_code', 'refresh_token'] })
  key = await makeProofKey()
})

/** Posts a form whose parameters may repeat, signed by the client, with a proof of its key. */
async function ask(
  path: string,
  form: Readonly<Record<string, string>>,
  resources: readonly string[] = [],
  { nonce, vars = RESOURCES }: { readonly nonce?: string; readonly vars?: Vars } = {},
): Promise<Answer> {
  const body = new URLSearchParams({ ...form, ...signedBy(await assertionOf(signer)) })
  for (const resource of resources) body.append('resource', resource)
  const proof = await proofOf(key, 'POST', path, nonce === undefined ? {} : { claims: { nonce } })
  return answerOf(await post(path, body.toString(), { DPoP: proof }, vars))
}

const requestOf = (scope: string): Readonly<Record<string, string>> =>
  authorizationForm({ client_id: signer.clientId, scope, ...PKCE })

const redeemed = (code: string): Readonly<Record<string, string>> => ({
  grant_type: 'authorization_code',
  redirect_uri: REDIRECT_URI,
  code_verifier: VERIFIER,
  code,
})

describe('a pushed request of a client that signs and proves a key', () => {
  must('RFC 8707', '2', 'may name several resources, which the code and its bound tokens keep', async () => {
    const pushed = await ask('/oauth2/par', requestOf('mail read write'), [FILES, MAIL])
    expect(pushed).toMatchObject({ status: 201 })
    const browser = await signedIn(alice, RESOURCES)
    const page = await browser.visit(visitUrl(pushed['request_uri'], signer.clientId))
    for (const name of ['Files', 'Mail']) expect(page.text).toContain(`<strong>${name}</strong>`)
    const code = codeIn(await approve(browser, page, ['mail', 'read', 'write']))
    const stolen = { ...redeemed(code), ...signedBy(await assertionOf(signer)) }
    expect(await answerOf(await post('/oauth2/token', stolen, {}, RESOURCES))).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    })
    const tokens = await ask('/oauth2/token', redeemed(code))
    expect(tokens).toMatchObject({ status: 200, token_type: 'DPoP', scope: 'mail read write' })
    expect(await introspect(tokens.access_token, 'other', RESOURCES)).toMatchObject({
      aud: [FILES, MAIL],
      cnf: { jkt: key.jkt },
    })
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }
    const narrow = await ask('/oauth2/token', form, [MAIL])
    expect(narrow).toMatchObject({ status: 200, token_type: 'DPoP', scope: 'mail read' })
    expect((await introspect(narrow.access_token, 'other', RESOURCES))['aud']).toBe(MAIL)
  })

  must('RFC 8707', '2', 'is refused where one of its resources is unknown', async () => {
    const refused = await ask('/oauth2/par', requestOf('read'), [FILES, 'https://other.example/'])
    expect(refused).toMatchObject({ status: 400, error: 'invalid_target' })
  })

  must('RFC 9126', '4', 'threat 126: is answered once, of fifty visits at the same moment', async () => {
    const { request_uri } = await ask('/oauth2/par', requestOf('read'))
    const url = visitUrl(request_uri, signer.clientId)
    const browsers = await Promise.all(Array.from({ length: 50 }, async () => signedIn(alice, RESOURCES)))
    const answers = await Promise.all(
      browsers.map(async (browser) => {
        const page = await browser.visit(url)
        return page.left || page.status !== 200 ? null : answerIn(await approve(browser, page))
      }),
    )
    const codes = answers.flatMap((answer) => answer?.['code'] ?? [])
    expect(codes).toHaveLength(1)
    expect(await ask('/oauth2/token', redeemed(codes[0] ?? ''))).toMatchObject({ status: 200 })
  })

  must(
    'RFC 9449',
    '8',
    'gets a nonce at each endpoint of FAPI 2.0 where they are on, and a newer one in time',
    async () => {
      const first = await ask('/oauth2/par', requestOf('openid read'), [], { vars: NONCES })
      expect(first).toMatchObject({ status: 400, error: 'use_dpop_nonce' })
      const nonce = first.headers.get('DPoP-Nonce') ?? ''
      travel(60)
      const pushed = await ask('/oauth2/par', requestOf('openid read'), [], { vars: NONCES, nonce })
      const newer = pushed.headers.get('DPoP-Nonce')
      expect([null, nonce]).not.toContain(newer)
      const browser = await signedIn(alice, NONCES)
      const page = await browser.visit(visitUrl(pushed['request_uri'], signer.clientId))
      const form = redeemed(codeIn(await approve(browser, page, ['openid', 'read'])))
      expect(await ask('/oauth2/token', form, [], { vars: NONCES })).toMatchObject({
        error: 'use_dpop_nonce',
      })
      const tokens = await ask('/oauth2/token', form, [], { vars: NONCES, nonce })
      expect(tokens).toMatchObject({ status: 200, token_type: 'DPoP' })
      const path = '/oauth2/userinfo'
      const bare = await boundHeaders(key, tokens.access_token, 'GET', path)
      expect((await send(path, { headers: bare }, NONCES)).status).toBe(401)
      const headers = await boundHeaders(key, tokens.access_token, 'GET', path, { claims: { nonce: newer } })
      expect((await send(path, { headers }, NONCES)).status).toBe(200)
    },
  )
})

describe('a proof', () => {
  threat(118, 'works once of fifty times at the same moment, in an isolate', async () => {
    const path = '/oauth2/par'
    const DPoP = await proofOf(key, 'POST', path)
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const form = { ...requestOf('read'), ...signedBy(await assertionOf(signer)) }
        return answerOf(await post(path, form, { DPoP }, RESOURCES))
      }),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const others = answers.filter(({ status }) => status !== 201)
    expect(others.every(({ error }) => error === 'invalid_dpop_proof')).toBe(true)
  })

  threat(118, 'that was used is remembered as long as it counts, which is 75 seconds at most', async () => {
    const path = '/oauth2/par'
    const now = Math.floor(Date.now() / 1000)
    const early = { DPoP: await proofOf(key, 'POST', path, { claims: { iat: now + 14 } }) }
    const form = async (): Promise<Readonly<Record<string, string>>> => ({
      ...requestOf('read'),
      ...signedBy(await assertionOf(signer)),
    })
    expect((await post(path, await form(), early, RESOURCES)).status).toBe(201)
    for (const later of [60, 15]) {
      travel(later)
      expect(await answerOf(await post(path, await form(), early, RESOURCES))).toMatchObject({
        error: 'invalid_dpop_proof',
      })
    }
  })

  it('is remembered by its key and jti, so that two clients may use the same', async () => {
    const claims = { jti: 'the same for both' }
    const [one, two] = await Promise.all(
      [key, await makeProofKey()].map(async (own) => {
        const form = { ...requestOf('read'), ...signedBy(await assertionOf(signer)) }
        const DPoP = await proofOf(own, 'POST', '/oauth2/par', { claims })
        return post('/oauth2/par', form, { DPoP }, RESOURCES)
      }),
    )
    expect([one?.status, two?.status]).toEqual([201, 201])
  })
})
