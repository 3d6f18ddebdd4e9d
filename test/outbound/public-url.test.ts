import { describe, expect, it } from 'vitest'
import { publicUrlProblem } from '../../src/outbound/public-url.ts'

describe('An address that a stranger names', () => {
  it.each([
    'https://app.example/jwks.json',
    'https://app.example:8443/a?b=c',
    'https://8.8.8.8/keys',
    'https://[2606:4700::1111]/keys',
    'https://xn--bcher-kva.example/keys',
  ])('is fetched if it is public: %s', (url) => {
    expect(publicUrlProblem(url, false)).toBeNull()
  })

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://0x7f000001/',
    'https://127.0.0.1./',
    'https://0/',
    'https://10.1.2.3/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://172.31.255.255/',
    'https://192.168.0.1/',
    'https://192.0.2.1/',
    'https://198.19.0.1/',
    'https://203.0.113.9/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:8.8.8.8]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[fc00::1]/',
    'https://[fe80::1]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    'https://[2001::1]/',
    'https://[2002:7f00:1::]/',
    'https://[2002:a00:1::]/',
    'https://[3fff::1]/',
    'https://localhost/',
    'https://localhost./',
    'https://LOCALHOST/',
    'https://api.localhost/',
    'https://intranet/',
    'https://printer.local/',
    'https://db.internal/',
    'https://metadata.google.internal/',
    'https://router.home.arpa/',
    'https://x.onion/',
  ])('is refused if it is not at a public host: %s', (url) => {
    expect(publicUrlProblem(url, false)).toBe('is not at a public host')
  })

  it.each([
    ['http://app.example/', 'does not use https'],
    ['data:application/json,{}', 'does not use https'],
    ['file:///etc/passwd', 'does not use https'],
    ['ftp://app.example/', 'does not use https'],
    ['https://user@app.example/', 'contains a username'],
    ['https://@app.example/', 'contains a username'],
    ['https://user:pass@127.0.0.1/', 'contains a username'],
    ['https://app.example/#x', 'has a fragment'],
    ['https:\\\\app.example\\x', 'contains characters that a URL must encode'],
    ['https://app.example/a b', 'contains characters that a URL must encode'],
    ['https://app.exämple/', 'contains characters that a URL must encode'],
    ['/jwks.json', 'is not an absolute URL'],
    ['', 'contains characters that a URL must encode'],
    [`https://app.example/${'x'.repeat(2000)}`, 'is longer than 2,000 characters'],
  ])('is refused for what else is wrong with it: %s', (url, problem) => {
    expect(publicUrlProblem(url, false)).toBe(problem)
  })

  it('is fetched from this machine in development alone', () => {
    for (const url of [
      'http://127.0.0.1:3000/jwks',
      'http://localhost:3000/jwks',
      'https://[::1]:3000/jwks',
    ]) {
      expect(publicUrlProblem(url, true)).toBeNull()
      expect(publicUrlProblem(url, false)).not.toBeNull()
    }
    // Development opens this machine, and nothing else that is private.
    for (const url of [
      'http://10.0.0.1/',
      'https://169.254.169.254/',
      'http://app.example/',
      'https://db.internal/',
    ]) {
      expect(publicUrlProblem(url, true)).not.toBeNull()
    }
  })
})
