import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { StorageError } from '../../src/errors.ts'
import { createKeyRing, type KeyRing } from '../../src/openid/keys/key-ring.ts'
import { keySetDocument } from '../../src/openid/keys/key-set.ts'
import { FRESH, STALE } from '../../src/openid/keys/lifetimes.ts'
import { openSigningKey } from '../../src/openid/keys/make-key.ts'
import { bindingsWith, countTrips } from '../support/trips.ts'
import { clearKeys, contextAt, keyRows, SECRETS, settle, START, TOKEN_LIFETIME } from './support.ts'

const ringOf = (): KeyRing => createKeyRing(['ES256'], TOKEN_LIFETIME)

beforeEach(clearKeys)

describe('signing keys that do not exist yet', () => {
  it('twenty isolates that start at once agree on one active key and one next key', async () => {
    const context = await contextAt(START)
    const keys = await Promise.all(Array.from({ length: 20 }, () => ringOf().signingKey('ES256', context)))
    await settle()
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1)
    expect((await keyRows()).map(({ state }) => state).toSorted()).toEqual(['active', 'next'])
  })

  it('twenty isolates that start at once agree on one salt of pairwise subjects, which later keys leave as it is', async () => {
    const context = await contextAt(START)
    const salts = await Promise.all(Array.from({ length: 20 }, () => ringOf().pairwiseSalt(context)))
    expect(new Set(salts).size).toBe(1)
    expect(salts[0]).toMatch(/^[\w-]{43}$/)
    await settle()
    await env.DB.exec('DELETE FROM signing_keys')
    expect(await ringOf().pairwiseSalt(context)).toBe(salts[0])
  })

  it('twenty requests of one isolate that come at once make one pair for each place', async () => {
    const context = await contextAt(START)
    let additions = 0
    const addSigningKeys: typeof context.store.addSigningKeys = async (addition, now) => {
      additions++
      return context.store.addSigningKeys(addition, now)
    }
    const ring = ringOf()
    const counted = { ...context, store: { ...context.store, addSigningKeys } }
    const keys = await Promise.all(Array.from({ length: 20 }, () => ring.signingKey('ES256', counted)))
    await settle()
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1)
    expect(additions).toBe(2)
  })

  it('each algorithm gets a key of its own', { timeout: 60_000 }, async () => {
    const ring = createKeyRing(['RS256', 'ES256', 'EdDSA'], TOKEN_LIFETIME)
    const context = await contextAt(START)
    for (const algorithm of ['RS256', 'ES256', 'EdDSA'] as const)
      expect(await ring.signingKey(algorithm, context)).toMatchObject({ algorithm })
    await settle()
    expect(await keyRows()).toHaveLength(6)
    await expect(ringOf().signingKey('RS256', context)).rejects.toThrow('No key signs with RS256.')
  })

  it('the insert that is sent again after a lost reply adds no second key', async () => {
    const { DB } = bindingsWith(async (call) => {
      await call()
      return call()
    })
    const key = await ringOf().signingKey('ES256', await contextAt(START, { db: DB }))
    await settle()
    expect((await ringOf().signingKey('ES256', await contextAt(START))).kid).toBe(key.kid)
    expect(await keyRows()).toHaveLength(2)
  })
})

describe('a private key', () => {
  it('is nowhere in the database but sealed', async () => {
    const context = await contextAt(START)
    await ringOf().signingKey('ES256', context)
    await settle()
    for (const row of await keyRows()) {
      expect(JSON.parse(row.public_key)).not.toHaveProperty('d')
      expect(row.sealed_private_key).toMatch(/^[\w-]+$/)
      const opened = await openSigningKey(
        { kid: row.kid, sealedPrivateKey: row.sealed_private_key },
        context.keys,
      )
      const { d } = JSON.parse(opened ?? '') as { d: string }
      expect(JSON.stringify(await keyRows())).not.toContain(d)
    }
  })

  it('opens for no other key, and with no other SECRET_KEY', async () => {
    const context = await contextAt(START)
    await ringOf().signingKey('ES256', context)
    await settle()
    const [first, second] = await keyRows()
    const other = await contextAt(START, { secrets: [SECRETS[1]] })
    const sealedPrivateKey = first?.sealed_private_key ?? ''
    expect(await openSigningKey({ kid: second?.kid ?? '', sealedPrivateKey }, context.keys)).toBeNull()
    expect(await openSigningKey({ kid: first?.kid ?? '', sealedPrivateKey }, other.keys)).toBeNull()
  })

  it('signs on while the SECRET_KEY that sealed it is still listed, and is replaced when it no longer is', async () => {
    const before = await ringOf().signingKey('ES256', await contextAt(START))
    await settle()
    const both = await contextAt(START + 1, { secrets: [SECRETS[1], SECRETS[0]] })
    expect((await ringOf().signingKey('ES256', both)).kid).toBe(before.kid)
    await settle()
    const without = await contextAt(START + 2, { secrets: [SECRETS[1]] })
    const after = await ringOf().signingKey('ES256', without)
    await settle()
    expect(after.kid).not.toBe(before.kid)
    // What it signed is still verified.
    expect((await ringOf().publishedKeys(without)).map(({ kid }) => kid)).toContain(before.kid)
    expect((await keyRows()).filter(({ state }) => state !== 'retired')).toHaveLength(2)
  })
})

describe('keys that an isolate has read', () => {
  it('cost no trip while they are fresh, and one beside the answer when they no longer are', async () => {
    const ring = ringOf()
    await ring.signingKey('ES256', await contextAt(START))
    await settle()
    const counted = countTrips()
    const at = async (now: number): ReturnType<typeof contextAt> => contextAt(now, { db: counted.vars.DB })
    for (let call = 0; call < 10; call++) {
      await ring.signingKey('ES256', await at(START + FRESH - 1))
      await ring.publishedKeys(await at(START + FRESH - 1))
      await ring.pairwiseSalt(await at(START + FRESH - 1))
    }
    await settle()
    expect(counted.d1).toBe(0)
    await Promise.all(
      Array.from({ length: 10 }, async () => ring.signingKey('ES256', await at(START + FRESH))),
    )
    await settle()
    expect(counted.d1).toBe(1)
  })

  it('still sign while the storage does not answer, until they are stale', async () => {
    const ring = ringOf()
    const { kid } = await ring.signingKey('ES256', await contextAt(START))
    await settle()
    const { DB } = bindingsWith(async () => {
      throw new Error('D1_ERROR: down')
    })
    for (const age of [FRESH, FRESH + 1, STALE - 1])
      expect((await ring.signingKey('ES256', await contextAt(START + age, { db: DB }))).kid).toBe(kid)
    await expect(ring.signingKey('ES256', await contextAt(START + STALE, { db: DB }))).rejects.toThrow(
      StorageError,
    )
    expect((await ring.signingKey('ES256', await contextAt(START + STALE))).kid).toBe(kid)
  })

  it('are read once more for an id that is unknown, once in a second', async () => {
    const ring = ringOf()
    await ring.publishedKeys(await contextAt(START))
    await settle()
    const [next] = (await keyRows()).filter(({ state }) => state === 'next')
    // The next key was made after this isolate had read.
    expect((await ring.publishedKey(next?.kid ?? '', await contextAt(START + 1)))?.kid).toBe(next?.kid)
    const counted = countTrips()
    const context = await contextAt(START + 1, { db: counted.vars.DB })
    for (let call = 0; call < 5; call++) expect(await ring.publishedKey('made-up', context)).toBeNull()
    expect(counted.d1).toBe(0)
  })
})

describe('the key set', () => {
  it('shows each key by an id of its own, without a private part', { timeout: 60_000 }, async () => {
    const ring = createKeyRing(['RS256', 'ES256', 'EdDSA'], TOKEN_LIFETIME)
    await ring.publishedKeys(await contextAt(START))
    await settle()
    const { keys } = keySetDocument(await ring.publishedKeys(await contextAt(START + STALE)))
    expect(keys.map(({ alg, kty }) => `${alg} ${String(kty)}`).toSorted()).toEqual([
      'ES256 EC',
      'ES256 EC',
      'EdDSA OKP',
      'EdDSA OKP',
      'RS256 RSA',
      'RS256 RSA',
    ])
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(6)
    for (const key of keys) {
      expect(key).toMatchObject({ use: 'sig' })
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secret)
    }
  })
})
