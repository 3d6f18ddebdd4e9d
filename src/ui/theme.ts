import { contrast, distinctFrom, mix, parseHex, readableOn, type Rgb, toHex } from './color.ts'
import type { Messages } from './messages.ts'

/** What an embedding app sets to make the pages its own: OAUTH_SITE_NAME, OAUTH_LOGO_URL, OAUTH_ACCENT_COLOR, OAUTH_CORNER, OAUTH_COLOR_SCHEME. */
export interface Theme {
  readonly siteName: string
  /** An http or https URL, or a path of this origin; null shows the site name's first letter. */
  readonly logoUrl: string | null
  /** `#rgb` or `#rrggbb`; anything else counts as the default. */
  readonly accentColor: string
  /** How round boxes and buttons are. */
  readonly corner?: Corner
  /** Follows the browser, unless one mode is set. */
  readonly colorScheme?: ColorScheme
}

/** How round boxes and buttons are. */
export type Corner = 'round' | 'soft' | 'square'

/** Light, dark, or as the browser asks. */
export type ColorScheme = 'auto' | 'light' | 'dark'

/** What every page gets besides its own data. */
export interface Ui {
  readonly messages: Messages
  readonly theme: Theme
  /** Where the stylesheet is served: `styleAsset(theme).path`. */
  readonly styleUrl: string
  /** The person's time zone, by its IANA name; undefined if unknown. */
  readonly timeZone?: string | undefined
  /** The other languages of the page, each with the address that chooses it. */
  readonly languages?: readonly { readonly lang: string; readonly name: string; readonly url: string }[]
  /** Value of the anti-forgery field; a page with a form cannot be rendered without it. */
  readonly antiForgery?: string | undefined
}

/** The default accent. */
export const DEFAULT_ACCENT = '#0f6b5c'

/** Colors of one mode by the name of their custom property. */
export type Palette = Readonly<Record<keyof typeof LIGHT | AccentName, string>>
type AccentName = 'accent' | 'accent-line' | 'accent-hover' | 'on-accent' | 'accent-text' | 'accent-soft'

const LIGHT = {
  page: '#f4f5f3',
  surface: '#ffffff',
  sunken: '#f7f8f6',
  line: '#dcdfda',
  'line-strong': '#7b827a',
  text: '#191c1a',
  muted: '#575e58',
  danger: '#a4262c',
  'danger-soft': '#fdf1f0',
  success: '#1c6338',
  'success-soft': '#eef7f0',
  warning: '#6f4b00',
  'warning-soft': '#fff6e0',
} as const

const DARK: Readonly<Record<keyof typeof LIGHT, string>> = {
  page: '#101312',
  surface: '#191d1b',
  sunken: '#141816',
  line: '#2f3632',
  'line-strong': '#818b84',
  text: '#eceeec',
  muted: '#a8b0aa',
  danger: '#ffb0aa',
  'danger-soft': '#331a1a',
  success: '#93dcae',
  'success-soft': '#15291d',
  warning: '#f2cd80',
  'warning-soft': '#2c2412',
}

/**
 * Returns the colors of both modes for an accent. Whatever the accent, text on it and text in it is readable (WCAG 2.2
 * AA).
 * @param accentColor as in `Theme`
 */
export function palettes(accentColor: string): { readonly light: Palette; readonly dark: Palette } {
  const accent = parseHex(accentColor) ?? hex(DEFAULT_ACCENT)
  return { light: withAccent(LIGHT, accent, 1.25, 0.08), dark: withAccent(DARK, accent, 3, 0.16) }
}

function withAccent(
  colors: Record<keyof typeof LIGHT, string>,
  wanted: Rgb,
  least: number,
  tint: number,
): Palette {
  const surface = hex(colors.surface)
  // A button must not look like its background; its border adds the missing contrast (WCAG 2.2, 1.4.11).
  const accent = distinctFrom(wanted, [surface], least)
  const onAccent = readableOn(accent)
  const soft = hex(toHex(mix(surface, accent, tint)))
  const readable = distinctFrom(accent, [surface, hex(colors.page), hex(colors.sunken), soft], 4.5)
  const away: Rgb = contrast(onAccent, [0, 0, 0]) > 4.5 ? [0, 0, 0] : [255, 255, 255]
  return {
    ...colors,
    accent: toHex(accent),
    'accent-line': toHex(distinctFrom(accent, [surface, hex(colors.page)], 3)),
    'accent-hover': toHex(mix(accent, away, 0.14)),
    'on-accent': toHex(onAccent),
    'accent-text': toHex(readable),
    'accent-soft': toHex(soft),
  }
}

/** Parses one of our own colors, which is valid. */
function hex(text: string): Rgb {
  const color = parseHex(text)
  if (!color) throw new TypeError(`${text} is not a color`)
  return color
}
