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
      'Compare redirect URIs as exact strings, but for the port of native apps at the loopback address.',
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
    demand: 'Help clients of several servers against mix-up: name the issuer in the answer (RFC 9207).',
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
    why: 'Unless the client was registered without (`--no-pkce`), which the check of its set-up warns of.',
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
    why: 'It is taken from each, and demanded of those that are made with `--pkce`: many libraries do not send it.',
    tests: ['conformance/rfc7636-pkce: is needed of a confidential client that was made with it'],
  },
  {
    section: '2.1.1',
    level: 'MUST',
    demand: 'Support PKCE, and check the verifier of every request that came with a challenge.',
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
    demand: 'Take challenges that do not tell the verifier.',
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
    demand: 'Use the implicit grant, or another response that holds an access token.',
    met: 'in part',
    why: 'It is there for old clients, and only where a client is given it. `OAUTH_RESPONSE_TYPE_CHOICES = "code"` switches it off.',
    tests: [
      'conformance/rfc6749-4-2-implicit: is for clients that have it alone',
      'threats/authorization-requests: a client that has codes alone gets no token in the fragment, but an error',
    ],
  },
  {
    section: '2.2.1',
    level: 'SHOULD',
    demand: 'Bind access tokens to a key of the client (mutual TLS or DPoP).',
    met: 'no',
    why: 'Neither is built yet. Access tokens of the shipped Worker are valid for a day, those of public clients for an hour, and can be revoked at once.',
  },
  {
    section: '2.2.2',
    level: 'MUST',
    demand: 'Bind the refresh tokens of public clients to a key, or rotate them (4.14.2).',
    met: 'yes',
    why: 'Every refresh token rotates, of confidential clients, too.',
    tests: [
      'conformance/rfc6749-6-refresh: refreshes for a public client that has the grant type',
      'conformance/rfc6749-6-refresh: the same after the interval has passed',
      'conformance/rfc6749-6-refresh: a refresh token of two generations back ends the grant even inside the interval',
      'conformance/rfc6749-4-3-password: gives a public client no refresh token',
    ],
  },
  {
    section: '2.3',
    level: 'SHOULD',
    demand: 'Give an access token no more scope than its use needs.',
    met: 'yes',
    why: 'The person chooses on the consent page; a client can be limited to a list.',
    tests: [
      'threats/consent-forgery: a consent form with more in it gives nothing that was not asked for',
      'threats/authorization-codes: a scope at the token endpoint does not widen what was approved',
    ],
  },
  {
    section: '2.3',
    level: 'SHOULD',
    demand: 'Restrict an access token to one resource server, or to few.',
    met: 'no',
    why: 'Tokens have no audience yet: every API that asks this provider takes them, by their scope.',
  },
  {
    section: '2.4',
    level: 'MUST NOT',
    demand: 'Use the password grant.',
    met: 'in part',
    why: 'It is there for old clients, and only where a client is given it. `createProvider({ grantTypes: { password: false } })` removes it.',
    tests: [
      'conformance/rfc6749-4-3-password: refuses a client that has not the grant type',
      'threats/password-guessing: headers that a client sends neither reset nor evade the count',
    ],
  },
  {
    section: '2.5',
    level: 'SHOULD',
    demand: 'Authenticate clients where that is possible.',
    met: 'yes',
    tests: [
      'conformance/rfc6749-2-3-client-authentication: refuses a client that does not authenticate in its own way',
      'conformance/rfc6749-4-1-authorization-code: authenticates a confidential client',
    ],
  },
  {
    section: '2.5',
    level: 'SHOULD',
    demand: 'Authenticate them by keys rather than by shared secrets.',
    met: 'in part',
    why: 'A client may be registered for `private_key_jwt` and then has no other way; others have secrets of 256 random bits, stored as hashes. Mutual TLS is not built.',
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
      'Send an authorization response over an unencrypted connection: allow http redirect URIs at loopback addresses alone.',
    met: 'in part',
    why: 'Plain http is refused at registration, but for the hosts that the operator names in `OAUTH_ALLOW_HTTP_REDIRECTS`, such as an intranet; none by default.',
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
    why: 'Nothing is loaded from elsewhere but a logo that the operator sets. The consent page links to the client’s home page, without a referrer.',
    tests: ['threats/pages: leaves no referrer, is not stored, and loads nothing from elsewhere'],
  },
  {
    section: '4.2.4',
    level: 'MUST',
    demand: 'Let a code work once.',
    met: 'yes',
    tests: [
      'conformance/rfc6749-4-1-authorization-code: ends what a code brought when it comes again',
      'threats/authorization-codes: fifty redemptions of one code at once have one success, and no token is live afterwards',
    ],
  },
  {
    section: '4.2.4',
    level: 'SHOULD',
    demand: 'Revoke the tokens of a code that comes twice.',
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
    why: 'That is said of clients; our APIs do not take one there either.',
    tests: ['resource-server/require-scope: does not take a token from the URL'],
  },
  {
    section: '4.11.2',
    level: 'MUST',
    demand: 'Authenticate the user before any redirect, but for silent requests.',
    met: 'no',
    why: 'A wrong request of a known client is answered at its registered redirect URI at once. Staff register clients and vouch for these URIs. Where a deployment turns on registration by others (OAUTH_REGISTRATION, off by default), nobody does, and this stays a risk of that choice.',
    tests: ['threats/redirect-uris: a silent request redirects nowhere before its redirect URI is checked'],
  },
  {
    section: '4.11.2',
    level: 'SHOULD',
    demand: 'Redirect by itself only where the redirect URI is trusted.',
    met: 'yes',
    tests: [
      'conformance/rfc8252-native-apps: is asked for every time: any app may use such a redirect',
      'threats/authorization-requests: an app on the device never gets in without a person',
    ],
  },
  {
    section: '4.12',
    level: 'MUST NOT',
    demand: 'Redirect with 307 what may hold a password.',
    met: 'yes',
    tests: ['threats/authorization-requests: every redirect after a form is 303, so that no form is sent on'],
  },
  {
    section: '4.12',
    level: 'SHOULD',
    demand: 'Redirect it with 303.',
    met: 'yes',
    why: 'To a client on the web no redirect follows a form: a page sends the browser there by `Refresh`, with a GET of its own.',
    tests: ['threats/authorization-requests: every redirect after a form is 303, so that no form is sent on'],
  },
  {
    section: '4.13',
    level: 'MUST',
    demand: 'Take from a reverse proxy only headers that clients cannot set.',
    met: 'yes',
    why: '`CF-Connecting-IP` alone counts, which Cloudflare’s edge sets.',
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
    demand: 'Notice that a refresh token was stolen: end the grant when a replaced one comes again.',
    met: 'in part',
    why: 'The one that was just replaced is taken for a lost reply within `OAUTH_REFRESH_REUSE_INTERVAL`, or the interval of its client; 0 switches that off. Each such repeat is an audit event, and five rotations in a row that are repeated from another network end the grant.',
    tests: [
      'threats/followed-refresh: gives the same answer again, and each time leaves an event with its network',
      'threats/followed-refresh: ends the grant where five rotations in a row come again from elsewhere',
      'conformance/rfc6749-6-refresh: the same after the interval has passed',
      'races: with the interval off one succeeds, and the grant ends',
    ],
  },
  {
    section: '4.14.2',
    level: 'SHOULD',
    demand: 'Let refresh tokens expire that are not used.',
    met: 'yes',
    tests: [
      'conformance/rfc6749-6-refresh: an unused refresh token ends in time, and each rotation counts anew',
    ],
  },
  {
    section: '4.15.1',
    level: 'SHOULD NOT',
    demand: 'Let a client choose a client_id that could be taken for a user.',
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
    demand: 'Use a Content-Security-Policy for that, and more than that.',
    met: 'yes',
    why: '`frame-ancestors` stands beside `X-Frame-Options`.',
    tests: ['threats/pages: refuses to be framed'],
  },
  {
    section: '4.16',
    level: 'SHOULD',
    demand: 'Let administrators allow origins that may frame a client’s pages.',
    met: 'no',
    why: 'Nobody may frame any page; no client has asked for more.',
  },
  {
    section: '4.17.2',
    level: 'MUST',
    demand: 'Send answers by postMessage to the exact origin of the client.',
    met: 'does not apply',
    why: 'No answer is sent by postMessage: response modes are query, fragment and form_post.',
    tests: ['conformance/form-post-response-mode: refuses unknown modes, and tokens in a query'],
  },
]
