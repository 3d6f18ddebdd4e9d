import { env } from 'cloudflare:workers'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { signJwt } from '../../src/openid/jwt.ts'
import { createKeyRing, type KeyRing } from '../../src/openid/keys/key-ring.ts'
import { keySetDocument } from '../../src/openid/keys/key-set.ts'
import { PUBLISHED_AHEAD, STALE } from '../../src/openid/keys/lifetimes.ts'
import { maintainKeys, ROTATION_PERIOD, rotationNow } from '../../src/openid/keys/rotation.ts'
import { bindingsWith } from '../support/trips.ts'
import { clearKeys, contextAt, keyRows, markAt, settle, START, TOKEN_LIFETIME } from './support.ts'

const ringOf = (): KeyRing => createKeyRing(['ES256'], TOKEN_LIFETIME)

beforeEach(async () => {
  await clearKeys()
  await ringOf().publishedKeys(await contextAt(START))
  await settle()
})

async function rotate(now: number, db?: D1Database): Promise<readonly string[]> {
  const { store } = await contextAt(now, db ? { db } : {})
  return store.rotateSigningKeys(rotationNow(now, TOKEN_LIFETIME), markAt(now))
}

async function kidOf(state: string): Promise<string | undefined> {
  return (await keyRows()).find((row) => row.state === state)?.kid
}

describe('a rotation', () => {
  it('does not come before everybody has had the time to fetch the next key', async () => {
    const active = await kidOf('active')
    expect(await rotate(START + PUBLISHED_AHEAD - 1)).toEqual([])
    expect(await kidOf('active')).toBe(active)
    expect(await rotate(START + PUBLISHED_AHEAD)).toEqual([await kidOf('active')])
    expect(await kidOf('active')).not.toBe(active)
  })

  it('leaves an active key in place that has no next one', async () => {
    const active = await kidOf('active')
    await env.DB.exec(`DELETE FROM signing_keys WHERE state = 'next'`)
    expect(await rotate(START + ROTATION_PERIOD)).toEqual([])
    expect(await kidOf('active')).toBe(active)
  })

  it('that two operators ask for at once happens once', async () => {
    const now = START + PUBLISHED_AHEAD
    const { store } = await contextAt(now)
    const done = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        store.rotateSigningKeys(rotationNow(now, TOKEN_LIFETIME), markAt(now, `operator-${index}`)),
      ),
    )
    expect(done.filter(({ length }) => length > 0)).toHaveLength(1)
    expect((await keyRows()).map(({ state }) => state).toSorted()).toEqual(['active', 'retired'])
  })

  it('that is sent again after a lost reply says the same, and happens once', async () => {
    const next = await kidOf('next')
    const { DB } = bindingsWith(async (call) => {
      await call()
      return call()
    })
    expect(await rotate(START + PUBLISHED_AHEAD, DB)).toEqual([next])
    const { results } = await env.DB.prepare('SELECT type, actor, subject FROM audit_events').all()
    expect(results).toEqual([{ type: 'signing_keys_rotated', actor: 'cli', subject: next }])
  })

  it('makes a new next key when an isolate reads', async () => {
    await rotate(START + PUBLISHED_AHEAD)
    const context = await contextAt(START + PUBLISHED_AHEAD + 1)
    expect((await ringOf().signingKey('ES256', context)).kid).toBe(await kidOf('active'))
    await settle()
    expect((await keyRows()).map(({ state }) => state).toSorted()).toEqual(['active', 'next', 'retired'])
  })
})

describe('the cron trigger', () => {
  const maintain = async (now: number): Promise<readonly string[]> => {
    const context = await contextAt(now)
    const rotated = await maintainKeys(ringOf(), context.store, context, markAt(now), TOKEN_LIFETIME)
    await settle()
    return rotated
  }

  it('rotates a key that has signed for a whole period, and none before', async () => {
    expect(await maintain(START + ROTATION_PERIOD - 1)).toEqual([])
    expect(await maintain(START + ROTATION_PERIOD)).toEqual([await kidOf('active')])
    expect(await maintain(START + ROTATION_PERIOD + 900)).toEqual([])
  })

  it('removes a retired key when the last token that it signed has expired, and no earlier', async () => {
    await maintain(START + ROTATION_PERIOD)
    const last = START + ROTATION_PERIOD + STALE + TOKEN_LIFETIME
    const retired = await kidOf('retired')
    await maintain(last - 1)
    expect(await kidOf('retired')).toBe(retired)
    expect((await ringOf().publishedKeys(await contextAt(last - 1))).map(({ kid }) => kid)).toContain(retired)
    expect((await ringOf().publishedKeys(await contextAt(last))).map(({ kid }) => kid)).not.toContain(retired)
    await maintain(last)
    expect(await kidOf('retired')).toBeUndefined()
  })
})

it('each of a thousand signatures that are made while the keys rotate twice verifies at once, and until it expires', async () => {
  const rings = Array.from({ length: 4 }, ringOf)
  const keySet = ringOf()
  const step = PUBLISHED_AHEAD / 300
  const rotations: (readonly string[])[] = []
  const signed: { readonly token: string; readonly expiresAt: number }[] = []
  const kids = new Set<string>()
  const verify = async (token: string, now: number, ring: KeyRing): Promise<void> => {
    const context = await contextAt(now)
    const set = createLocalJWKSet(keySetDocument(await ring.publishedKeys(context)) as never)
    const { protectedHeader } = await jwtVerify(token, set, { currentDate: new Date(now * 1000) })
    kids.add(protectedHeader.kid ?? '')
  }
  for (let index = 0; index < 1000; index++) {
    const now = START + Math.floor(index * step)
    if (index === 400 || index === 800) rotations.push(await rotate(now))
    const context = await contextAt(now)
    const key = await rings[index % rings.length]?.signingKey('ES256', context)
    if (!key) throw new Error('There is no ring.')
    const token = await signJwt({ n: index, exp: now + TOKEN_LIFETIME }, key)
    signed.push({ token, expiresAt: now + TOKEN_LIFETIME })
    // Another isolate answers for the key set, and has read it at another time.
    await verify(token, now, keySet)
    await settle()
  }
  for (const { expiresAt, token } of signed) await verify(token, expiresAt - 1, keySet)
  expect(rotations.map(({ length }) => length)).toEqual([1, 1])
  expect(kids.size).toBe(3)
}, 120_000)
