import { parseHex, type Rgb } from './color.ts'
import { palettes } from './theme.ts'

/** Width and height in pixels. */
const SIZE = 32
const HEADER = 6 + 16
const BITMAP_HEADER = 40
const PIXELS = SIZE * SIZE * 4
/** One bit per pixel, all 0; only the alpha channel determines what is visible. */
const MASK = (SIZE * SIZE) / 8

/**
 * Returns the site's mark as an icon file: a ring on a tile in the accent color of the pages in light mode.
 * @param
 * accentColor as in `Theme`
 */
export function favicon(accentColor: string): Uint8Array {
  const { accent, 'on-accent': onAccent } = palettes(accentColor).light
  const file = new DataView(new ArrayBuffer(HEADER + BITMAP_HEADER + PIXELS + MASK))
  const write = (at: number, bytes: 1 | 2 | 4, value: number): void => {
    if (bytes === 1) file.setUint8(at, value)
    else if (bytes === 2) file.setUint16(at, value, true)
    else file.setUint32(at, value, true)
  }
  // The directory: one icon.
  write(2, 2, 1)
  write(4, 2, 1)
  write(6, 1, SIZE)
  write(7, 1, SIZE)
  write(10, 2, 1)
  write(12, 2, 32)
  write(14, 4, BITMAP_HEADER + PIXELS + MASK)
  write(18, 4, HEADER)
  // Its bitmap, whose height includes the mask.
  write(HEADER, 4, BITMAP_HEADER)
  write(HEADER + 4, 4, SIZE)
  write(HEADER + 8, 4, SIZE * 2)
  write(HEADER + 12, 2, 1)
  write(HEADER + 14, 2, 32)
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const [red, green, blue] = isRing(x, y) ? rgb(onAccent) : rgb(accent)
      // Rows from the bottom up, each pixel as blue, green, red, alpha.
      const at = HEADER + BITMAP_HEADER + ((SIZE - 1 - y) * SIZE + x) * 4
      for (const [index, value] of [blue, green, red, isTile(x, y) ? 255 : 0].entries())
        write(at + index, 1, value)
    }
  }
  return new Uint8Array(file.buffer)
}

/** A square with round corners. */
function isTile(x: number, y: number): boolean {
  const radius = 7
  const over = (at: number): number => Math.max(radius - at - 0.5, at + 0.5 - (SIZE - radius), 0)
  return Math.hypot(over(x), over(y)) <= radius
}

function isRing(x: number, y: number): boolean {
  const distance = Math.hypot(x + 0.5 - SIZE / 2, y + 0.5 - SIZE / 2)
  return distance >= 5 && distance <= 9
}

function rgb(color: string): Rgb {
  return parseHex(color) ?? [0, 0, 0]
}
