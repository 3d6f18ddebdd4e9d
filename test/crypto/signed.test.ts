import { describe, expect, it } from 'vitest'
import { toBase64url, utf8 } from '../../src/crypto/bytes.ts'
import { readHeader, typeOf } from '../../src/crypto/signed.ts'

const headed = (header: unknown): string => `${toBase64url(utf8(JSON.stringify(header)))}.e30.`

describe('the header of a JWT', () => {
  it('is read before anything is verified', () => {
    expect(readHeader(headed({ alg: 'ES256', typ: 'at+jwt' }))).toEqual({ alg: 'ES256', typ: 'at+jwt' })
  })

  it.each(['', 'x', '..', '!.e30.', headed([]), headed(null), headed('at+jwt')])(
    'is null if it cannot be read: %j',
    (jwt) => {
      expect(readHeader(jwt)).toBeNull()
    },
  )

  it.each([
    ['at+jwt', 'at+jwt'],
    ['application/AT+JWT', 'at+jwt'],
    ['JWT', 'jwt'],
    [5, null],
    [['at+jwt'], null],
    [undefined, null],
  ])('names its type, whatever a stranger writes there: %j', (typ, type) => {
    expect(typeOf(readHeader(headed({ alg: 'ES256', typ })))).toBe(type)
  })
})
