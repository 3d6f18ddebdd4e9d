import { describe, expect, it } from 'vitest'
import { responseModes } from '../../src/oauth/response-modes/index.ts'

const ANSWER = { code: 'ac_x-_', state: 'a b&c=d#e%"<ü\r\n', iss: 'https://id.example' }
const ENCODED = 'code=ac_x-_&state=a+b%26c%3Dd%23e%25%22%3C%C3%BC%0D%0A&iss=https%3A%2F%2Fid.example'

describe('the response mode query', () => {
  it.each([
    ['https://app.example/cb', `https://app.example/cb?${ENCODED}`],
    ['https://app.example', `https://app.example?${ENCODED}`],
    ['https://app.example/cb?', `https://app.example/cb?${ENCODED}`],
    ['https://app.example/cb?a=1', `https://app.example/cb?a=1&${ENCODED}`],
    ['https://app.example/cb?a=1&', `https://app.example/cb?a=1&${ENCODED}`],
    ['https://app.example/cb?a=%20b+c&a=', `https://app.example/cb?a=%20b+c&a=&${ENCODED}`],
    ['com.example.app:/cb', `com.example.app:/cb?${ENCODED}`],
    ['urn:ietf:wg:oauth:2.0:oob', `urn:ietf:wg:oauth:2.0:oob?${ENCODED}`],
  ])('joins the answer to the query of %s', (uri, location) => {
    expect(responseModes['query']?.(uri, ANSWER)).toEqual({ kind: 'redirect', location })
    expect(new URL(location).searchParams.get('state')).toBe(ANSWER.state)
  })
})

describe('the response mode fragment', () => {
  it.each(['https://app.example/cb', 'https://app.example/cb?a=1', 'com.example.app:/cb'])(
    'joins the answer to %s as its fragment',
    (uri) => {
      const location = `${uri}#${ENCODED}`
      expect(responseModes['fragment']?.(uri, ANSWER)).toEqual({ kind: 'redirect', location })
      expect(new URLSearchParams(new URL(location).hash.slice(1)).get('state')).toBe(ANSWER.state)
    },
  )
})

it('form_post leaves everything as it is: the page encodes', () => {
  const action = 'https://app.example/cb?a=1'
  expect(responseModes['form_post']?.(action, ANSWER)).toEqual({ action, fields: ANSWER, kind: 'form' })
})

it('there are no other response modes', () => {
  expect(Object.keys(responseModes)).toEqual(['form_post', 'fragment', 'query'])
})
