import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import type { Provider } from '../concepts.ts'
import type { SignInProviderRecord } from '../store/sign-in-provider-store.ts'
import { addressOf, domainsOf, type Identity, isAt } from './identity.ts'
import { GITHUB } from './members.ts'
import { SignInProblem } from './problem.ts'
import type { Asked } from './protocol.ts'

/** GitHub's API; that of a GitHub Enterprise Server is below its own address. */
const API = 'https://api.github.com'

const userContent = v.object({
  id: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  login: v.string(),
})
const emailsContent = v.array(v.object({ email: v.string(), primary: v.boolean(), verified: v.boolean() }))

/** Returns GitHub as an authorization server; it publishes no metadata, and uses this issuer in `iss` (RFC 9207). */
export function githubServer({ issuer }: SignInProviderRecord): oauth.AuthorizationServer {
  return {
    issuer: `${issuer}/login/oauth`,
    authorization_endpoint: `${issuer}/login/oauth/authorize`,
    token_endpoint: `${issuer}/login/oauth/access_token`,
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  }
}

/** Reads the owner of the token for a code from GitHub's API. A login may pass to somebody else; the number may not. */
export async function answeredByGithub(
  { client, options, row, server }: Asked,
  response: Response,
  { request }: Pick<Provider, 'request'>,
): Promise<Identity> {
  const { access_token: token } = await oauth.processAuthorizationCodeResponse(server, client, response)
  const [user, emails] = await Promise.all([read('/user', userContent), read('/user/emails', emailsContent)])
  const verified = emails
    .filter((each) => each.verified)
    .toSorted((a, b) => Number(b.primary) - Number(a.primary))
    .flatMap(({ email }) => addressOf(email) ?? [])
  const domains = domainsOf(row)
  const email = verified.find((each) => isAt(each, domains)) ?? verified[0] ?? null
  return {
    subject: String(user.id),
    authenticatedAt: row.countsAsFresh ? request.now : 0,
    countedAsFresh: row.countsAsFresh,
    email,
    emailVerified: email !== null,
    names: [user.login],
  }

  async function read<T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T> {
    const url = new URL(`${row.issuer === GITHUB ? API : `${row.issuer}/api/v3`}${path}`)
    const headers = new Headers({ Accept: 'application/vnd.github+json' })
    const answer = await oauth.protectedResourceRequest(token, 'GET', url, headers, null, options)
    if (answer.status !== 200) throw new SignInProblem('failed', `${path} answers ${answer.status}`)
    const parsed = v.safeParse(schema, await answer.json())
    if (!parsed.success) throw new SignInProblem('failed', `${path} answers something else than it should`)
    return parsed.output
  }
}
