import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { givenDocument } from '../support/documents.ts'
import { givenCast } from '../support/fixture.ts'
import { type Answer, answerOf, post, type Vars } from '../support/http.ts'
import { must } from '../support/must.ts'
import { manage, metadataOf, OPEN, registerClient } from '../support/registration.ts'

beforeEach(async () => {
  await givenCast()
})

async function refreshAs(
  client: Readonly<Record<string, string>>,
  vars: Vars = OPEN,
  headers = {},
): Promise<Answer> {
  const form = { grant_type: 'refresh_token', refresh_token: 'rt_none', ...client }
  return answerOf(await post('/oauth2/token', form, headers, vars))
}

describe('A client that is gone', () => {
  must('RFC 6749', '5.2', 'is told so by 401 and a challenge, where it can register again', async () => {
    for (const method of ['none', 'client_secret_post']) {
      const registered = await registerClient(metadataOf({ token_endpoint_auth_method: method }))
      const { client_id, client_secret } = registered
      const form = { client_id, ...(client_secret !== undefined && { client_secret }) }
      expect(await refreshAs(form)).toMatchObject({ status: 400, error: 'invalid_grant' })
      expect((await manage('DELETE', registered)).status).toBe(204)
      const gone = await refreshAs(form)
      expect(gone).toMatchObject({ status: 401, error: 'invalid_client' })
      expect(gone.headers.get('WWW-Authenticate')).toMatch(/^Basic realm="oauth2", error="invalid_client"/)
      expect(gone.headers.get('Cache-Control')).toBe('no-store')
      // Only registration makes the difference.
      expect(await refreshAs(form, {})).toMatchObject({ status: 400, error: 'invalid_client' })
      expect((await post('/oauth2/revoke', { token: 'rt_none', ...form }, {}, OPEN)).status).toBe(401)
    }
  })

  it('is not one that exists: whoever fails to authenticate, or is disabled, is answered 400 as ever', async () => {
    const { client_id, client_secret = '' } = await registerClient(metadataOf())
    expect(await refreshAs({ client_id, client_secret: 'wrong-secret-of-nobody' })).toMatchObject({
      status: 400,
      error: 'invalid_client',
    })
    expect(await refreshAs({ client_id })).toMatchObject({ status: 400, error: 'invalid_client' })
    await env.DB.prepare('UPDATE clients SET disabled_at = 1 WHERE client_id = ?').bind(client_id).run()
    expect(await refreshAs({ client_id, client_secret })).toMatchObject({
      status: 400,
      error: 'invalid_client',
    })
  })

  it('is answered 401 with the header that it used, whether or not it can register', async () => {
    const headers = { Authorization: `Basic ${btoa('nobody:nothing')}` }
    for (const vars of [OPEN, {}]) {
      expect(await refreshAs({}, vars, headers)).toMatchObject({ status: 401, error: 'invalid_client' })
    }
  })

  it('is not one that a document describes, which has nothing to register', async () => {
    const address = await givenDocument()
    expect(await refreshAs({ client_id: address })).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await refreshAs({ client_id: `${address}-nothing` })).toMatchObject({
      status: 400,
      error: 'invalid_client',
    })
  })
})
