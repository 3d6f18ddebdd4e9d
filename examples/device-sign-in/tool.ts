// A device that signs its user in on another one (RFC 8628): it shows a code and asks until somebody has answered. Run it with
// `node examples/device-sign-in/tool.ts [issuer]` while the example serves.
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import * as oauth from 'oauth4webapi'
import { renderUnicodeCompact } from 'uqr'

const issuer = new URL(process.argv[2] ?? 'http://localhost:8787')
// Plain http is for this machine alone.
const options = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:' }
const client: oauth.Client = { client_id: 'television' }

const discovery = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options })
const server = await oauth.processDiscoveryResponse(issuer, discovery)

const asked = await oauth.deviceAuthorizationRequest(server, client, oauth.None(), { scope: 'read' }, options)
const device = await oauth.processDeviceAuthorizationResponse(server, client, asked)
const complete = device.verification_uri_complete ?? device.verification_uri
console.log(renderUnicodeCompact(complete))
console.log(`Open ${device.verification_uri} and type ${device.user_code},\nor open ${complete}\n`)

/** Asks until the person has answered, slower each time that it is told to. */
async function poll(interval: number): Promise<oauth.TokenEndpointResponse> {
  await wait(interval * 1000)
  const response = await oauth.deviceCodeGrantRequest(
    server,
    client,
    oauth.None(),
    device.device_code,
    options,
  )
  try {
    return await oauth.processDeviceCodeResponse(server, client, response)
  } catch (error) {
    if (!(error instanceof oauth.ResponseBodyError)) throw error
    if (error.error === 'authorization_pending') return poll(interval)
    if (error.error === 'slow_down') return poll(interval + 5)
    throw error
  }
}

const tokens = await poll(device.interval ?? 5)
const me = await oauth.protectedResourceRequest(
  tokens.access_token,
  'GET',
  new URL('/api/me', issuer),
  undefined,
  null,
  options,
)
console.log('The API says:', await me.json())
