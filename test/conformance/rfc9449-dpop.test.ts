import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { boundToken, makeProofKey, type ProofKey, proofOf, tokenProof } from '../support/dpop.ts'
import { givenCast, givenClient, PASSWORD } from '../support/fixture.ts'
import {
  answerIn,
  approve,
  authorizationUrl,
  codeIn,
  givenCode,
  PKCE,
  redeem,
  signedIn,
  VERIFIER,
} from '../support/flow.ts'
import { answerOf, introspect, post, refresh, token, tokensOf } from '../support/http.ts'
import { must } from '../support/must.ts'
import { json } from '../support/openid.ts'
import { push, visitUrl } from '../support/pushed.ts'
import { expectRefusal } from '../support/refusal.ts'
import { countRows } from '../support/rows.ts'
import { countTrips } from '../support/trips.ts'

const CODE = { grant_type: 'authorization_code', redirect_uri: 'https://app.example/cb' }
const PASSWORD_GRANT = { grant_type: 'password', username: 'alice', password: PASSWORD }

let alice = ''
let key: ProofKey
let thief: ProofKey

beforeEach(async () => {
  ;({ alice } = await givenCast())
  key = await makeProofKey()
  thief = await makeProofKey()
})

/** A code of the public client `native`, with its verifier. */
async function nativeCode(fields: Readonly<Record<string, string>> = {}): Promise<Record<string, string>> {
  await env.DB.prepare(`UPDATE clients SET grant_types = ? WHERE client_id = 'native'`)
    .bind('["authorization_code","refresh_token"]')
    .run()
  const code = await givenCode(alice, { client_id: 'native', ...PKCE, ...fields })
  return { ...CODE, client_id: 'native', code, code_verifier: VERIFIER }
}

describe('a token request with a proof', () => {
  must('RFC 9449', '5', 'is answered with a token of the type DPoP, bound to the key', async () => {
    const answer = await boundToken(key, { ...CODE, code: await givenCode(alice) })
    expect(answer).toMatchObject({ status: 200, token_type: 'DPoP' })
    expect(await introspect(answer.access_token)).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: key.jkt },
    })
  })

  it.each(['ES256', 'PS256', 'EdDSA'])('may be signed by %s', async (alg) => {
    const other = await makeProofKey(alg)
    const form = { client_id: 'service', grant_type: 'client_credentials' }
    expect(await boundToken(other, form)).toMatchObject({ status: 200, token_type: 'DPoP' })
  })

  it('binds the tokens of every grant type', async () => {
    expect(await boundToken(key, PASSWORD_GRANT)).toMatchObject({ token_type: 'DPoP' })
    const own = await boundToken(key, { client_id: 'service', grant_type: 'client_credentials' })
    expect(await introspect(own.access_token)).toMatchObject({ cnf: { jkt: key.jkt } })
  })

  must('RFC 9449', '5', 'without a proof is answered with a bearer token, as ever', async () => {
    const answer = await tokensOf()
    expect(answer).toMatchObject({ status: 200, token_type: 'Bearer' })
    expect(answer.headers.get('DPoP-Nonce')).toBeNull()
    expect(await introspect(answer.access_token)).not.toHaveProperty('cnf')
  })

  must('RFC 9449', '5', 'refuses a proof that does not hold, and spends nothing', async () => {
    const code = await givenCode(alice)
    for (const fields of [
      { claims: { htm: 'GET' } },
      { claims: { htu: 'https://id.example/oauth2/par' } },
      { claims: { iat: 1 } },
      { by: thief.privateKey },
      { header: { typ: 'JWT' } },
    ]) {
      expectRefusal(await boundToken(key, { ...CODE, code }, fields), 'invalid_dpop_proof')
    }
    expect(await boundToken(key, { ...CODE, code })).toMatchObject({ status: 200 })
  })

  must('RFC 9449', '4.3', 'refuses several proofs, and what is no JWT', async () => {
    const { DPoP } = await tokenProof(key)
    const { DPoP: second } = await tokenProof(key)
    for (const header of [`${DPoP}, ${second}`, 'x', 'a.b.c', '']) {
      const form = {
        client_id: 'service',
        client_secret: 'the-secret-of-a-client',
        grant_type: 'client_credentials',
      }
      expectRefusal(await answerOf(await post('/oauth2/token', form, { DPoP: header })), 'invalid_dpop_proof')
    }
  })

  must('RFC 9449', '11.1', 'threat 118: takes a proof once', async () => {
    const headers = await tokenProof(key)
    const form = {
      client_id: 'service',
      client_secret: 'the-secret-of-a-client',
      grant_type: 'client_credentials',
    }
    expect((await post('/oauth2/token', form, headers)).status).toBe(200)
    expectRefusal(await answerOf(await post('/oauth2/token', form, headers)), 'invalid_dpop_proof')
  })

  it('costs no more round trips than one without, and writes no more rows', async () => {
    const trips = countTrips()
    const code = await givenCode(alice)
    expect(await boundToken(key, { ...CODE, code }, {}, trips.vars)).toMatchObject({ status: 200 })
    expect(trips).toMatchObject({ d1: 1, kv: 1, depth: 2 })
    const rows = countRows()
    const { refresh_token: first = '' } = await boundToken(
      key,
      { ...CODE, code: await givenCode(alice) },
      {},
      rows.vars,
    )
    expect(rows).toMatchObject({ statements: 1, written: 3 })
    expect(rows.read).toBeLessThanOrEqual(12)
    const again = countRows()
    await boundToken(key, { grant_type: 'refresh_token', refresh_token: first }, {}, again.vars)
    expect(again).toMatchObject({ statements: 1, written: 1 })
    expect(again.read).toBeLessThanOrEqual(8)
  })
})

describe('a refresh of bound tokens', () => {
  const REFRESH = { grant_type: 'refresh_token' }

  must('RFC 9449', '5', 'threat 119: needs the key of a public client', async () => {
    const { refresh_token = '' } = await boundToken(key, await nativeCode())
    const form = { ...REFRESH, client_id: 'native', refresh_token }
    expectRefusal(await boundToken(thief, form), 'invalid_grant')
    expectRefusal(await token(form), 'invalid_dpop_proof')
    const next = await boundToken(key, form)
    expect(next).toMatchObject({ status: 200, token_type: 'DPoP' })
    expect(await introspect(next.access_token)).toMatchObject({ cnf: { jkt: key.jkt } })
  })

  must('RFC 9449', '5', 'threat 119: never becomes one of bearer tokens', async () => {
    const { refresh_token = '' } = await boundToken(key, PASSWORD_GRANT)
    expectRefusal(await refresh(refresh_token), 'invalid_dpop_proof')
    expect(await boundToken(key, { ...REFRESH, refresh_token })).toMatchObject({ token_type: 'DPoP' })
  })

  must('RFC 9449', '5', 'lets a confidential client, which proves itself, take another key', async () => {
    const { refresh_token = '' } = await boundToken(key, PASSWORD_GRANT)
    const next = await makeProofKey()
    const answer = await boundToken(next, { ...REFRESH, refresh_token })
    expect(await introspect(answer.access_token)).toMatchObject({ cnf: { jkt: next.jkt } })
  })

  it('says a lost reply again to the holder of the key', async () => {
    const { refresh_token = '' } = await boundToken(key, await nativeCode())
    const form = { ...REFRESH, client_id: 'native', refresh_token }
    const answer = await boundToken(key, form)
    expectRefusal(await boundToken(thief, form), 'invalid_grant')
    expect(await boundToken(key, form)).toMatchObject({ access_token: answer.access_token })
  })

  it('is not given under OAUTH_SINGLE_ACCESS_TOKEN to somebody with another key', async () => {
    const vars = { OAUTH_SINGLE_ACCESS_TOKEN: 'true' }
    const first = await boundToken(key, PASSWORD_GRANT, {}, vars)
    const bearer = await tokensOf({}, vars)
    const second = await boundToken(thief, PASSWORD_GRANT, {}, vars)
    expect(new Set([first.access_token, bearer.access_token, second.access_token]).size).toBe(3)
    expect(bearer).toMatchObject({ status: 200, token_type: 'Bearer' })
    expect(await introspect(second.access_token)).toMatchObject({ cnf: { jkt: thief.jkt } })
  })
})

describe('a code whose authorization request names a key', () => {
  must('RFC 9449', '10', 'needs a proof of that key', async () => {
    const code = await givenCode(alice, { dpop_jkt: key.jkt })
    expectRefusal(await boundToken(thief, { ...CODE, code }), 'invalid_grant')
    expectRefusal(await redeem(code), 'invalid_grant')
    expect(await boundToken(key, { ...CODE, code })).toMatchObject({ status: 200, token_type: 'DPoP' })
  })

  it('is refused if it is no thumbprint', async () => {
    const browser = await signedIn(alice)
    const visit = await browser.visit(authorizationUrl({ dpop_jkt: 'short' }))
    expect(answerIn(visit)).toMatchObject({ error: 'invalid_request', state: 'a state' })
  })

  must('RFC 9449', '10.1', 'may name it by a proof where the request is pushed', async () => {
    const proof = { DPoP: await proofOf(key, 'POST', '/oauth2/par') }
    const { request_uri } = await push({}, {}, proof)
    const browser = await signedIn(alice)
    const code = codeIn(await approve(browser, await browser.visit(visitUrl(request_uri))))
    expectRefusal(await boundToken(thief, { ...CODE, code }), 'invalid_grant')
    expect(await boundToken(key, { ...CODE, code })).toMatchObject({ status: 200, token_type: 'DPoP' })
  })

  must('RFC 9449', '10.1', 'is refused where the proof of the push is by another key', async () => {
    const proof = async () => ({ DPoP: await proofOf(key, 'POST', '/oauth2/par') })
    expectRefusal(await push({ dpop_jkt: thief.jkt }, {}, await proof()), 'invalid_dpop_proof')
    expect(await push({ dpop_jkt: key.jkt }, {}, await proof())).toMatchObject({ status: 201 })
    const wrong = { DPoP: await proofOf(key, 'POST', '/oauth2/token') }
    expectRefusal(await push({}, {}, wrong), 'invalid_dpop_proof')
  })
})

describe('a client whose tokens must be bound', () => {
  beforeEach(async () => {
    await givenClient('careful', { metadata: JSON.stringify({ dpop_bound_access_tokens: true }) })
  })

  must('RFC 9449', '5.2', 'is refused without a proof, by every grant type', async () => {
    const code = await givenCode(alice, { client_id: 'careful' })
    expectRefusal(await redeem(code, { client_id: 'careful' }), 'invalid_dpop_proof')
    expectRefusal(
      await token({ client_id: 'careful', grant_type: 'client_credentials' }),
      'invalid_dpop_proof',
    )
    expectRefusal(await tokensOf({ client_id: 'careful' }), 'invalid_dpop_proof')
    const bound = await boundToken(key, { ...CODE, client_id: 'careful', code })
    expect(bound).toMatchObject({ status: 200, token_type: 'DPoP' })
  })

  it('gets no token in the front channel, where no proof can come along', async () => {
    const browser = await signedIn(alice)
    const url = authorizationUrl({ client_id: 'careful', response_type: 'token' })
    expect(answerIn(await browser.visit(url))).toMatchObject({ error: 'unauthorized_client' })
  })

  it('is told that it is not who it says before anything of its binding', async () => {
    const form = {
      client_id: 'careful',
      client_secret: 'a wrong secret of it',
      grant_type: 'client_credentials',
    }
    expectRefusal(await token(form), 'invalid_client')
  })
})

describe('metadata', () => {
  must('RFC 9449', '5.1', 'names the signatures of proofs that are taken', async () => {
    const metadata = await json('/.well-known/oauth-authorization-server')
    expect(metadata['dpop_signing_alg_values_supported']).toEqual(['ES256', 'EdDSA', 'PS256'])
  })
})
