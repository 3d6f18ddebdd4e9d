// What an app takes that mounts the endpoints for machines alone: protocol and storage, no pages.
import { createProvider } from 'edge-oauth2-provider'
import { Hono } from 'hono'

const provider = createProvider()

export default new Hono().route('/oauth2', provider).route('/', provider.wellKnown)
