import { sha256, toBase64url } from '../crypto/bytes.ts'
import { LAYOUT_RULES, PART_RULES } from './style-rules.ts'
import { type Corner, type Palette, palettes, type Theme } from './theme.ts'

/** A file that a page loads, with what a route needs to serve it. */
export interface Asset {
  /** Contains a hash of the content, so a browser may keep it forever. */
  readonly path: string
  readonly body: string
  readonly headers: Readonly<Record<'Cache-Control' | 'Content-Type' | 'X-Content-Type-Options', string>>
}

/** The parts of a theme that are in the stylesheet. */
type Styled = Pick<Theme, 'accentColor' | 'corner' | 'colorScheme'>

const CORNERS: Readonly<Record<Corner, string>> = { round: '10px', soft: '5px', square: '0px' }

/** Returns the whole stylesheet for a theme. It contains only a parsed color and known names of the theme, never its text. */
export function stylesheet({ accentColor, colorScheme = 'auto', corner = 'round' }: Styled): string {
  const { light, dark } = palettes(accentColor)
  const first = colorScheme === 'dark' ? dark : light
  return [
    `:root{color-scheme:${colorScheme === 'auto' ? 'light dark' : colorScheme};${properties(first)}}`,
    ...(colorScheme === 'auto' ? [`@media (prefers-color-scheme:dark){:root{${properties(dark)}}}`] : []),
    LAYOUT_RULES,
    PART_RULES,
    ...(corner === 'round' ? [] : [`:root{--radius:${CORNERS[corner]}}`]),
    ...(corner === 'square' ? ['.card,.box,.items,.empty,.mark,.badge{border-radius:0}'] : []),
  ].join('\n')
}

/** Values rather than promises, as a promise of another request may never settle in this one. */
const assets = new Map<string, Asset>()

/** Returns the stylesheet of a theme as a file, `/assets/style-<hash>.css`, created once per isolate and theme. */
export async function styleAsset(theme: Styled): Promise<Asset> {
  const key = [theme.accentColor, theme.corner, theme.colorScheme].join()
  const known = assets.get(key)
  if (known) return known
  const made = await asset('style', 'css', 'text/css; charset=utf-8', stylesheet(theme))
  assets.set(key, made)
  return made
}

/**
 * Returns a text as a file with the hash of its content in its name.
 * @param name prefix of the file's name
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
