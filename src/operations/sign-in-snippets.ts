/** A client that signs people in, for its code or configuration. */
export interface SignInClient {
  readonly clientId: string
  readonly isPublic: boolean
  readonly redirectUri: string
  readonly issuer: string
  /** URL below which the protocol's endpoints are. */
  readonly oauth2: string
  /** Names separated by spaces, `openid` among them. */
  readonly scope: string
}

/**
 * Returns "sign in with us" code for common libraries and programs, for one client. Secrets are written as the variable
 * CLIENT_SECRET.
 * @returns titles with code; a public client gets code that runs without a secret
 */
export function signInSnippets(
  client: SignInClient,
): readonly { readonly title: string; readonly code: string }[] {
  const openidClient = { title: 'Sign in with openid-client', code: openidClientCode(client) }
  if (client.isPublic)
    return [openidClient, { title: 'Sign in with oidc-client-ts', code: browserCode(client) }]
  return [
    openidClient,
    { title: 'Sign in with Auth.js (redirect URI …/api/auth/callback/edge)', code: authJsCode(client) },
    { title: 'Sign in with Spring (redirect URI …/login/oauth2/code/edge)', code: springCode(client) },
    {
      title: 'Sign in with Django: mozilla-django-oidc (redirect URI …/oidc/callback/)',
      code: djangoCode(client),
    },
    { title: 'Sign in with Go: go-oidc', code: goCode(client) },
    { title: 'Sign in to Grafana (redirect URI …/login/generic_oauth)', code: grafanaCode(client) },
    {
      title: 'Sign in before any program: oauth2-proxy (redirect URI …/oauth2/callback)',
      code: proxyCode(client),
    },
  ]
}

/** Quotes a string in a way that JavaScript, Python, Go, YAML and ini files share. */
const quoted = (text: string): string => JSON.stringify(text)

function openidClientCode({ clientId, isPublic, issuer, redirectUri, scope }: SignInClient): string {
  const secret = isPublic ? 'undefined, client.None()' : 'process.env.CLIENT_SECRET'
  return `import * as client from 'openid-client'

const config = await client.discovery(new URL(${quoted(issuer)}), ${quoted(clientId)}, ${secret})
const checks = {
  pkceCodeVerifier: client.randomPKCECodeVerifier(),
  expectedState: client.randomState(),
  expectedNonce: client.randomNonce(),
}
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: ${quoted(redirectUri)},
  scope: ${quoted(scope)},
  state: checks.expectedState,
  nonce: checks.expectedNonce,
  code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
  code_challenge_method: 'S256',
})
// keep the checks in the user's session, and send the user to url; \`callback\` is the address to which the user returns
const tokens = await client.authorizationCodeGrant(config, new URL(callback), checks)
const user = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)`
}

function browserCode({ clientId, issuer, redirectUri, scope }: SignInClient): string {
  return `import { UserManager } from 'oidc-client-ts'

const manager = new UserManager({
  authority: ${quoted(issuer)},
  client_id: ${quoted(clientId)},
  redirect_uri: ${quoted(redirectUri)},
  scope: ${quoted(scope)},
})
await manager.signinRedirect()
// at the redirect URI
const user = await manager.signinCallback()`
}

function authJsCode({ clientId, issuer, scope }: SignInClient): string {
  return `import NextAuth from 'next-auth'

export const { auth, handlers, signIn, signOut } = NextAuth({
  providers: [{
    // Names and addresses are at UserInfo, not in the ID token.
    id: 'edge', name: 'Edge', type: 'oidc', checks: ['pkce', 'state', 'nonce'], idToken: false,
    issuer: ${quoted(issuer)},
    clientId: ${quoted(clientId)}, clientSecret: process.env.CLIENT_SECRET,
    authorization: { params: { scope: ${quoted(scope)} } },
  }],
})`
}

function springCode({ clientId, issuer, scope }: SignInClient): string {
  return `spring:
  security:
    oauth2:
      client:
        provider:
          edge:
            issuer-uri: ${quoted(issuer)}
        registration:
          edge:
            client-id: ${quoted(clientId)}
            client-secret: \${CLIENT_SECRET}
            scope: ${quoted(scope.split(' ').join(','))}`
}

function djangoCode({ clientId, oauth2, scope }: SignInClient): string {
  const endpoint = (path: string): string => quoted(`${oauth2}${path}`)
  return `OIDC_RP_CLIENT_ID = ${quoted(clientId)}
OIDC_RP_CLIENT_SECRET = os.environ["CLIENT_SECRET"]
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_RP_SCOPES = ${quoted(scope)}
OIDC_USE_PKCE = True
OIDC_OP_AUTHORIZATION_ENDPOINT = ${endpoint('/authorize')}
OIDC_OP_TOKEN_ENDPOINT = ${endpoint('/token')}
OIDC_OP_USER_ENDPOINT = ${endpoint('/userinfo')}
OIDC_OP_JWKS_ENDPOINT = ${endpoint('/jwks')}`
}

function goCode({ clientId, issuer, redirectUri, scope }: SignInClient): string {
  return `provider, err := oidc.NewProvider(ctx, ${quoted(issuer)})
config := oauth2.Config{
	ClientID:     ${quoted(clientId)},
	ClientSecret: os.Getenv("CLIENT_SECRET"),
	Endpoint:     provider.Endpoint(),
	RedirectURL:  ${quoted(redirectUri)},
	Scopes:       []string{${scope.split(' ').map(quoted).join(', ')}},
}
verifier := provider.Verifier(&oidc.Config{ClientID: config.ClientID})`
}

function grafanaCode({ clientId, oauth2, scope }: SignInClient): string {
  return `[auth.generic_oauth]
enabled = true
client_id = ${quoted(clientId)}
client_secret = $__env{CLIENT_SECRET}
scopes = ${scope}
auth_url = ${oauth2}/authorize
token_url = ${oauth2}/token
api_url = ${oauth2}/userinfo
login_attribute_path = preferred_username
use_pkce = true`
}

function proxyCode({ clientId, issuer, redirectUri, scope }: SignInClient): string {
  return `provider = "oidc"
oidc_issuer_url = ${quoted(issuer)}
client_id = ${quoted(clientId)}
# the secret comes from the variable OAUTH2_PROXY_CLIENT_SECRET
redirect_url = ${quoted(redirectUri)}
scope = ${quoted(scope)}
code_challenge_method = "S256"
email_domains = ["*"]`
}
