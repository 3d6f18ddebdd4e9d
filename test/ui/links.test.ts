import { describe, expect, it } from 'vitest'
import { destinationOf, displayName, initialOf, safeHref, safeImage } from '../../src/ui/links.ts'

describe('safeHref', () => {
  it.each(['https://photos.example/about?x=1#y', 'http://photos.example', 'https://bücher.example/'])(
    'keeps %s',
    (url) => {
      expect(safeHref(url)).toBe(url)
    },
  )

  it.each([
    null,
    undefined,
    '',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'blob:https://photos.example/1',
    'file:///etc/passwd',
    '//evil.example',
    '/path',
    'photos.example',
    'https://bank.example@evil.example/',
    'https://bank.example:secret@evil.example/',
  ])('refuses %j', (url) => {
    expect(safeHref(url)).toBeNull()
  })
})

describe('safeImage', () => {
  it('takes a path of this origin, too', () => {
    expect(safeImage('/logo.svg')).toBe('/logo.svg')
    expect(safeImage('https://cdn.example/logo.svg')).toBe('https://cdn.example/logo.svg')
  })

  it.each([
    null,
    '//evil.example/x',
    '/\\evil.example/x',
    '/\t/evil.example',
    'logo.svg',
    'javascript:alert(1)',
  ])('refuses %j', (url) => {
    expect(safeImage(url)).toBeNull()
  })
})

describe('destinationOf', () => {
  it.each([
    ['https://app.photos.example/cb?x=1', 'app.photos.example'],
    ['https://app.photos.example:8443/cb', 'app.photos.example:8443'],
    ['https://аррӏе.example/cb', 'xn--80ak6aa92e.example'],
    ['https://127.0.0.1.evil.example/', '127.0.0.1.evil.example'],
    ['https://localhost.evil.example/', 'localhost.evil.example'],
    ['https://user@host.example/', 'host.example'],
  ])('names the host of %s', (uri, host) => {
    expect(destinationOf(uri)).toEqual({ kind: 'web', host })
  })

  it.each([
    'http://127.0.0.1:4455/cb',
    'http://127.1/cb',
    'http://[::1]:4455/cb',
    'http://localhost:8787/cb',
    'http://LOCALHOST./cb',
    'http://app.localhost/',
    'com.example.app:/cb',
    'com.example.app://photos.example/cb',
    'urn:ietf:wg:oauth:2.0:oob',
    'nonsense',
  ])('says that %s stays on the device', (uri) => {
    expect(destinationOf(uri)).toEqual({ kind: 'device' })
  })
})

describe('displayName', () => {
  it('removes what is not seen but changes how the rest is read', () => {
    expect(displayName('Bank\u202Egro.live\u202C')).toBe('Bank gro.live')
    expect(displayName('Pho\u200Btos')).toBe('Pho tos')
    expect(displayName('a\u0000b\n\n\u2028c')).toBe('a b c')
    expect(displayName('  Photo   Printer ')).toBe('Photo Printer')
  })

  it('shortens what would fill the page', () => {
    expect(displayName('x'.repeat(1000))).toHaveLength(80)
    expect(displayName('😀'.repeat(81))).toBe(`${'😀'.repeat(79)}…`)
  })
})

it('initialOf finds the first letter or digit', () => {
  expect(['photo', '«Ёлка»', '3D', '<b>', '…', ''].map(initialOf)).toEqual(['P', 'Ё', '3', 'B', '?', '?'])
})
