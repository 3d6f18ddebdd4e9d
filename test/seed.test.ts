import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { givenCast, givenClient, PASSWORD } from './support/fixture.ts'
import { answerOf, introspect, post, refresh, revoke, token, tokensOf } from './support/http.ts'
import { expectRefusal } from './support/refusal.ts'
import { stopClock, travel } from './support/time.ts'
import { givenTokens, isActive } from './support/tokens.ts'

const SINGLE = { OAUTH_SINGLE_ACCESS_TOKEN: 'true' }
const DELETE = { OAUTH_DELETE_EXPIRED: 'true' }

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** Number of grants, or of those that have an access token. */
async function count(what: 'access tokens' | 'grants'): Promise<unknown> {
  const where = what === 'grants' ? '' : 'WHERE access_expires_at IS NOT NULL'
  return env.DB.prepare(`SELECT count(*) FROM grants ${where}`).first('count(*)')
}

// Titles are those of django-oauth2-provider's own tests, where it has one.
describe('the seed', () => {
  it('test_fetching_access_token_multiple_times: another token each time, and all live', async () => {
    const first = await givenTokens(alice)
    const second = await givenTokens(alice)
    expect(second.access).not.toBe(first.access)
    expect(second.refresh).not.toBe(first.refresh)
    expect(await isActive(first.access)).toBe(true)
    expect(await isActive(second.access)).toBe(true)
  })

  it('test_fetching_access_token_with_invalid_client, test_fetching_access_token_with_invalid_grant_type', async () => {
    expectRefusal(await token({ client_id: 'nobody', grant_type: 'password' }), 'invalid_client')
    expectRefusal(await token({ grant_type: 'invalid' }), 'unsupported_grant_type')
  })

  it('test_refreshing_an_access_token: a new pair, and the old one dies', async () => {
    const pair = await givenTokens(alice)
    const next = await refresh(pair.refresh)
    expect(next).toMatchObject({ scope: 'read', status: 200, token_type: 'Bearer' })
    expect(await isActive(pair.access)).toBe(false)
    travel(10)
    expectRefusal(await refresh(pair.refresh), 'invalid_grant')
  })

  it('test_password_grant_public, test_password_grant_confidential', async () => {
    expect(await tokensOf({ client_id: 'native' })).not.toHaveProperty('refresh_token')
    expect(await tokensOf()).toHaveProperty('refresh_token')
  })

  it('test_password_grant_confidential_no_secret, test_password_grant_invalid_password_confidential', async () => {
    expectRefusal(await tokensOf({ client_secret: '' }), 'invalid_client')
    expectRefusal(await tokensOf({ password: 'wrong' }), 'invalid_grant')
  })

  it('test_access_token_response_valid_token_type', async () => {
    expect((await tokensOf({ client_id: 'native' })).token_type).toBe('Bearer')
  })

  it('test_access_token_enforces_SSL', async () => {
    const form = { client_id: 'native', grant_type: 'password', password: PASSWORD, username: 'alice' }
    const answer = await answerOf(
      await post('http://id.example/oauth2/access_token', form, {}, { OAUTH_ENFORCE_SECURE: 'true' }),
    )
    expectRefusal(answer, 'invalid_request')
    expect(answer.error_description).toBe('A secure connection is required.')
  })

  it('test_access_token_get_expire_delta_value: the settings, or what the client has of its own', async () => {
    const vars = { OAUTH_EXPIRE_DELTA: '100', OAUTH_EXPIRE_DELTA_PUBLIC: '50' }
    await givenClient('brief', { accessTokenLifetime: 7, refreshTokenLifetime: 9 })
    expect(await tokensOf({}, vars)).toMatchObject({ expires_in: 100 })
    expect(await tokensOf({ client_id: 'native' }, vars)).toMatchObject({ expires_in: 50 })
    const brief = await givenTokens(alice, { client: 'brief' }, vars)
    expect(await refresh(brief.refresh, { client_id: 'brief' }, vars)).toMatchObject({ expires_in: 7 })
    travel(9)
    expect(await isActive(brief.refresh, 'brief')).toBe(false)
  })
})

describe('OAUTH_SINGLE_ACCESS_TOKEN', () => {
  it('test_fetching_single_access_token: asking again returns the same pair, and what is left of its life', async () => {
    stopClock()
    const first = await tokensOf({ scope: 'read write' }, SINGLE)
    travel(100)
    const again = await tokensOf({ scope: 'write read' }, SINGLE)
    expect(again).toMatchObject({
      access_token: first.access_token,
      expires_in: first.expires_in - 100,
      refresh_token: first.refresh_token,
      scope: 'read write',
    })
    expect([await count('grants'), await count('access tokens')]).toEqual([1, 1])
  })

  it('test_fetching_single_access_token_after_refresh: a new one, which is then the one', async () => {
    const first = await givenTokens(alice, {}, SINGLE)
    const next = await refresh(first.refresh, {}, SINGLE)
    expect(next.access_token).not.toBe(first.access)
    expect(await givenTokens(alice, {}, SINGLE)).toEqual({
      access: next.access_token,
      refresh: next.refresh_token,
    })
    expect(await isActive(next.access_token)).toBe(true)
  })

  it('gives a new one after the old one expired, was revoked or its grant ended', async () => {
    const vars = { ...SINGLE, OAUTH_EXPIRE_DELTA: '100' }
    const first = await givenTokens(alice, {}, vars)
    travel(100)
    const second = await givenTokens(alice, {}, vars)
    expect(second.access).not.toBe(first.access)
    await env.DB.prepare('UPDATE grants SET access_revoked_at = 1').run()
    const third = await givenTokens(alice, {}, vars)
    expect([first.access, second.access]).not.toContain(third.access)
    await env.DB.prepare('UPDATE grants SET revoked_at = 1').run()
    const fourth = await givenTokens(alice, {}, vars)
    expect([first.access, second.access, third.access]).not.toContain(fourth.access)
    expect(await isActive(fourth.access)).toBe(true)
  })

  it('a refresh on one device is no replay on the other, which gets the tokens that live', async () => {
    const vars = { ...SINGLE, OAUTH_REFRESH_REUSE_INTERVAL: '0', OAUTH_EXPIRE_DELTA: '100' }
    const [phone, laptop] = [await givenTokens(alice, {}, vars), await givenTokens(alice, {}, vars)]
    expect(laptop).toEqual(phone)
    const first = await refresh(phone.refresh, {}, vars)
    const next = await refresh(first.refresh_token ?? '', {}, vars)
    const other = await refresh(laptop.refresh, {}, vars)
    expect(other).toMatchObject({
      access_token: next.access_token,
      refresh_token: next.refresh_token,
      status: 200,
    })
    expect(await isActive(next.access_token)).toBe(true)
    travel(200)
    expectRefusal(await refresh(laptop.refresh, {}, vars), 'invalid_grant')
    expect(await refresh(next.refresh_token ?? '', {}, vars)).toMatchObject({ status: 200 })
  })

  it('holds for a client of its own', async () => {
    const form = { client_id: 'service', grant_type: 'client_credentials' }
    const first = await token(form, SINGLE)
    expect((await token(form, SINGLE)).access_token).toBe(first.access_token)
    expect((await token({ ...form, scope: 'write' }, SINGLE)).access_token).not.toBe(first.access_token)
    expect(await isActive(first.access_token, 'service')).toBe(true)
  })

  it('a narrowed refresh takes the place of the narrower scope, not of the wider one', async () => {
    const wide = await givenTokens(alice, { scope: 'read write' }, SINGLE)
    const narrow = await refresh(wide.refresh, { scope: 'read' }, SINGLE)
    expect(await givenTokens(alice, { scope: 'read' }, SINGLE)).toMatchObject({ access: narrow.access_token })
    const again = await givenTokens(alice, { scope: 'read write' }, SINGLE)
    expect([wide.access, narrow.access_token]).not.toContain(again.access)
    expect(await isActive(again.access)).toBe(true)
  })

  it('gives no token again whose user was disabled', async () => {
    await tokensOf({}, SINGLE)
    await env.DB.prepare('UPDATE users SET is_active = 0').run()
    expectRefusal(await tokensOf({}, SINGLE), 'invalid_grant')
  })

  it('is switched on while tokens are out, and off again', async () => {
    const before = await givenTokens(alice)
    const single = await givenTokens(alice, {}, SINGLE)
    expect(single.access).not.toBe(before.access)
    const after = await givenTokens(alice)
    expect(after.access).not.toBe(single.access)
    expect(await givenTokens(alice, {}, SINGLE)).toEqual(single)
    for (const { access } of [before, single, after]) expect(await isActive(access)).toBe(true)
  })
})

describe('OAUTH_DELETE_EXPIRED', () => {
  it('removes the access token that a refresh replaces, and keeps the grant', async () => {
    const pair = await givenTokens(alice, {}, DELETE)
    const next = await refresh(pair.refresh, {}, DELETE)
    expect(next).toMatchObject({ status: 200 })
    expect([await count('grants'), await count('access tokens')]).toEqual([1, 1])
    expect(await isActive(pair.access)).toBe(false)
    expect(await isActive(next.access_token)).toBe(true)
    // The lost reply is still known.
    expect(await refresh(pair.refresh, {}, DELETE)).toMatchObject({ access_token: next.access_token })
  })

  it('removes the tokens of a grant that a replay ends', async () => {
    const vars = { ...DELETE, OAUTH_REFRESH_REUSE_INTERVAL: '0' }
    const pair = await givenTokens(alice, {}, vars)
    const next = await refresh(pair.refresh, {}, vars)
    const last = await refresh(next.refresh_token ?? '', {}, vars)
    expectRefusal(await refresh(pair.refresh, {}, vars), 'invalid_grant')
    expect(await count('access tokens')).toBe(0)
    expectRefusal(await refresh(last.refresh_token ?? '', {}, vars), 'invalid_grant')
  })

  it('removes the tokens of a grant that the replay of the number just replaced ends', async () => {
    const vars = { ...DELETE, OAUTH_REFRESH_REUSE_INTERVAL: '0' }
    const pair = await givenTokens(alice, {}, vars)
    await refresh(pair.refresh, {}, vars)
    expectRefusal(await refresh(pair.refresh, {}, vars), 'invalid_grant')
    expect(await count('access tokens')).toBe(0)
  })

  it('removes tokens of a client of its own that have expired with the next one that is issued', async () => {
    stopClock()
    const vars = { ...DELETE, OAUTH_EXPIRE_DELTA: '100' }
    const own = async (): Promise<readonly unknown[]> => {
      await token({ client_id: 'service', grant_type: 'client_credentials' }, vars)
      const { results } = await env.DB.prepare(
        "SELECT created_at AS at FROM grants WHERE client_id = 'service' ORDER BY id",
      ).all<{ at: number }>()
      return results.map(({ at }) => at)
    }
    const [first] = await own()
    travel(99)
    const [same, second] = await own()
    expect(same).toBe(first)
    travel(1)
    const [oldest, newest, ...rest] = await own()
    expect([oldest, rest]).toEqual([second, []])
    expect(newest).not.toBe(second)
  })

  it('removes a user’s grant once nothing of it can live or come again', async () => {
    stopClock()
    const vars = { ...DELETE, OAUTH_EXPIRE_DELTA: '100', OAUTH_EXPIRE_REFRESH_DELTA: '200' }
    await givenTokens(alice, {}, vars)
    travel(300)
    await givenTokens(alice, {}, vars)
    expect(await count('grants')).toBe(2)
    travel(21)
    await givenTokens(alice, {}, vars)
    expect(await count('grants')).toBe(2)
  })

  it('off lets what was revoked persist, marked', async () => {
    const [marked, removed] = [await givenTokens(alice), await givenTokens(alice)]
    await revoke(marked.refresh)
    await revoke(removed.refresh, 'web', DELETE)
    expect(await count('grants')).toBe(2)
    expect(await count('access tokens')).toBe(1)
    expect([await isActive(marked.access), await isActive(removed.access)]).toEqual([false, false])
  })
})

describe('scopes', () => {
  const form = { client_id: 'service', grant_type: 'client_credentials' }

  it('test_escalating_the_scope: too wide is invalid_scope, and nothing is spent', async () => {
    const pair = await givenTokens(alice, { scope: 'read' })
    const answer = await refresh(pair.refresh, { scope: 'read write' })
    expectRefusal(answer, 'invalid_scope')
    expect(answer.error_description).toBe('Invalid scope.')
    expect(await refresh(pair.refresh)).toMatchObject({ scope: 'read', status: 200 })
  })

  it('are answered sorted and without repeats, as asked: write does not become read write', async () => {
    expect(await token({ ...form, scope: 'write read write' })).toMatchObject({ scope: 'read write' })
    expect(await token({ ...form, scope: 'write' })).toMatchObject({ scope: 'write' })
    expect(await token({ ...form, scope: ' read ' })).toMatchObject({ scope: 'read' })
  })

  it('default to OAUTH_DEFAULT_SCOPE, which is the first of OAUTH_SCOPES', async () => {
    expect(await token(form)).toMatchObject({ scope: 'read' })
    expect(await token({ ...form, scope: '' })).toMatchObject({ scope: 'read' })
    expect(await token(form, { OAUTH_DEFAULT_SCOPE: 'write read' })).toMatchObject({ scope: 'read write' })
    expect(await token(form, { OAUTH_SCOPES: '{"mail":1,"read":2}' })).toMatchObject({ scope: 'mail' })
  })

  it("default to the client's own where it may not have the default", async () => {
    await givenClient('writer', { scope: 'write' })
    await givenClient('reader', { scope: 'read write' })
    expect(await token({ ...form, client_id: 'writer' })).toMatchObject({ scope: 'write' })
    expect(await token({ ...form, client_id: 'reader' })).toMatchObject({ scope: 'read' })
    expectRefusal(await token({ ...form, client_id: 'writer', scope: 'read' }), 'invalid_scope')
    expect(await token({ ...form, client_id: 'writer', scope: 'write' })).toMatchObject({ scope: 'write' })
  })

  it('of the scope table count like those of OAUTH_SCOPES', async () => {
    expectRefusal(await token({ ...form, scope: 'calendar read' }), 'invalid_scope')
    await env.DB.prepare(`INSERT INTO scopes VALUES ('calendar', 'Your calendar', 0)`).run()
    const answer = await token({ ...form, scope: 'calendar read' })
    expect(answer).toMatchObject({ scope: 'calendar read' })
    expect(await introspect(answer.access_token)).toMatchObject({ scope: 'calendar read' })
  })

  it('are compared whole: a part of a name, or a name in another case, is another scope', async () => {
    await givenClient('files', { scope: 'files.read' })
    for (const scope of ['files', 'read', 'files.rea', 'FILES.READ', '.', '%', 'files_read']) {
      expectRefusal(await token({ ...form, client_id: 'files', scope }), 'invalid_scope')
    }
  })
})
