import { describe, expect, it } from 'vitest'
import { OAuthError } from '../../src/errors.ts'
import { decodeFormComponent, parseParams, refuseRepeated } from '../../src/oauth/params.ts'

/** The code and the sentence of what a call throws. */
function refusalOf(act: () => unknown): { code: string; description: string } {
  try {
    act()
  } catch (error) {
    if (error instanceof OAuthError) return { code: error.code, description: error.description }
    throw error
  }
  return { code: '', description: '' }
}

describe('parameters that are refused', () => {
  it.each([
    ['repeated', 'a=1&b=2&a=3'],
    ['repeated with the same value', 'a=1&a=1'],
    ['repeated without value', 'a=1&a'],
    ['repeated in another spelling', '%61=1&a=2'],
  ])('%s: has no value, and the reader refuses it', (_name, text) => {
    const params = parseParams(text)
    expect(params.repeated).toEqual(['a'])
    expect(params.get('a')).toBeUndefined()
    expect(refusalOf(() => refuseRepeated(params))).toEqual({
      code: 'invalid_request',
      description: 'A parameter was sent more than once.',
    })
  })

  it.each([
    ['a broken escape', 'a=%', 'The parameters are not form-urlencoded UTF-8.'],
    ['a broken escape in a name', '%g0=1', 'The parameters are not form-urlencoded UTF-8.'],
    ['not UTF-8', 'a=%ff', 'The parameters are not form-urlencoded UTF-8.'],
    ['a lone surrogate', 'a=%ed%a0%80', 'The parameters are not form-urlencoded UTF-8.'],
    ['an overlong encoding', 'a=%c0%af', 'The parameters are not form-urlencoded UTF-8.'],
    [
      'too many',
      Array.from({ length: 101 }, (_, index) => `p${index}=`).join('&'),
      'The request has too many parameters.',
    ],
  ])('%s', (_name, text, description) => {
    expect(refusalOf(() => parseParams(text))).toEqual({ code: 'invalid_request', description })
  })

  it('are refused without their name or value in the sentence', () => {
    const { description } = refusalOf(() =>
      refuseRepeated(parseParams('secret-name=secret-value&secret-name=x')),
    )
    expect(description).not.toContain('secret')
  })
})

describe('parameters', () => {
  it.each([
    ['a=1', '1'],
    ['a=1=2', '1=2'],
    ['a=%2B+%20', '+  '],
    ['a=%F0%9F%98%88', '\u{1F608}'],
    ['&&a=1&&', '1'],
    ['b=1', undefined],
    ['a=', undefined],
    ['a', undefined],
    ['', undefined],
    ['A=1', undefined],
    ['=1', undefined],
  ])('%j has a: %j', (text, expected) => {
    expect(parseParams(text).get('a')).toBe(expected)
  })

  it('know none of the names that objects have', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(parseParams('a=1').get(name)).toBeUndefined()
      expect(parseParams(`${name}=1`).get(name)).toBe('1')
    }
  })

  it('repeat where the reader lists them, in order', () => {
    const params = parseParams('scope=read&state=x&scope=write', ['scope'])
    expect(params.getAll('scope')).toEqual(['read', 'write'])
    expect(params.get('state')).toBe('x')
    expect(params.getAll('nothing')).toEqual([])
    expect(params.repeated).toEqual([])
    expect(parseParams('state=1&state=2', ['scope']).repeated).toEqual(['state'])
    expect(() => refuseRepeated(params)).not.toThrow()
  })

  it('may be a hundred', () => {
    const text = Array.from({ length: 100 }, (_, index) => `p${index}=${index}`).join('&')
    expect(parseParams(text).get('p99')).toBe('99')
  })
})

describe('decodeFormComponent', () => {
  it('reads + as a space and escapes as UTF-8', () => {
    expect(decodeFormComponent('a+b%2Bc%C3%A4')).toBe('a b+c\u00E4')
  })
})
