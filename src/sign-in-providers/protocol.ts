import * as oauth from 'oauth4webapi'
import type { Provider } from '../concepts.ts'
import { unseal } from '../crypto/seal.ts'
import { fetchAnswer } from '../outbound/fetch-json.ts'
import { publicUrlProblem } from '../outbound/public-url.ts'
import type { SignInProviderRecord } from '../store/sign-in-provider-store.ts'
import type { Attempt } from './attempt.ts'
import { answeredByGithub, githubServer } from './github.ts'
import type { Identity } from './identity.ts'
import { answeredByIssuer, issuerServer } from './openid.ts'
import { SignInProblem } from './problem.ts'
import { secretContext } from './secret.ts'

/** The most bytes of an answer: metadata, keys, tokens, addresses. */
const MAX_BYTES = 128 * 1024
/** Seconds within which it must arrive completely. */
const TIMEOUT = 5

/** Like GitHub it knows no `prompt=login`, and asks at most which account it is to be. */
const GOOGLE = 'https://accounts.google.com'

/** A provider, as both requests and answers need it. */
export interface Asked {
  readonly row: SignInProviderRecord
  readonly server: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly redirectUri: string
  readonly options: RequestOptions
}

/** The library's request. */
interface Sent {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: BodyInit | null | undefined
}

/** How every request is sent: through the guard, which follows no redirects and limits size and time. */
export interface RequestOptions {
  readonly [oauth.customFetch]: (url: string, init: Sent) => Promise<Response>
  readonly [oauth.allowInsecureRequests]: boolean
}

/** Returns the redirect URI of a provider; each has its own, so that answers cannot be mixed up (RFC 9700 4.4.2.2). */
export function redirectUriOf(id: string, { origin, paths }: Pick<Provider, 'origin' | 'paths'>): string {
  return `${origin}${paths.login}/with/${id}/callback`
}

/**
 * Reads what requests to a provider need.
 * @throws {SignInProblem} its metadata cannot be fetched, or belongs to another
 * issuer
 */
export async function ask(row: SignInProviderRecord, provider: Provider): Promise<Asked> {
  const { fetchLoopback } = provider.settings
  const rules = { allowLoopback: fetchLoopback, maxBytes: MAX_BYTES, timeout: TIMEOUT }
  const options: RequestOptions = {
    [oauth.customFetch]: (url, { body = null, headers, method }) =>
      fetchAnswer(url, { body, headers, method }, rules),
    // The guard decides which of them may go without TLS.
    [oauth.allowInsecureRequests]: fetchLoopback,
  }
  return guarded(async () => ({
    row,
    server: row.kind === 'github' ? githubServer(row) : await issuerServer(row, options, provider),
    client: { client_id: row.clientId },
    redirectUri: redirectUriOf(row.id, provider),
    options,
  }))
}

/**
 * Returns the URL of an authorization request with state, nonce and PKCE (RFC 6749 4.1.1, RFC 7636).
 * @throws
 * {SignInProblem} the provider has no suitable authorization endpoint
 */
export async function authorizationUrl(
  { client, redirectUri, row, server }: Asked,
  { confirms, insists, maxAge, nonce, state, verifier }: Attempt,
  { settings }: Pick<Provider, 'settings'>,
): Promise<URL> {
  const endpoint = server.authorization_endpoint ?? ''
  const problem = publicUrlProblem(endpoint, settings.fetchLoopback)
  if (problem !== null) throw new SignInProblem('failed', `the authorization endpoint ${problem}`)
  const url = new URL(endpoint)
  const parameters = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope: row.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(row.kind === 'openid' && { nonce }),
    ...(row.kind === 'openid' && maxAge !== null && { max_age: String(maxAge) }),
    ...((confirms !== null || (insists && row.countsAsFresh)) && {
      prompt: row.kind === 'github' || row.issuer === GOOGLE ? 'select_account' : 'login',
    }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url
}

/**
 * Verifies an answer (RFC 6749 4.1.2, RFC 9207), redeems its code, and reads whom the provider has authenticated.
 * @throws
 * {SignInProblem} any check fails
 */
export async function answered(
  asked: Asked,
  attempt: Attempt,
  parameters: URLSearchParams,
  provider: Provider,
): Promise<Identity> {
  const { client, redirectUri, row, server } = asked
  return guarded(async () => {
    const valid = oauth.validateAuthResponse(server, client, parameters, attempt.state)
    const authentication = await authenticationOf(asked, provider)
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      valid,
      redirectUri,
      attempt.verifier,
      asked.options,
    )
    return row.kind === 'github'
      ? answeredByGithub(asked, response, provider)
      : answeredByIssuer(asked, attempt, response, provider)
  })
}

/**
 * Returns how we authenticate there: with the secret, as the provider expects it, or, without one, only with the PKCE
 * verifier.
 */
async function authenticationOf({ row, server }: Asked, { keys }: Provider): Promise<oauth.ClientAuth> {
  if (row.sealedSecret === null) return oauth.None()
  const secret = await unseal(row.sealedSecret, secretContext(row.id), keys)
  if (secret === null)
    throw new SignInProblem('failed', 'its secret cannot be opened: SECRET_KEY has changed')
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return methods.includes('client_secret_basic')
    ? oauth.ClientSecretBasic(secret)
    : oauth.ClientSecretPost(secret)
}

/** Turns all errors on the way into the provider's problems. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SignInProblem) throw error
    if (error instanceof oauth.AuthorizationResponseError)
      throw new SignInProblem(
        error.error === 'access_denied' ? 'cancelled' : 'failed',
        `it answers ${error.error}: ${error.error_description ?? ''}`,
      )
    if (error instanceof oauth.ResponseBodyError)
      throw new SignInProblem('failed', `its token endpoint answers ${error.error}`)
    if (error instanceof Error) throw new SignInProblem('failed', error.message)
    throw error
  }
}
