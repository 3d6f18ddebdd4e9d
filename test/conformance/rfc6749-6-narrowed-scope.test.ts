import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect } from 'vitest'
import { givenCast } from '../support/fixture.ts'
import { givenCode, redeem } from '../support/flow.ts'
import { introspect, refresh, tokensOf, type Vars } from '../support/http.ts'
import { must } from '../support/must.ts'
import { expectRefusal } from '../support/refusal.ts'
import { givenTokens, isActive } from '../support/tokens.ts'

/** A provider whose settings no longer have the scope `write`. */
const WITHOUT_WRITE = { OAUTH_SCOPES: '{"read":2}' }
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await env.DB.prepare(
    `INSERT INTO scopes (name, description, created_at) VALUES ('audit', 'Audit', 0)`,
  ).run()
})

/** Says which scopes the client `web` may have from now on; null is every one. */
async function narrow(scope: string | null): Promise<void> {
  await env.DB.prepare(`UPDATE clients SET scope = ? WHERE client_id = 'web'`).bind(scope).run()
}

async function deleteScope(): Promise<void> {
  await env.DB.prepare(`DELETE FROM scopes WHERE name = 'audit'`).run()
}

/** Refreshes, and checks that answer and access token have a scope; returns the next refresh token. */
async function expectScope(token: string, scope: string, form = {}, vars: Vars = {}): Promise<string> {
  const answer = await refresh(token, form, vars)
  expect(answer).toMatchObject({ scope, status: 200 })
  expect(await introspect(answer.access_token)).toMatchObject({ active: true, scope })
  return answer.refresh_token ?? ''
}

describe('the scope of a refresh', () => {
  must(
    'RFC 6749',
    '6',
    'is cut to what its client may have by now, and is whole once it may again',
    async () => {
      const first = await givenTokens(alice, { scope: 'audit read write' })
      await narrow('audit read')
      const second = await expectScope(first.refresh, 'audit read')
      const third = await expectScope(second, 'read', { scope: 'read write' })
      await narrow('read')
      const fourth = await expectScope(third, 'read')
      await narrow(null)
      await expectScope(fourth, 'audit read write')
    },
  )

  must(
    'RFC 6749',
    '6',
    'is without a scope that was deleted, or that the settings no longer have',
    async () => {
      const first = await givenTokens(alice, { scope: 'audit read write' })
      const second = await expectScope(first.refresh, 'audit read', {}, WITHOUT_WRITE)
      await deleteScope()
      const third = await expectScope(second, 'read write')
      await expectScope(third, 'read', { scope: 'audit read' })
    },
  )

  must('RFC 6749', '6', 'of the password grant is cut as that of a code is', async () => {
    const { refresh_token: token = '' } = await tokensOf({ scope: 'read write' })
    await narrow('write')
    await expectScope(token, 'write')
  })

  const ends: Record<string, readonly [scope: string, end: () => Promise<void>, vars?: Vars]> = {
    'its client may have none of it': ['read write', () => narrow('audit')],
    'none of it exists any more': ['audit', deleteScope],
    'the settings have none of it': ['write', async () => {}, WITHOUT_WRITE],
  }
  for (const [name, [scope, end, vars = {}]] of Object.entries(ends)) {
    must('RFC 6749', '6', `is refused where ${name}, which ends the grant`, async () => {
      const pair = await givenTokens(alice, { scope })
      await end()
      expectRefusal(await refresh(pair.refresh, {}, vars), 'invalid_scope')
      await narrow(null)
      expectRefusal(await refresh(pair.refresh), 'invalid_grant')
      expect(await isActive(pair.access)).toBe(false)
    })
  }
})

describe('the scope of a code', () => {
  must('RFC 6749', '4.1.3', 'is cut to what its client may have by now', async () => {
    const code = await givenCode(alice, { scope: 'audit read write' })
    await narrow('audit read')
    const answer = await redeem(code)
    expect(answer).toMatchObject({ scope: 'audit read', status: 200 })
    expect(await introspect(answer.access_token)).toMatchObject({ scope: 'audit read' })
    await narrow(null)
    const other = await givenCode(alice, { scope: 'audit read' })
    await deleteScope()
    expect(await redeem(other)).toMatchObject({ scope: 'read', status: 200 })
  })

  must('RFC 6749', '4.1.3', 'is refused where nothing of it is left', async () => {
    const code = await givenCode(alice, { scope: 'write' })
    await narrow('read')
    expectRefusal(await redeem(code), 'invalid_scope')
    await narrow(null)
    const other = await givenCode(alice, { scope: 'audit' })
    await deleteScope()
    expectRefusal(await redeem(other), 'invalid_scope')
  })
})
