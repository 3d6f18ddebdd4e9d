import { env } from 'cloudflare:workers'
import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, givenSession, PASSWORD, REDIRECT_URI, SECRET } from '../support/fixture.ts'
import { answerIn, authorizationUrl, authorize, givenCode, redeem, signedIn } from '../support/flow.ts'
import { answerOf, basic, type send, sendIn } from '../support/http.ts'
import { countRows } from '../support/rows.ts'
import { countTrips } from '../support/trips.ts'

const OPENID = { scope: 'openid', nonce: 'n' }
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** Does something in an isolate that knows its keys, and says what it cost. */
async function costOf(
  work: (sendWarm: typeof send) => Promise<unknown>,
): Promise<{ readonly d1: number; readonly depth: number; readonly kv: number }> {
  const trips = countTrips()
  const environment = { ...env, ...trips.vars }
  expect((await sendIn(environment, '/oauth2/jwks')).status).toBe(200)
  const { d1, depth, kv } = trips
  await work(async (path, init) => sendIn(environment, path, init))
  return { d1: trips.d1 - d1, depth: trips.depth - depth, kv: trips.kv - kv }
}

/** Asks the token endpoint, and looks for an ID token in its answer. */
async function ask(
  sendWarm: typeof send,
  form: Readonly<Record<string, string>>,
  hasIdToken = true,
): Promise<void> {
  const response = await sendWarm('/oauth2/token', {
    method: 'POST',
    headers: { ...basic('web'), 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  expect(response.status).toBe(200)
  expect('id_token' in (await response.json<object>())).toBe(hasIdToken)
}

function redemption(code: string): Readonly<Record<string, string>> {
  return { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }
}

describe('storage round trips of OpenID Connect', () => {
  it('are one of KV and then one of D1 for a code with an ID token, as without', async () => {
    const plain = await givenCode(alice, { scope: 'read' })
    const code = await givenCode(alice, OPENID)
    const cost = { d1: 1, depth: 2, kv: 1 }
    expect(await costOf((sendWarm) => ask(sendWarm, redemption(plain), false))).toEqual(cost)
    expect(await costOf((sendWarm) => ask(sendWarm, redemption(code)))).toEqual(cost)
  })

  it('are one statement for a code with an ID token', async () => {
    const code = await givenCode(alice, OPENID)
    const rows = countRows()
    const environment = { ...env, ...rows.vars }
    await sendIn(environment, '/oauth2/jwks')
    const before = rows.statements
    await ask(async (path, init) => sendIn(environment, path, init), redemption(code))
    expect(rows.statements - before).toBe(1)
  })

  it('are one for a refresh with an ID token', async () => {
    const { refresh_token = '' } = await redeem(await givenCode(alice, { scope: 'openid offline_access' }))
    const form = { grant_type: 'refresh_token', refresh_token }
    expect(await costOf((sendWarm) => ask(sendWarm, form))).toEqual({ d1: 1, depth: 1, kv: 0 })
  })

  it('are one of KV and then one of D1 for a code whose ID token has claims about the user, as without', async () => {
    const claims = JSON.stringify({ id_token: { email: null } })
    const code = await givenCode(alice, { scope: 'openid email', claims })
    expect(await costOf((sendWarm) => ask(sendWarm, redemption(code)))).toEqual({ d1: 1, depth: 2, kv: 1 })
  })

  it('are no more, and take no statement more, for a password with an ID token and its refreshes than without', async () => {
    const clients = ['web', 'pair']
    await givenClient('pair', { metadata: JSON.stringify({ subject_type: 'pairwise' }) })
    const costs: unknown[] = []
    for (const client of clients) {
      for (const scope of ['read', 'read openid']) {
        const rows = countRows()
        const environment = { ...env, ...rows.vars }
        await sendIn(environment, '/oauth2/jwks')
        const cost: number[] = []
        const costing = async (form: Readonly<Record<string, string>>) => {
          const before = rows.statements
          const body = new URLSearchParams({ client_id: client, client_secret: SECRET, ...form })
          const answer = await answerOf(await sendIn(environment, '/oauth2/token', { method: 'POST', body }))
          const token = answer['id_token']
          const isPublic = typeof token === 'string' ? decodeJwt(token).sub === alice : null
          expect(isPublic).toBe(scope === 'read' ? null : client === 'web')
          cost.push(rows.statements - before)
          return answer
        }
        const first = await costing({ grant_type: 'password', username: 'alice', password: PASSWORD, scope })
        const second = await costing({
          grant_type: 'refresh_token',
          refresh_token: first.refresh_token ?? '',
        })
        await costing({ grant_type: 'refresh_token', refresh_token: second.refresh_token ?? '' })
        costs.push(cost)
      }
    }
    const [plain] = costs
    expect(plain).toEqual([expect.any(Number), 1, 1])
    expect(costs).toEqual(Array(4).fill(plain))
  })

  it('are the read of its subject and one more for an exchange with an ID token', async () => {
    const grantTypes = ['urn:ietf:params:oauth:grant-type:token-exchange']
    await givenClient('api', { grantTypes })
    const { access_token } = await redeem(await givenCode(alice, OPENID))
    const work = async (sendWarm: typeof send): Promise<void> => {
      const response = await sendWarm('/oauth2/token', {
        method: 'POST',
        headers: basic('api'),
        body: new URLSearchParams({
          grant_type: grantTypes.join(''),
          subject_token: access_token,
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        }),
      })
      expect(await response.json()).toHaveProperty('id_token')
    }
    expect(await costOf(work)).toEqual({ d1: 2, depth: 2, kv: 0 })
  })

  it('are one for UserInfo', async () => {
    const { access_token } = await redeem(await givenCode(alice, { scope: 'openid profile email' }))
    const headers = { Authorization: `Bearer ${access_token}` }
    const work = async (sendWarm: typeof send): Promise<void> => {
      expect((await sendWarm('/oauth2/userinfo', { headers })).status).toBe(200)
    }
    expect(await costOf(work)).toEqual({ d1: 1, depth: 1, kv: 0 })
  })

  it('are none for discovery and keys', async () => {
    const work = async (sendWarm: typeof send): Promise<void> => {
      for (const path of ['/.well-known/openid-configuration', '/oauth2/jwks']) {
        expect((await sendWarm(path)).status).toBe(200)
      }
    }
    expect(await costOf(work)).toEqual({ d1: 0, depth: 0, kv: 0 })
  })

  it('are the read of every authorization request, and no more, for a silent sign-in by id_token', async () => {
    const fields = { ...OPENID, response_type: 'id_token' }
    await authorize(await signedIn(alice), fields)
    const { name, value } = await givenSession(alice)
    const work = async (sendWarm: typeof send): Promise<void> => {
      const browser = openBrowser({}, [], sendWarm)
      browser.cookies.set(name, value)
      const visit = await browser.visit(authorizationUrl({ ...fields, prompt: 'none' }))
      expect(answerIn(visit)).toHaveProperty('id_token')
    }
    expect(await costOf(work)).toEqual({ d1: 1, depth: 1, kv: 0 })
  })
})
