/** One demand of RFC 9700 on an authorization or resource server, in our own words, and what the provider makes of it. */
export interface Demand {
  readonly section: string
  readonly level: 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT'
  readonly demand: string
  /** Whether the provider does so: `in part` where a setting or a client's registration can switch it off. */
  readonly met: 'yes' | 'no' | 'in part' | 'does not apply'
  /** What is done instead, or why not, where the tests do not say all. */
  readonly why?: string
  /** The tests that show it, as `file: title`. */
  readonly tests?: readonly string[]
}

/** The demands on clients alone are left out: a provider cannot meet them. */
export const DEMANDS: readonly Demand[] = [
  {
    section: '2.1',
    level: 'MUST',
    demand:
      'Compare redirect URIs as exact strings, except for the port of native apps at the loopback address.',
    met: 'yes',
    tests: [
      'threats/redirect-uris: an added slash makes it another redirect URI, which is refused',
      'threats/redirect-uris: an added query makes it another redirect URI, which is refused',
      'threats/redirect-uris: a host that only resembles the registered one is refused',
      'threats/redirect-uris: a loopback redirect URI may differ from the registered one by its port alone',
    ],
  },
  {
    section: '2.1',
    level: 'MUST NOT',
    demand: 'Expose an open redirector.',
    met: 'yes',
    tests: [
      'threats/redirect-uris: an unknown client redirects nowhere, whatever URI it names',
      'threats/sign-in: is never an address that a request names',
    ],
  },
  {
    section: '2.1',
    level: 'SHOULD',
    demand: 'Protect clients of several servers against mix-up: name the issuer in the response (RFC 9207).',
    met: 'yes',
    tests: [
      'conformance/rfc9207-issuer: is in each success and each error, once, and is the issuer of the metadata',
      'threats/authorization-requests: iss is ours, once, whatever the request says',
    ],
  },
  {
    section: '2.1.1',
    level: 'MUST',
    demand: 'Have public clients use PKCE.',
    met: 'in part',
    why: 'Unless the client was registered without it (`--no-pkce`), which its set-up check warns about.',
    tests: [
      'conformance/rfc7636-pkce: is needed of a public client',
      'threats/authorization-requests: a public client that sends no challenge is refused',
    ],
  },
  {
    section: '2.1.1',
    level: 'SHOULD',
    demand: 'Have confidential clients use PKCE, too.',
    met: 'in part',
    why: 'It is accepted from every client, and required of those that are created with `--pkce`, because many libraries do not send it.',
    tests: ['conformance/rfc7636-pkce: is needed of a confidential client that was made with it'],
  },
  {
    section: '2.1.1',
    level: 'MUST',
    demand: 'Support PKCE, and check the verifier of every request that had a challenge.',
    met: 'yes',
    tests: [
      'conformance/rfc7636-pkce: redeems the code whose challenge it matches',
      'conformance/rfc7636-pkce: is refused where it is missing, malformed or another one; the code stays unspent',
      'conformance/rfc7636-pkce: belongs to one code: that of one tab does not redeem that of another',
    ],
  },
  {
    section: '2.1.1',
    level: 'MUST',
    demand: 'Refuse a verifier for a code whose request had no challenge (4.8.2).',
    met: 'yes',
    tests: [
      'conformance/rfc7636-pkce: is refused where the request had no challenge',
      'threats/authorization-codes: a verifier for a code without a challenge is refused, against downgrade',
    ],
  },
  {
    section: '2.1.1',
    level: 'MUST',
    demand: 'Let clients find out that PKCE is supported.',
    met: 'yes',
    why: 'The metadata has `code_challenge_methods_supported`.',
    tests: [
      'threats/authorization-requests: the challenge method plain is refused, also where it is the default; metadata lists S256 alone',
    ],
  },
  {
    section: '2.1.1',
    level: 'SHOULD',
    demand: 'Accept only challenges that do not reveal the verifier.',
    met: 'yes',
    why: 'S256 is the only method.',
    tests: [
      'conformance/rfc7636-pkce: is refused with any method but S256',
      'threats/authorization-requests: a challenge method that does not exist is never taken for plain',
    ],
  },
  {
    section: '2.1.2',
    level: 'SHOULD NOT',
    demand: 'Use the implicit grant, or another response that contains an access token.',
    met: 'in part',
    why: 'It exists for old clients, and only for those that are allowed to use it. `OAUTH_RESPONSE_TYPE_CHOICES = "code"` turns it off.',
    tests: [
      'conformance/rfc6749-4-2-implicit: is for clients that have it alone',
      'threats/authorization-requests: a client that has codes alone gets no token in the fragment, but an error',
    ],
  },
  {
    section: '2.2.1',
    level: 'SHOULD',
    demand: 'Bind access tokens to a key of the client (mutual TLS or DPoP).',
    met: 'yes',
    why: 'With DPoP, for clients that send proofs, and always for those whose metadata requires it (`dpop_bound_access_tokens`). Bearer tokens of the shipped Worker are valid for a day, or an hour for public clients, and can be revoked at once.',
    tests: [
      'conformance/rfc9449-dpop: is answered with a token of the type DPoP, bound to the key',
      'conformance/rfc9449-dpop: is refused without a proof, by every grant type',
      'conformance/rfc9449-dpop-resources: refuses the token by the scheme Bearer, with a proof or without',
    ],
  },
  {
    section: '2.2.2',
    level: 'MUST',
    demand: 'Bind the refresh tokens of public clients to a key, or rotate them (4.14.2).',
    met: 'yes',
    why: 'Every refresh token rotates, including those of confidential clients.',
    tests: [
      'conformance/rfc6749-6-refresh: refreshes for a public client that has the grant type',
      'conformance/rfc6749-6-refresh: a replaced refresh token ends the grant after the interval, too',
      'conformance/rfc6749-6-refresh: a refresh token of two generations back ends the grant even inside the interval',
      'conformance/rfc6749-4-3-password: gives a public client no refresh token',
    ],
  },
  {
    section: '2.3',
    level: 'SHOULD',
    demand: 'Give an access token no more scope than its use needs.',
    met: 'yes',
    why: 'Users choose on the consent page, and a client can be limited to a list.',
    tests: [
      'threats/consent-forgery: a consent form with more in it gives nothing that was not asked for',
      'threats/authorization-codes: a scope at the token endpoint does not widen what was approved',
    ],
  },
  {
    section: '2.3',
    level: 'SHOULD',
    demand: 'Restrict an access token to one resource server, or to few.',
    met: 'in part',
    why: 'Once resources are set up and the client names one (RFC 8707). Other tokens have no audience: every API that asks this provider accepts them, by their scope.',
    tests: [
      'conformance/rfc8707-resource-indicators: keeps the resource of the request in its tokens, and introspection says so',
      'conformance/rfc9728-protected-resources: a token for one resource is refused at another with invalid_token',
    ],
  },
  {
    section: '2.4',
    level: 'MUST NOT',
    demand: 'Use the password grant.',
    met: 'in part',
    why: 'It exists for old clients, and only for those that are allowed to use it. `createProvider({ grantTypes: { password: false } })` removes it.',
    tests: [
      'conformance/rfc6749-4-3-password: refuses a client that has not the grant type',
      'threats/password-guessing: headers that a client sends neither reset nor evade the count',
    ],
  },
  {
    section: '2.5',
    level: 'SHOULD',
    demand: 'Authenticate clients if possible.',
    met: 'yes',
    tests: [
      'conformance/rfc6749-2-3-client-authentication: refuses a client that does not authenticate in its own way',
      'conformance/rfc6749-4-1-authorization-code: authenticates a confidential client',
    ],
  },
  {
    section: '2.5',
    level: 'SHOULD',
    demand: 'Authenticate them with keys rather than with shared secrets.',
    met: 'in part',
    why: 'A client that is registered for `private_key_jwt` has no other method; others have secrets of 256 random bits, stored as hashes. Mutual TLS is not implemented.',
    tests: [
      'conformance/rfc7523-private-key-jwt: gives a token to a client that has signed an assertion',
      'conformance/rfc7523-private-key-jwt: refuses a secret of a client that is registered for private_key_jwt',
    ],
  },
  {
    section: '2.6',
    level: 'SHOULD',
    demand: 'Publish metadata (RFC 8414).',
    met: 'yes',
    tests: [
      'conformance/rfc8414-metadata: is JSON at the well-known path, costs no storage, and is for GET alone',
    ],
  },
  {
    section: '2.6',
    level: 'MUST NOT',
    demand:
      'Send an authorization response over an unencrypted connection: allow http redirect URIs only at loopback addresses.',
    met: 'in part',
    why: 'Plain http is refused at registration, except for the hosts that the operator lists in `OAUTH_ALLOW_HTTP_REDIRECTS`, such as an intranet; there are none by default.',
    tests: [
      'clients/metadata: may be plain http at the hosts that the setting names, and at no others',
      'conformance/rfc6749-3-1-authorization-endpoint: wants a secure connection under OAUTH_ENFORCE_SECURE',
    ],
  },
  {
    section: '2.6',
    level: 'MUST NOT',
    demand: 'Support CORS at the authorization endpoint.',
    met: 'yes',
    tests: ['conformance/cors: read nothing of the pages and the authorization endpoint'],
  },
  {
    section: '4.2.4',
    level: 'SHOULD NOT',
    demand: 'Have third-party resources or links to other sites on the authorization pages.',
    met: 'in part',
    why: 'Nothing is loaded from elsewhere except the operator’s logo and the client’s logo, each by its own address. The consent page links to pages of the client, without a referrer.',
    tests: ['threats/pages: leaves no referrer, is not stored, and loads nothing from elsewhere'],
  },
  {
    section: '4.2.4',
    level: 'MUST',
    demand: 'Let a code work only once.',
    met: 'yes',
    tests: [
      'conformance/rfc6749-4-1-authorization-code: ends what a code brought when it comes again',
      'threats/authorization-codes: fifty redemptions of one code at once have one success, and no token is live afterwards',
    ],
  },
  {
    section: '4.2.4',
    level: 'SHOULD',
    demand: 'Revoke the tokens of a code that is used twice.',
    met: 'yes',
    tests: [
      'threats/authorization-codes: a code that comes twice ends the tokens of its first use, also those that were refreshed since',
      'threats/authorization-codes: a code that comes twice ends the tokens after its entry in KV is gone, too',
    ],
  },
  {
    section: '4.3.2',
    level: 'MUST NOT',
    demand: 'Pass access tokens in a query.',
    met: 'yes',
    why: 'This is a demand on clients; our APIs do not accept one there either.',
    tests: ['resource-server/require-scope: does not take a token from the URL'],
  },
  {
    section: '4.11.2',
    level: 'MUST',
    demand: 'Authenticate the user before any redirect, except for silent requests.',
    met: 'no',
    why: 'An invalid request from a known client is redirected to its registered redirect URI at once. Staff register clients and vouch for these URIs. If a deployment lets others register clients (OAUTH_REGISTRATION, off by default), nobody does, and this remains a risk of that choice.',
    tests: ['threats/redirect-uris: a silent request redirects nowhere before its redirect URI is checked'],
  },
  {
    section: '4.11.2',
    level: 'SHOULD',
    demand: 'Redirect automatically only if the redirect URI is trusted.',
    met: 'yes',
    tests: [
      'conformance/rfc8252-native-apps: is asked for every time: any app may use such a redirect',
      'threats/authorization-requests: an app on the device never gets in without a person',
    ],
  },
  {
    section: '4.12',
    level: 'MUST NOT',
    demand: 'Redirect a request that may contain a password with 307.',
    met: 'yes',
    tests: ['threats/authorization-requests: every redirect after a form is 303, so that no form is sent on'],
  },
  {
    section: '4.12',
    level: 'SHOULD',
    demand: 'Redirect it with 303.',
    met: 'yes',
    why: 'No redirect to a client on the web follows a form: a page sends the browser there with `Refresh`, in a separate GET.',
    tests: ['threats/authorization-requests: every redirect after a form is 303, so that no form is sent on'],
  },
  {
    section: '4.13',
    level: 'MUST',
    demand: 'Accept from a reverse proxy only headers that clients cannot set.',
    met: 'yes',
    why: 'Only `CF-Connecting-IP` counts, which Cloudflare’s edge sets.',
    tests: [
      'threats/password-guessing: headers that a client sends neither reset nor evade the count',
      'conformance/rfc8414-metadata: names the configured issuer, whatever the headers say',
      'http/known-hosts: answers at no host that it does not know: a page, a document, an endpoint',
    ],
  },
  {
    section: '4.14.2',
    level: 'MUST',
    demand: 'Bind refresh tokens to the scope that was consented to.',
    met: 'yes',
    tests: [
      'conformance/rfc6749-6-refresh: refuses a scope wider than the grant',
      'conformance/rfc6749-6-refresh: a narrower scope narrows that access token, and not the grant',
    ],
  },
  {
    section: '4.14.2',
    level: 'MUST',
    demand: 'Detect stolen refresh tokens: revoke the grant when a replaced one is used again.',
    met: 'in part',
    why: 'Within `OAUTH_REFRESH_REUSE_INTERVAL`, or the client’s own interval, the token that was just replaced counts as a retry after a lost reply; 0 turns this off. Each such repeat is an audit event, and five rotations in a row that are repeated from a different network revoke the grant.',
    tests: [
      'threats/followed-refresh: gives the same answer again, and each time leaves an event with its network',
      'threats/followed-refresh: ends the grant where five rotations in a row come again from elsewhere',
      'conformance/rfc6749-6-refresh: a replaced refresh token ends the grant after the interval, too',
      'races: with the interval off one succeeds, and the grant ends',
    ],
  },
  {
    section: '4.14.2',
    level: 'SHOULD',
    demand: 'Let unused refresh tokens expire.',
    met: 'yes',
    tests: [
      'conformance/rfc6749-6-refresh: an unused refresh token ends in time, and each rotation counts anew',
    ],
  },
  {
    section: '4.15.1',
    level: 'SHOULD NOT',
    demand: 'Let a client choose a client_id that could be mistaken for a user.',
    met: 'yes',
    why: 'A token without a user has no `sub` and no `username`.',
    tests: [
      'conformance/rfc6749-4-4-client-credentials: a client that is named like a user is not that user',
    ],
  },
  {
    section: '4.16',
    level: 'MUST',
    demand: 'Prevent clickjacking.',
    met: 'yes',
    tests: ['threats/pages: refuses to be framed', 'browser/flow: cannot frame a page'],
  },
  {
    section: '4.16',
    level: 'SHOULD',
    demand: 'Use a Content-Security-Policy for that, in combination with other measures.',
    met: 'yes',
    why: '`frame-ancestors` is used along with `X-Frame-Options`.',
    tests: ['threats/pages: refuses to be framed'],
  },
  {
    section: '4.16',
    level: 'SHOULD',
    demand: 'Let administrators allow origins that may frame a client’s pages.',
    met: 'no',
    why: 'Nobody may frame any page, and no client has asked for it.',
  },
  {
    section: '4.17.2',
    level: 'MUST',
    demand: 'Send responses by postMessage to the exact origin of the client.',
    met: 'does not apply',
    why: 'No response is sent by postMessage: the response modes are query, fragment and form_post.',
    tests: ['conformance/form-post-response-mode: refuses unknown modes, and tokens in a query'],
  },
]
