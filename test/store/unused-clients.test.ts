import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect } from 'vitest'
import { createClientDocumentStore } from '../../src/store/d1/client-documents.ts'
import { createRegistrationStore } from '../../src/store/d1/registration.ts'
import { givenCast, givenClient } from '../support/fixture.ts'
import { givenCode } from '../support/flow.ts'
import { token } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'

const NOW = Math.floor(Date.now() / 1000)
const OWN = { grant_type: 'client_credentials' }

let alice: string

/** Clients whose rows are of one table, the oldest first. */
async function givenClients(
  table: 'client_documents' | 'client_registrations',
  names: readonly string[],
): Promise<void> {
  for (const [at, name] of names.entries()) {
    await givenClient(name)
    await all(
      table === 'client_registrations'
        ? `INSERT INTO client_registrations (client_id, token_id, created_at) VALUES ('${name}', 'x', ${at})`
        : `INSERT INTO client_documents (client_id, expires_at, tried_at, created_at, op) VALUES ('${name}', 0, ${at}, 0, 'x')`,
    )
  }
}

async function left(prefix: string): Promise<unknown[]> {
  const rows = await all(`SELECT client_id AS id FROM clients WHERE client_id LIKE '${prefix}%' ORDER BY id`)
  return rows.map(({ id }) => id)
}

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

describe.each([
  {
    table: 'client_registrations',
    what: 'clients that registered themselves',
    sweep: (limit: number) => createRegistrationStore(env.DB).expireUnused(NOW, limit, NOW),
  },
  {
    table: 'client_documents',
    what: 'clients of documents',
    sweep: (limit: number) => createClientDocumentStore(env.DB).forgetUnused(NOW, limit, NOW),
  },
] as const)('the sweep of $what that nobody has used', ({ sweep, table }) => {
  threat(189, 'deletes none that has a grant or a consent, wherever it stands among the others', async () => {
    await givenClients(table, ['a-1', 'a-2', 'a-3', 'a-4', 'a-5'])
    for (const client_id of ['a-1', 'a-3'])
      expect(await token({ client_id, ...OWN })).toMatchObject({ status: 200 })
    for (const client_id of ['a-2', 'a-4']) await givenCode(alice, { client_id })
    expect([await sweep(2), await sweep(2), await sweep(2)]).toEqual([0, 1, 0])
    expect(await left('a-')).toEqual(['a-1', 'a-2', 'a-3', 'a-4'])
  })

  threat(
    189,
    'leaves every client that gets a token in the same moment, and no token without its client',
    async () => {
      const names = Array.from({ length: 24 }, (_, n) => `b-${String(n).padStart(2, '0')}`)
      await givenClients(table, names)
      const [answers] = await Promise.all([
        Promise.all(names.map(async (client_id) => token({ client_id, ...OWN }))),
        (async () => {
          for (let round = 0; round < 8; round++) await sweep(3)
        })(),
      ])
      const served = names.filter((_, n) => answers[n]?.status === 200)
      expect(
        answers.filter(({ status }) => status !== 200).every(({ error }) => error === 'invalid_client'),
      ).toBe(true)
      expect(await left('b-')).toEqual(expect.arrayContaining(served))
      while ((await sweep(24)) > 0);
      expect(await left('b-')).toEqual(served)
      expect(
        await all('SELECT id FROM grants WHERE client_id NOT IN (SELECT client_id FROM clients)'),
      ).toEqual([])
    },
  )
})
