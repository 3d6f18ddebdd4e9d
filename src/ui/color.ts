/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number]

/**
 * Reads a CSS hex color.
 * @param text `#rgb` or `#rrggbb`
 * @returns null if it is anything else, so that nothing but a color ever reaches a stylesheet
 */
export function parseHex(text: string): Rgb | null {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(text)?.[1]
  if (digits === undefined) return null
  const width = digits.length / 3
  const channel = (index: number): number =>
    Number.parseInt(digits.slice(index * width, (index + 1) * width).repeat(width === 1 ? 2 : 1), 16)
  return [channel(0), channel(1), channel(2)]
}

/** Writes a color as `#rrggbb`. */
export function toHex(color: Rgb): string {
  return `#${color.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`
}

/** Returns the contrast of two colors, from 1 to 21 (WCAG 2.2, definition of contrast ratio). */
export function contrast(first: Rgb, second: Rgb): number {
  const [a, b] = [luminance(first), luminance(second)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** Mixes two colors, with a `share` (0 to 1) of the second. */
export function mix(first: Rgb, second: Rgb, share: number): Rgb {
  const channel = (index: 0 | 1 | 2): number => first[index] + (second[index] - first[index]) * share
  return [channel(0), channel(1), channel(2)]
}

const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]

/** Returns white if it is readable on the color, else black; one of them always reaches 4.5. */
export function readableOn(background: Rgb): Rgb {
  return contrast(WHITE, background) >= 4.5 ? WHITE : BLACK
}

/**
 * Moves a color towards black or white, no further than needed, until it is distinct from all backgrounds.
 * @param color where to start
 * @param backgrounds all light or all dark
 * @param least the contrast to reach, such as 4.5 for text (WCAG 2.2, 1.4.3)
 */
export function distinctFrom(color: Rgb, backgrounds: readonly Rgb[], least: number): Rgb {
  const towards = backgrounds.every((background) => luminance(background) > 0.18) ? BLACK : WHITE
  for (let share = 0; share < 1; share += 0.02) {
    const candidate = rounded(mix(color, towards, share))
    if (backgrounds.every((background) => contrast(candidate, background) >= least)) return candidate
  }
  return towards
}

/** Rounds to what `#rrggbb` can express, so that the measured color is the one that is shown. */
function rounded([red, green, blue]: Rgb): Rgb {
  return [Math.round(red), Math.round(green), Math.round(blue)]
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(channel: number): number {
  const value = channel / 255
  return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}
