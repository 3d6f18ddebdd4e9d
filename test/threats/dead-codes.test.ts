import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect } from 'vitest'
import type { OperatorMark } from '../../src/store/admin-store.ts'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { givenCast, givenClient } from '../support/fixture.ts'
import { givenCode, redeem } from '../support/flow.ts'
import { must } from '../support/must.ts'
import { all, mark } from '../support/operator.ts'
import { expectRefusal } from '../support/refusal.ts'
import { travel } from '../support/time.ts'

const store = createAdminStore(env.DB)
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** An operator's request at this moment. */
const now = (): OperatorMark => ({ ...mark(), now: Math.floor(Date.now() / 1000) })

async function setDisabled(disabled: boolean): Promise<void> {
  const client = await store.readClient('web')
  if (!client) throw new Error('no client')
  expect(await store.updateClient('web', { ...client, disabled }, client.updatedAt, now())).not.toBe('stale')
}

describe('a code that was not redeemed', () => {
  must('RFC 6749', '10.5', 'stays dead where its client was disabled and is enabled again', async () => {
    const code = await givenCode(alice)
    await setDisabled(true)
    travel(5)
    await setDisabled(false)
    expectRefusal(await redeem(code), 'invalid_grant')
    expect(await redeem(await givenCode(alice))).toMatchObject({ status: 200 })
  })

  must('RFC 6749', '10.5', 'stays dead where its user was disabled and is enabled again', async () => {
    const code = await givenCode(alice)
    await store.setUserActive('alice', false, now())
    travel(5)
    await store.setUserActive('alice', true, now())
    expectRefusal(await redeem(code), 'invalid_grant')
    expect(await redeem(await givenCode(alice))).toMatchObject({ status: 200 })
  })

  must(
    'RFC 6749',
    '10.5',
    'stays dead where its client was deleted and made again, and approved again',
    async () => {
      const code = await givenCode(alice)
      expect(await store.deleteClient('web', now())).toBe(true)
      await givenClient('web')
      expectRefusal(await redeem(code), 'invalid_grant')
      expect(await redeem(await givenCode(alice))).toMatchObject({ status: 200 })
      expectRefusal(await redeem(code), 'invalid_grant')
    },
  )

  must('RFC 6749', '10.5', 'names a consent by an id that no later one has', async () => {
    const ids: unknown[] = []
    for (let time = 0; time < 4; time++) {
      await givenCode(alice)
      const [row] = await all('SELECT id FROM authorized_clients')
      ids.push(row?.['id'])
      if (time % 2 === 0) await all('DELETE FROM authorized_clients')
      else {
        await store.deleteClient('web', now())
        await givenClient('web')
      }
    }
    expect(new Set(ids).size).toBe(4)
    for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/)
  })
})
