import { env } from 'cloudflare:workers'
import { SignJWT } from 'jose'
import { seal } from '../../src/crypto/seal.ts'
import { secretContext } from '../../src/sign-in-providers/secret.ts'
import { createSignInProviderStore } from '../../src/store/d1/sign-in-providers.ts'
import type { SignInProvider } from '../../src/store/sign-in-provider-store.ts'
import { type Browser, openBrowser, type Visit } from './browser.ts'
import { putUp } from './documents.ts'
import { keysOfTests } from './mail.ts'
import { mark } from './operator.ts'
import { makeKey, type Signer } from './signer.ts'

type Members = Readonly<Record<string, unknown>>

/** Somebody else's OpenID Connect provider, as the network of the tests has it. */
export interface Issuer {
  readonly issuer: string
  readonly key: Omit<Signer, 'clientId'>
}

let made = 0

/** Puts up an issuer that nobody knows yet, with some of its metadata changed. */
export async function givenIssuer(changed: Members = {}): Promise<Issuer> {
  const issuer = `https://issuer-${++made}-${Date.now()}.example.org`
  const key = await makeKey()
  await putUp(`${issuer}/.well-known/openid-configuration`, {
    json: {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      id_token_signing_alg_values_supported: ['ES256'],
      authorization_response_iss_parameter_supported: true,
      ...changed,
    },
  })
  await putUp(`${issuer}/keys`, { json: { keys: [key.jwk] } })
  return { issuer, key }
}

/** The storage of the tests. */
export const store = createSignInProviderStore(env.DB)

/** Lets people sign in with an issuer, under the id `acme` unless told otherwise. */
export async function givenProvider(
  issuer: string,
  fields: Partial<SignInProvider> = {},
): Promise<SignInProvider> {
  const provider: SignInProvider = {
    id: 'acme',
    kind: 'openid',
    name: 'Acme',
    icon: null,
    issuer,
    clientId: 'we-are-known-as-this',
    scope: 'openid email profile',
    trustsAddresses: false,
    domains: '',
    createsAccounts: false,
    countsAsFresh: false,
    isEnabled: true,
    ...fields,
  }
  const secret = await seal('their-secret-for-us', secretContext(provider.id), await keysOfTests())
  if (!(await store.createProvider(provider, secret, mark()))) throw new Error('the id is taken')
  return provider
}

/** Links an account at a provider to a user. */
export async function givenLink(userId: string, providerId = 'acme', subject = 'sub-of-ann'): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO linked_accounts (provider_id, issuer, subject, user_id, label, linked_at, op)
      SELECT id, issuer, ?, ?, 'x', 0, '' FROM sign_in_providers WHERE id = ?`,
  )
    .bind(subject, userId, providerId)
    .run()
}

/** A browser on its way to a provider. */
export interface Way {
  readonly browser: Browser
  readonly visit: Visit
  /** The authorization request. */
  readonly url: URL
}

/** Presses the button of a provider on a page. */
export async function goTo(
  id = 'acme',
  { browser = openBrowser(), path = '/login' }: { readonly browser?: Browser; readonly path?: string } = {},
): Promise<Way> {
  const page = await browser.visit(path)
  const visit = await browser.submit(page, `/login/with/${id}`, [])
  if (!visit.left) throw new Error(`The browser stays at ${visit.path}: ${visit.status}`)
  return { browser, visit, url: visit.left }
}

/** What the issuer says of somebody, with some claims and header members changed. */
export async function idTokenOf(
  { issuer, key }: Issuer,
  { searchParams }: URL,
  claims: Members = {},
  header: Members = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const usual = {
    iss: issuer,
    sub: 'sub-of-ann',
    aud: searchParams.get('client_id') ?? '',
    nonce: searchParams.get('nonce'),
    iat: now,
    exp: now + 60,
    email: 'ann@acme.example',
    email_verified: true,
    preferred_username: 'ann',
  }
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: key.jwk.kid ?? '', ...header })
    .sign(key.privateKey)
}

/** Lets the token endpoint of an issuer say who somebody is. */
export async function vouch(
  issuer: Issuer,
  url: URL,
  claims: Members = {},
  header: Members = {},
): Promise<void> {
  const idToken = await idTokenOf(issuer, url, claims, header)
  await putUp(`${issuer.issuer}/token`, {
    json: { access_token: 'of-theirs', token_type: 'Bearer', id_token: idToken },
  })
}

/** The address to which an issuer sends somebody back, with some parameters changed; `undefined` leaves one out. */
export function answerPath(
  { issuer }: Pick<Issuer, 'issuer'>,
  { searchParams }: URL,
  changed: Readonly<Record<string, string | undefined>> = {},
): string {
  const back = new URL(searchParams.get('redirect_uri') ?? '')
  const usual = { code: 'a-code', state: searchParams.get('state') ?? '', iss: issuer }
  for (const [name, value] of Object.entries({ ...usual, ...changed }))
    if (value !== undefined) back.searchParams.set(name, value)
  return `${back.pathname}${back.search}`
}

/** Signs in with an issuer, as it says of somebody, and follows. */
export async function signInWith(
  issuer: Issuer,
  claims: Members = {},
  way: Parameters<typeof goTo>[1] = {},
  id = 'acme',
): Promise<{ readonly browser: Browser; readonly visit: Visit }> {
  const { browser, url } = await goTo(id, way)
  await vouch(issuer, url, claims)
  return { browser, visit: await browser.visit(answerPath(issuer, url)) }
}

/** The row of GitHub. */
export const GITHUB = { id: 'github', kind: 'github', name: 'GitHub', scope: 'read:user user:email' } as const
/** As GitHub names itself in its answers (RFC 9207). */
export const GITHUB_SELF = { issuer: 'https://github.com/login/oauth' }

/** Addresses as GitHub lists them. */
export const EMAILS = [
  { email: '1+octocat@users.noreply.github.com', primary: false, verified: true, visibility: null },
  { email: 'octocat@github.example', primary: true, verified: true, visibility: 'private' },
  { email: 'octocat@corp.example', primary: false, verified: true, visibility: null },
  { email: 'victim@bank.example', primary: false, verified: false, visibility: null },
]

/** GitHub, as its documentation shows what it answers. */
export async function givenGithub(user: Members = {}, emails: readonly object[] = EMAILS): Promise<void> {
  const token = { access_token: 'gho_of_octocat', scope: 'read:user,user:email', token_type: 'bearer' }
  await putUp('https://github.com/login/oauth/access_token', { json: token })
  await putUp('https://api.github.com/user', {
    json: { login: 'octocat', id: 1, node_id: 'MDQ6VXNlcjE=', name: null, ...user },
  })
  await putUp('https://api.github.com/user/emails', { json: emails })
}
