// What an app takes that mounts the provider: protocol, storage and pages.
import { createProvider, pages } from 'edge-oauth2-provider'
import { Hono } from 'hono'

const provider = createProvider({ features: [pages()] })

export default new Hono().route('/oauth2', provider).route('/', provider.wellKnown).route('/', provider.pages)
