import { describe, expect, it } from 'vitest'
import { toBase64url, utf8 } from '../../src/crypto/bytes.ts'
import { deriveKeys } from '../../src/crypto/keys.ts'
import { seal, unseal } from '../../src/crypto/seal.ts'
import { Secret } from '../../src/crypto/secret.ts'

const FIRST = new Secret('first-key-of-at-least-32-characters')
const SECOND = new Secret('second-key-of-at-least-32-characters')

describe('keys', () => {
  it('differ for each purpose and each value of SECRET_KEY', async () => {
    const seen = new Set<string>()
    for (const secret of [FIRST, SECOND]) {
      const [{ mac }] = await deriveKeys([secret])
      for (const key of Object.values(mac)) {
        seen.add(toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8('x')))))
      }
      expect(seen.size % Object.keys(mac).length).toBe(0)
    }
    const [{ mac }] = await deriveKeys([FIRST])
    expect(seen.size).toBe(2 * Object.keys(mac).length)
  })

  it('are the same each time, and cannot be taken out', async () => {
    const macs = await Promise.all(
      [0, 1].map(async () => {
        const [{ mac }] = await deriveKeys([FIRST])
        return toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', mac.at, utf8('x'))))
      }),
    )
    expect(macs[0]).toBe(macs[1])
    const [keys] = await deriveKeys([FIRST])
    for (const key of [keys.seal, ...Object.values(keys.mac)]) expect(key.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('raw', keys.mac.at)).rejects.toThrow('non-extractable')
  })

  it('keep the order of SECRET_KEY: the first makes, all check', async () => {
    expect(await deriveKeys([FIRST, SECOND])).toHaveLength(2)
  })
})

describe('seals', () => {
  it('open for the context that they were made for, alone', async () => {
    const keys = await deriveKeys([FIRST])
    const sealed = await seal('{"state":"\u00E4"}', 'request', keys)
    expect(sealed).toMatch(/^[\w-]+$/)
    expect(sealed).not.toContain('state')
    expect(await unseal(sealed, 'request', keys)).toBe('{"state":"\u00E4"}')
    expect(await unseal(sealed, 'session', keys)).toBeNull()
    expect(await unseal(sealed, '', keys)).toBeNull()
  })

  it('do not open changed, cut, joined or with another key', async () => {
    const keys = await deriveKeys([FIRST])
    const sealed = await seal('text', 'request', keys)
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'x' ? 'y' : 'x'
      expect(await unseal(sealed.slice(0, at) + other + sealed.slice(at + 1), 'request', keys)).toBeNull()
    }
    for (const text of [
      '',
      'x',
      sealed.slice(0, 16),
      sealed.slice(0, -1),
      `${sealed}A`,
      sealed + sealed,
      '\u00E4',
    ]) {
      expect(await unseal(text, 'request', keys)).toBeNull()
    }
    expect(await unseal(sealed, 'request', await deriveKeys([SECOND]))).toBeNull()
  })

  it('open with an older key, and are made with the newest', async () => {
    const old = await seal('text', 'request', await deriveKeys([FIRST]))
    const both = await deriveKeys([SECOND, FIRST])
    expect(await unseal(old, 'request', both)).toBe('text')
    const fresh = await seal('text', 'request', both)
    expect(await unseal(fresh, 'request', await deriveKeys([SECOND]))).toBe('text')
    expect(await unseal(fresh, 'request', await deriveKeys([FIRST]))).toBeNull()
  })

  it('differ each time', async () => {
    const keys = await deriveKeys([FIRST])
    expect(await seal('text', 'request', keys)).not.toBe(await seal('text', 'request', keys))
  })

  it('hold an empty text', async () => {
    const keys = await deriveKeys([FIRST])
    expect(await unseal(await seal('', 'request', keys), 'request', keys)).toBe('')
  })
})
