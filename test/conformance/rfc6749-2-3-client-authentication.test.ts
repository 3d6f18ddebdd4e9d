import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { givenCast, givenClient, givenSecret, PASSWORD, SECRET } from '../support/fixture.ts'
import { answerOf, basic, post, token } from '../support/http.ts'
import { must } from '../support/must.ts'
import { expectRefusal, expectService } from '../support/refusal.ts'
import { travel } from '../support/time.ts'

const CREDENTIALS = { client_id: 'web', client_secret: SECRET }
const FORM = { grant_type: 'client_credentials' }
const CHALLENGE =
  'Basic realm="oauth2", error="invalid_client", error_description="Client authentication failed."'

/** What a Basic header of a raw text gets. */
async function withHeader(authorization: string, form: Record<string, string> = FORM) {
  return answerOf(await post('/oauth2/token', form, { Authorization: authorization }))
}

describe('client authentication', () => {
  beforeEach(givenCast)
  afterEach(expectService)

  must('RFC 6749', '2.3', 'threat 73: refuses Basic together with the secret in the body', async () => {
    expectRefusal(
      await answerOf(await post('/oauth2/token', { ...FORM, ...CREDENTIALS }, basic('web'))),
      'invalid_request',
    )
    expectRefusal(
      await answerOf(await post('/oauth2/token', { ...FORM, client_secret: SECRET }, basic('web'))),
      'invalid_request',
    )
  })

  must('RFC 6749', '2.3', 'threat 74: refuses a client_id that is not that of the header', async () => {
    const response = await post('/oauth2/token', { ...FORM, client_id: 'other' }, basic('web'))
    expectRefusal(await answerOf(response), 'invalid_request')
  })

  must('RFC 6749', '2.3', 'takes a client_id that repeats that of the header', async () => {
    const response = await post('/oauth2/token', { ...FORM, client_id: 'web' }, basic('web'))
    expect(response.status).toBe(200)
  })

  must('RFC 6749', '5.2', 'threat 80: refuses an unknown client as it refuses a wrong secret', async () => {
    const unknown = await token({ ...FORM, client_id: 'nobody' })
    const wrong = await token({ ...FORM, client_id: 'web', client_secret: 'wrong' })
    expectRefusal(unknown, 'invalid_client')
    expect({ ...unknown, headers: [...unknown.headers] }).toEqual({ ...wrong, headers: [...wrong.headers] })
    const unknownBasic = await withHeader(basic('nobody')['Authorization'] ?? '')
    const wrongBasic = await withHeader(basic('web', 'wrong')['Authorization'] ?? '')
    expectRefusal(wrongBasic, 'invalid_client', 401)
    expect({ ...unknownBasic, headers: [...unknownBasic.headers] }).toEqual({
      ...wrongBasic,
      headers: [...wrongBasic.headers],
    })
  })

  must('RFC 6749', '5.2', 'challenges with Basic a client that used the header, and no other', async () => {
    for (const path of ['/oauth2/token', '/oauth2/access_token', '/oauth2/revoke', '/oauth2/introspect']) {
      const form = { ...FORM, token: 'x' }
      const header = await answerOf(await post(path, form, basic('web', 'wrong')))
      expectRefusal(header, 'invalid_client', 401)
      expect(header.headers.get('WWW-Authenticate')).toBe(CHALLENGE)
      // RFC 7662 2.3: introspection answers 401 to either.
      if (path === '/oauth2/introspect') continue
      const wrong = { ...form, client_id: 'web', client_secret: 'wrong' }
      const body = await answerOf(await post(path, wrong))
      expectRefusal(body, 'invalid_client')
      expect(body.headers.get('WWW-Authenticate')).toBeNull()
    }
  })

  must(
    'RFC 6749',
    '2.3',
    'threat 75: refuses a client that does not authenticate in its own way',
    async () => {
      for (const form of [
        { client_id: 'web' }, // confidential, without its secret
        { client_id: 'web', client_secret: '' },
        { client_id: 'native', client_secret: SECRET }, // public, with a secret that it does not have
        { client_secret: SECRET },
        {},
      ]) {
        const response = await post('/oauth2/token', {
          ...form,
          grant_type: 'password',
          password: PASSWORD,
          username: 'alice',
        })
        expectRefusal(await answerOf(response), 'invalid_client')
      }
      expectRefusal(await withHeader(basic('native')['Authorization'] ?? ''), 'invalid_client', 401)
    },
  )

  const malformed: Record<string, string> = {
    'no colon': `Basic ${btoa('web')}`,
    'no client_id': `Basic ${btoa(`:${SECRET}`)}`,
    'bad base64': 'Basic $$$$',
    base64url: 'Basic d2Vi_3g-',
    'a length that base64 has not': 'Basic d2ViO',
    'trailing bytes': `${basic('web')['Authorization']} x`,
    'a comma and a second pair': `${basic('web')['Authorization']}, ${basic('web')['Authorization']}`,
    'not UTF-8': `Basic ${btoa('web:\xff\xfe')}`,
    'a broken escape': `Basic ${btoa('web:%zz')}`,
    nothing: 'Basic',
    Bearer: `Bearer ${btoa(`web:${SECRET}`)}`,
    Digest: 'Digest username="web"',
    'a scheme that begins like Basic': `Basically ${btoa(`web:${SECRET}`)}`,
  }
  for (const [name, header] of Object.entries(malformed)) {
    must('RFC 7617', '2', `threats 76, 77: refuses an Authorization header of ${name}`, async () => {
      const answer = await withHeader(header)
      expectRefusal(answer, 'invalid_client', 401)
      expect(answer.headers.get('WWW-Authenticate')).toBe(CHALLENGE)
    })
  }

  must('RFC 7617', '2', 'threat 77: takes the scheme in any case', async () => {
    for (const scheme of ['basic', 'BASIC', 'Basic']) {
      expect(await withHeader(`${scheme} ${btoa(`web:${SECRET}`)}`)).toMatchObject({ status: 200 })
    }
  })

  must(
    'RFC 6749',
    '2.3.1',
    'threat 78: decodes id and secret of the header as forms encode them',
    async () => {
      const id = 'a b:c+d%e'
      const secret = 'p:q+r%s t&u=v"\\~'
      await givenClient(id, { secret })
      const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
      expect(await withHeader(`Basic ${btoa(`${encode(id)}:${encode(secret)}`)}`)).toMatchObject({
        status: 200,
      })
      expect(await withHeader(basic(id, secret)['Authorization'] ?? '')).toMatchObject({ status: 200 })
      expect(await token({ ...FORM, client_id: id, client_secret: secret })).toMatchObject({ status: 200 })
      expectRefusal(await withHeader(`Basic ${btoa(`${id}:${secret}`)}`), 'invalid_client', 401)
    },
  )

  must('RFC 6749', '2.3.1', 'takes the secret in the body', async () => {
    const response = await post('/oauth2/token', { ...FORM, ...CREDENTIALS })
    expect(response.status).toBe(200)
  })

  must('RFC 6749', '3.2.1', 'takes the client_id alone of a public client', async () => {
    const form = { grant_type: 'password', password: PASSWORD, username: 'alice' }
    expect((await post('/oauth2/token', { ...form, client_id: 'native' })).status).toBe(200)
  })

  must('RFC 6749', '2.3', 'refuses a client that is disabled', async () => {
    await givenClient('gone', { disabledAt: 1 })
    expectRefusal(await token({ ...FORM, client_id: 'gone' }), 'invalid_client')
  })

  must('RFC 6749', '2.3', 'refuses the secret of another client', async () => {
    await givenClient('rich', { secret: 'secret-of-rich' })
    expectRefusal(
      await token({ ...FORM, client_id: 'web', client_secret: 'secret-of-rich' }),
      'invalid_client',
    )
  })

  must(
    'RFC 6749',
    '2.3.1',
    'threat 79: takes both secrets of a rotation until the older one ends',
    async () => {
      const now = Math.floor(Date.now() / 1000)
      await givenClient('rotating', { secret: 'new-secret' })
      await givenSecret('rotating', 'old-secret', now + 60)
      const withSecret = (secret: string) => token({ ...FORM, client_id: 'rotating', client_secret: secret })
      expect(await withSecret('old-secret')).toMatchObject({ status: 200 })
      expect(await withSecret('new-secret')).toMatchObject({ status: 200 })
      travel(61)
      expectRefusal(await withSecret('old-secret'), 'invalid_client')
      expect(await withSecret('new-secret')).toMatchObject({ status: 200 })
    },
  )

  it('says nothing of a grant to a client that fails to authenticate', async () => {
    for (const form of [
      { grant_type: 'refresh_token' },
      { grant_type: 'refresh_token', refresh_token: 'rt_x' },
      { grant_type: 'password' },
      { grant_type: 'password', password: 'wrong', username: 'alice' },
    ]) {
      const answer = await token({ ...form, client_id: 'web', client_secret: 'wrong' })
      expectRefusal(answer, 'invalid_client')
    }
  })
})
