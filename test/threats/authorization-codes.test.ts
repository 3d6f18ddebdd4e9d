import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, vi } from 'vitest'
import { givenCast, PASSWORD } from '../support/fixture.ts'
import {
  act,
  authorize,
  codeIn,
  type Fields,
  givenCode,
  PKCE,
  redeem,
  signedIn,
  VERIFIER,
} from '../support/flow.ts'
import { type Answer, refresh, revoke, tokensOf } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { expectRefusal } from '../support/refusal.ts'
import { stopClock, travel } from '../support/time.ts'
import { isActive } from '../support/tokens.ts'
import { bindingsWith } from '../support/trips.ts'

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** Tokens and grants that the storage would still let in. */
async function countLive(): Promise<unknown> {
  const sql = `SELECT count(*) AS live FROM grants WHERE revoked_at IS NULL`
  return env.DB.prepare(sql).first('live')
}

async function expectDead({ access_token, refresh_token = '' }: Answer): Promise<void> {
  expect(await isActive(access_token)).toBe(false)
  expectRefusal(await refresh(refresh_token), 'invalid_grant')
  expect(await countLive()).toBe(0)
}

describe('a code that comes twice', () => {
  threat(
    50,
    'a code that comes twice ends the tokens of its first use, also those that were refreshed since',
    async () => {
      for (const vars of [{}, { OAUTH_DELETE_EXPIRED: 'true' }]) {
        const code = await givenCode(alice)
        const first = await redeem(code, {}, vars)
        expect(first).toMatchObject({ status: 200 })
        const second = await refresh(first.refresh_token ?? '', {}, vars)
        expect(second).toMatchObject({ status: 200 })
        expectRefusal(await redeem(code, {}, vars), 'invalid_grant')
        await expectDead(first)
        await expectDead(second)
      }
    },
  )

  threat(
    50,
    'a code that comes twice ends them whatever else is wrong with the second request of the same client',
    async () => {
      const wrong: readonly Fields[] = [
        { redirect_uri: 'https://evil.example' },
        { code_verifier: VERIFIER },
        { scope: 'write' },
        { redirect_uri: undefined },
      ]
      for (const fields of wrong) {
        const code = await givenCode(alice)
        const first = await redeem(code)
        expect((await redeem(code, fields)).status).toBe(400)
        await expectDead(first)
      }
    },
  )

  threat(50, 'a code that comes twice ends nothing else of the same user and client', async () => {
    const kept = await redeem(await givenCode(alice))
    const code = await givenCode(alice)
    await redeem(code)
    expectRefusal(await redeem(code), 'invalid_grant')
    expect(await isActive(kept.access_token)).toBe(true)
    expect(await refresh(kept.refresh_token ?? '')).toMatchObject({ status: 200 })
  })

  threat(
    51,
    'fifty redemptions of one code at once have one success, and no token is live afterwards',
    async () => {
      for (const vars of [{}, { OAUTH_SINGLE_ACCESS_TOKEN: 'true' }]) {
        const code = await givenCode(alice)
        const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(code, {}, vars)))
        const won = answers.filter(({ status }) => status === 200)
        expect(won).toHaveLength(1)
        expect(answers.filter(({ error }) => error === 'invalid_grant')).toHaveLength(49)
        for (const answer of won) await expectDead(answer)
      }
    },
  )

  threat(51, 'a stranger who redeems a code at the same time neither gets nor ends anything', async () => {
    const code = await givenCode(alice)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => redeem(code, at === 10 ? {} : { client_id: 'other' })),
    )
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1)
    expect(await isActive(answers[10]?.access_token ?? '')).toBe(true)
  })

  threat(52, 'a code that comes twice ends the tokens after its entry in KV is gone, too', async () => {
    const code = await givenCode(alice)
    const first = await redeem(code)
    for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name)
    expectRefusal(await redeem(code, { client_id: 'other' }), 'invalid_grant')
    expectRefusal(await redeem(code, { client_secret: 'wrong' }), 'invalid_client')
    expect(await isActive(first.access_token)).toBe(true)
    expectRefusal(await redeem(code), 'invalid_grant')
    await expectDead(first)
  })

  threat(52, 'a code that comes twice ends the tokens after its own time is over, too', async () => {
    const code = await givenCode(alice)
    const first = await redeem(code)
    travel(3600)
    expectRefusal(await redeem(code), 'invalid_grant')
    await expectDead(first)
  })

  threat(52, 'a code whose entry is gone before it was used is only refused', async () => {
    const code = await givenCode(alice)
    for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name)
    expectRefusal(await redeem(code), 'invalid_grant')
    expect(await env.DB.prepare('SELECT * FROM grants').all()).toMatchObject({ results: [] })
  })
})

describe('a code in the wrong hands', () => {
  threat(
    53,
    'a client with its own right secret is refused the code of another, and spends and revokes nothing',
    async () => {
      const code = await givenCode(alice)
      expectRefusal(await redeem(code, { client_id: 'other' }), 'invalid_grant')
      const tokens = await redeem(code)
      expect(tokens).toMatchObject({ status: 200 })
      expectRefusal(await redeem(code, { client_id: 'other' }), 'invalid_grant')
      expectRefusal(await redeem(code, { client_id: 'native', code_verifier: VERIFIER }), 'invalid_grant')
      expect(await isActive(tokens.access_token)).toBe(true)
      expect(await refresh(tokens.refresh_token ?? '')).toMatchObject({ status: 200 })
    },
  )

  threat(54, 'a wrong secret spends no code, and revokes nothing afterwards', async () => {
    const code = await givenCode(alice)
    expectRefusal(await redeem(code, { client_secret: 'wrong' }), 'invalid_client')
    expectRefusal(await redeem(code, { client_secret: undefined }), 'invalid_client')
    const tokens = await redeem(code)
    expect(tokens).toMatchObject({ status: 200 })
    expectRefusal(await redeem(code, { client_secret: 'wrong' }), 'invalid_client')
    expect(await isActive(tokens.access_token)).toBe(true)
  })

  threat(55, 'another redirect URI, or none, spends no code', async () => {
    const code = await givenCode(alice)
    for (const redirect_uri of [undefined, 'https://app.example/cb/', 'https://evil.example/cb']) {
      expectRefusal(await redeem(code, { redirect_uri }), 'invalid_grant')
    }
    expect(await redeem(code)).toMatchObject({ status: 200 })
  })

  threat(56, 'a wrong or missing verifier spends no code', async () => {
    const code = await givenCode(alice, { client_id: 'native', ...PKCE })
    for (const code_verifier of [undefined, `${VERIFIER.slice(1)}A`]) {
      expectRefusal(await redeem(code, { client_id: 'native', code_verifier }), 'invalid_grant')
    }
    const right = { client_id: 'native', code_verifier: VERIFIER }
    expect(await redeem(code, right)).toMatchObject({ status: 200 })
  })

  threat(57, 'a verifier for a code without a challenge is refused, against downgrade', async () => {
    const code = await givenCode(alice)
    expectRefusal(await redeem(code, { code_verifier: VERIFIER }), 'invalid_grant')
    expect(await redeem(code)).toMatchObject({ status: 200 })
  })

  threat(58, 'the challenge itself is refused as its verifier', async () => {
    const code = await givenCode(alice, PKCE)
    expectRefusal(await redeem(code, { code_verifier: PKCE.code_challenge }), 'invalid_grant')
    expect(await redeem(code, { code_verifier: VERIFIER })).toMatchObject({ status: 200 })
  })

  threat(59, 'a verifier of another form is refused', async () => {
    const code = await givenCode(alice, PKCE)
    for (const code_verifier of [
      'a'.repeat(42),
      'a'.repeat(129),
      `${'a'.repeat(50)}+`,
      '\u0000'.repeat(43),
      '😀'.repeat(43),
    ]) {
      expectRefusal(await redeem(code, { code_verifier }), 'invalid_grant')
    }
  })
})

describe('a code that is none', () => {
  threat(61, 'a code that was changed in any way is refused', async () => {
    const code = await givenCode(alice)
    const flip = (at: number): string =>
      `${code.slice(0, at)}${code[at] === 'A' ? 'B' : 'A'}${code.slice(at + 1)}`
    for (const forged of [
      code.slice(0, -1),
      `${code}A`,
      flip(3),
      flip(30),
      flip(code.length - 1),
      code.toUpperCase(),
      code.toLowerCase(),
      encodeURIComponent(code).replace('_', '%5F'),
      `${code}=`,
      ` ${code}`,
      `${code}\n`,
      code.slice(3),
      `ac_${code}`,
      'a'.repeat(10_000),
      `ac_${'A'.repeat(10_000)}`,
      "' OR 1=1 --",
      '😀',
      '__proto__',
    ]) {
      expectRefusal(await redeem(forged), 'invalid_grant')
    }
    expect(await redeem(code)).toMatchObject({ status: 200 })
  })

  threat(62, 'a token of another kind is refused as a code', async () => {
    const { access_token, refresh_token = '' } = await tokensOf()
    const browser = await signedIn(alice)
    const session = browser.cookies.get('__Host-oauth_session') ?? ''
    for (const value of [access_token, refresh_token, session]) {
      expectRefusal(await redeem(value), 'invalid_grant')
      expectRefusal(await redeem(`ac_${value.slice(3)}`), 'invalid_grant')
    }
    const code = await givenCode(alice)
    expectRefusal(await refresh(code), 'invalid_grant')
    expect(await isActive(code)).toBe(false)
    expect((await revoke(code)).status).toBe(200)
    browser.cookies.set('__Host-oauth_session', `se_${code.slice(3)}`)
    expect((await browser.get('/account')).status).toBe(303)
    expect(await redeem(code)).toMatchObject({ status: 200 })
  })
})

describe('a code whose ground is gone', () => {
  threat(60, 'a code is refused when it has expired, though KV still holds it', async () => {
    stopClock()
    const vars = { OAUTH_EXPIRE_CODE_DELTA: '5' }
    const put = vi.spyOn(env.KV, 'put')
    const code = await givenCode(alice, {}, vars)
    expect(put.mock.calls.map(([, , options]) => options)).toEqual([{ expirationTtl: 60 }])
    put.mockRestore()
    const other = await givenCode(alice, {}, vars)
    travel(4)
    expect(await redeem(other, {}, vars)).toMatchObject({ status: 200 })
    travel(1)
    expect((await env.KV.list()).keys).toHaveLength(2)
    expectRefusal(await redeem(code, {}, vars), 'invalid_grant')
  })

  threat(
    60,
    'a code is valid for OAUTH_EXPIRE_CODE_DELTA, ten minutes unless it says otherwise',
    async () => {
      stopClock()
      const put = vi.spyOn(env.KV, 'put')
      const [first, second] = [await givenCode(alice), await givenCode(alice)]
      expect(put.mock.calls.map(([, , options]) => options)).toEqual([
        { expirationTtl: 600 },
        { expirationTtl: 600 },
      ])
      put.mockRestore()
      travel(598)
      expect(await redeem(first)).toMatchObject({ status: 200 })
      travel(3)
      expectRefusal(await redeem(second), 'invalid_grant')
    },
  )

  threat(63, 'a code is refused once its consent is withdrawn, also after a new consent', async () => {
    const browser = await signedIn(alice)
    const code = codeIn(await authorize(browser))
    await act(browser, 'revoke-application', { client_id: 'web' })
    expectRefusal(await redeem(code), 'invalid_grant')
    const fresh = codeIn(await authorize(browser))
    expectRefusal(await redeem(code), 'invalid_grant')
    expect(await redeem(fresh)).toMatchObject({ status: 200 })
  })

  threat(63, 'a code is refused once its user or client is disabled', async () => {
    const code = await givenCode(alice)
    await env.DB.prepare('UPDATE users SET is_active = 0').run()
    expectRefusal(await redeem(code), 'invalid_grant')
    await env.DB.prepare(`UPDATE users SET is_active = 1`).run()
    await env.DB.prepare(`UPDATE clients SET disabled_at = 1 WHERE client_id = 'web'`).run()
    expectRefusal(await redeem(code), 'invalid_client')
    expect(await env.DB.prepare('SELECT * FROM grants').all()).toMatchObject({ results: [] })
  })

  threat(63, "a code is refused once its user's password has changed", async () => {
    const browser = await signedIn(alice)
    const code = codeIn(await authorize(browser))
    travel(2)
    const fields = { new_password: 'another long password', repeated_password: 'another long password' }
    const page = await act(browser, 'change-password', { current_password: PASSWORD, ...fields })
    expect(page.text).toContain('Your password is changed.')
    expectRefusal(await redeem(code), 'invalid_grant')
    expect(await redeem(codeIn(await authorize(browser)))).toMatchObject({ status: 200 })
  })

  threat(64, 'a scope at the token endpoint does not widen what was approved', async () => {
    const code = await givenCode(alice)
    expectRefusal(await redeem(code, { scope: 'read write' }), 'invalid_scope')
    expect(await redeem(code, { scope: 'read' })).toMatchObject({ scope: 'read', status: 200 })
  })
})

describe('a storage that fails', () => {
  threat(65, 'a storage that fails leaves the code unspent, and redeems it when it is back', async () => {
    const code = await givenCode(alice)
    for (const failing of ['d1', 'kv'] as const) {
      const vars = bindingsWith(async (call, binding) => {
        if (binding === failing) throw new Error('Network connection lost.')
        return call()
      })
      const answer = await redeem(code, {}, vars)
      expectRefusal(answer, 'temporarily_unavailable', 503)
      expect(answer.headers.get('Retry-After')).toBe('1')
    }
    const tokens = await redeem(code)
    expect(tokens).toMatchObject({ status: 200 })
    expect(await isActive(tokens.access_token)).toBe(true)
  })

  threat(65, 'a storage that loses its reply has not spent the code twice', async () => {
    const code = await givenCode(alice)
    let lost = false
    const vars = bindingsWith(async (call, binding) => {
      const result = await call()
      if (binding !== 'd1' || lost) return result
      lost = true
      throw new Error('Network connection lost.')
    })
    const tokens = await redeem(code, {}, vars)
    expect(lost).toBe(true)
    expect(tokens).toMatchObject({ status: 200 })
    expect(await isActive(tokens.access_token)).toBe(true)
    expect(await refresh(tokens.refresh_token ?? '')).toMatchObject({ status: 200 })
  })
})

describe('OAUTH_SINGLE_ACCESS_TOKEN', () => {
  const single = { OAUTH_SINGLE_ACCESS_TOKEN: 'true' }

  threat(
    93,
    'a second code brings the same tokens under OAUTH_SINGLE_ACCESS_TOKEN; other scopes bring others',
    async () => {
      const first = await redeem(await givenCode(alice, {}, single), {}, single)
      const second = await redeem(await givenCode(alice, {}, single), {}, single)
      expect(second).toMatchObject({ access_token: first.access_token, refresh_token: first.refresh_token })
      const wide = await redeem(await givenCode(alice, { scope: 'read write' }, single), {}, single)
      expect(wide.access_token).not.toBe(first.access_token)
      const after = await refresh(second.refresh_token ?? '', {}, single)
      const third = await redeem(await givenCode(alice, {}, single), {}, single)
      expect(third.access_token).toBe(after.access_token)
      expect(third.access_token).not.toBe(first.access_token)
    },
  )

  threat(50, 'the replay of any code that brought shared tokens ends them', async () => {
    for (const replayed of [0, 1]) {
      const codes = [await givenCode(alice, {}, single), await givenCode(alice, {}, single)]
      const answers = []
      for (const code of codes) answers.push(await redeem(code, {}, single))
      expect(new Set(answers.map((answer) => answer.access_token)).size).toBe(1)
      expectRefusal(await redeem(codes[replayed] ?? '', {}, single), 'invalid_grant')
      expect(await isActive(answers[0]?.access_token ?? '')).toBe(false)
      expectRefusal(await refresh(answers[1]?.refresh_token ?? '', {}, single), 'invalid_grant')
      const next = await redeem(await givenCode(alice, {}, single), {}, single)
      expect(next).toMatchObject({ status: 200 })
      expect(next.access_token).not.toBe(answers[0]?.access_token)
      expect(await isActive(next.access_token)).toBe(true)
      await revoke(next.refresh_token ?? '')
    }
  })

  threat(93, 'twenty codes at once bring one token under OAUTH_SINGLE_ACCESS_TOKEN', async () => {
    const browser = await signedIn(alice, single)
    const codes = []
    for (let at = 0; at < 20; at++) codes.push(codeIn(await authorize(browser)))
    const answers = await Promise.all(codes.map((code) => redeem(code, {}, single)))
    expect(answers.map(({ status }) => status)).toEqual(codes.map(() => 200))
    expect(new Set(answers.map((answer) => answer.access_token)).size).toBe(1)
    expect(await isActive(answers[0]?.access_token ?? '')).toBe(true)
  })
})
