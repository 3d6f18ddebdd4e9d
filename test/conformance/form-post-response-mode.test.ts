import { beforeEach, describe, expect } from 'vitest'
import { hiddenFields, type Visit } from '../support/browser.ts'
import { givenCast, givenClient, REDIRECT_URI } from '../support/fixture.ts'
import { answerIn, authorizationUrl, authorize, PKCE, redeem, signedIn, like } from '../support/flow.ts'
import { ORIGIN, send } from '../support/http.ts'
import { must } from '../support/must.ts'

const FORM = { response_mode: 'form_post' }
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** The fields of the form that the browser is told to post to the client. */
function posted(visit: Visit): Readonly<Record<string, string>> {
  expect({ left: visit.left, status: visit.status }).toEqual({ left: null, status: 200 })
  return hiddenFields(visit.text, REDIRECT_URI)
}

describe('form_post', () => {
  must('OAuth 2.0 Form Post', '2', 'posts a code to the redirect URI', async () => {
    const browser = await signedIn(alice)
    for (const visit of [await authorize(browser, FORM), await browser.visit(authorizationUrl(FORM))]) {
      const fields = posted(visit)
      expect(fields).toEqual({ code: like(/^ac_/), state: 'a state', iss: ORIGIN })
      expect(visit.text).toContain(`<form method="post" action="${REDIRECT_URI}"`)
      expect(visit.text).not.toContain('anti_forgery')
      expect(await redeem(fields['code'] ?? '')).toMatchObject({ status: 200 })
    }
  })

  must('OAuth 2.0 Form Post', '2', 'posts a token, which then is in no address at all', async () => {
    const visit = await authorize(await signedIn(alice), { ...FORM, response_type: 'token' })
    expect(posted(visit)).toMatchObject({ access_token: like(/^at_/), token_type: 'Bearer' })
    expect(visit.response.headers.get('Location')).toBeNull()
  })

  must('OAuth 2.0 Form Post', '2', 'posts errors, too', async () => {
    const browser = await signedIn(alice)
    const refused = posted(await browser.visit(authorizationUrl({ ...FORM, scope: 'no' })))
    expect(refused).toMatchObject({ error: 'invalid_scope', state: 'a state', iss: ORIGIN })
    const page = await browser.visit(authorizationUrl(FORM))
    const denied = await browser.submit(page, '/oauth2/authorize/confirm', [['authorize', 'False']])
    expect(posted(denied)).toMatchObject({ error: 'access_denied', state: 'a state', iss: ORIGIN })
  })

  must(
    'OAuth 2.0 Form Post',
    '2',
    'sends no redirect URI that it was not given at registration',
    async () => {
      const response = await send(authorizationUrl({ ...FORM, redirect_uri: 'https://evil.example' }))
      expect(response.status).toBe(400)
      expect(await response.text()).not.toContain('evil.example')
    },
  )

  must('OAuth 2.0 Form Post', '4', 'is not stored, and its page lets no script in but its own', async () => {
    const visit = await authorize(await signedIn(alice), FORM)
    const policy = visit.response.headers.get('Content-Security-Policy') ?? ''
    expect(visit.response.headers.get('Cache-Control')).toBe('no-store')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    // It would bind where the client redirects on to.
    expect(policy).not.toContain('form-action')
    const [, script = ''] = /<script src="([^"]+)"/.exec(visit.text) ?? []
    const asset = await send(script)
    expect(asset.status).toBe(200)
    expect(asset.headers.get('Content-Type')).toMatch(/^text\/javascript/)
    expect(visit.text.match(/<script/g)).toHaveLength(1)
  })

  must('OAuth 2.0 Form Post', '2', 'refuses where there is no web address to post to', async () => {
    const redirect_uri = 'com.example.app:/cb'
    await givenClient('phone', {
      type: 'public',
      grantTypes: ['authorization_code'],
      redirectUris: [redirect_uri],
    })
    const visit = await authorize(await signedIn(alice), {
      ...FORM,
      ...PKCE,
      client_id: 'phone',
      redirect_uri,
    })
    expect(answerIn(visit)).toMatchObject({ error: 'invalid_request', state: 'a state' })
  })
})

describe('other modes', () => {
  must('OAuth 2.0 Multiple Response Types', '2.1', 'sends a code in the fragment when asked to', async () => {
    const { left } = await authorize(await signedIn(alice), { response_mode: 'fragment' })
    expect(left?.search).toBe('')
    expect(left?.hash).toMatch(/^#code=ac_/)
  })

  must('OAuth 2.0 Multiple Response Types', '2.1', 'sends a code in the query, asked or not', async () => {
    const browser = await signedIn(alice)
    for (const response_mode of [undefined, '', 'query']) {
      expect((await authorize(browser, { response_mode })).left?.search).toMatch(/^\?code=ac_/)
    }
  })

  must(
    'OAuth 2.0 Multiple Response Types',
    '2.1',
    'refuses unknown modes, and tokens in a query',
    async () => {
      for (const [response_mode, response_type, separator] of [
        ['web_message', 'code', '\\?'],
        ['form_post.jwt', 'code', '\\?'],
        ['__proto__', 'code', '\\?'],
        ['QUERY', 'code', '\\?'],
        ['query', 'token', '#'],
        ['web_message', 'token', '#'],
      ]) {
        const response = await send(authorizationUrl({ response_mode, response_type }))
        const expected = new RegExp(`^https://app\\.example/cb${separator}error=invalid_request&`)
        expect(response.headers.get('Location')).toMatch(expected)
      }
    },
  )
})
