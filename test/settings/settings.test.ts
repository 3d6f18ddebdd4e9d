import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ALL_SETTINGS } from '../../scripts/all-settings.ts'
import { toBase64url } from '../../src/crypto/bytes.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { ConfigurationError } from '../../src/errors.ts'
import { createProvider } from '../../src/provider/create-provider.ts'
import { parseRows } from '../../src/settings/rows.ts'
import { parseSettings } from '../../src/settings/settings.ts'
import { givenCast } from '../support/fixture.ts'
import { introspect, post, refresh, send, token } from '../support/http.ts'
import { expectNoSecret } from '../support/refusal.ts'
import { givenTokens, isActive } from '../support/tokens.ts'

const KEY = 'kX7-of-the-settings-tests-0wZq9bTn'
const OLD = 'the-old-key-that-was-in-use-for-a-year'
const NEW = 'the-new-key-that-takes-the-place-of-it'
const PATHS = [
  '/',
  '/account',
  '/admin',
  '/assets/style.css',
  '/demo',
  '/favicon.ico',
  '/healthz',
  '/login',
  '/nothing/at/all',
  '/oauth2/authorize',
  '/oauth2/nothing',
  '/oauth2/token',
  '/.well-known/nothing',
  '/.well-known/oauth-authorization-server',
]

/** Values that each variable refuses, with what the log says of them. */
const WRONG: Record<string, readonly string[]> = {
  OAUTH_ACCENT_COLOR: ['red', '#12345', '#12345g', 'javascript:x'],
  OAUTH_ALLOW_SIGNUP: ['yes'],
  OAUTH_COLOR_SCHEME: ['black', 'Auto'],
  OAUTH_CORNER: ['10px', 'rounded'],
  OAUTH_DEFAULT_SCOPE: ['a"b', ' ', 'a\nb'],
  OAUTH_DELETE_EXPIRED: ['1', 'TRUE', 'yes'],
  OAUTH_DEMO: ['on'],
  OAUTH_ENFORCE_SECURE: ['no', ' true'],
  OAUTH_EXPIRE_CODE_DELTA: ['0', '-1', '10m', '1.5', '1e3', ' 5', '99999999999'],
  OAUTH_EXPIRE_DELTA: ['0', 'P1D', 'NaN'],
  OAUTH_EXPIRE_DELTA_PUBLIC: ['0', '-5'],
  OAUTH_EXPIRE_REFRESH_DELTA: ['0', 'forever'],
  OAUTH_ALLOW_HTTP_REDIRECTS: ['http://intranet.example', 'intranet.example/path', 'INTRANET.example'],
  OAUTH_JWT_ALGORITHM: ['HS256', 'none', 'es256'],
  OAUTH_EXPIRE_JWT_DELTA: ['0', '1h'],
  OAUTH_RESOURCES: [
    '[]x',
    '{"/mcp":{"name":"Files"}}',
    '{"https://a.example/#x":{"name":"Files"}}',
    '{"https://a.example/":{}}',
    '{"https://a.example/":{"name":"Files","color":"red"}}',
    '{"https://a.example/":{"name":"Files","token_format":"saml"}}',
    '{"https://a.example":{"name":"A"},"https://a.example/":{"name":"B"}}',
    '{"https://a.example/":{"name":"Files","access_token_lifetime":0}}',
  ],
  OAUTH_HOSTS: ['https://id.example', 'id.example/path', 'id.example:443', 'ID.example', 'a b/c', ' '],
  OAUTH_IMPORTED_TOKENS: ['sha256'],
  OAUTH_ISSUER: [
    'id.example',
    'https://id.example/',
    'https://id.example/path/',
    'https://id.example/path?query',
    'https://id.example/../path',
    'https://id.example//path',
    'https://id.example/p%61th',
    'https://user@id.example/path',
    'http://id.example',
    'ftp://x',
  ],
  OAUTH_LOGO_URL: [
    'http://x.example/a.png',
    '//evil.example/a.png',
    'javascript:alert(1)',
    'data:image/png,',
  ],
  OAUTH_MAIL_FROM: [
    'nobody',
    'Accounts <a@example.org>',
    'a@example.org, b@example.org',
    'a@example.org\r\nBcc: b@c',
  ],
  OAUTH_PASSWORD_GRANT: ['off'],
  OAUTH_PROFILE: ['oauth2', 'OAuth2.1', 'fapi'],
  OAUTH_REQUIRE_PKCE: ['all'],
  OAUTH_SECURE_REDIRECTS: ['https'],
  OAUTH_REFRESH_REUSE_INTERVAL: ['-1', 'ten'],
  OAUTH_RESPONSE_TYPE_CHOICES: ['code,token', 'code;token', ' '],
  OAUTH_SCOPES: [
    'read write',
    '{}',
    '[]',
    '{"read":"2"}',
    '{"read":0}',
    '{"a b":1}',
    '{"a":2147483648}',
    'null',
    '3',
  ],
  OAUTH_SECURITY_CONTACT: ['security@example.org', 'http://x.example', 'javascript:x', 'mailto:a\u0000', ' '],
  OAUTH_SESSION_DELTA: ['0'],
  OAUTH_SESSION_IDLE_DELTA: ['x'],
  OAUTH_SESSION_KEY: ['a b', 'a;b', 'x'.repeat(33)],
  OAUTH_SINGLE_ACCESS_TOKEN: ['maybe'],
  OAUTH_SITE_NAME: ['x'.repeat(61), 'a\nb'],
  OAUTH_UNIQUE_EMAIL: ['maybe'],
  OAUTH_VERIFY_EMAIL: ['yes'],
  OAUTH_RECOVERY: ['maybe'],
  OAUTH_PASSWORDS: ['none'],
  OAUTH_SIGNUP_INVITED: ['yes'],
  OAUTH_SIGNUP_DOMAINS: ['@example.org', 'example.org/x'],
  OAUTH_PWNED_PASSWORDS: ['true', 'http://api.pwnedpasswords.com', 'https://x.example/', 'x'],
  OAUTH_SIGN_IN_LINKS: ['1'],
  OAUTH_ASSERTION_AUDIENCES: ['everybody'],
  OAUTH_PASSKEYS: ['maybe'],
  OAUTH_DELETION_DELTA: ['-1', 'a week'],
  OAUTH_SECOND_FACTOR: ['true', 'all'],
  OAUTH_REMEMBERED_BROWSER_DELTA: ['-1', 'a day'],
  OAUTH_PASSKEY_RP_ID: ['https://id.example', 'id.example:8443', 'ID.example'],
  OAUTH_PASSKEY_ORIGINS: ['http://id.example', 'https://id.example/', 'id.example'],
  OAUTH_FETCH_LOOPBACK: ['maybe'],
  OAUTH_CLIENT_AUTH_METHODS: [' ', 'private_key_jwt,none'],
  OAUTH_SIGNATURE_ALGORITHMS: ['PS256', 'HS256', 'none'],
  OAUTH_REQUIRE_DPOP: ['yes', '1'],
  OAUTH_DPOP_NONCE: ['always', '1'],
  OAUTH_EXPIRE_DEVICE_CODE_DELTA: ['0', 'soon'],
  OAUTH_EXPIRE_PUSHED_REQUEST_DELTA: ['0', 'a minute'],
  OAUTH_PUSHED_REQUEST_LIMIT: ['0', 'many'],
  OAUTH_REQUIRE_PUSHED_REQUESTS: ['yes', '1'],
  OAUTH_CLIENT_DOMAINS: ['https://claude.ai', 'Claude.ai'],
  OAUTH_REFUSED_CLIENT_DOMAINS: ['https://claude.ai', 'claude.ai/x'],
  OAUTH_REGISTRATION: ['maybe', 'on'],
  OAUTH_REGISTRATION_LIMIT: ['-1', 'many'],
  OAUTH_REGISTRATION_UNUSED_DELTA: ['0', 'a month'],
  OAUTH_ID_TOKEN_DELTA: ['0', 'an hour'],
  OAUTH_MAIL_LANGUAGE: ['de_DE', 'deutsch'],
  OAUTH_TURNSTILE_SITE_KEY: ['a key', '<script>'],
  OAUTH_SIGN_IN_PROVIDERS: ['maybe'],
  OAUTH_PASSWORD_OPTIONAL: ['maybe', '1'],
}

describe('a wrong value', () => {
  it('has an example for each variable but the secrets', () => {
    const variables = Object.values(ALL_SETTINGS)
      .filter(({ unit }) => unit !== 'secret')
      .map(({ variable }) => variable)
    // A language of the pages and the like may come: whatever refuses a value is listed above.
    for (const variable of Object.keys(WRONG)) expect(variables).toContain(variable)
    const missing = variables.filter((variable) => !Object.hasOwn(WRONG, variable))
    expect(missing).toEqual([])
  })

  for (const [variable, values] of Object.entries(WRONG)) {
    it(`of ${variable} stops every request; the log names it, what it holds and what it may hold`, async () => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      const row = Object.values(ALL_SETTINGS).find((setting) => setting.variable === variable)
      for (const value of values) {
        for (const path of PATHS) {
          logged.mockClear()
          const response = await send(path, {}, { [variable]: value })
          expect(response.status).toBe(500)
          expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
          const page = await response.text()
          expect(page).toContain('configuration error')
          expect(page).not.toContain(variable)
          expectNoSecret(page)
          const [line] = logged.mock.calls.map(([message]) => String(message))
          expect(line).toMatch(new RegExp(`^configuration error: ${variable}: `))
        }
        expect(() => parseAll({ SECRET_KEY: KEY, [variable]: value })).toThrow(ConfigurationError)
      }
      const last = values.at(-1) ?? ''
      const said = messageOf({ SECRET_KEY: KEY, [variable]: last })
      expect(said).toBe(`${variable}: holds ${JSON.stringify(last)}; it may hold ${row?.expected}`)
      logged.mockRestore()
    })
  }

  it('of OAUTH_SCOPES says which scope, and why', () => {
    expect(messageOf({ OAUTH_SCOPES: '{"read":2,"all":4294967296}', SECRET_KEY: KEY })).toContain(
      'OAUTH_SCOPES: all holds 4294967296; bits are a whole number from 1 to 2147483647',
    )
  })

  it('is refused as an option of the library, just like the variable', () => {
    expect(() => parseSettings({ SECRET_KEY: KEY }, { expireDelta: -1 })).toThrow(
      'OAUTH_EXPIRE_DELTA: holds -1; it may hold a whole number of seconds',
    )
  })

  it('is shown shortened', () => {
    expect(messageOf({ OAUTH_EXPIRE_DELTA: 'x'.repeat(10_000), SECRET_KEY: KEY }).length).toBeLessThan(400)
  })
})

/** Parses the provider's settings, then those of its features, as the shipped Worker does. */
function parseAll(env: Readonly<Record<string, unknown>>): void {
  parseSettings(env)
  parseRows(ALL_SETTINGS, env, {})
}

function messageOf(env: Readonly<Record<string, unknown>>): string {
  try {
    parseAll(env)
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return ''
}

describe('SETUP_TOKEN', () => {
  it.each(['short', 'a'.repeat(40), 'change-me-change-me-change-me-change-me'])(
    'stops every request where somebody could guess it, and is never logged: %s',
    async (value) => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      for (const path of PATHS) expect((await send(path, {}, { SETUP_TOKEN: value })).status).toBe(500)
      const lines = logged.mock.calls.map(([message]) => String(message))
      logged.mockRestore()
      for (const line of lines) {
        expect(line).toBe(
          'configuration error: SETUP_TOKEN: holds a value that cannot be used; it may hold at least 32 characters that nobody can guess (openssl rand -base64 32 creates some)',
        )
      }
    },
  )
})

describe('SECRET_KEY', () => {
  it.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['is short', 'short'],
    ['has one key that is short', `${KEY} short`],
    ['is only spaces', '   '],
    ['is one letter', 'k'.repeat(64)],
    ['counts', '0123456789abcdef0123456789abcdef'],
    ['is the alphabet', 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    ['is a word again and again', 'password'.repeat(8)],
    ['is a word again and again, with something behind it', `${'secret-'.repeat(6)}1`],
    ['was copied from documentation', 'please-change-me-to-something-longer'],
    ['has an old key that is weak', `${KEY} ${'ab'.repeat(32)}`],
  ])('stops every request where it %s, and is never logged', async (_name, value) => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    for (const path of PATHS) {
      const response = await send(path, {}, { SECRET_KEY: value })
      expect(response.status).toBe(500)
      expect(await response.text()).toContain('configuration error')
    }
    const lines = logged.mock.calls.map(([message]) => String(message))
    logged.mockRestore()
    for (const line of lines) {
      expect(line).toMatch(
        /^configuration error: SECRET_KEY: (?:is missing|holds a value that cannot be used)/,
      )
      expect(line).toContain('at least 32 characters')
      expect(line).not.toContain(KEY)
      expect(line).not.toContain('"short"')
    }
  })

  it('may be what a generator makes: base64, base64url, hexadecimal', () => {
    for (let made = 0; made < 500; made++) {
      const bytes = crypto.getRandomValues(new Uint8Array(32))
      const hex = Array.from(bytes.slice(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
      const base64 = btoa(String.fromCharCode(...bytes))
      const key = `${hex} ${base64} ${toBase64url(bytes)}`
      expect({ key, count: parseSettings({ SECRET_KEY: key }).secretKey.length }).toEqual({ key, count: 3 })
    }
  })

  it('shows as [secret] in text, JSON and errors', () => {
    const { secretKey } = parseSettings({ SECRET_KEY: KEY })
    expect(`${String(secretKey[0])} ${JSON.stringify(secretKey)}`).toBe('[secret] ["[secret]"]')
    expect(secretKey[0].reveal()).toBe(KEY)
    expect(JSON.stringify(parseSettings({ SECRET_KEY: KEY }))).not.toContain(KEY)
    expect(Object.keys(new Secret('x'))).toEqual([])
  })
})

describe('SECRET_KEY that is rotated', () => {
  let alice = ''
  beforeEach(async () => {
    ;({ alice } = await givenCast())
  })

  it('lets the old tokens live while the old key stands behind the new one', async () => {
    const pair = await givenTokens(alice, {}, { SECRET_KEY: OLD })
    const both = { SECRET_KEY: `${NEW} ${OLD}` }
    expect(await isActive(pair.access, 'web', both)).toBe(true)
    const next = await refresh(pair.refresh, {}, both)
    expect(next).toMatchObject({ status: 200 })
    // What is minted now is minted with the new key, so the old one can go.
    expect(await isActive(next.access_token, 'web', { SECRET_KEY: NEW })).toBe(true)
    expect(await refresh(next.refresh_token ?? '', {}, { SECRET_KEY: NEW })).toMatchObject({ status: 200 })
  })

  it('ends them once the old key is gone', async () => {
    const pair = await givenTokens(alice, {}, { SECRET_KEY: OLD })
    expect(await isActive(pair.access, 'web', { SECRET_KEY: NEW })).toBe(false)
    expect(await refresh(pair.refresh, {}, { SECRET_KEY: NEW })).toMatchObject({ error: 'invalid_grant' })
    expect(await isActive(pair.access, 'web', { SECRET_KEY: OLD })).toBe(true)
  })
})

describe('settings', () => {
  it('have the defaults of the contract', () => {
    const { secretKey: _, ...settings } = parseSettings({ SECRET_KEY: KEY })
    expect(settings).toMatchObject({
      defaultScope: 'read',
      deleteExpired: false,
      demo: false,
      enforceSecure: false,
      expireCodeDelta: 600,
      expireDelta: 31_536_000,
      expireDeltaPublic: 2_592_000,
      expireRefreshDelta: 7_776_000,
      issuer: null,
      refreshReuseInterval: 10,
      responseTypeChoices: ['code', 'token'],
      scopes: { read: 2, write: 6 },
      sessionKey: 'oauth',
      singleAccessToken: false,
    })
    expect(Object.isFrozen(settings)).toBe(false)
    expect(Object.isFrozen(parseSettings({ SECRET_KEY: KEY }))).toBe(true)
  })

  it('take the values of the contract', () => {
    expect(
      parseSettings({
        OAUTH_DEFAULT_SCOPE: 'write read write',
        OAUTH_DELETE_EXPIRED: 'true',
        OAUTH_EXPIRE_DELTA: '1',
        OAUTH_ISSUER: 'http://localhost:8787',
        OAUTH_REFRESH_REUSE_INTERVAL: '0',
        OAUTH_RESPONSE_TYPE_CHOICES: ' code ',
        OAUTH_SCOPES: '{"mail":1}',
        SECRET_KEY: `${KEY}\n${OLD}`,
      }),
    ).toMatchObject({
      defaultScope: 'read write',
      deleteExpired: true,
      expireDelta: 1,
      issuer: 'http://localhost:8787',
      refreshReuseInterval: 0,
      responseTypeChoices: ['code'],
      scopes: { mail: 1 },
    })
  })

  it('take the first scope as default, and an empty variable as none', () => {
    const env = {
      OAUTH_EXPIRE_DELTA: '',
      OAUTH_ISSUER: '',
      OAUTH_SCOPES: '{"mail":1,"read":2}',
      SECRET_KEY: KEY,
    }
    expect(parseSettings(env)).toMatchObject({ defaultScope: 'mail', expireDelta: 31_536_000, issuer: null })
  })

  it('go by option before variable, as text or of their own type', () => {
    const env = { OAUTH_EXPIRE_DELTA: '5', OAUTH_EXPIRE_DELTA_PUBLIC: '6', SECRET_KEY: KEY }
    expect(parseSettings(env, { deleteExpired: true, expireDelta: '7' })).toMatchObject({
      deleteExpired: true,
      expireDelta: 7,
      expireDeltaPublic: 6,
    })
    expect(createProvider({ expireDelta: 7 })).toBeTypeOf('object')
  })

  it('say of each its unit and what it may hold', () => {
    for (const row of Object.values(ALL_SETTINGS)) {
      expect(row.expected.length).toBeGreaterThan(5)
      expect(row.unit.length).toBeGreaterThan(0)
      expect(row.variable).toMatch(/^(?:OAUTH_[A-Z_]+|SECRET_KEY|SETUP_TOKEN|TURNSTILE_SECRET)$/)
    }
  })
})

describe('lifetimes', () => {
  beforeEach(async () => {
    await givenCast()
  })

  it('OAUTH_EXPIRE_DELTA is for confidential clients, OAUTH_EXPIRE_DELTA_PUBLIC for public ones', async () => {
    const vars = { OAUTH_EXPIRE_DELTA: '111', OAUTH_EXPIRE_DELTA_PUBLIC: '222' }
    const service = await token({ client_id: 'service', grant_type: 'client_credentials' }, vars)
    expect(service.expires_in).toBe(111)
    expect(await introspect(service.access_token)).toMatchObject({ active: true })
    const form = { client_id: 'native', grant_type: 'password', password: 'correct horse battery staple' }
    const native = await post('/oauth2/token', { ...form, username: 'alice' }, {}, vars)
    expect(await native.json()).toMatchObject({ expires_in: 222 })
  })
})
