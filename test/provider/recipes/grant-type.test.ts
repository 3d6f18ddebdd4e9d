import { beforeEach, describe, expect, it } from 'vitest'
import { admin } from '../../../src/provider/admin.ts'
import { pages } from '../../../src/public.ts'
import { embedded } from '../../support/embedded.ts'
import { givenCast, givenUser, SECRET } from '../../support/fixture.ts'
import { answerOf } from '../../support/http.ts'
import { all } from '../../support/operator.ts'
import { givenAdminToken } from '../../support/tokens.ts'
import { TOKEN_EXCHANGE, tokenExchange } from './grant-type.ts'

const feature = { name: 'example', grantTypes: { [TOKEN_EXCHANGE]: tokenExchange } }
const ask = embedded({ features: [pages(), admin(), feature] })

async function exchange(clientId: string, subject_token = 'the word') {
  const form = { client_id: clientId, client_secret: SECRET, grant_type: TOKEN_EXCHANGE, subject_token }
  return answerOf(await ask('/oauth2/token', { method: 'POST', body: new URLSearchParams(form) }))
}

describe('a grant type under its registered name', () => {
  let access = ''
  beforeEach(async () => {
    await givenCast()
    await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
    access = await givenAdminToken(await givenUser('staff', { isStaff: true }))
  })

  async function give(clientId: string, grantTypes: readonly string[]): Promise<number> {
    const headers = { Authorization: `Bearer ${access}`, 'Content-Type': 'application/json' }
    const body = JSON.stringify({ grant_types: grantTypes })
    return (await ask(`/admin/api/clients/${clientId}`, { method: 'PATCH', headers, body })).status
  }

  it('is refused to a client that was not given it, and a wrong word is refused to one that was', async () => {
    expect(await exchange('web')).toMatchObject({ status: 400, error: 'unauthorized_client' })
    expect(await give('web', ['authorization_code', TOKEN_EXCHANGE])).toBe(200)
    expect(await exchange('web', 'a guess')).toMatchObject({ status: 400, error: 'invalid_grant' })
  })

  it('can be given to a client by the API, issues tokens then, and is in the metadata', async () => {
    expect(await give('web', ['authorization_code', TOKEN_EXCHANGE])).toBe(200)
    expect(await exchange('web')).toMatchObject({ status: 200, token_type: 'Bearer' })
    const metadata = await answerOf(await ask('/.well-known/oauth-authorization-server'))
    expect(metadata['grant_types_supported']).toContain(TOKEN_EXCHANGE)
  })
})
