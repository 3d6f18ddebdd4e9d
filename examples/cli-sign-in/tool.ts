// A command-line tool that signs its user in: it opens the browser, and listens on a free port of this machine for the answer
// (RFC 8252 7.3). Run it with `node examples/cli-sign-in/tool.ts [issuer]` while the example serves.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import * as oauth from 'oauth4webapi'

const issuer = new URL(process.argv[2] ?? 'http://localhost:8787')
// Plain http is for this machine alone.
const options = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:' }
const client: oauth.Client = { client_id: 'tool' }

const discovery = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options })
const server = await oauth.processDiscoveryResponse(issuer, discovery)

const listener = createServer().listen(0, '127.0.0.1')
await once(listener, 'listening')
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has such an address
const redirectUri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/callback`

const verifier = oauth.generateRandomCodeVerifier()
const state = oauth.generateRandomState()
const request = new URL(server.authorization_endpoint ?? '')
request.search = new URLSearchParams({
  response_type: 'code',
  client_id: client.client_id,
  redirect_uri: redirectUri,
  scope: 'read',
  state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
}).toString()
console.log(`Open this address to sign in:\n\n  ${request.href}\n`)

const answered = Promise.withResolvers<URL>()
listener.on('request', (incoming, outgoing) => {
  const url = new URL(incoming.url ?? '', redirectUri)
  const mine = url.pathname === '/callback'
  outgoing.writeHead(mine ? 200 : 404, { 'Content-Type': 'text/plain' })
  outgoing.end(mine ? 'You may close this window and go back to the terminal.' : 'Nothing here.')
  if (mine) answered.resolve(url)
})
const answer = oauth.validateAuthResponse(server, client, await answered.promise, state)
listener.close()
listener.closeAllConnections()

const response = await oauth.authorizationCodeGrantRequest(
  server,
  client,
  oauth.None(),
  answer,
  redirectUri,
  verifier,
  options,
)
const tokens = await oauth.processAuthorizationCodeResponse(server, client, response)
const me = await oauth.protectedResourceRequest(
  tokens.access_token,
  'GET',
  new URL('/api/me', issuer),
  undefined,
  null,
  options,
)
console.log('The API says:', await me.json())
