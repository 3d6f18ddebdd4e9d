import { beforeAll, describe, expect, it } from 'vitest'
import { deriveKeys, type Keys } from '../../src/crypto/keys.ts'
import { seal, unseal } from '../../src/crypto/seal.ts'
import { Secret } from '../../src/crypto/secret.ts'

const [first, second] = [new Secret('a'.repeat(32)), new Secret('b'.repeat(32))]
let keys: Keys
let rotated: Keys
let others: Keys

beforeAll(async () => {
  keys = await deriveKeys([first])
  rotated = await deriveKeys([second, first])
  others = await deriveKeys([second])
})

describe('seal', () => {
  it.each(['', 'a', 'ünïcödé 😀\u0000', 'x'.repeat(10_000)])('gives back %j', async (text) => {
    expect(await unseal(await seal(text, 'context', keys), 'context', keys)).toBe(text)
  })

  it('never says the same twice, and shows nothing of what is in it', async () => {
    const sealed = await Promise.all(Array.from({ length: 20 }, () => seal('secret', 'context', keys)))
    expect(new Set(sealed).size).toBe(20)
    for (const value of sealed) {
      expect(value).toMatch(/^[\w-]+$/)
      expect(value).not.toContain('secret')
    }
  })

  it('opens for its own context and key alone', async () => {
    const sealed = await seal('secret', 'context', keys)
    expect(await unseal(sealed, 'another', keys)).toBeNull()
    expect(await unseal(sealed, '', keys)).toBeNull()
    expect(await unseal(sealed, 'context', others)).toBeNull()
  })

  it('opens with an older key after a rotation, and is made with the newest', async () => {
    expect(await unseal(await seal('secret', 'context', keys), 'context', rotated)).toBe('secret')
    const fresh = await seal('secret', 'context', rotated)
    expect(await unseal(fresh, 'context', others)).toBe('secret')
    expect(await unseal(fresh, 'context', keys)).toBeNull()
  })

  it('does not open when a single bit, or anything else, is changed', async () => {
    const sealed = await seal('secret', 'context', keys)
    const changed = Array.from(
      sealed,
      (char, at) => `${sealed.slice(0, at)}${char === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`,
    )
    for (const value of [
      ...changed,
      '',
      'A',
      'A'.repeat(16),
      sealed.slice(1),
      sealed.slice(0, -1),
      `${sealed}A`,
      `${sealed}=`,
      `${sealed}\n`,
      '😀',
    ]) {
      expect(await unseal(value, 'context', keys)).toBeNull()
    }
  })
})
