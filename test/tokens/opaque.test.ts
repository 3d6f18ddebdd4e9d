import { beforeAll, describe, expect, it } from 'vitest'
import { randomId, sortableId, timeOfId } from '../../src/crypto/bytes.ts'
import { deriveKeys, type Keys } from '../../src/crypto/keys.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { openEarlierId, openEarlierRefreshToken } from '../../src/tokens/earlier-format.ts'
import {
  mintCode,
  mintSession,
  mintToken,
  openCode,
  openPayload,
  openSession,
  openToken,
} from '../../src/tokens/opaque.ts'
import { mintEarlier } from '../support/earlier.ts'

const KINDS = ['at', 'rt', 'ac', 'se'] as const

let keys: Keys
let others: Keys

beforeAll(async () => {
  keys = await deriveKeys([new Secret('first-key-of-at-least-32-characters')])
  others = await deriveKeys([new Secret('second-key-of-at-least-32-characters')])
})

/** Mints a token of a kind, whatever it says. */
async function mintSome(kind: (typeof KINDS)[number]): Promise<string> {
  switch (kind) {
    case 'ac':
      return mintCode(sortableId(), keys)
    case 'se':
      return mintSession(randomId(), keys)
    default:
      return mintToken(kind, { grantId: sortableId(), sequence: 0 }, keys)
  }
}

/** What a value opens to, as whichever kind. */
async function openAll(value: string, with_: Keys = keys): Promise<readonly unknown[]> {
  const opened = await Promise.all([
    openToken('at', value, with_),
    openToken('rt', value, with_),
    openCode(value, with_),
    openSession(value, with_),
    openEarlierId('at', value, with_),
    openEarlierId('ac', value, with_),
    openEarlierRefreshToken(value, with_),
  ])
  return opened.filter((found) => found !== null)
}

describe('tokens that vouch for themselves', () => {
  it('say their kind and open to what they say', async () => {
    const name = { grantId: sortableId(), sequence: 7 }
    for (const kind of ['at', 'rt'] as const) {
      const value = await mintToken(kind, name, keys)
      expect(value).toMatch(new RegExp(`^${kind}_[\\w-]{74}$`))
      expect(await openToken(kind, value, keys)).toEqual(name)
    }
    const code = await mintCode(name.grantId, keys)
    expect(code).toMatch(/^ac_[\w-]{66}$/)
    expect(await openCode(code, keys)).toBe(name.grantId)
    const id = randomId()
    const session = await mintSession(id, keys)
    expect(session).toMatch(/^se_[\w-]{64}$/)
    expect(await openSession(session, keys)).toBe(id)
  })

  it('are not taken for another kind, whatever their prefix says', async () => {
    for (const made of KINDS) {
      const value = await mintSome(made)
      expect(await openAll(value)).toHaveLength(1)
      for (const kind of KINDS.filter((other) => other !== made)) {
        expect(await openAll(`${kind}_${value.slice(3)}`)).toEqual([])
      }
    }
  })

  it('do not open with one character changed, anywhere', async () => {
    for (const kind of KINDS) {
      const value = await mintSome(kind)
      for (let at = 0; at < value.length; at++) {
        const other = value[at] === 'B' ? 'C' : 'B'
        expect(await openAll(value.slice(0, at) + other + value.slice(at + 1))).toEqual([])
      }
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
    `at_${'A'.repeat(74)}`,
    `at_${'A'.repeat(10_000)}`,
  ])('do not open: %j', async (value) => {
    expect(await openAll(value)).toEqual([])
  })

  it('do not open with another key, unless it stands behind the newest', async () => {
    const value = await mintSome('at')
    expect(await openAll(value, others)).toEqual([])
    expect(await openAll(value, [others[0], keys[0]])).toHaveLength(1)
  })

  it('are only made of an id of 128 bits', async () => {
    const short = { grantId: 'ab', sequence: 0 }
    await expect(mintToken('at', short, keys)).rejects.toThrow(TypeError)
    await expect(mintToken('rt', { ...short, grantId: randomId() }, keys)).rejects.toThrow(TypeError)
    await expect(mintCode('ab', keys)).rejects.toThrow(TypeError)
    await expect(mintSession('short', keys)).rejects.toThrow(TypeError)
  })

  it.each([0, 1, 255, 256, 2 ** 32, 2 ** 48 - 1])('carry the number %i', async (sequence) => {
    const grantId = sortableId()
    const value = await mintToken('rt', { grantId, sequence }, keys)
    expect(await openToken('rt', value, keys)).toEqual({ grantId, sequence })
  })

  it('do not open where they name another database, as there is one', async () => {
    const value = await mintSome('at')
    const payload = await openPayload('at', value, 23, keys)
    expect(payload?.[0]).toBe(0)
    const other = new Uint8Array(payload ?? [])
    other[0] = 1
    expect(await openAll(await mintEarlier('at', other, keys))).toEqual([])
  })
})

describe('tokens of the first format', () => {
  it('open to what the storage knows them by, and as nothing else', async () => {
    const id = new Uint8Array(16).fill(5)
    for (const kind of ['at', 'ac'] as const) {
      const value = await mintEarlier(kind, id, keys)
      expect(await openEarlierId(kind, value, keys)).toBe('BQUFBQUFBQUFBQUFBQUFBQ')
      expect(await openAll(value)).toHaveLength(1)
    }
    const refresh = await mintEarlier('rt', new Uint8Array([...id, 0, 0, 0, 0, 1, 2]), keys)
    const grantId = 'BQUFBQUFBQUFBQUFBQUFBQ'
    expect(await openEarlierRefreshToken(refresh, keys)).toEqual({ grantId, sequence: 258 })
    expect(await openAll(refresh)).toHaveLength(1)
  })
})

describe('ids that sort', () => {
  it('sort by their time and differ', () => {
    const times = [0, 1, 15, 16, 1_700_000_000_000, 1_800_000_000_000, 253_402_300_799_999]
    const ids = times.map((time) => sortableId(time))
    expect(ids.toSorted()).toEqual(ids)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(ids.map(timeOfId)).toEqual(times.map((time) => Math.floor(time / 1000)))
    expect(sortableId(5)).not.toBe(sortableId(5))
    expect(timeOfId(sortableId())).toBeCloseTo(Date.now() / 1000, -1)
  })
})
