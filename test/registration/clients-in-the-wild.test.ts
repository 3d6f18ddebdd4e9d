import { beforeEach, describe, expect, it } from 'vitest'
import { givenCast } from '../support/fixture.ts'
import { givenCode, PKCE, redeem, VERIFIER } from '../support/flow.ts'
import { CODE, PUBLIC, RECORDED_REGISTRATIONS } from '../support/recorded-registrations.ts'
import { metadataOf, registerClient } from '../support/registration.ts'

let alice: string

describe('Registrations that real clients send', () => {
  beforeEach(async () => {
    ;({ alice } = await givenCast())
  })

  it.each(RECORDED_REGISTRATIONS)(
    '%s registers, signs a person in and gets a refresh token',
    async (_, body, redirect_uri) => {
      const answer = await registerClient(body)
      expect(answer).toMatchObject({ status: 201, client_name: body['client_name'] })
      expect(answer['redirect_uris']).toContain(redirect_uri)
      const { client_id, client_secret } = answer
      const asked = { client_id: client_id, redirect_uri, scope: 'read' }
      const code = await givenCode(alice, { ...asked, ...PKCE })
      const pair = await redeem(code, {
        ...asked,
        scope: undefined,
        client_secret,
        code_verifier: VERIFIER,
      })
      expect(pair).toMatchObject({ status: 200, token_type: 'Bearer' })
      expect(pair.refresh_token).toBeDefined()
    },
  )

  it('reads the list of methods that ChatGPT sends in place of one', async () => {
    const body = metadataOf({
      ...CODE,
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
      jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
    })
    expect(await registerClient(body)).toMatchObject({
      status: 201,
      token_endpoint_auth_method: 'private_key_jwt',
    })
  })

  it('lets a client ask for more than it registered with, as the SDKs of MCP do, and never for admin', async () => {
    const redirect_uri = 'http://127.0.0.1:33418/callback'
    const body = metadataOf({ ...PUBLIC, redirect_uris: [redirect_uri], scope: 'read' })
    const { client_id, scope } = await registerClient(body)
    expect(scope).toBe('read')
    const asked = { client_id, redirect_uri, ...PKCE }
    const code = await givenCode(alice, { ...asked, scope: 'read write' })
    const pair = await redeem(code, {
      client_id,
      redirect_uri,
      client_secret: undefined,
      code_verifier: VERIFIER,
    })
    expect(pair.scope).toBe('read write')
    await expect(givenCode(alice, { ...asked, scope: 'admin' })).rejects.toThrow('ac_')
  })

  it('takes another of the methods in a list where the preferred one does not work here', async () => {
    const body = metadataOf({
      ...CODE,
      token_endpoint_auth_method: 'tls_client_auth',
      token_endpoint_auth_methods_supported: ['tls_client_auth', 'none'],
    })
    expect(await registerClient(body)).toMatchObject({ status: 201, token_endpoint_auth_method: 'none' })
  })

  it('lets a page of any origin register', async () => {
    const answer = await registerClient(metadataOf(PUBLIC), undefined, { Origin: 'http://localhost:6274' })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
  })
})
