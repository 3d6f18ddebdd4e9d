import { sha256, toBase64url } from '../crypto/bytes.ts'
import { LAYOUT_RULES, PART_RULES } from './style-rules.ts'
import { type Palette, palettes, type Theme } from './theme.ts'

/** A file that a page loads: what a route needs to serve it. */
export interface Asset {
  /** Has a hash of the content, so a browser may keep it for ever. */
  readonly path: string
  readonly body: string
  readonly headers: Readonly<Record<'Cache-Control' | 'Content-Type' | 'X-Content-Type-Options', string>>
}

/** The whole stylesheet for a theme. Of the theme only a parsed colour gets in, never its text. */
export function stylesheet(theme: Pick<Theme, 'accentColor'>): string {
  const { light, dark } = palettes(theme.accentColor)
  return [
    `:root{color-scheme:light dark;${properties(light)}}`,
    `@media (prefers-color-scheme:dark){:root{${properties(dark)}}}`,
    LAYOUT_RULES,
    PART_RULES,
  ].join('\n')
}

/** Values, not promises: one that another request left pending may never be settled in this one. */
const assets = new Map<string, Asset>()

/** The stylesheet of a theme as a file, `/assets/style-<hash>.css`; made once per isolate and accent. */
export async function styleAsset(theme: Pick<Theme, 'accentColor'>): Promise<Asset> {
  const known = assets.get(theme.accentColor)
  if (known) return known
  const made = await asset('style', 'css', 'text/css; charset=utf-8', stylesheet(theme))
  assets.set(theme.accentColor, made)
  return made
}

/**
 * A text as a file with the hash of its content in its name.
 * @param name beginning of the file's name
 * @param extension without the dot
 */
export async function asset(
  name: string,
  extension: string,
  contentType: string,
  body: string,
): Promise<Asset> {
  const hash = toBase64url((await sha256(body)).slice(0, 9))
  return {
    path: `/assets/${name}-${hash}.${extension}`,
    body,
    headers: {
      'Cache-Control': 'public, max-age=31536000, immutable',
      'Content-Type': contentType,
      'X-Content-Type-Options': 'nosniff',
    },
  }
}

function properties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';')
}
