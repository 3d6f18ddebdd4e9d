import { expect, it } from 'vitest'
import { givenStaff } from '../admin/support.ts'
import { givenUser } from '../support/fixture.ts'
import { redeem, givenCode, PKCE, VERIFIER } from '../support/flow.ts'
import { refresh, send } from '../support/http.ts'

it('A public client that registers itself without grant types gets refresh tokens, which rotate and catch a replay', async () => {
  const vars = { OAUTH_REGISTRATION: 'open' }
  const metadata = {
    client_name: 'Tool',
    redirect_uris: ['https://app.example/cb'],
    token_endpoint_auth_method: 'none',
  }
  const headers = { 'Content-Type': 'application/json' }
  const made = await send(
    '/oauth2/register',
    { method: 'POST', headers, body: JSON.stringify(metadata) },
    vars,
  )
  const { client_id, grant_types } = await made.json<{ client_id: string; grant_types: string[] }>()
  expect(grant_types).toEqual(['authorization_code', 'refresh_token'])
  const code = await givenCode(await givenUser('alice'), { ...PKCE, client_id }, vars)
  const form = { client_id, client_secret: undefined, code_verifier: VERIFIER }
  const first = await redeem(code, form, vars)
  expect(first.refresh_token).toMatch(/^rt_/)
  const own = { client_id, client_secret: '' }
  const second = await refresh(first.refresh_token ?? '', own, vars)
  const third = await refresh(second.refresh_token ?? '', own, vars)
  expect(third).toMatchObject({ status: 200 })
  expect(await refresh(first.refresh_token ?? '', own, vars)).toMatchObject({ error: 'invalid_grant' })
  expect(await refresh(third.refresh_token ?? '', own, vars)).toMatchObject({ error: 'invalid_grant' })
})

it('The form of a new client begins with the grant type refresh_token', async () => {
  const { browser } = await givenStaff()
  const page = await browser.visit('/admin/clients/new')
  expect(page.text).toMatch(/value="refresh_token"[^>]*checked|checked[^>]*value="refresh_token"/)
})
