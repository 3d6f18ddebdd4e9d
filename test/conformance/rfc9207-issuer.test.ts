import { beforeEach, describe, expect } from 'vitest'
import { givenCast } from '../support/fixture.ts'
import { answerIn, authorizationUrl, authorize, signedIn } from '../support/flow.ts'
import { ORIGIN, send, type Vars } from '../support/http.ts'
import { must } from '../support/must.ts'

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

async function discoveredIssuer(vars: Vars = {}): Promise<unknown> {
  const response = await send('/.well-known/oauth-authorization-server', {}, vars)
  const metadata = await response.json<Record<string, unknown>>()
  expect(metadata['authorization_response_iss_parameter_supported']).toBe(true)
  return metadata['issuer']
}

describe('iss in authorization responses', () => {
  must(
    'RFC 9207',
    '2',
    'is in each success and each error, once, and is the issuer of the metadata',
    async () => {
      const iss = await discoveredIssuer()
      expect(iss).toBe(ORIGIN)
      const browser = await signedIn(alice)
      for (const fields of [
        {},
        { response_type: 'token' },
        { scope: 'no' },
        { response_type: 'foo' },
        { response_type: undefined },
        { prompt: 'none', scope: 'read write' },
        { state: 'x&iss=https://evil.example' },
        { iss: 'https://evil.example' },
      ]) {
        const visit = await authorize(browser, fields)
        const { left } = visit
        const answer = new URLSearchParams(left?.hash ? left.hash.slice(1) : left?.search)
        expect({ fields, iss: answer.getAll('iss') }).toEqual({ fields, iss: [iss] })
        expect(Object.keys(answerIn(visit)).at(-1)).toBe('iss')
      }
    },
  )

  must('RFC 9207', '2', 'is OAUTH_ISSUER where that is set, whatever the request’s host says', async () => {
    const vars = { OAUTH_ISSUER: 'https://accounts.example' }
    expect(await discoveredIssuer(vars)).toBe('https://accounts.example')
    const headers = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' }
    const response = await send(authorizationUrl({ scope: 'no' }), { headers }, vars)
    const answer = new URL(response.headers.get('Location') ?? '').searchParams
    expect(answer.getAll('iss')).toEqual(['https://accounts.example'])
  })
})
