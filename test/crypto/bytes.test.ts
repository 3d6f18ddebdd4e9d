import { describe, expect, it } from 'vitest'
import {
  concat,
  equal,
  fromBase64url,
  fromHex,
  randomBytes,
  randomId,
  sha256,
  sha256Base64url,
  toBase64url,
  toHex,
  utf8,
} from '../../src/crypto/bytes.ts'

describe('base64url', () => {
  // RFC 4648 10, and the two characters that differ from base64.
  it.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
    ['\u00FB\u00FF', 'w7vDvw'],
  ])('writes and reads %j', (text, encoded) => {
    expect(toBase64url(utf8(text))).toBe(encoded)
    expect(fromBase64url(encoded)).toEqual(utf8(text))
  })

  it('writes - and _ for the two characters that URLs cannot take', () => {
    expect(toBase64url(new Uint8Array([0xfb, 0xff, 0xfe]))).toBe('-__-')
    expect(fromBase64url('-__-')).toEqual(new Uint8Array([0xfb, 0xff, 0xfe]))
  })

  it('agrees with the base64 of the platform, byte for byte, at every length', () => {
    for (let length = 0; length < 200; length++) {
      const bytes = randomBytes(length)
      const base64 = btoa(String.fromCharCode(...bytes))
      const text = base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
      expect(toBase64url(bytes)).toBe(text)
      expect(fromBase64url(text)).toEqual(bytes)
    }
  })

  it('reads of all ways to write the last character the one without spare bits', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const read = (start: string): string[] => alphabet.split('').filter((end) => fromBase64url(start + end))
    expect(read('A').join('')).toBe('AQgw')
    expect(read('AA').join('')).toBe('AEIMQUYcgkosw048')
    expect(read('AAA')).toHaveLength(64)
  })

  it.each(['Zg==', 'Zm9v\n', 'Zm9v ', '+/', 'Z', 'Zh', 'Zm9', 'Z.g', '\u00E4', 'Zm9vYmFyZ'])(
    'refuses %j: there is one way to write bytes',
    (text) => {
      expect(fromBase64url(text)).toBeNull()
    },
  )
})

describe('hexadecimal digits', () => {
  it('write and read every byte, at every length', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    expect(toHex(all).slice(0, 36)).toBe('000102030405060708090a0b0c0d0e0f1011')
    for (let length = 0; length <= 256; length++)
      expect(fromHex(toHex(all.slice(0, length)))).toEqual(all.slice(0, length))
  })

  it.each(['0', 'A0', '0F', 'g0', '0 ', ' 0', '0x', '\u0660\u0661', '00\n0'])(
    'are refused in any other form: %j',
    (text) => {
      expect(fromHex(text)).toBeNull()
    },
  )
})

describe('digests', () => {
  it('are SHA-256', async () => {
    const hex = (bytes: Uint8Array): string =>
      [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(hex(await sha256('abc'))).toBe(abc)
    expect(hex(await sha256(utf8('abc')))).toBe(abc)
  })

  it('are written as RFC 7636 B writes a code challenge', async () => {
    expect(await sha256Base64url('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    )
  })
})

describe('equal', () => {
  it.each([
    ['', '', true],
    ['a', 'a', true],
    ['a', 'b', false],
    ['a', 'aa', false],
    ['a', '', false],
    ['\u00E4', 'a\u0308', false],
  ])('compares %j and %j', async (a, b, expected) => {
    expect(await equal(a, b)).toBe(expected)
  })
})

describe('random', () => {
  it('ids have 128 bits and do not repeat', () => {
    const ids = Array.from({ length: 1000 }, randomId)
    expect(new Set(ids).size).toBe(1000)
    for (const id of ids) expect(fromBase64url(id)).toHaveLength(16)
  })

  it('bytes have the length that was asked for', () => {
    expect(randomBytes(0)).toHaveLength(0)
    expect(randomBytes(33)).toHaveLength(33)
  })
})

describe('concat', () => {
  it('joins bytes in their order', () => {
    expect(concat()).toEqual(new Uint8Array())
    expect(concat(utf8('a'), utf8(''), utf8('bc'))).toEqual(utf8('abc'))
  })
})
