import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { givenCast, givenClient } from '../support/fixture.ts'
import { answerOf, introspect, post, token } from '../support/http.ts'
import { must } from '../support/must.ts'
import { expectRefusal, expectService } from '../support/refusal.ts'

const FORM = { grant_type: 'client_credentials' }

describe('client credentials grant', () => {
  beforeEach(givenCast)
  afterEach(expectService)

  must(
    'RFC 6749',
    '4.4',
    'threat 87: refuses a public client, even one that is registered for it',
    async () => {
      expectRefusal(await token({ ...FORM, client_id: 'native' }), 'unauthorized_client')
      await env.DB.prepare(
        `UPDATE clients SET grant_types = '["client_credentials"]' WHERE client_id = 'native'`,
      ).run()
      expectRefusal(await token({ ...FORM, client_id: 'native' }), 'unauthorized_client')
      expect(await env.DB.prepare('SELECT count(*) AS n FROM grants').first()).toEqual({ n: 0 })
    },
  )

  must('RFC 6749', '5.2', 'refuses a client that has not the grant type', async () => {
    await givenClient('coder', { grantTypes: ['authorization_code', 'password'] })
    expectRefusal(await token({ ...FORM, client_id: 'coder' }), 'unauthorized_client')
  })

  must('RFC 6749', '4.4.2', 'threat 87: refuses scopes that are of users', async () => {
    for (const scope of ['openid', 'offline_access', 'read openid']) {
      expectRefusal(await token({ ...FORM, client_id: 'service', scope }), 'invalid_scope')
    }
  })

  must(
    'RFC 6749',
    '4.4.3',
    'threats 87, 105: gives an access token without refresh token and user',
    async () => {
      const answer = await token({ ...FORM, client_id: 'service' })
      expect(answer).toMatchObject({ expires_in: 86_400, scope: 'read', status: 200, token_type: 'Bearer' })
      expect(answer).not.toHaveProperty('refresh_token')
      const { headers: _, ...known } = await introspect(answer.access_token)
      expect(known).toMatchObject({ active: true, client_id: 'service' })
      expect(known).not.toHaveProperty('sub')
      expect(known).not.toHaveProperty('username')
      // A client that may refresh gets none here either.
      expect(await token({ ...FORM, client_id: 'web' })).not.toHaveProperty('refresh_token')
      const { results } = await env.DB.prepare('SELECT user_id, refresh_expires_at FROM grants').all()
      expect(results).toEqual(results.map(() => ({ user_id: null, refresh_expires_at: null })))
    },
  )

  must('RFC 9700', '4.15', 'threat 88: a client that is named like a user is not that user', async () => {
    const { id } = (await env.DB.prepare(`SELECT id FROM users WHERE username = 'alice'`).first<{
      id: string
    }>()) ?? { id: '' }
    await givenClient(id, { grantTypes: ['client_credentials'] })
    const { access_token: value } = await token({ ...FORM, client_id: id })
    const answer = await introspect(value)
    expect(answer).toMatchObject({ active: true, client_id: id })
    expect(answer).not.toHaveProperty('sub')
    expect(answer).not.toHaveProperty('username')
  })

  must('RFC 6749', '4.4.2', 'gives another token each time', async () => {
    const first = await token({ ...FORM, client_id: 'service' })
    const second = await token({ ...FORM, client_id: 'service' })
    expect(second.access_token).not.toBe(first.access_token)
    expect((await introspect(first.access_token)).active).toBe(true)
    expect((await introspect(second.access_token)).active).toBe(true)
  })

  must('RFC 6749', '4.4.2', 'refuses a client that does not authenticate', async () => {
    const response = await post('/oauth2/token', { ...FORM, client_id: 'service' })
    expectRefusal(await answerOf(response), 'invalid_client')
  })
})
