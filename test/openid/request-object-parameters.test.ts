import { describe, expect, it } from 'vitest'
import { paramsOf } from '../../src/oauth/params.ts'
import { parametersOfObject } from '../../src/openid/request-object/parameters.ts'

const table = {
  redirect_uri: { meaning: 'Where the answer goes' },
  request_uri: { meaning: 'Another request' },
  state: { meaning: 'Comes back' },
}
const beside = paramsOf([
  ['state', 'beside'],
  ['redirect_uri', 'https://evil.example/cb'],
  ['request_uri', 'https://app.example/request.jwt'],
])

describe('The parameters of a request object', () => {
  it('have from beside it neither the redirect URI nor the address that led to it', () => {
    const params = parametersOfObject({ claims: { client_id: 'web' }, isWhole: false }, beside, {
      authorizationParameters: table,
    })
    expect(params.get('state')).toBe('beside')
    expect(params.getAll('redirect_uri')).toEqual([])
    expect(params.getAll('request_uri')).toEqual([])
  })
})
