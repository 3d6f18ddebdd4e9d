import { describe, expect, it } from 'vitest'
import { goesToDevice, resolveRedirectTarget } from '../../src/oauth/authorize/redirect-target.ts'
import { parseParams } from '../../src/oauth/params.ts'
import type { Client } from '../../src/store/records.ts'

function clientWith(...redirectUris: readonly string[]): Client {
  return {
    clientId: 'app',
    type: 'public',
    name: 'App',
    url: null,
    grantTypes: ['authorization_code'],
    responseTypes: ['code'],
    scope: null,
    redirectUris,
    autoAuthorize: false,
    authorizeEveryTime: false,
    requirePkce: true,
    metadata: {},
    disabled: false,
  }
}

/** The target of a request that names a URI, or null where it is refused. */
function resolve(registered: string | readonly string[], uri: string | null): string | null {
  const params = parseParams(uri === null ? '' : `redirect_uri=${encodeURIComponent(uri)}`)
  try {
    return resolveRedirectTarget(params, clientWith(...[registered].flat())).uri
  } catch {
    return null
  }
}

describe('a registered URI', () => {
  it.each([
    'https://app.example/cb',
    'https://app.example',
    'https://app.example/cb?a=1&b=%20',
    'http://localhost:3000/cb',
    'http://127.0.0.1/cb',
    'http://127.0.0.1:8080/cb?x=1',
    'http://[::1]/cb',
    'com.example.app:/cb',
    'urn:ietf:wg:oauth:2.0:oob',
  ])('%s is its own target', (uri) => {
    expect(resolve(uri, uri)).toBe(uri)
    expect(resolve(['https://other.example', uri], uri)).toBe(uri)
  })

  it('is the target where the request names none and it is the only one', () => {
    expect(resolve('https://app.example/cb', null)).toBe('https://app.example/cb')
    expect(resolve(['https://app.example/cb', 'https://app.example/2'], null)).toBeNull()
    expect(resolve([], null)).toBeNull()
  })

  it('tells what was asked from what is registered', () => {
    const client = clientWith('http://127.0.0.1/cb')
    const params = parseParams('redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcb')
    expect(resolveRedirectTarget(params, client)).toEqual({
      client,
      given: true,
      registered: 'http://127.0.0.1/cb',
      uri: 'http://127.0.0.1:9/cb',
    })
    expect(resolveRedirectTarget(parseParams(''), client)).toMatchObject({ given: false })
  })
})

describe('a loopback port', () => {
  it.each([
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1/cb', true],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:65535/cb', true],
    ['http://127.0.0.1:80/cb', 'http://127.0.0.1/cb', true],
    ['http://127.0.0.1:80/cb', 'http://127.0.0.1:81/cb', true],
    ['http://127.0.0.1', 'http://127.0.0.1:81', true],
    ['http://127.0.0.1?x', 'http://127.0.0.1:81?x', true],
    ['http://[::1]/cb', 'http://[::1]:9/cb', true],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:0/cb', true],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:65536/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:000080/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:-1/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8o/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:80:81/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:80@evil.example/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:80#/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:80\\@evil.example/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1.evil.example/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.10/cb', false],
    ['http://127.0.0.1/cb', 'http://[::1]/cb', false],
    ['http://127.0.0.1/cb', 'http://localhost/cb', false],
    ['http://127.0.0.1/cb', 'https://127.0.0.1:9/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:9/cb\n', false],
    ['http://localhost/cb', 'http://localhost:9/cb', true],
    ['http://localhost', 'http://localhost:9', true],
    ['http://localhost:9/cb', 'http://localhost:8/cb', false],
    ['http://localhost:9/cb', 'http://localhost/cb', false],
    ['http://localhost/cb', 'http://127.0.0.1:9/cb', false],
    ['http://localhost/cb', 'http://localhost:9@evil.example/cb', false],
    ['http://localhost/cb', 'http://localhost.evil.example/cb', false],
    ['http://a.localhost/cb', 'http://a.localhost:9/cb', false],
    ['https://127.0.0.1/cb', 'https://127.0.0.1:9/cb', false],
    ['https://app.example/cb', 'https://app.example:9/cb', false],
    ['http://[::1]/cb', 'http://[::1]9/cb', false],
    ['http://[::1]/cb', 'http://[::2]:9/cb', false],
  ])('registered %s, asked %s: %s', (registered, uri, allowed) => {
    expect(resolve(registered, uri)).toBe(allowed ? uri : null)
  })
})

describe('before there is a target', () => {
  it.each([
    ['', null, 'unauthorized_client'],
    ['client_id=a&client_id=a', clientWith('https://app.example'), 'unauthorized_client'],
    ['', { ...clientWith('https://app.example'), disabled: true }, 'unauthorized_client'],
    ['redirect_uri=a&redirect_uri=a', clientWith('a'), 'invalid_request'],
  ] as const)('%j of %j is %s', (query, client, error) => {
    expect(() => resolveRedirectTarget(parseParams(query), client)).toThrow(error)
  })
})

it.each([
  ['https://app.example/cb', false],
  ['http://127.0.0.1/cb', true],
  ['http://[::1]:1/cb', true],
  ['http://localhost/cb', true],
  ['com.example.app:/cb', true],
  ['https://localhost/cb', true],
  ['https://127.9.9.9/cb', true],
  ['https://app.localhost./cb', true],
  ['https://[::ffff:127.0.0.1]/cb', true],
  ['http://0.0.0.0:8/cb', true],
  ['http://2130706433/cb', true],
  ['http://intranet/cb', false],
  ['https://localhost.example/cb', false],
])('goesToDevice(%s) is %s', (uri, expected) => {
  expect(goesToDevice(uri)).toBe(expected)
})
