import { createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { SignJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import worker from '../../src/index.ts'
import { givenCast, givenClient, REDIRECT_URI } from '../support/fixture.ts'
import {
  answerIn,
  approve,
  authorizationForm,
  authorizationUrl,
  codeIn,
  expectPage,
  PKCE,
  redeem,
  signedIn,
  VERIFIER,
} from '../support/flow.ts'
import { answerOf, basic, ORIGIN, post, send } from '../support/http.ts'
import { must } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { push, pushedUrl, visitUrl } from '../support/pushed.ts'
import { expectRefusal } from '../support/refusal.ts'
import { assertionOf, givenSigner, signedBy, type Signer } from '../support/signer.ts'
import { travel } from '../support/time.ts'
import { countTrips } from '../support/trips.ts'

const UNKNOWN = 'unknown, expired or was used before'

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

async function setMetadata(metadata: object): Promise<void> {
  await env.DB.prepare(`UPDATE clients SET metadata = ? WHERE client_id = 'web'`)
    .bind(JSON.stringify(metadata))
    .run()
}

/** A request object of a client that signs. */
async function objectOf({ clientId, jwk, privateKey }: Signer, claims: object = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const { client_id: _, ...request } = authorizationForm()
  return new SignJWT({
    ...request,
    iss: clientId,
    client_id: clientId,
    aud: ORIGIN,
    exp: now + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid ?? '', typ: 'oauth-authz-req+jwt' })
    .sign(privateKey)
}

describe('the pushed authorization request endpoint', () => {
  must('RFC 9126', '2.2', 'answers 201 with a request_uri and the seconds that it lasts', async () => {
    const answer = await push()
    const { expires_in, headers, request_uri, status, ...others } = answer
    expect({ expires_in, others, status }).toEqual({ expires_in: 60, others: {}, status: 201 })
    expect(request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:pr_[\w-]{60,}$/)
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect((await push())['request_uri']).not.toBe(request_uri)
  })

  must('RFC 9126', '2.1', 'authenticates the client as the token endpoint does', async () => {
    expectRefusal(await push({ client_secret: 'a wrong secret of it' }), 'invalid_client')
    expectRefusal(await push({ client_secret: undefined }), 'invalid_client')
    expectRefusal(await push({ client_id: 'nobody' }), 'invalid_client')
    expect(await all('SELECT * FROM pushed_requests')).toEqual([])
    const { client_id, ...form } = authorizationForm()
    const byHeader = await post('/oauth2/par', form, basic(client_id ?? ''))
    expect(byHeader.status).toBe(201)
    const wrong = await post('/oauth2/par', form, basic('web', 'wrong'))
    expect(wrong.status).toBe(401)
    expect(wrong.headers.get('WWW-Authenticate')).toMatch(/^Basic /)
    const signer = await givenSigner()
    const fields = { client_id: signer.clientId, ...signedBy(await assertionOf(signer)) }
    expect(await push(fields)).toMatchObject({ status: 201 })
    expectRefusal(await push(fields), 'invalid_client')
  })

  must('RFC 9126', '2.1', 'takes the requests of public clients, too', async () => {
    const url = await pushedUrl({ client_id: 'native', ...PKCE })
    const browser = await signedIn(alice)
    const code = codeIn(await approve(browser, await browser.visit(url)))
    const redeemed = await redeem(code, { client_id: 'native', code_verifier: VERIFIER })
    expect(redeemed).toMatchObject({ status: 200, scope: 'read' })
  })

  must('RFC 9126', '2.1', 'threat 127: refuses a request_uri in a pushed request', async () => {
    const { request_uri } = await push()
    expectRefusal(await push({ request_uri: String(request_uri) }), 'invalid_request')
    expectRefusal(await push({ request_uri: 'https://app.example/request.jwt' }), 'invalid_request')
    expectRefusal(await push({ request_uri: '' }), 'invalid_request')
  })

  must('RFC 9126', '2.1', 'checks a request as the authorization endpoint would', async () => {
    expectRefusal(await push({ redirect_uri: 'https://evil.example/cb' }), 'invalid_request')
    expectRefusal(await push({ scope: 'read nothing' }), 'invalid_scope')
    expectRefusal(await push({ response_type: undefined }), 'invalid_request')
    expectRefusal(await push({ response_type: 'nothing' }), 'unsupported_response_type')
    expectRefusal(await push({ code_challenge: 'short', code_challenge_method: 'S256' }), 'invalid_request')
    expectRefusal(await push({ ...PKCE, code_challenge_method: 'plain' }), 'invalid_request')
    expectRefusal(await push({ client_id: 'native' }), 'invalid_request')
    expectRefusal(await push({ state: 'a'.repeat(5000) }), 'invalid_request')
    expectRefusal(await push({ client_id: 'service' }), 'invalid_request')
  })

  must('RFC 9126', '2.3', 'takes POST alone', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await send('/oauth2/par', { method })
      expect([method, response.status, response.headers.get('Allow')]).toEqual([method, 405, 'POST'])
    }
  })

  it('refuses what is sent twice, and parameters in the address', async () => {
    const form = new URLSearchParams({ ...authorizationForm(), client_secret: 'x' }).toString()
    const twice = await post('/oauth2/par', `${form}&scope=write`)
    expectRefusal(await answerOf(twice), 'invalid_request')
    expectRefusal(await answerOf(await post('/oauth2/par?scope=read', form)), 'invalid_request')
  })

  must('RFC 9126', '3', 'takes a request object, whose parameters are the request', async () => {
    const signer = await givenSigner()
    const request = await objectOf(signer, { state: 'inner' })
    const fields = {
      client_id: signer.clientId,
      request,
      state: 'outer',
      ...signedBy(await assertionOf(signer)),
    }
    const url = await pushedUrl(fields)
    const browser = await signedIn(alice)
    expect(answerIn(await approve(browser, await browser.visit(url)))).toMatchObject({ state: 'inner' })
  })

  must(
    'RFC 9126',
    '3',
    'threat 127: refuses a request object that is wrong, or that names another request',
    async () => {
      const signer = await givenSigner()
      const stranger = await givenSigner()
      const refused = async (request: string) =>
        push({ client_id: signer.clientId, request, ...signedBy(await assertionOf(signer)) })
      const { request_uri } = await push()
      for (const request of [
        await objectOf(signer, { request_uri }),
        await objectOf({ ...stranger, clientId: signer.clientId }),
        await objectOf(signer, { client_id: stranger.clientId }),
        await objectOf(signer, { exp: 1 }),
        'no.object.atall',
      ]) {
        expectRefusal(await refused(request), 'invalid_request_object')
      }
    },
  )
})

describe('the authorization endpoint with a pushed request', () => {
  must(
    'RFC 9126',
    '4',
    'needs client_id and request_uri alone, and ignores what stands beside them',
    async () => {
      const { request_uri } = await push({ state: 'pushed', scope: 'read', ...PKCE })
      const more = { state: 'beside', scope: 'write', redirect_uri: 'https://evil.example/cb', nonce: 'n' }
      const browser = await signedIn(alice)
      const visit = await approve(browser, await browser.visit(visitUrl(request_uri, 'web', more)))
      expect(`${visit.left?.origin}${visit.left?.pathname}`).toBe(REDIRECT_URI)
      expect(answerIn(visit)).toMatchObject({ state: 'pushed', iss: ORIGIN })
      const code = codeIn(visit)
      expect(await redeem(code)).toMatchObject({ error: 'invalid_grant' })
      expect(await redeem(code, { code_verifier: VERIFIER })).toMatchObject({ status: 200, scope: 'read' })
    },
  )

  must('RFC 9126', '4', 'takes it by a form, too', async () => {
    const { request_uri } = await push()
    const browser = await signedIn(alice)
    const form = { client_id: 'web', request_uri: String(request_uri) }
    const posted = await browser.post('/oauth2/authorize', form)
    const page = await browser.visit(posted.headers.get('Location') ?? '')
    expect(answerIn(await approve(browser, page))).toHaveProperty('code')
  })

  must('RFC 9126', '2.2', 'threat 126: refuses the request of another client', async () => {
    const { request_uri } = await push()
    await expectPage(await send(visitUrl(request_uri, 'other')), 400, UNKNOWN)
    const withoutClient = new URLSearchParams({ request_uri: String(request_uri) }).toString()
    await expectPage(await send(`/oauth2/authorize?${withoutClient}`), 400, UNKNOWN)
  })

  must('RFC 9126', '2.2', 'threat 126: refuses a request that has expired', async () => {
    const url = await pushedUrl()
    travel(61)
    await expectPage(await send(url), 400, UNKNOWN)
  })

  must('RFC 9126', '4', 'threat 126: opens it again until it is answered, and not after that', async () => {
    const url = await pushedUrl()
    const browser = await signedIn(alice)
    const first = await browser.visit(url)
    const second = await browser.visit(url)
    expect(answerIn(await approve(browser, second))).toHaveProperty('code')
    await expectPage(await send(url), 400, UNKNOWN)
    // The other tab still shows the question: its answer is no longer worth anything.
    expect(answerIn(await approve(browser, first))).toMatchObject({
      error: 'invalid_request',
      state: 'a state',
    })
  })

  it('answers the same visit again, as where a button is pressed twice', async () => {
    const url = await pushedUrl()
    const browser = await signedIn(alice)
    const page = await browser.visit(url)
    expect(answerIn(await approve(browser, page))).toHaveProperty('code')
    expect(answerIn(await approve(browser, page))).toHaveProperty('code')
  })

  it('is answered once where several browsers answer at the same time', async () => {
    const url = await pushedUrl()
    const browsers = await Promise.all(Array.from({ length: 5 }, async () => signedIn(alice)))
    const pages = await Promise.all(browsers.map(async (browser) => browser.visit(url)))
    const visits = await Promise.all(
      browsers.map(async (browser, index) => approve(browser, pages[index] ?? (await browser.visit(url)))),
    )
    expect(visits.filter((visit) => 'code' in answerIn(visit))).toHaveLength(1)
  })

  it('lets a person take longer to answer than the request lasts', async () => {
    const url = await pushedUrl()
    const browser = await signedIn(alice)
    const page = await browser.visit(url)
    travel(900)
    expect(answerIn(await approve(browser, page))).toHaveProperty('code')
  })

  must('RFC 9101', '5', 'refuses request and request_uri together', async () => {
    const { request_uri } = await push()
    const url = visitUrl(request_uri, 'web', { request: 'an.object.of' })
    await expectPage(await send(url), 400, 'cannot be combined')
  })

  it('refuses addresses that are no pushed request, and never ignores them', async () => {
    const browser = await signedIn(alice)
    const visit = await browser.visit(authorizationUrl({ request_uri: 'https://app.example/request.jwt' }))
    expect(answerIn(visit)).toMatchObject({ error: 'request_uri_not_supported', state: 'a state' })
  })
})

describe('requests that were not pushed', () => {
  must('RFC 9126', '6', 'are refused for a client that says so', async () => {
    await setMetadata({ require_pushed_authorization_requests: true })
    const browser = await signedIn(alice)
    const refused = answerIn(await browser.visit(authorizationUrl()))
    expect(refused).toMatchObject({ error: 'invalid_request', state: 'a state', iss: ORIGIN })
    const visit = await approve(browser, await browser.visit(await pushedUrl()))
    expect(answerIn(visit)).toHaveProperty('code')
  })

  must('RFC 9126', '5', 'are refused by a server that says so in its metadata', async () => {
    const vars = { OAUTH_REQUIRE_PUSHED_REQUESTS: 'true' }
    const response = await send('/.well-known/oauth-authorization-server', {}, vars)
    expect(await response.json()).toMatchObject({
      require_pushed_authorization_requests: true,
      pushed_authorization_request_endpoint: `${ORIGIN}/oauth2/par`,
    })
    const browser = await signedIn(alice, vars)
    expect(answerIn(await browser.visit(authorizationUrl()))).toMatchObject({ error: 'invalid_request' })
    const visit = await approve(browser, await browser.visit(await pushedUrl({}, vars)))
    expect(answerIn(visit)).toHaveProperty('code')
  })

  it('are not made pushed by what a browser sends', async () => {
    await setMetadata({ require_pushed_authorization_requests: true })
    const { request_uri } = await push()
    const forged = authorizationUrl({ request_uri: `${String(request_uri)}#visit`, scope: 'write' })
    await expectPage(await send(forged), 400, UNKNOWN)
    const upper = authorizationUrl({ request_uri: String(request_uri).replace('urn', 'URN') })
    await expectPage(await send(upper), 400, UNKNOWN)
  })
})

describe('what a pushed request costs', () => {
  it('is one round trip for the client, and one more for the browser', async () => {
    const pushing = countTrips()
    const { request_uri } = await push({}, pushing.vars)
    expect([pushing.depth, pushing.d1, pushing.kv]).toEqual([1, 1, 0])
    const visiting = countTrips()
    const browser = await signedIn(alice, visiting.vars)
    await browser.get(visitUrl(request_uri))
    expect([visiting.depth, visiting.d1]).toEqual([2, 2])
  })

  it('is none for a name that nobody minted', async () => {
    const trips = countTrips()
    for (const name of ['pr_AAAA', `pr_${'A'.repeat(66)}`, '', '../etc']) {
      const url = visitUrl(`urn:ietf:params:oauth:request_uri:${name}`)
      await expectPage(await send(url, {}, trips.vars), 400, UNKNOWN)
    }
    expect(trips.d1).toBe(0)
  })

  it('is nothing that a thief of the database could read or use', async () => {
    const { request_uri } = await push({ state: 'a state that nobody else reads' })
    const rows = JSON.stringify(await all('SELECT * FROM pushed_requests'))
    expect(rows).not.toContain('nobody else reads')
    expect(rows).not.toContain(String(request_uri).slice(-40))
  })

  it('ends with the cron trigger, two hours after it has expired', async () => {
    await push()
    const run = async (seconds: number) =>
      worker.scheduled?.(
        createScheduledController({ scheduledTime: new Date(Date.now() + seconds * 1000) }),
        env,
      )
    await run(7200)
    expect(await all('SELECT id FROM pushed_requests')).toHaveLength(1)
    await run(7300)
    expect(await all('SELECT id FROM pushed_requests')).toEqual([])
  })
})

describe('a flood of pushed requests', () => {
  const from = (address: string) => ({ 'CF-Connecting-IP': address })
  const vars = { OAUTH_PUSHED_REQUEST_LIMIT: '3' }

  it('of public clients is stopped for its network, and for no other', async () => {
    const flood = async (address: string) => push({ client_id: 'native', ...PKCE }, vars, from(address))
    for (let count = 0; count < 3; count++) expect(await flood('192.0.2.1')).toMatchObject({ status: 201 })
    const stopped = await flood('192.0.2.1')
    expectRefusal(stopped, 'temporarily_unavailable', 429)
    expect(Number(stopped.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(await all('SELECT id FROM pushed_requests')).toHaveLength(3)
    expect(await flood('192.0.2.2')).toMatchObject({ status: 201 })
    await givenClient('busy')
    expect(await push({ client_id: 'busy' }, vars, from('192.0.2.1'))).toMatchObject({ status: 201 })
  })

  it('of strangers keeps nothing', async () => {
    for (let count = 0; count < 5; count++) await push({ client_secret: 'guess' }, vars, from('192.0.2.3'))
    expect(await all('SELECT id FROM pushed_requests')).toEqual([])
  })
})
