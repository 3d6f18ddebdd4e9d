import { createExecutionContext, runDurableObjectAlarm, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import worker from '../index.ts'

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

/** Posts a form to the Worker as the demo client. */
async function post(path: string, form: Readonly<Record<string, string>>): Promise<Response> {
  const context = createExecutionContext()
  const client = { client_id: 'demo', client_secret: 'demo-secret' }
  const body = new URLSearchParams({ ...client, ...form })
  const request = new Request(`https://id.example${path}`, { body, method: 'POST' })
  const response = await worker.fetch(request, env, context)
  await waitOnExecutionContext(context)
  return response
}

it('a password becomes tokens, which refresh, and end when the old one is used again', async () => {
  const first = await post('/oauth2/token', { grant_type: 'password', username: 'demo', password: 'demo' })
  expect(first.status).toBe(200)
  const { access_token: access, refresh_token: refresh } = await first.json<Tokens>()
  const rotate = { grant_type: 'refresh_token', refresh_token: refresh }
  const second = await post('/oauth2/token', rotate)
  expect(second.status).toBe(200)
  const next = await second.json<Tokens>()
  expect(next.refresh_token).not.toBe(refresh)
  const active = async (token: string): Promise<unknown> =>
    (await post('/oauth2/introspect', { token })).json()
  expect(await active(access)).toEqual({ active: false })
  expect(await active(next.access_token)).toMatchObject({ active: true, username: 'demo', scope: 'read' })
  // Once the successor has been used, the first one is a replay.
  const third = await (
    await post('/oauth2/token', { ...rotate, refresh_token: next.refresh_token })
  ).json<Tokens>()
  expect((await post('/oauth2/token', rotate)).status).toBe(400)
  expect(await active(third.access_token)).toEqual({ active: false })
})

it('a wrong password is refused, and a wrong secret before it', async () => {
  const form = { grant_type: 'password', username: 'demo', password: 'wrong' }
  expect(await (await post('/oauth2/token', form)).json()).toMatchObject({ error: 'invalid_grant' })
  const stranger = await post('/oauth2/token', { ...form, client_secret: 'wrong' })
  expect(await stranger.json()).toMatchObject({ error: 'invalid_client' })
})

it('answers at /healthz, and wakes up to purge', async () => {
  const context = createExecutionContext()
  const health = await worker.fetch(new Request('https://id.example/healthz'), env, context)
  expect(await health.json()).toEqual({ status: 'ok' })
  expect(await runDurableObjectAlarm(env.AUTH.getByName('auth'))).toBe(true)
})
