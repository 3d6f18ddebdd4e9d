import { describe, expect, it } from 'vitest'
import { deriveKeys } from '../../src/crypto/keys.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { networkBlock, throttleKeys } from '../../src/identity/throttle.ts'

const keysOf = (letter: string) => deriveKeys([new Secret(letter.repeat(32))])

describe('networkBlock', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['not:an:address', 'not:an:address'],
  ])('counts %s as %s', (address, block) => {
    expect(networkBlock(address)).toBe(block)
  })

  it('counts what has no address together', () => {
    expect(networkBlock(null)).toBe('local')
  })
})

describe('throttleKeys', () => {
  it('makes keyed hashes that say nothing of name or network', async () => {
    const [first, second] = await Promise.all([keysOf('a'), keysOf('b')])
    const keys = await throttleKeys('demo', '192.0.2.1', first)
    expect(keys.account).toMatch(/^[\w-]{43}$/)
    expect(keys.network).toMatch(/^[\w-]{43}$/)
    expect(await throttleKeys('demo', '192.0.2.1', first)).toEqual(keys)
    expect(await throttleKeys('demo', '192.0.2.1', second)).not.toEqual(keys)
  })

  it('never takes a name for a network', async () => {
    const keys = await throttleKeys('local', null, await keysOf('a'))
    expect(keys.account).not.toBe(keys.network)
  })
})
