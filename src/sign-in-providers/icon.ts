import type { Context } from 'hono'
import type { ProviderEnv } from '../concepts.ts'
import { showNotFound } from '../pages/routes/respond.ts'
import type { KnownProviders } from './known-providers.ts'
import { ICON } from './members.ts'

/** Seconds for which browsers keep an icon. */
const MAX_AGE = 86_400

/**
 * Answers with a provider's icon, from this origin, so that no page loads anything from elsewhere. An icon that is opened by
 * itself runs nothing.
 */
export async function showIcon(c: Context<ProviderEnv>, known: KnownProviders): Promise<Response> {
  const row = await known.find(c.req.param('id') ?? '', c.get('provider'))
  const [, type = '', base64 = ''] = ICON.exec(row?.icon ?? '') ?? []
  if (base64 === '') return showNotFound(c)
  return c.body(
    Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)),
    200,
    {
      'Cache-Control': `public, max-age=${MAX_AGE}, immutable`,
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'Content-Type': type,
      'X-Content-Type-Options': 'nosniff',
    },
  )
}
