import { beforeEach, describe, expect, it } from 'vitest'
import { givenCast, givenClient, SECRET } from '../support/fixture.ts'
import { authorizationUrl, expectPage, givenCode, MISMATCH, redeem, UNAUTHORIZED } from '../support/flow.ts'
import { answerOf, basic, post, refresh, send, token, tokensOf } from '../support/http.ts'
import { all } from '../support/operator.ts'
import { givenAdminToken } from '../support/tokens.ts'
import { givenStaff } from './support.ts'

let alice: string

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** The rule of the last refusal. */
async function lastRule(): Promise<string> {
  const [row] = await all('SELECT rule FROM refusals ORDER BY rowid DESC LIMIT 1')
  return String(row?.['rule'])
}

const GRANT = { grant_type: 'client_credentials' }

describe('staff see why a request was refused:', () => {
  it('the redirect URI that came, the nearest registered one, and in what they differ', async () => {
    await givenClient('many', {
      redirectUris: ['https://other.example/cb', 'https://app.example/cb', 'https://app.example/back?a=1'],
    })
    for (const [redirect_uri, nearest, parts] of [
      ['https://app.example/cb/', 'https://app.example/cb', 'path'],
      ['http://app.example/cb', 'https://app.example/cb', 'scheme'],
      ['https://app.example:8443/cb', 'https://app.example/cb', 'port'],
      ['https://www.app.example/back?a=1', 'https://app.example/back?a=1', 'host'],
      ['https://other.example/cb#x', 'https://other.example/cb', 'fragment'],
    ] as const) {
      const response = await send(authorizationUrl({ client_id: 'many', redirect_uri }))
      await expectPage(response, 400, MISMATCH)
      const came = redirect_uri.replace('#x', '#...').replace('a=1', 'a=...')
      expect(await lastRule()).toBe(
        `The redirect URI "${came}" is not registered. The nearest registered one is "${nearest}". ` +
          `They differ in the ${parts}.`,
      )
    }
    const { browser, id } = await givenStaff()
    const page = await browser.visit('/admin/clients/show?id=many')
    expect(page.text).toContain('The nearest registered one is &quot;https://app.example/cb&quot;.')
    await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
    const access = await givenAdminToken(id)
    const listed = await send('/admin/api/refusals?client=many', {
      headers: { Authorization: `Bearer ${access}` },
    })
    expect(await listed.text()).toContain('They differ in the host.')
  })

  it('no redirect URI came where the client has several or none', async () => {
    await givenClient('none', { redirectUris: [] })
    await send(authorizationUrl({ client_id: 'none', redirect_uri: undefined }))
    expect(await lastRule()).toBe('No redirect_uri was sent, and the client has 0 of them.')
    await send(authorizationUrl({ client_id: 'none' }))
    expect(await lastRule()).toContain('is not registered. The client has none.')
  })

  it('the client_id that nobody has, and that of a client that is disabled', async () => {
    await givenClient('off', { disabledAt: 1 })
    for (const [client_id, rule] of [
      ['weeb', 'There is no client "weeb".'],
      ['off', 'The client is disabled.'],
    ] as const) {
      await expectPage(await send(authorizationUrl({ client_id })), 400, UNAUTHORIZED)
      expect(await lastRule()).toBe(rule)
      const answer = await token({ ...GRANT, client_id, client_secret: SECRET })
      expect(answer).toMatchObject({ error: 'invalid_client', status: 400 })
      expect(await lastRule()).toBe(rule)
    }
  })

  it('a wrong secret and a missing one apart from an unknown client, of which the client learns nothing', async () => {
    const answers = [
      [
        { client_id: 'web', client_secret: 'wrong' },
        'The client exists, but its secret is wrong or has expired.',
      ],
      [{ client_id: 'web' }, 'The client exists, but it sent no secret.'],
      [{ client_id: 'stranger', client_secret: 'wrong' }, 'There is no client "stranger".'],
    ] as const
    for (const [who, rule] of answers) {
      expect(await answerOf(await post('/oauth2/token', { ...GRANT, ...who }))).toMatchObject({
        error: 'invalid_client',
        error_description: 'Client authentication failed.',
      })
      expect(await lastRule()).toBe(rule)
      await post('/oauth2/introspect', { ...who, token: 'at_not-a-token' })
      expect(await lastRule()).toBe(rule)
    }
    await post('/oauth2/revoke', { token: 'x' }, basic('native', 'guess'))
    expect(await lastRule()).toBe(
      'The client is public. Public clients may neither do this nor send a secret.',
    )
  })

  it('one scope does not exist, and another is not the client’s', async () => {
    await givenClient('narrow', { scope: 'read' })
    const who = { client_id: 'narrow', client_secret: SECRET }
    for (const [scope, rule] of [
      ['read nonsense', 'There is no scope "nonsense".'],
      ['read write', 'The client\'s own list does not include the scope "write".'],
      ['a b c d e', 'There is no scope "a", "b", "c" and 2 more.'],
    ] as const) {
      expect(await token({ ...GRANT, ...who, scope })).toMatchObject({ error: 'invalid_scope' })
      expect(await lastRule()).toBe(rule)
      await send(authorizationUrl({ client_id: 'narrow', scope }))
      expect(await lastRule()).toBe(rule)
    }
    const tokens = await tokensOf({ scope: 'read' })
    expect(await refresh(tokens.refresh_token ?? '', { scope: 'read write' })).toMatchObject({
      error: 'invalid_scope',
    })
    expect(await lastRule()).toBe(
      'The scope "read", "write" exceeds what this grant, or the embedding Worker, allows.',
    )
  })

  it('the parameter that was sent twice, or is missing', async () => {
    await send(`${authorizationUrl()}&scope=read&scope=write`)
    expect(await lastRule()).toBe('The parameter "scope" was sent more than once.')
    const body = 'grant_type=client_credentials&grant_type=password&client_id=web'
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    expect((await send('/oauth2/token', { method: 'POST', body, headers })).status).toBe(400)
    expect(await lastRule()).toBe('The parameter "grant_type" was sent more than once.')
    await token({ grant_type: 'password', username: 'alice' })
    expect(await lastRule()).toBe("No 'password' included in the request.")
  })

  it('a code or a refresh token was used before', async () => {
    const code = await givenCode(alice)
    const { refresh_token = '' } = await redeem(code)
    expect(await redeem(code)).toMatchObject({ error: 'invalid_grant' })
    expect(await lastRule()).toBe(
      'The code was used before, so its tokens have been revoked (RFC 6749 4.1.2).',
    )
    expect(await refresh(refresh_token)).toMatchObject({ error: 'invalid_grant' })
    expect(await lastRule()).toBe('The refresh token has expired, was revoked, or belongs to another client.')
    const first = (await redeem(await givenCode(alice))).refresh_token ?? ''
    const second = (await refresh(first)).refresh_token ?? ''
    await refresh(second)
    expect(await refresh(first)).toMatchObject({ error: 'invalid_grant' })
    expect(await lastRule()).toBe('The refresh token had been replaced by a newer one, and was used again.')
  })
})

describe('what staff see of a refusal', () => {
  const SECRETS = {
    code: `ac_${'x'.repeat(60)}`,
    token: `at_${'y'.repeat(60)}`,
    secret: 'q'.repeat(43),
    jwt: `eyJ${'h'.repeat(20)}.${'p'.repeat(20)}.${'s'.repeat(20)}`,
  }

  it('holds no secret, code, token or state, wherever they were put by mistake', async () => {
    for (const [name, value] of Object.entries(SECRETS)) {
      const state = 'a-state-of-somebody'
      await send(authorizationUrl({ client_id: value, state }))
      const redirect = `https://app.example/${value}?code=${value}&state=${state}#${value}`
      await send(authorizationUrl({ redirect_uri: redirect, state }))
      await send(authorizationUrl({ redirect_uri: `https://me:${value}@app.example/cb`, state }))
      await send(authorizationUrl({ scope: value, state }))
      await token({ ...GRANT, client_id: value, client_secret: value, scope: value })
      await redeem(value)
      const noted = JSON.stringify(await all('SELECT * FROM refusals'))
      expect({ name, leaked: noted.includes(value) || noted.includes(state) }).toEqual({
        name,
        leaked: false,
      })
    }
  })

  it('is bounded, and shows letters that are not seen by their number, as text and never as HTML', async () => {
    const hostile = `<script>alert(1)</script>"'\u202e\u200b\u0000\n${'\u{1f600}'.repeat(500)}`
    await send(authorizationUrl({ redirect_uri: `https://app.example/${hostile}` }))
    const rule = await lastRule()
    expect(rule.length).toBeLessThan(700)
    expect(rule).toContain(String.raw`</script>\u{22}'\u{202e}\u{200b}\u{0}\u{a}`)
    await send(authorizationUrl({ scope: hostile.replaceAll(/\s/g, '') }))
    await token({ ...GRANT, client_id: hostile, client_secret: 'x' })
    const { browser } = await givenStaff()
    for (const path of ['/admin/clients/show?id=web', '/admin/refusals', '/admin/export/refusals']) {
      const { text } = await browser.visit(path)
      expect(text).not.toMatch(path.includes('export') ? /[\u202e\u200b]/ : /<script>alert|[\u202e\u200b]/)
      expect(text).toContain('script')
    }
  })
})
