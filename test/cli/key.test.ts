import { beforeAll, expect, it } from 'vitest'
import { createSession, type Session } from '../../src/cli/open-store.ts'
import { deriveKeys } from '../../src/crypto/keys.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { createKeyRing } from '../../src/openid/keys/key-ring.ts'
import { PUBLISHED_AHEAD } from '../../src/openid/keys/lifetimes.ts'
import { createSigningKeyStore } from '../../src/store/d1/signing-keys.ts'
import type { SigningKeyStore } from '../../src/store/signing-keys.ts'
import { type CliRecord, type CliResult, jsonOf, runOn, openState } from './run-cli.ts'

const state = await openState()
let session: Session
let signingKeys: SigningKeyStore

const cli = (...args: readonly string[]): Promise<CliResult> => runOn(async () => session, args)
const keys = async (): Promise<readonly CliRecord[]> =>
  jsonOf<readonly CliRecord[]>(await cli('key', 'list', '--json'))

/** An isolate of the Worker at a time: it makes the keys that are missing. */
async function useKeys(now: number): Promise<void> {
  const later: Promise<unknown>[] = []
  await createKeyRing(['ES256']).publishedKeys({
    store: signingKeys,
    keys: await deriveKeys([new Secret('k'.repeat(43))]),
    now,
    defer: (work) => later.push(work),
  })
  await Promise.all(later)
}

beforeAll(async () => {
  session = createSession({ db: state.db, close: async () => {} }, 'k'.repeat(43))
  signingKeys = createSigningKeyStore(state.db)
})

it('key rotate says why it cannot, and rotates when it can', async () => {
  expect((await cli('key', 'list')).stdout).toContain('There are no keys')
  const refused = await cli('key', 'rotate')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('There is no next key yet')

  const now = Math.floor(Date.now() / 1000)
  await useKeys(now)
  expect((await keys()).map(({ state: of }) => String(of)).toSorted()).toEqual(['active', 'next'])
  expect((await cli('key', 'rotate')).stderr).toMatch(/Try again in (600|59\d) seconds/)

  const next = (await keys()).find(({ state: of }) => of === 'next')?.['kid']
  const { mark } = session
  session = { ...session, mark: () => ({ ...mark(), now: now + PUBLISHED_AHEAD }) }
  expect(jsonOf(await cli('key', 'rotate', '--json'))).toEqual({ active: [next] })
  expect((await keys()).map(({ kid, state: of }) => [kid === next, of])).toEqual(
    expect.arrayContaining([
      [true, 'active'],
      [false, 'retired'],
    ]),
  )
  expect((await cli('key', 'rotate')).code).toBe(1)
})

it('key list shows no private part', async () => {
  const { stdout } = await cli('key', 'list', '--json')
  expect(stdout).not.toContain('sealed')
  expect(stdout).not.toContain('"d"')
})
