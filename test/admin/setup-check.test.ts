import { describe, expect, it } from 'vitest'
import { checkSetup } from '../../src/admin/setup-check.ts'
import { grantTypes } from '../../src/oauth/grants/index.ts'
import { responseTypes } from '../../src/oauth/response-types/index.ts'
import { parseSettings } from '../../src/settings/settings.ts'
import type { AdminRecord } from '../../src/store/browse.ts'

const settings = parseSettings({ SECRET_KEY: 'a-key-for-tests-alone-of-32-characters-or-more' })
const app: AdminRecord = {
  client_id: 'app',
  name: 'App',
  type: 'confidential',
  secrets: 1,
  disabled: false,
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: ['https://app.example/cb'],
  require_pkce: true,
  auto_authorize: false,
  scope: null,
}

const advice = (fields: AdminRecord): readonly string[] =>
  checkSetup({ ...app, ...fields }, [], { grantTypes, responseTypes, settings }).map(
    ({ severity, text }) => `${severity}: ${text}`,
  )

describe('the check of a client’s set-up', () => {
  it('advises PKCE where it is not required', () => {
    expect(advice({ require_pkce: false }).join()).toMatch(
      /hint: A confidential client should be required to use PKCE/,
    )
    expect(advice({ require_pkce: false, type: 'public' }).join()).toMatch(
      /risk: A public client without PKCE/,
    )
    expect(advice({}).join()).not.toMatch(/should be required|without PKCE/)
    expect(advice({}).join()).toContain('code_challenge_method=S256')
    expect(advice({ require_pkce: false, response_types: [] }).join()).not.toContain('PKCE')
  })

  it.each([
    ['the password grant', { grant_types: ['password'] }, 'risk: The password grant'],
    ['the implicit grant', { grant_types: ['implicit'] }, 'risk: The implicit grant'],
    [
      'plain http',
      { redirect_uris: ['http://intranet.example/cb'] },
      'risk: http://intranet.example/cb has no TLS',
    ],
    ['plain http with a port', { redirect_uris: ['http://10.0.0.5:8080/cb'] }, 'has no TLS'],
    ['a short scheme', { redirect_uris: ['myapp://cb'] }, 'risk: Any app can claim the scheme of myapp://cb'],
  ])('names %s, which RFC 9700 or RFC 8252 advises against', (_name, fields, text) => {
    expect(advice(fields).join('\n')).toContain(text)
  })

  it('has nothing against http on the way to the same machine, or a scheme with a period', () => {
    const uris = ['http://127.0.0.1/cb', 'http://[::1]/cb', 'http://localhost/cb', 'com.example.app:/cb']
    const text = advice({ type: 'public', redirect_uris: uris }).join('\n')
    expect(text).not.toContain('no TLS')
    expect(text).not.toContain('Any app')
  })
})
