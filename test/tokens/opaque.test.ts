import { beforeAll, describe, expect, it } from 'vitest'
import { randomId } from '../../src/crypto/bytes.ts'
import { deriveKeys, type Keys } from '../../src/crypto/keys.ts'
import { Secret } from '../../src/crypto/secret.ts'
import {
  accessTokenIdOf,
  mintRefreshToken,
  mintToken,
  openRefreshToken,
  openToken,
} from '../../src/tokens/opaque.ts'

const KINDS = ['at', 'ac', 'se'] as const

let keys: Keys
let others: Keys

beforeAll(async () => {
  keys = await deriveKeys([new Secret('first-key-of-at-least-32-characters')])
  others = await deriveKeys([new Secret('second-key-of-at-least-32-characters')])
})

describe('tokens that vouch for themselves', () => {
  it('say their kind and open to their id', async () => {
    for (const kind of KINDS) {
      const id = randomId()
      const value = await mintToken(kind, id, keys)
      expect(value).toMatch(new RegExp(`^${kind}_[\\w-]{64}$`))
      expect(await openToken(kind, value, keys)).toBe(id)
    }
  })

  it('are not taken for another kind, whatever their prefix says', async () => {
    const id = randomId()
    for (const made of KINDS) {
      const value = await mintToken(made, id, keys)
      for (const kind of KINDS.filter((other) => other !== made)) {
        expect(await openToken(kind, value, keys)).toBeNull()
        expect(await openToken(kind, `${kind}_${value.slice(3)}`, keys)).toBeNull()
      }
      expect(await openRefreshToken(value, keys)).toBeNull()
      expect(await openRefreshToken(`rt_${value.slice(3)}`, keys)).toBeNull()
    }
    const refresh = await mintRefreshToken({ grantId: id, sequence: 0 }, keys)
    expect(await openToken('at', `at_${refresh.slice(3)}`, keys)).toBeNull()
  })

  it('do not open with one character changed, anywhere', async () => {
    const value = await mintToken('at', randomId(), keys)
    for (let at = 0; at < value.length; at++) {
      const other = value[at] === 'B' ? 'C' : 'B'
      expect(await openToken('at', value.slice(0, at) + other + value.slice(at + 1), keys)).toBeNull()
    }
  })

  it.each([
    '',
    'at',
    'at_',
    'at_A',
    'at_\u00E4',
    ' at_',
    'AT_',
    `at_${'A'.repeat(64)}`,
    `at_${'A'.repeat(10_000)}`,
  ])('do not open: %j', async (value) => {
    expect(await openToken('at', value, keys)).toBeNull()
    expect(await openRefreshToken(value, keys)).toBeNull()
  })

  it('do not open with another key, unless it stands behind the newest', async () => {
    const id = randomId()
    const value = await mintToken('at', id, keys)
    expect(await openToken('at', value, others)).toBeNull()
    expect(await openToken('at', value, [others[0], keys[0]])).toBe(id)
  })

  it('are only made of an id of 128 bits', async () => {
    await expect(mintToken('at', 'short', keys)).rejects.toThrow(TypeError)
    await expect(mintRefreshToken({ grantId: 'short', sequence: 0 }, keys)).rejects.toThrow(TypeError)
    await expect(accessTokenIdOf({ grantId: 'short', sequence: 0 })).rejects.toThrow(TypeError)
  })
})

describe('refresh tokens', () => {
  it.each([0, 1, 255, 256, 2 ** 32, 2 ** 48 - 1])('carry the number %i', async (sequence) => {
    const grantId = randomId()
    const value = await mintRefreshToken({ grantId, sequence }, keys)
    expect(await openRefreshToken(value, keys)).toEqual({ grantId, sequence })
  })

  it('give each number its access token, the same each time, which the grant does not reveal', async () => {
    const grantId = randomId()
    const first = await accessTokenIdOf({ grantId, sequence: 0 })
    expect(await accessTokenIdOf({ grantId, sequence: 0 })).toBe(first)
    expect(await accessTokenIdOf({ grantId, sequence: 1 })).not.toBe(first)
    expect(await accessTokenIdOf({ grantId: randomId(), sequence: 0 })).not.toBe(first)
    expect(first).not.toBe(grantId)
  })
})
