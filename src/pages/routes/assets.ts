import type { Context, Hono } from 'hono'
import type { ProviderEnv } from '../../concepts.ts'
import { favicon } from '../../ui/favicon.ts'
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

/** The icon that browsers ask for by themselves, in the accent color. */
export async function showFavicon(c: Context<ProviderEnv>): Promise<Response> {
  return new Response(favicon(c.get('provider').settings.accentColor), {
    headers: {
      'Cache-Control': 'public, max-age=86400',
      'Content-Type': 'image/x-icon',
      'X-Content-Type-Options': 'nosniff',
    },
  })
}
