import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { jwtAccessTokens } from '../../src/jwt-access-tokens/index.ts'
import { openid } from '../../src/provider/openid.ts'
import { resources } from '../../src/provider/resources.ts'
import { createProvider, pages, type ProtectedEnv, type ProviderBindings } from '../../src/public.ts'
import { givenCast, givenClient } from '../support/fixture.ts'
import { approve, authorizationUrl, codeIn, redeem, signedIn } from '../support/flow.ts'
import { type Answer, introspect, refresh, token, tokensOf, type Vars } from '../support/http.ts'
import { must } from '../support/must.ts'
import { MAIL } from '../support/resources.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
/** One resource under the spellings that its record may have over the years. */
const SPELLINGS = [
  'https://files.example/mcp',
  'https://files.example/mcp/',
  'HTTPS://Files.Example/mcp',
  'https://files.example:443/mcp',
] as const

const spelt = (identifier: string, members: object = {}): Vars => ({
  OAUTH_RESOURCES: JSON.stringify({
    [identifier]: { name: 'Files', scope: 'read write', ...members },
    [MAIL]: { name: 'Mail' },
  }),
})
const aud = async (answer: Answer, vars: Vars): Promise<unknown> =>
  (await introspect(answer.access_token, 'other', vars))['aud']

let alice: string

async function codeFor(resource: string, vars: Vars): Promise<string> {
  const browser = await signedIn(alice, vars)
  const page = await browser.visit(authorizationUrl({ resource }))
  return codeIn(page.left ? page : await approve(browser, page, ['read']))
}

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

describe.each(SPELLINGS)('a grant for a resource that was spelt %s', (before) => {
  must(
    'RFC 8707',
    '2.2',
    'refreshes under every spelling that its record gets, and that a client writes',
    async () => {
      const old = spelt(before)
      let { refresh_token = '' } = await redeem(await codeFor(before, old), {}, old)
      for (const now of SPELLINGS) {
        for (const form of [{}, ...SPELLINGS.map((resource) => ({ resource }))]) {
          const next = await refresh(refresh_token, form, spelt(now))
          expect(next).toMatchObject({ status: 200, scope: 'read' })
          expect(await aud(next, spelt(now))).toBe(now)
          refresh_token = next.refresh_token ?? ''
        }
      }
      expect(await refresh(refresh_token, { resource: MAIL }, old)).toMatchObject({ error: 'invalid_target' })
    },
  )

  must('RFC 8707', '2.2', 'is redeemed after another spelling of its record', async () => {
    for (const now of SPELLINGS) {
      const code = await codeFor(before, spelt(before))
      expect(await redeem(code, { resource: now }, spelt(now))).toMatchObject({ status: 200 })
    }
  })

  must('RFC 9068', '3', 'names in JWTs the spelling that its record has now', async () => {
    const old = spelt(before)
    let { refresh_token = '' } = await redeem(await codeFor(before, old), {}, old)
    for (const now of SPELLINGS) {
      const vars = spelt(now, { token_format: 'jwt' })
      const next = await refresh(refresh_token, { resource: before }, vars)
      expect(decodeJwt(next.access_token).aud).toBe(now)
      refresh_token = next.refresh_token ?? ''
    }
  })

  it('has tokens that the API takes, however its record is spelt now', async () => {
    const { access_token } = await tokensOf({ resource: before }, spelt(before))
    for (const now of SPELLINGS) {
      const provider = createProvider({ features: [pages(), openid(), resources(), jwtAccessTokens()] })
      const api = new Hono<{ Bindings: ProviderBindings } & ProtectedEnv>()
      api.use('/mcp', provider.requireScope('read'))
      api.get('/mcp', (c) => c.json(c.get('oauth2').clientId))
      const issuer = { OAUTH_ISSUER: 'https://files.example' }
      const request = new Request('https://files.example/mcp', {
        headers: { Authorization: `Bearer ${access_token}` },
      })
      const answer = await api.fetch(request, { ...env, ...issuer, ...spelt(now) }, createExecutionContext())
      expect([answer.status, await answer.json()]).toEqual([200, 'web'])
    }
  })

  it('is exchanged and narrowed under another spelling', async () => {
    await givenClient('api', { grantTypes: [EXCHANGE] })
    const { access_token } = await tokensOf({ resource: before }, spelt(before))
    for (const now of SPELLINGS) {
      const exchanged = await token(
        {
          client_id: 'api',
          grant_type: EXCHANGE,
          subject_token: access_token,
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          resource: now,
        },
        spelt(now),
      )
      expect(exchanged).toMatchObject({ status: 200 })
      expect(await aud(exchanged, spelt(now))).toBe(now)
    }
  })

  it('asks its person for no other consent', async () => {
    const browser = await signedIn(alice, spelt(before))
    await approve(browser, await browser.visit(authorizationUrl({ resource: before })), ['read'])
    for (const now of SPELLINGS) {
      const again = await signedIn(alice, spelt(now))
      expect((await again.visit(authorizationUrl({ resource: now }))).left).not.toBeNull()
    }
  })

  it('has one token under OAUTH_SINGLE_ACCESS_TOKEN, whatever the spelling', async () => {
    const single = { OAUTH_SINGLE_ACCESS_TOKEN: 'true' }
    const first = await tokensOf({ resource: before }, { ...spelt(before), ...single })
    for (const now of SPELLINGS) {
      const same = await tokensOf({ resource: now }, { ...spelt(now), ...single })
      expect(same.access_token).toBe(first.access_token)
    }
  })
})

describe('two resources', () => {
  it('whose paths differ in case are no spellings of each other', async () => {
    const vars: Vars = {
      OAUTH_RESOURCES: JSON.stringify({
        'https://files.example/mcp': { name: 'Files' },
        'https://files.example/MCP': { name: 'Others' },
      }),
    }
    const code = await codeFor('https://files.example/mcp', vars)
    const { refresh_token = '' } = await redeem(code, {}, vars)
    expect(await refresh(refresh_token, { resource: 'https://files.example/MCP' }, vars)).toMatchObject({
      error: 'invalid_target',
    })
  })
})
