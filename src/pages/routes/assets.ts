import type { Hono } from 'hono'
import type { ProviderEnv } from '../../http/provider-variables.ts'
import { styleAsset } from '../../ui/styles.ts'
import { submitAsset } from '../form-post.tsx'

/** Adds the stylesheet and the one script, under names that carry the hash of their content. */
export function addAssetRoutes(app: Hono<ProviderEnv>): void {
  app.get('/assets/*', async (c, next) => {
    const assets = await Promise.all([styleAsset(c.get('provider').settings), submitAsset()])
    const asset = assets.find(({ path }) => path === c.req.path)
    // Other files below /assets are the embedding app's.
    return asset ? c.body(asset.body, 200, asset.headers) : next()
  })
}
