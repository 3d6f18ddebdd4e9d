import { describe, expect, it } from 'vitest'
import { ConfigurationError, OAuthError } from '../src/errors.ts'
import {
  checkScopeBits,
  coversScope,
  createScope,
  isScopeToken,
  joinScope,
  parseScope,
  requestedScope,
  scope,
} from '../src/scope.ts'

const READ = 2
const WRITE = 4
const READ_WRITE = 6

describe('the scope module of the seed', () => {
  it.each([
    [READ, READ, true],
    [READ, READ_WRITE, true],
    [WRITE, READ_WRITE, true],
    [READ_WRITE, READ_WRITE, true],
    [WRITE, READ, false],
    [READ_WRITE, READ, false],
    [READ_WRITE, WRITE, false],
    [READ, WRITE, false],
    [READ, 0, false],
    [0, 0, true],
  ])('check(%i, %i) is %s', (wants, has, expected) => {
    expect(scope.check(wants, has)).toBe(expected)
  })

  it.each([
    [['read'], 2],
    [['write'], 6],
    [['read', 'write'], 6],
    [['write', 'read', 'write'], 6],
    [['invalid'], 0],
    [['invalid', 'read'], 2],
    [[], 0],
    [['invalid', { default: 1 }], 1],
    [['read', { default: 1 }], 2],
    [['invalid', {}], 0],
    [['constructor'], 0],
    [['__proto__', { default: 3 }], 3],
  ])('toInt(...%j) is %i', (names, expected) => {
    expect(scope.toInt(...names)).toBe(expected)
  })

  it.each([
    [6, ['read', 'write']],
    [2, ['read']],
    [7, ['read', 'write']],
    [4, []],
    [0, []],
  ])('names(%i) is %j, and so is toNames', (integer, expected) => {
    expect(scope.names(integer)).toEqual(expected)
    expect(scope.toNames(integer)).toEqual(expected)
  })

  it('keeps the two statements of the seed over a table where writing does not include reading', () => {
    const apart = createScope({ read: READ, write: WRITE, 'read+write': READ_WRITE })
    expect(apart.toInt('write')).toBe(4)
    expect(apart.toInt('read', 'write')).toBe(6)
    expect(apart.names(READ_WRITE)).toEqual(['read', 'write', 'read+write'])
    expect(apart.names(READ)).toEqual(['read'])
  })

  it('carries the greatest bit', () => {
    const wide = createScope({ first: 1, last: 2 ** 30 })
    expect(wide.names(wide.toInt('first', 'last'))).toEqual(['first', 'last'])
    expect(wide.check(2 ** 30, 2 ** 31 - 1)).toBe(true)
  })
})

describe('a table of scopes that cannot work', () => {
  it.each([
    ['no scope', {}, 'holds no scope'],
    [
      'more bits than an integer carries',
      { a: 1, b: 2 ** 31 },
      'b holds 2147483648; bits are a whole number',
    ],
    ['the sign', { a: -1 }, 'a holds -1'],
    ['no bit', { a: 0 }, 'a holds 0'],
    ['half a bit', { a: 1.5 }, 'a holds 1.5'],
    ['not a number', { a: Number.NaN }, 'a holds NaN'],
    ['a name with a space', { 'a b': 1 }, '"a b" is not a scope name (RFC 6749 3.3)'],
    ['a name with a quote', { 'a"': 1 }, 'is not a scope name'],
    ['a name with a backslash', { 'a\\': 1 }, 'is not a scope name'],
    ['an empty name', { '': 1 }, '"" is not a scope name'],
    ['an umlaut', { '\u00E4': 1 }, 'is not a scope name'],
  ])('is refused: %s', (_name, bits, message) => {
    expect(() => createScope(bits)).toThrow(ConfigurationError)
    expect(() => checkScopeBits(bits)).toThrow(message)
  })

  it('says where further scopes belong', () => {
    const bits = Object.fromEntries(Array.from({ length: 32 }, (_, index) => [`s${index}`, 2 ** index]))
    expect(() => createScope(bits)).toThrow(
      'OAUTH_SCOPES: s31 holds 2147483648; bits are a whole number from 1 to 2147483647, room for 31 independent ' +
        'scopes; further scopes belong in the scope table, which compares names',
    )
  })
})

describe('scopes by name', () => {
  it.each([
    [undefined, null],
    [null, null],
    ['', null],
    ['  ', null],
    ['read', 'read'],
    ['write read', 'read write'],
    [' write  read read ', 'read write'],
    ['Read read', 'Read read'],
  ])('requestedScope(%j) is %j', (value, expected) => {
    expect(requestedScope(value)).toBe(expected)
    expect(parseScope(value)).toBe(expected)
  })

  it.each(['a\tb', 'a"b', 'a\\b', 'a\nb', '\u00E4', 'a\0'])('parseScope refuses %j', (value) => {
    expect(() => parseScope(value)).toThrow(OAuthError)
    expect(isScopeToken(value)).toBe(false)
  })

  it('parseScope takes a hundred names, and no more', () => {
    const names = Array.from({ length: 101 }, (_, index) => `s${index}`)
    expect(parseScope(names.slice(1).join(' '))?.split(' ')).toHaveLength(100)
    expect(() => parseScope(names.join(' '))).toThrow('Invalid scope.')
  })

  it.each([
    ['read write', 'read', true],
    ['read write', 'write read', true],
    ['read', 'read write', false],
    ['reads', 'read', false],
    ['', 'read', false],
  ])('coversScope(%j, %j) is %s', (has, wants, expected) => {
    expect(coversScope(has, wants)).toBe(expected)
  })

  it('joinScope sorts, without repeats', () => {
    expect(joinScope(['b', 'a', 'b', 'A'])).toBe('A a b')
    expect(joinScope([])).toBe('')
  })
})
