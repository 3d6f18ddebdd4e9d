import type { Provider } from '../concepts.ts'
import type { AdminRecord } from '../store/browse.ts'
import { listOf, valueOf } from './resource.ts'
import { signInSnippets } from './sign-in-snippets.ts'

/** A piece of code to paste. */
export interface Snippet {
  readonly title: string
  readonly code: string
}

/** Returns ready-to-paste calls for a client, by what it may do. Secrets are written as `$CLIENT_SECRET`. */
export function snippetsOf(
  record: AdminRecord,
  { features, issuer, origin, paths }: Pick<Provider, 'features' | 'issuer' | 'origin' | 'paths'>,
): readonly Snippet[] {
  const caller: Caller = {
    clientId: valueOf(record, 'client_id'),
    isPublic: record['type'] === 'public',
    redirectUri: listOf(record, 'redirect_uris')[0] ?? '',
    issuer,
    oauth2: `${origin}${paths.oauth2}`,
  }
  const grantTypes = listOf(record, 'grant_types')
  const scope = signInScope(valueOf(record, 'scope'))
  const signsIn = features.includes('openid') && grantTypes.includes('authorization_code') && scope !== null
  return [
    ...(signsIn ? signInSnippets({ ...caller, scope }) : []),
    ...grantTypes.flatMap((grantType) => SNIPPETS[grantType]?.(caller) ?? []),
  ]
}

/** Returns the scopes of a sign-in that a client may request; null if it may not sign anybody in. */
function signInScope(allowed: string): string | null {
  const names = ['openid', 'profile', 'email'].filter(
    (name) => allowed === '' || allowed.split(' ').includes(name),
  )
  return names[0] === 'openid' ? names.join(' ') : null
}

/** Calls by the grant type that allows them. */
const SNIPPETS: Readonly<Record<string, (caller: Caller) => readonly Snippet[]>> = {
  client_credentials: (caller) => [
    { title: 'A token for the client itself', code: curl(caller, [['grant_type', 'client_credentials']]) },
  ],
  password: (caller) => {
    const fields = [
      ['grant_type', 'password'],
      ['username', '$USERNAME'],
      ['password', '$PASSWORD'],
    ] as const
    return [{ title: 'A token by username and password', code: curl(caller, fields) }]
  },
  authorization_code: (caller) => {
    const fields = [
      ['grant_type', 'authorization_code'],
      ['code', '$CODE'],
      ['redirect_uri', caller.redirectUri],
      ['code_verifier', '$CODE_VERIFIER'],
    ] as const
    return [
      { title: 'Send the user here', code: authorizeUrl(caller) },
      { title: 'Redeem the code', code: curl(caller, fields) },
      { title: 'The same with oauth4webapi', code: library(caller) },
    ]
  },
  refresh_token: (caller) => {
    const fields = [
      ['grant_type', 'refresh_token'],
      ['refresh_token', '$REFRESH_TOKEN'],
    ] as const
    return [{ title: 'A fresh access token', code: curl(caller, fields) }]
  },
}

/** Quotes one shell argument; our variables stay variables. */
function quoted(text: string): string {
  return /^[\w.:/=-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

interface Caller {
  readonly clientId: string
  readonly isPublic: boolean
  readonly redirectUri: string
  readonly issuer: string
  /** URL below which the protocol's endpoints are. */
  readonly oauth2: string
}

function curl(
  { clientId, isPublic, oauth2 }: Caller,
  fields: readonly (readonly [string, string])[],
): string {
  const all = [
    ['client_id', clientId] as const,
    ...(isPublic ? [] : [['client_secret', '$CLIENT_SECRET'] as const]),
    ...fields,
  ]
  const lines = all.map(([name, value]) =>
    value.startsWith('$') && value !== clientId
      ? `--data-urlencode "${name}=${value}"`
      : `--data-urlencode ${quoted(`${name}=${value}`)}`,
  )
  return [`curl ${oauth2}/token`, ...lines].join(' \\\n  ')
}

function authorizeUrl({ clientId, oauth2, redirectUri }: Caller): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge_method: 'S256',
  })
  return `${oauth2}/authorize?${query.toString()}&state=$STATE&code_challenge=$CODE_CHALLENGE`
}

function library({ clientId, isPublic, issuer, redirectUri }: Caller): string {
  return `import * as oauth from 'oauth4webapi'

const issuer = new URL(${JSON.stringify(issuer)})
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2' }))
const client = { client_id: ${JSON.stringify(clientId)} }
const authentication = ${isPublic ? 'oauth.None()' : 'oauth.ClientSecretPost(process.env.CLIENT_SECRET)'}
const redirectUri = ${JSON.stringify(redirectUri)}

const verifier = oauth.generateRandomCodeVerifier()
const state = oauth.generateRandomState()
const url = new URL(server.authorization_endpoint)
url.search = new URLSearchParams({
  response_type: 'code', client_id: client.client_id, redirect_uri: redirectUri, state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
})
// send the user to url; \`callback\` is the address to which the user returns
const parameters = oauth.validateAuthResponse(server, client, new URL(callback), state)
const response = await oauth.authorizationCodeGrantRequest(
  server, client, authentication, parameters, redirectUri, verifier)
const { access_token } = await oauth.processAuthorizationCodeResponse(server, client, response)`
}
