import { env } from 'cloudflare:workers'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { PUBLISHED_AHEAD } from '../../src/openid/keys/lifetimes.ts'
import { rotationNow } from '../../src/openid/keys/rotation.ts'
import { createSigningKeyStore } from '../../src/store/d1/signing-keys.ts'
import { givenClient, givenSession, givenUser, REDIRECT_URI } from '../support/fixture.ts'
import { authorizationForm, authorize, signedIn } from '../support/flow.ts'
import { basic, sendIn } from '../support/http.ts'

const SIGN_INS = 1000
/** Isolates that work at the same time; another one answers for the key set. */
const ISOLATES = 4
/** Seconds from one sign-in to the next: the keys can rotate twice while all of them are made. */
const STEP = PUBLISHED_AHEAD / 200

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Signs in as a browser that has a session does, and redeems the code. */
async function signIn(isolate: typeof env, query: string, cookie: string): Promise<string> {
  const asked = await sendIn(isolate, `/oauth2/authorize?${query}`, { headers: { Cookie: cookie } })
  const code = new URL(asked.headers.get('Location') ?? '').searchParams.get('code') ?? ''
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI })
  const answer = await sendIn(isolate, '/oauth2/token', { method: 'POST', headers: basic('web'), body })
  expect(answer.status).toBe(200)
  return (await answer.json<{ id_token: string }>()).id_token
}

it('none of 1,000 sign-ins is refused while the keys rotate twice; each ID token verifies at once and until it expires', async () => {
  const start = Math.floor(Date.now() / 1000)
  await givenClient('web', { metadata: JSON.stringify({ id_token_signed_response_alg: 'ES256' }) })
  const alice = await givenUser('alice')
  await authorize(await signedIn(alice), { scope: 'openid' })
  const { name, value } = await givenSession(alice)
  const fields = { ...authorizationForm({ scope: 'openid' }), nonce: 'n', prompt: 'none' }
  const query = new URLSearchParams(fields).toString()
  const isolates = Array.from({ length: ISOLATES }, () => ({ ...env }))
  const publisher = { ...env }
  const keySet = async () =>
    createLocalJWKSet(await (await sendIn(publisher, '/oauth2/jwks')).json<JSONWebKeySet>())

  const tokens: { readonly token: string; readonly exp: number }[] = []
  const kids = new Set<string | undefined>()
  let [rotations, known] = [0, await keySet()]
  for (let index = 0; index < SIGN_INS; index += ISOLATES) {
    const now = start + index * STEP
    vi.setSystemTime(now * 1000)
    if (index === 400 || index === 800) {
      const mark = { id: `rotation ${index}`, now, network: null, actor: 'cli' }
      const put = await createSigningKeyStore(env.DB).rotateSigningKeys(rotationNow(now), mark)
      rotations += put.length > 0 ? 1 : 0
    }
    const made = await Promise.all(
      isolates.map(async (isolate) => signIn(isolate, query, `${name}=${value}`)),
    )
    for (const token of made) {
      // As clients do: the keys that they know are fetched again for one that they do not.
      const { kid } = decodeProtectedHeader(token)
      if (!kids.has(kid)) known = await keySet()
      const { payload } = await jwtVerify(token, known, { audience: 'web' })
      kids.add(kid)
      tokens.push({ token, exp: payload.exp ?? 0 })
    }
  }
  expect(tokens).toHaveLength(SIGN_INS)
  expect([rotations, kids.size]).toEqual([2, 3])
  // Whoever has kept nothing fetches the keys when a token is about to expire.
  for (const [index, { exp, token }] of tokens.entries()) {
    const last = new Date((exp - 1) * 1000)
    vi.setSystemTime(last)
    if (index % 100 === 0) known = await keySet()
    await jwtVerify(token, known, { currentDate: last })
  }
}, 120_000)
