import { env } from 'cloudflare:workers'
import { decodeJwt, SignJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { createIssuerStore } from '../../src/store/d1/issuers.ts'
import { newAddress, putUp } from '../support/documents.ts'
import { givenCast, givenClient, PASSWORD, SECRET } from '../support/fixture.ts'
import { answerIn, authorize, type Fields, givenCode, redeem, signedIn } from '../support/flow.ts'
import {
  type Answer,
  answerOf,
  introspect,
  ORIGIN,
  refresh,
  sendIn,
  token,
  tokensOf,
  type Vars,
} from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { mark } from '../support/operator.ts'
import { FILES } from '../support/resources.ts'
import { makeKey } from '../support/signer.ts'
import { countTrips } from '../support/trips.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const GRANTS = ['authorization_code', 'refresh_token', 'password', 'implicit', EXCHANGE, BEARER]

/** One resource elsewhere, whose tokens are JWTs. */
const VARS: Vars = {
  OAUTH_RESOURCES: JSON.stringify({ [FILES]: { name: 'Files', token_format: 'jwt' } }),
}

let alice: string
/** What the client `pair` knows alice by. */
let subject: unknown

async function givenPairwise(clientId: string, redirectUris: readonly string[]): Promise<void> {
  const metadata = JSON.stringify({ subject_type: 'pairwise' })
  await givenClient(clientId, { metadata, grantTypes: GRANTS, redirectUris: [...redirectUris] })
}

const subjectIn = (answer: Pick<Answer, 'access_token'>): unknown => decodeJwt(answer.access_token).sub

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await givenPairwise('pair', ['https://app.example/cb'])
  const code = await givenCode(alice, { client_id: 'pair', scope: 'openid' })
  const { id_token } = await redeem(code, { client_id: 'pair' })
  subject = decodeJwt(String(id_token)).sub
})

describe('a client with pairwise subjects', () => {
  threat(
    183,
    'reads no other subject in a JWT access token of a code without openid, nor of a refresh',
    async () => {
      const fields = { client_id: 'pair', resource: FILES }
      const first = await redeem(await givenCode(alice, fields, VARS), { client_id: 'pair' }, VARS)
      expect(subjectIn(first)).toBe(subject)
      expect(subject).not.toBe(alice)
      const second = await refresh(first.refresh_token ?? '', { client_id: 'pair' }, VARS)
      expect(subjectIn(second)).toBe(subject)
    },
  )

  threat(183, 'reads no other subject in a JWT access token of the implicit grant', async () => {
    const vars = { ...VARS, OAUTH_RESPONSE_TYPE_CHOICES: 'code token' }
    const fields = { client_id: 'pair', resource: FILES, response_type: 'token' }
    const { access_token = '' } = answerIn(await authorize(await signedIn(alice, vars), fields))
    expect(subjectIn({ access_token })).toBe(subject)
  })

  threat(183, 'reads no other subject in a JWT access token of a password, nor of a refresh', async () => {
    const first = await tokensOf({ client_id: 'pair', resource: FILES }, VARS)
    expect(subjectIn(first)).toBe(subject)
    const second = await refresh(first.refresh_token ?? '', { client_id: 'pair' }, VARS)
    expect(subjectIn(second)).toBe(subject)
  })

  threat(183, 'reads no other subject in a JWT access token of an exchange and of an assertion', async () => {
    const web = await tokensOf({ resource: FILES }, VARS)
    expect(subjectIn(web)).toBe(alice)
    const exchanged = await token(
      {
        client_id: 'pair',
        grant_type: EXCHANGE,
        subject_token: web.access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      },
      VARS,
    )
    expect(subjectIn(exchanged)).toBe(subject)
    expect(subjectIn(await brought())).toBe(subject)
  })

  it('costs no trip more for it, whatever brought the token', async () => {
    const web = await tokensOf({ resource: FILES }, VARS)
    await givenClient('plain', { grantTypes: GRANTS })
    const costs: unknown[] = []
    for (const client_id of ['plain', 'pair']) {
      const trips = countTrips()
      const vars = { ...VARS, ...trips.vars }
      const isolate = { ...env, ...vars }
      const ask = async (form: Fields): Promise<Answer> => {
        const body = new URLSearchParams({ client_id, client_secret: SECRET, ...form } as Record<
          string,
          string
        >)
        return answerOf(await sendIn(isolate, '/oauth2/token', { method: 'POST', body }))
      }
      const sent: Answer[] = []
      const cost: number[] = []
      const costing = async (form: Fields): Promise<void> => {
        const before = trips.d1
        sent.push(await ask(form))
        cost.push(trips.d1 - before)
      }
      // The keys and the resources are in memory then.
      await sendIn(isolate, '/oauth2/jwks')
      await sendIn(isolate, '/.well-known/oauth-protected-resource')
      await costing({ grant_type: 'password', username: 'alice', password: PASSWORD, resource: FILES })
      await costing({ grant_type: 'refresh_token', refresh_token: sent[0]?.refresh_token })
      await costing({
        grant_type: EXCHANGE,
        subject_token: web.access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      })
      expect(sent.map(subjectIn)).toEqual(Array(3).fill(client_id === 'pair' ? subject : alice))
      costs.push(cost)
    }
    expect(costs).toEqual([
      [2, 1, 2],
      [2, 1, 2],
    ])
  })

  it('keeps the sector that it had when the grant was given', async () => {
    const metadata = JSON.stringify({
      subject_type: 'pairwise',
      sector_identifier_uri: 'https://app.example/sector.json',
    })
    const redirectUris = ['https://one.example/cb', 'https://two.example/cb']
    await givenClient('same', { metadata, grantTypes: GRANTS, redirectUris })
    const first = await tokensOf({ client_id: 'same', resource: FILES }, VARS)
    expect(subjectIn(first)).toBe(subject)
    await env.DB.prepare("UPDATE clients SET metadata = ? WHERE client_id = 'same'")
      .bind(JSON.stringify({ subject_type: 'pairwise' }))
      .run()
    const second = await refresh(first.refresh_token ?? '', { client_id: 'same' }, VARS)
    expect(subjectIn(second)).toBe(subject)
  })

  must(
    'RFC 7662',
    '5',
    'is told its own subject by introspection, and no name that others are told',
    async () => {
      const first = await redeem(await givenCode(alice, { client_id: 'pair' }), { client_id: 'pair' })
      for (const value of [first.access_token, first.refresh_token ?? '']) {
        const told = await introspect(value, 'pair')
        expect(told).toMatchObject({ active: true, sub: subject })
        expect(told).not.toHaveProperty('username')
        expect(JSON.stringify(told)).not.toContain(alice)
      }
      expect(await introspect(first.access_token)).toMatchObject({ sub: alice, username: 'alice' })
    },
  )

  must('RFC 7662', '5', 'is told the subject of its own sector of a token of another client', async () => {
    await givenPairwise('far', ['https://far.example/cb'])
    const { access_token } = await tokensOf({ client_id: 'pair' })
    const told = await introspect(access_token, 'far')
    expect(told).toMatchObject({ active: true, client_id: 'pair' })
    expect([alice, subject]).not.toContain(told['sub'])
    expect(told).not.toHaveProperty('username')
    expect((await introspect((await tokensOf()).access_token, 'pair'))['sub']).toBe(subject)
  })

  it('that has no redirect URI is a sector of its own', async () => {
    await givenPairwise('service-one', [])
    await givenPairwise('service-two', [])
    const { access_token } = await tokensOf()
    const [one, two] = await Promise.all(
      ['service-one', 'service-two'].map(async (client) => (await introspect(access_token, client))['sub']),
    )
    expect(new Set([alice, subject, one, two]).size).toBe(4)
  })
})

/** A token for an assertion of a trusted issuer about alice. */
async function brought(): Promise<Answer> {
  const key = await makeKey()
  const jwksUri = newAddress('login.company.example.org')
  await putUp(jwksUri, { json: { keys: [key.jwk] } })
  const issuer = 'https://login.company.example'
  const trusted = { issuer, name: 'Company', jwksUri, audience: null, subject: 'username' } as const
  await createIssuerStore(env.DB).createIssuer(trusted, mark())
  const claims = { iss: issuer, sub: 'alice', aud: ORIGIN, client_id: 'pair', resource: FILES, scope: 'read' }
  const assertion = await new SignJWT({ ...claims, jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'ES256', typ: 'oauth-id-jag+jwt', kid: key.jwk.kid ?? '' })
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(key.privateKey)
  return token({ client_id: 'pair', grant_type: BEARER, assertion }, VARS)
}
