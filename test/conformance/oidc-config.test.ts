import { describe, expect, it } from 'vitest'
import { ORIGIN, send } from '../support/http.ts'
import { must } from '../support/must.ts'
import { json } from '../support/openid.ts'

const DISCOVERY = '/.well-known/openid-configuration'
/** Members that the registry of authorization server metadata has (RFC 8414 7.1), as patterns. */
const REGISTERED = [
  /^(?:issuer|jwks_uri|end_session_endpoint|protected_resources)$/,
  /^(?:authorization|token|userinfo|registration|introspection|revocation|device_authorization)_endpoint$/,
  /^pushed_authorization_request_endpoint$/,
  /^(?:token|introspection|revocation)_endpoint_auth_(?:methods|signing_alg_values)_supported$/,
  /^(?:scopes|response_types|response_modes|grant_types|acr_values|subject_types|claims|claim_types)_supported$/,
  /^(?:id_token|userinfo|request_object|dpop|authorization)_signing_alg_values_supported$/,
  /^(?:display_values|prompt_values|code_challenge_methods|ui_locales|claims_locales)_supported$/,
  /^(?:claims|request|request_uri)_parameter_supported$/,
  /^(?:require_request_uri_registration|require_pushed_authorization_requests|require_signed_request_object)$/,
  /^(?:backchannel|frontchannel)_logout_(?:session_)?supported$/,
  // Of draft-ietf-oauth-identity-assertion-authz-grant.
  /^authorization_grant_profiles_supported$/,
  /^(?:authorization_response_iss_parameter|client_id_metadata_document)_supported$/,
  /^(?:authorization_details_types_supported|service_documentation|op_policy_uri|op_tos_uri|signed_metadata)$/,
]

describe('The plan Config (oidcc-discovery-endpoint-verification)', () => {
  must('OpenID Connect Discovery', '3', 'has every member that it must have, of the right type', async () => {
    const metadata = await json(DISCOVERY)
    for (const name of [
      'issuer',
      'authorization_endpoint',
      'token_endpoint',
      'userinfo_endpoint',
      'jwks_uri',
    ]) {
      expect(metadata[name]).toMatch(/^https:\/\/[^?#]+$/)
    }
    for (const name of [
      'scopes_supported',
      'response_types_supported',
      'response_modes_supported',
      'grant_types_supported',
      'subject_types_supported',
      'id_token_signing_alg_values_supported',
      'claims_supported',
    ]) {
      const list = metadata[name] as string[]
      expect(list.length).toBeGreaterThan(0)
      expect(list.every((item) => typeof item === 'string')).toBe(true)
      expect(new Set(list).size).toBe(list.length)
    }
    expect(metadata['id_token_signing_alg_values_supported']).toContain('RS256')
    expect(metadata['id_token_signing_alg_values_supported']).not.toContain('none')
    expect(metadata['scopes_supported']).toContain('openid')
    expect(metadata['grant_types_supported']).toEqual(
      expect.arrayContaining(['authorization_code', 'implicit']),
    )
  })

  it('names endpoints at https, and no member that nobody has registered', async () => {
    const metadata = await json(DISCOVERY)
    for (const [name, value] of Object.entries(metadata)) {
      expect(REGISTERED.some((pattern) => pattern.test(name)) ? '' : name).toBe('')
      expect(name.endsWith('_endpoint') && !String(value).startsWith('https://') ? name : '').toBe('')
    }
  })

  must('OpenID Connect Discovery', '4.3', 'has the issuer that was asked for, or is not there', async () => {
    expect((await json(DISCOVERY))['issuer']).toBe(ORIGIN)
    for (const path of [`${DISCOVERY}/oauth2`, `${DISCOVERY}/x/y`, `/oauth2${DISCOVERY}`, `/x${DISCOVERY}`]) {
      expect((await send(path)).status).toBe(404)
    }
  })

  it('is the same document as that of RFC 8414, which pages of any origin may read', async () => {
    const response = await send(DISCOVERY, { headers: { Origin: 'https://app.example' } })
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(response.headers.get('Cache-Control')).toBe('private, max-age=300')
    expect(await response.json()).toEqual(await json('/.well-known/oauth-authorization-server'))
  })

  must(
    'RFC 7517',
    '4',
    'threat 134: publishes a key of each algorithm, each with a kid of its own, none with a private part',
    async () => {
      const { jwks_uri, id_token_signing_alg_values_supported: algorithms } = await json(DISCOVERY)
      const { keys } = (await json(String(jwks_uri).slice(ORIGIN.length))) as {
        keys: Record<string, unknown>[]
      }
      expect(keys.map(({ alg }) => String(alg)).toSorted()).toEqual((algorithms as string[]).toSorted())
      expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
      for (const key of keys) {
        expect(key).toMatchObject({
          use: 'sig',
          kid: expect.any(String) as string,
          kty: expect.any(String) as string,
        })
        for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
          expect(key).not.toHaveProperty(secret)
      }
    },
  )
})
