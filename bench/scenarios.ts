import { createHash } from 'node:crypto'
import { DEMO_CLIENT, DEMO_SECRET } from '../src/cli/seed.ts'
import { openPerson } from '../test/end-to-end/person.ts'
import { type Answer, type Ask, CONNECTIONS, load, type Requests, send, SPARE, taken } from './load.ts'
import { linkSignIn, passkeySignIn } from './sign-ins.ts'
import { REDIRECT_URI, type Service, type Workerd } from './workerd.ts'

/** Who answers: the provider, or the limit that it is measured against. */
export type Side = 'provider' | 'limit'

/** Something that is measured, on both sides. */
export interface Scenario {
  /** Its name on the command line. */
  readonly name: string
  readonly title: string
  /** The Worker of the provider's side. */
  readonly service: 'accounts' | 'api' | 'provider'
  /** The status of every answer. */
  readonly status: number
  /** Makes what a number of requests need, and then the requests. */
  readonly prepare: (side: Side, amount: number, workerd: Workerd) => Promise<Requests>
}

const CREDENTIALS = { client_id: DEMO_CLIENT, client_secret: DEMO_SECRET }
const VERIFIER = 'a-verifier-of-forty-three-characters-or-more-0123456789'
/** The scope of a sign-in, which the consent covers, too. */
const OPENID = 'openid read'

/** Everything that `npm run bench` measures. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'client_credentials',
    title: 'Token: client credentials',
    service: 'provider',
    status: 200,
    prepare: async (side) => same(tokenRequest(side, 'client_credentials', { scope: 'read' })),
  },
  {
    name: 'code',
    title: 'Token: authorization code with PKCE',
    service: 'provider',
    status: 200,
    prepare: async (side, amount, workerd) => {
      const codes = await getCodes(side, amount + SPARE, workerd)
      return { next: () => codeRequest(side, taken(codes)) }
    },
  },
  {
    name: 'id_token',
    title: 'Token: code, with an ID token (RS256)',
    service: 'provider',
    status: 200,
    prepare: async (side, amount, workerd) => {
      const codes = await getCodes(side, amount + SPARE, workerd, OPENID)
      return { next: () => codeRequest(side, taken(codes)) }
    },
  },
  {
    name: 'refresh',
    title: 'Token: refresh',
    service: 'provider',
    status: 200,
    prepare: async (side, _amount, workerd) => {
      // Each answer's token serves the next request.
      const tokens = await Promise.all(
        (await getCodes(side, SPARE, workerd)).map(
          async (code) => (await redeem(side, code, workerd)).refreshToken,
        ),
      )
      return {
        next: () => tokenRequest(side, 'refresh_token', { refresh_token: taken(tokens) }),
        seen: ({ body }) => tokens.push(readTokens(body).refreshToken),
      }
    },
  },
  {
    name: 'introspection',
    title: 'Introspection',
    service: 'provider',
    status: 200,
    prepare: async (side, _amount, workerd) => {
      const token = await getAccessToken(side, workerd)
      const path = side === 'limit' ? '/introspect' : '/oauth2/introspect'
      return same({ method: 'POST', path, form: { ...CREDENTIALS, token } })
    },
  },
  {
    name: 'api',
    title: 'API call through `requireScope`',
    service: 'api',
    status: 200,
    prepare: async (side, _amount, workerd) => same(apiRequest(await getAccessToken(side, workerd))),
  },
  {
    name: 'userinfo',
    title: 'UserInfo',
    service: 'provider',
    status: 200,
    prepare: async (side, _amount, workerd) => {
      const path = side === 'limit' ? '/api' : '/oauth2/userinfo'
      return same(apiRequest(await getAccessToken(side, workerd, OPENID), path))
    },
  },
  {
    name: 'forged',
    title: 'API call with a forged token',
    service: 'api',
    status: 401,
    prepare: async (side, _amount, workerd) => {
      const token = await getAccessToken(side, workerd)
      return same(apiRequest(`${token.slice(0, -4)}AAAA`))
    },
  },
  {
    name: 'discovery',
    title: 'Discovery (RFC 8414)',
    service: 'provider',
    status: 200,
    prepare: async (side) => {
      const path = side === 'limit' ? '/discovery' : '/.well-known/oauth-authorization-server'
      return same({ method: 'GET', path })
    },
  },
  {
    name: 'authorize',
    title: 'Silent authorization: signed in, consent given',
    service: 'provider',
    status: 303,
    prepare: async (side, _amount, workerd) => same(authorizationRequest(side, await getCookie(workerd))),
  },
  passkeySignIn(getCookie),
  linkSignIn,
]

function same(ask: Ask): Requests {
  return { next: () => ask }
}

function tokenRequest(side: Side, grantType: string, fields: Readonly<Record<string, string>>): Ask {
  const paths: Readonly<Record<string, string>> = {
    authorization_code: '/code',
    client_credentials: '/client_credentials',
    refresh_token: '/refresh',
  }
  const path = side === 'limit' ? (paths[grantType] ?? '') : '/oauth2/token'
  return { method: 'POST', path, form: { ...CREDENTIALS, grant_type: grantType, ...fields } }
}

function codeRequest(side: Side, code: string): Ask {
  return tokenRequest(side, 'authorization_code', {
    code,
    code_verifier: VERIFIER,
    redirect_uri: REDIRECT_URI,
  })
}

function apiRequest(token: string, path = '/api'): Ask {
  return { method: 'GET', path, headers: { Authorization: `Bearer ${token}` } }
}

function authorizationRequest(side: Side, cookie: string, scope = 'read'): Ask {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: DEMO_CLIENT,
    redirect_uri: REDIRECT_URI,
    scope,
    state: 'af0ifjsldkj',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const path = side === 'limit' ? '/authorize' : '/oauth2/authorize'
  return { method: 'GET', path: `${path}?${query.toString()}`, headers: { Cookie: cookie } }
}

/** The demo user's cookies after a sign-in with consent, given once to each workerd. */
const cookies = new WeakMap<Workerd, Promise<string>>()

async function getCookie(workerd: Workerd): Promise<string> {
  const known = cookies.get(workerd)
  if (known) return known
  const cookie = signIn(workerd.urls.provider)
  cookies.set(workerd, cookie)
  return cookie
}

/** Signs the demo user in through our pages, and gives consent where it was not given. */
async function signIn(url: URL): Promise<string> {
  const person = openPerson('demo', 'demo')
  await person.authorize(new URL(authorizationRequest('provider', '', OPENID).path, url))
  return person.cookie()
}

/**
 * Signs the demo user in through our pages, from a browser without cookies, and redeems the code.
 * @returns the headers of every answer of the provider
 */
export async function signInWithCode(url: URL): Promise<readonly Headers[]> {
  const seen: Headers[] = []
  const person = openPerson('demo', 'demo', (response) => seen.push(response.headers))
  const answer = await person.authorize(new URL(authorizationRequest('provider', '').path, url))
  const { headers, status } = await send(url, codeRequest('provider', answer.searchParams.get('code') ?? ''))
  if (status !== 200) throw new Error(`The code of a sign-in is refused: ${status}`)
  return [...seen, headers]
}

async function getCodes(side: Side, amount: number, workerd: Workerd, scope?: string): Promise<string[]> {
  const codes: string[] = []
  const ask = authorizationRequest(side, await getCookie(workerd), scope)
  const seen = ({ location }: Answer): void => {
    codes.push(new URL(location).searchParams.get('code') ?? '')
  }
  if (amount > CONNECTIONS) await load(workerd.urls[side], { next: () => ask, seen }, amount, 303)
  else seen(await send(workerd.urls[side], ask))
  return codes
}

interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

function readTokens(body: string): Tokens {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an answer that was checked to be a success
  const tokens = JSON.parse(body) as { readonly access_token: string; readonly refresh_token: string }
  return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token }
}

async function redeem(side: Side, code: string, workerd: Workerd): Promise<Tokens> {
  const { body, status } = await send(workerd.urls[side], codeRequest(side, code))
  if (status !== 200) throw new Error(`The code is refused: ${status} ${body}`)
  return readTokens(body)
}

async function getAccessToken(side: Side, workerd: Workerd, scope?: string): Promise<string> {
  const [code = ''] = await getCodes(side, 1, workerd, scope)
  return (await redeem(side, code, workerd)).accessToken
}

/** The Worker that answers a scenario on one side; counted, each answer says what it cost. */
export function serviceOf({ service }: Scenario, side: Side, counted = false): Service {
  const name = side === 'limit' ? 'limit' : service
  const names = {
    accounts: 'countedAccounts',
    api: 'countedApi',
    limit: 'countedLimit',
    provider: 'countedProvider',
  } as const
  return counted ? names[name] : name
}
