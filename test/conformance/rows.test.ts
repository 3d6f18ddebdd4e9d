import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ProviderEnv } from '../../src/concepts.ts'
import { createProvider } from '../../src/provider/create-provider.ts'
import { givenCast } from '../support/fixture.ts'
import { authorize, codeIn, redeem, signedIn } from '../support/flow.ts'
import { introspect, refresh, token } from '../support/http.ts'
import { countRows, type Rows } from '../support/rows.ts'
import { givenTokens, type Pair } from '../support/tokens.ts'

/** What a request may cost: statements, and rows as D1 counts and bills them. */
interface Budget {
  readonly statements: number
  readonly read: number
  readonly written: number
}

let alice: string
let pair: Pair
let rows: Rows

/** Expects what a request costs: exactly its statements, and at most its rows. */
function expectWithin({ read, statements, written }: Budget): void {
  expect(rows.statements).toBe(statements)
  expect(rows.written).toBeLessThanOrEqual(written)
  expect(rows.read).toBeLessThanOrEqual(read)
}

describe('statements and rows, as D1 counts them', () => {
  beforeEach(async () => {
    alice = (await givenCast()).alice
    pair = await givenTokens(alice)
    // Other people's grants make no request dearer.
    for (let other = 0; other < 5; other++) await givenTokens(alice, { client: 'other' })
    rows = countRows()
  })

  it('client credentials take one statement, six rows read and two written', async () => {
    const form = { client_id: 'service', grant_type: 'client_credentials' }
    expect(await token(form, rows.vars)).toMatchObject({ status: 200 })
    expectWithin({ statements: 1, read: 6, written: 2 })
  })

  it('a code takes one statement, twelve rows read and three written', async () => {
    const code = codeIn(await authorize(await signedIn(alice)))
    expect(await redeem(code, {}, rows.vars)).toMatchObject({ status: 200 })
    expectWithin({ statements: 1, read: 12, written: 3 })
  })

  it('a refresh takes one statement, eight rows read and one written', async () => {
    expect(await refresh(pair.refresh, {}, rows.vars)).toMatchObject({ status: 200 })
    expectWithin({ statements: 1, read: 8, written: 1 })
  })

  it('a refresh that narrows the scope takes no more', async () => {
    const wide = await givenTokens(alice, { scope: 'read write' })
    rows = countRows()
    const form = { grant_type: 'refresh_token', refresh_token: wide.refresh, scope: 'read' }
    expect(await token(form, rows.vars)).toMatchObject({ scope: 'read', status: 200 })
    expectWithin({ statements: 1, read: 8, written: 1 })
  })

  it('a call of an API with a token takes one statement, four rows read and none written', async () => {
    const provider = createProvider()
    const api = new Hono<ProviderEnv>().get('/', provider.requireScope('read'), (c) => c.text('read'))
    const headers = { Authorization: `Bearer ${pair.access}` }
    const answer = await api.request('https://api.example/', { headers }, { ...env, ...rows.vars })
    expect(answer.status).toBe(200)
    expectWithin({ statements: 1, read: 4, written: 0 })
  })

  it('introspection takes one statement and writes nothing', async () => {
    expect(await introspect(pair.access, 'web', rows.vars)).toMatchObject({ active: true })
    expectWithin({ statements: 1, read: 10, written: 0 })
  })

  it('are counted at all', async () => {
    await rows.vars.DB.batch([rows.vars.DB.prepare('SELECT client_id FROM clients')])
    const { results } = await env.DB.prepare('SELECT client_id FROM clients').all()
    expect(rows).toMatchObject({ statements: 1, read: results.length, written: 0 })
    await rows.vars.DB.batch([rows.vars.DB.prepare('UPDATE clients SET url = NULL')])
    expect(rows.written).toBe(results.length)
  })
})
