import { describe, expect, it } from 'vitest'
import { pageHeaders } from '../../src/http/security-headers.ts'

function policyOf(policy: Parameters<typeof pageHeaders>[0]): Readonly<Record<string, string>> {
  const { 'Content-Security-Policy': text = '' } = pageHeaders(policy, 'https://id.example/login')
  const directives = text.split('; ').map((part) => /^(\S+) (.*)$/.exec(part) ?? [])
  return Object.fromEntries(directives.map(([, name = '', sources = '']) => [name, sources]))
}

describe('pageHeaders', () => {
  it('lets nothing in that a page does not need', () => {
    expect(policyOf({})).toEqual({
      'base-uri': "'none'",
      'default-src': "'none'",
      'form-action': "'self'",
      'frame-ancestors': "'none'",
      'img-src': "'self'",
      'style-src': "'self'",
    })
    expect(pageHeaders({}, 'https://id.example/login')).toMatchObject({
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    })
  })

  it.each([
    'https://app.example/cb',
    'https://app.example:8443/cb?x=1;default-src *',
    'HTTP://localhost:3000/cb',
    'http://[::1]:51004/cb',
    'https://a;sandbox/cb',
  ])('lets no form end at %s: the browser goes there in a navigation of its own', (formTarget) => {
    expect(policyOf({ formTarget })).toMatchObject({ 'form-action': "'self'" })
    expect(Object.keys(policyOf({ formTarget }))).toHaveLength(6)
  })

  it.each([
    ['com.example.app:/cb;x', 'com.example.app:'],
    ['com.example.app://host;x/cb', 'com.example.app:'],
    ['urn:ietf:wg:oauth:2.0:oob', 'urn:'],
  ])('lets a form end at %s by %s', (formTarget, source) => {
    expect(policyOf({ formTarget })).toMatchObject({ 'form-action': `'self' ${source}` })
    expect(Object.keys(policyOf({ formTarget }))).toHaveLength(6)
  })

  it('keeps the browser on https where it came by it, and says nothing over http (RFC 6797 7.2)', () => {
    expect(pageHeaders({}, 'https://id.example/login')).toMatchObject({
      'Strict-Transport-Security': 'max-age=31536000',
    })
    for (const url of ['http://id.example/login', 'http://localhost:8787/?x=https://id.example']) {
      expect(pageHeaders({}, url)).not.toHaveProperty('Strict-Transport-Security')
    }
  })

  it('cuts the window off from who opened it, but for a step of an authorization request', () => {
    expect(pageHeaders({}, 'https://id.example/account')).toMatchObject({
      'Cross-Origin-Opener-Policy': 'same-origin',
    })
    expect(pageHeaders({ popup: true }, 'https://id.example/login')).toMatchObject({
      'Cross-Origin-Opener-Policy': 'unsafe-none',
    })
  })

  it('lets in a script where there is one', () => {
    expect(policyOf({ script: true })['script-src']).toBe("'self'")
  })

  it.each([
    ['https://cdn.example/logo.png', 'https://cdn.example/logo.png'],
    ['https://cdn.example:8443/a/b.svg?x;y', 'https://cdn.example:8443/a/b.svg'],
    ['https://cdn.example', 'https://cdn.example/'],
    ['https://CDN.example/a b', 'https://cdn.example/a%20b'],
    ["https://cdn.example/a;script-src *,'self'", "https://cdn.example/a%3bscript-src%20*%2c'self'"],
    ['https://cdn.example/a|b[c]^d', 'https://cdn.example/a%7cb%5bc%5d%5Ed'],
    ['https://xn--bcher-kva.example/l.png', 'https://xn--bcher-kva.example/l.png'],
    ['https://cdn.example/a\r\nSet-Cookie: x=1', 'https://cdn.example/aSet-Cookie:%20x=1'],
  ])('lets in the picture %s by its own address alone', (image, source) => {
    expect(policyOf({ images: [null, image, image] })['img-src']).toBe(`'self' ${source}`)
    expect(Object.keys(policyOf({ images: [image] }))).toHaveLength(6)
  })

  it.each([
    '/logo.png',
    'http://cdn.example/logo.png',
    'data:image/png,x',
    'javascript:alert(1)',
    'https://*/logo.png',
    'https://*.example/logo.png',
    'https://a;sandbox/logo.png',
    "https://a,'unsafe-inline'/logo.png",
    'https://user:pass@cdn.example/logo.png',
    'https://[::1]/logo.png',
    'blob:https://id.example/x',
    'no address',
    '',
  ])('lets in nothing for the picture %s', (image) => {
    expect(policyOf({ images: [image] })).toEqual(policyOf({}))
  })
})
