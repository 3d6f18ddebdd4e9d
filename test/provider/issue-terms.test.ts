import { beforeEach, describe, expect, it } from 'vitest'
import { OAuthError } from '../../src/public.ts'
import { withFeature } from '../support/embedded.ts'
import { givenCast, SECRET } from '../support/fixture.ts'
import { answerOf } from '../support/http.ts'

const WEB = { client_id: 'web', client_secret: SECRET }

function form(fields: Readonly<Record<string, string>>): RequestInit {
  return { body: new URLSearchParams(fields), method: 'POST' }
}

describe('a feature brings', () => {
  beforeEach(givenCast)

  it('rules about what the token endpoint issues, whatever the grant type, which only authenticated clients can break', async () => {
    const ask = withFeature({
      issueTerms: [
        {
          parameters: { place: 'Where the token is used' },
          plan: async ({ issuing }) => {
            const places = issuing.params?.getAll('place') ?? []
            if (places.includes('nowhere')) throw new OAuthError('invalid_target', 'There is no such place.')
            return { details: { resource: places }, lifetime: 7, within: ['read'] }
          },
        },
      ],
    })
    const grant = { ...WEB, grant_type: 'client_credentials' }
    const given = await answerOf(await ask('/oauth2/token', form({ ...grant, place: 'here' })))
    expect(given).toMatchObject({ status: 200, expires_in: 7, scope: 'read' })
    const wide = await ask('/oauth2/token', form({ ...grant, scope: 'write' }))
    expect(await answerOf(wide)).toMatchObject({ error: 'invalid_scope' })
    const told = await ask('/oauth2/introspect', form({ ...WEB, token: given.access_token }))
    expect(await told.json()).toMatchObject({ active: true, aud: 'here' })
    const nowhere = { ...grant, place: 'nowhere' }
    expect(await answerOf(await ask('/oauth2/token', form(nowhere)))).toMatchObject({
      error: 'invalid_target',
    })
    const stranger = await ask('/oauth2/token', form({ ...nowhere, client_secret: 'wrong' }))
    expect(await answerOf(stranger)).toMatchObject({ error: 'invalid_client' })
  })
})
