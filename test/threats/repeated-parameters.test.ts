import { beforeEach, describe, expect } from 'vitest'
import { givenCast, PASSWORD, SECRET } from '../support/fixture.ts'
import {
  authorizationForm,
  expectPage,
  givenCode,
  MISMATCH,
  PKCE,
  UNAUTHORIZED,
  VERIFIER,
} from '../support/flow.ts'
import { answerOf, post, send } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { expectRefusal } from '../support/refusal.ts'
import { givenTokens } from '../support/tokens.ts'

type Form = Readonly<Record<string, string>>
interface Operation {
  readonly parameters?: readonly { readonly name: string }[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { properties: object } }>>
  }
}

const TWICE = 'A parameter was sent more than once.'
/** RFC 8707 2, and what no document of ours names: clients and proxies add what they like. */
const MAY_REPEAT = ['resource', 'audience', 'utm_source', 'x', '__proto__', 'constructor']
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** The parameters that an endpoint reads, by its own description, but those that may repeat. */
async function countedOnce(path: string, method: string): Promise<readonly string[]> {
  const document = await (
    await send('/openapi.json')
  ).json<{ paths: Record<string, Record<string, Operation>> }>()
  const { parameters = [], requestBody } = document.paths[path]?.[method] ?? {}
  const form = requestBody?.content['application/x-www-form-urlencoded']?.schema.properties ?? {}
  const names = [...parameters.map(({ name }) => name), ...Object.keys(form)]
  expect(names.length).toBeGreaterThan(1)
  return names.filter((name) => !MAY_REPEAT.includes(name))
}

/** A form in which one parameter stands so many times, with the value that it has or one of its own. */
function repeating(form: Form, name: string, times: number): string {
  const value = form[name] ?? 'https://a.example/'
  const others = Object.entries(form).filter(([other]) => other !== name)
  return new URLSearchParams([...others, ...Array.from({ length: times }, () => [name, value])]).toString()
}

/** What becomes of an authorization request: where it goes, and the error if there is one. */
async function outcomeOf(query: string): Promise<readonly unknown[]> {
  const answers = [await send(`/oauth2/authorize?${query}`), await post('/oauth2/authorize', query)]
  return answers.map(({ headers, status }) => {
    const url = URL.parse(headers.get('Location') ?? '', 'https://id.example')
    return [status, url?.host, url?.pathname, url?.searchParams.get('error')]
  })
}

/** A request of each grant type that succeeds; those that spend what they present are not sent whole here. */
async function tokenRequests(): Promise<readonly Form[]> {
  const client = { client_id: 'web', client_secret: SECRET, scope: 'read' }
  const { refresh: token } = await givenTokens(alice)
  const code = {
    code: await givenCode(alice, PKCE),
    code_verifier: VERIFIER,
    redirect_uri: 'https://app.example/cb',
  }
  return [
    { ...client, grant_type: 'client_credentials' },
    { ...client, grant_type: 'password', username: 'alice', password: PASSWORD },
    { ...client, grant_type: 'refresh_token', refresh_token: token },
    { ...client, grant_type: 'authorization_code', ...code },
  ]
}

describe('the authorization endpoint', () => {
  threat(12, 'refuses each parameter that it reads where it alone is sent twice', async () => {
    const form = authorizationForm(PKCE)
    const names = await countedOnce('/oauth2/authorize', 'get')
    expect(names).toEqual(
      expect.arrayContaining([...Object.keys(form), 'prompt', 'max_age', 'response_mode']),
    )
    for (const name of names) {
      const query = repeating(form, name, 2)
      for (const response of [
        await send(`/oauth2/authorize?${query}`),
        await post('/oauth2/authorize', query),
      ]) {
        if (name === 'client_id') await expectPage(response, 400, UNAUTHORIZED)
        else if (name === 'redirect_uri') await expectPage(response, 400, MISMATCH)
        else {
          const answer = URL.parse(response.headers.get('Location') ?? '')?.searchParams
          expect([name, answer?.get('error'), answer?.get('error_description')]).toEqual([
            name,
            'invalid_request',
            TWICE,
          ])
        }
      }
    }
  })

  must(
    'RFC 8707',
    '2',
    'answers what may repeat, and what it does not know, as if it stood there once',
    async () => {
      for (const name of MAY_REPEAT) {
        const once = await outcomeOf(repeating(authorizationForm(PKCE), name, 1))
        expect([name, await outcomeOf(repeating(authorizationForm(PKCE), name, 3))]).toEqual([name, once])
      }
    },
  )
})

describe('the token endpoint', () => {
  threat(
    12,
    'refuses each parameter that it reads where it alone is sent twice, and spends nothing',
    async () => {
      const names = await countedOnce('/oauth2/token', 'post')
      const requests = await tokenRequests()
      for (const form of requests) {
        expect(names).toEqual(expect.arrayContaining(Object.keys(form)))
        for (const name of names) {
          const answer = await answerOf(await post('/oauth2/token', repeating(form, name, 2)))
          expectRefusal(answer, 'invalid_request')
          expect([name, answer.error_description]).toEqual([name, TWICE])
        }
      }
      for (const form of requests)
        expect(await answerOf(await post('/oauth2/token', form))).toMatchObject({ status: 200 })
    },
  )

  must(
    'RFC 8707',
    '2',
    'answers what may repeat, and what it does not know, as if it stood there once',
    async () => {
      for (const name of MAY_REPEAT) {
        const [once, often] = [await tokenRequests(), await tokenRequests()]
        for (const [at, form] of once.entries()) {
          const [one, other] = [repeating(form, name, 1), repeating(often[at] ?? {}, name, 3)]
          const { error, status } = await answerOf(await post('/oauth2/token', one))
          const repeated = await answerOf(await post('/oauth2/token', other))
          const said = [name, form['grant_type'], repeated.status, repeated.error]
          expect(said).toEqual([name, form['grant_type'], status, error])
        }
      }
    },
  )
})

describe('revocation and introspection', () => {
  threat(12, 'refuse each parameter that they read where it alone is sent twice', async () => {
    const { access } = await givenTokens(alice)
    const form = { client_id: 'web', client_secret: SECRET, token: access }
    for (const path of ['/oauth2/revoke', '/oauth2/introspect']) {
      for (const name of await countedOnce(path, 'post')) {
        const answer = await answerOf(await post(path, repeating(form, name, 2)))
        expectRefusal(answer, 'invalid_request')
        expect([path, name, answer.error_description]).toEqual([path, name, TWICE])
      }
    }
    expect(await answerOf(await post('/oauth2/introspect', form))).toMatchObject({ active: true })
  })
})
