import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { expect } from 'vitest'
import { createProvider } from '../../src/provider/create-provider.ts'
import { issueTokens } from '../../src/tokens/issue.ts'
import { givenClient, SECRET } from './fixture.ts'
import { approve, authorizationUrl, codeIn, redeem, signedIn } from './flow.ts'
import { answerOf, introspect, ORIGIN, type Vars } from './http.ts'

/** An access token with its refresh token. */
export interface Pair {
  readonly access: string
  readonly refresh: string
}

const TRUSTED = 'urn:example:trusted'

/** A provider that gives tokens for a user's id, as the password grant does for a password, but for the slow hash. */
const trusting = new Hono().route(
  '/oauth2',
  createProvider({
    grantTypes: {
      [TRUSTED]: {
        parameters: ['user_id'],
        exchange: ({ params, proof }, provider) =>
          issueTokens(
            { proof, grantType: 'password' },
            { scope: params.get('scope'), userId: params.get('user_id') ?? null },
            provider,
          ),
      },
    },
  }),
)

/**
 * Gives a user's tokens to a confidential client.
 * @param userId the user
 * @param options scope and client, `web` unless told otherwise
 */
export async function givenTokens(
  userId: string,
  options: { readonly client?: string; readonly scope?: string } = {},
  vars: Vars = {},
): Promise<Pair> {
  const { client = 'web', scope = '' } = options
  const form = { client_id: client, client_secret: SECRET, grant_type: TRUSTED, scope, user_id: userId }
  const request = new Request(new URL('/oauth2/token', ORIGIN), {
    body: new URLSearchParams(form),
    method: 'POST',
  })
  const answer = await answerOf(await trusting.fetch(request, { ...env, ...vars }, createExecutionContext()))
  expect(answer).toMatchObject({ status: 200 })
  return { access: answer.access_token, refresh: answer.refresh_token ?? '' }
}

/** Lets a member of staff, who has just signed in, give the scope `admin` to a client of that scope, in the browser. */
export async function givenAdminToken(userId: string, vars: Vars = {}): Promise<string> {
  const known = await env.DB.prepare(`SELECT 1 FROM clients WHERE client_id = 'console'`).first()
  if (!known) await givenClient('console', { scope: 'admin' })
  const browser = await signedIn(userId, vars)
  const fields = { client_id: 'console', scope: 'admin' }
  const code = codeIn(await approve(browser, await browser.visit(authorizationUrl(fields)), ['admin']))
  const answer = await redeem(code, { client_id: 'console' }, vars)
  expect(answer).toMatchObject({ status: 200, scope: 'admin' })
  return answer.access_token
}

/** Tells whether a token lives, as its own client learns it. */
export async function isActive(value: string, client = 'web', vars: Vars = {}): Promise<boolean> {
  const answer = await introspect(value, client, vars)
  expect(answer.status).toBe(200)
  return answer.active === true
}
