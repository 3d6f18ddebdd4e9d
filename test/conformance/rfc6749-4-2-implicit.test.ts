import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect } from 'vitest'
import { givenCast, givenClient } from '../support/fixture.ts'
import { act, answerIn, approve, authorizationUrl, authorize, signedIn, like } from '../support/flow.ts'
import { introspect, ORIGIN, send } from '../support/http.ts'
import { must } from '../support/must.ts'
import { isActive } from '../support/tokens.ts'

const TOKEN = { response_type: 'token' }
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

describe('the implicit grant', () => {
  must(
    'RFC 6749',
    '4.2.2',
    'answers with an access token in the fragment, never with a refresh token',
    async () => {
      const visit = await authorize(await signedIn(alice), { ...TOKEN, scope: 'read write' })
      expect(visit.left?.search).toBe('')
      const answer = answerIn(visit)
      expect(answer).toEqual({
        access_token: like(/^at_/),
        token_type: 'Bearer',
        expires_in: '86400',
        scope: 'read write',
        state: 'a state',
        iss: ORIGIN,
      })
      expect(await introspect(answer['access_token'] ?? '')).toMatchObject({
        active: true,
        client_id: 'web',
        sub: alice,
        username: 'alice',
      })
      expect((await env.KV.list()).keys).toEqual([])
    },
  )

  must('RFC 6749', '4.2.2', 'lets a public client’s token live for OAUTH_EXPIRE_DELTA_PUBLIC', async () => {
    const answer = answerIn(await authorize(await signedIn(alice), { ...TOKEN, client_id: 'native' }))
    expect(answer).toMatchObject({ expires_in: '3600', scope: 'read' })
  })

  must('RFC 6749', '4.2.2.1', 'sends errors in the fragment', async () => {
    for (const [fields, error] of [
      [{ scope: 'no' }, 'invalid_scope'],
      [{ response_mode: 'query' }, 'invalid_request'],
      [{ prompt: 'none' }, 'login_required'],
    ] as const) {
      const response = await send(authorizationUrl({ ...TOKEN, ...fields }))
      const location = response.headers.get('Location') ?? ''
      expect(location).toMatch(new RegExp(`^https://app\\.example/cb#error=${error}&`))
      expect(new URLSearchParams(new URL(location).hash.slice(1)).get('state')).toBe('a state')
    }
  })

  must('RFC 6749', '4.2.2.1', 'tells the client that the user said no', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl(TOKEN))
    const visit = await approve(browser, page, [])
    expect(visit.left?.search).toBe('')
    expect(answerIn(visit)).toMatchObject({ error: 'access_denied', state: 'a state', iss: ORIGIN })
    expect(await env.DB.prepare('SELECT * FROM grants').all()).toMatchObject({ results: [] })
  })

  must('RFC 6749', '4.2', 'is for clients that have it alone', async () => {
    await givenClient('coder', { grantTypes: ['authorization_code', 'refresh_token'] })
    const response = await send(authorizationUrl({ ...TOKEN, client_id: 'coder' }))
    expect(response.headers.get('Location')).toMatch(/#error=unauthorized_client&/)
  })

  must('RFC 7636', '4.4.1', 'asks for no code challenge: there is no code to protect', async () => {
    const browser = await signedIn(alice)
    const answer = answerIn(await authorize(browser, { ...TOKEN, client_id: 'native', code_challenge: 'x' }))
    expect(answer['access_token']).toMatch(/^at_/)
  })

  must('RFC 6749', '4.2', 'remembers the consent, and answers at once the next time', async () => {
    const browser = await signedIn(alice)
    await authorize(browser, TOKEN)
    const response = await browser.get(authorizationUrl(TOKEN))
    expect(response.headers.get('Location')).toMatch(/^https:\/\/app\.example\/cb#access_token=at_/)
  })

  must('RFC 6749', '10.3', 'ends the token with the consent', async () => {
    const browser = await signedIn(alice)
    const { access_token = '' } = answerIn(await authorize(browser, TOKEN))
    expect(await isActive(access_token)).toBe(true)
    await act(browser, 'revoke-application', { client_id: 'web' })
    expect(await isActive(access_token)).toBe(false)
  })
})
