import { describe, expect, it } from 'vitest'
import { contrast, parseHex, type Rgb } from '../../src/ui/color.ts'
import { styleAsset, stylesheet } from '../../src/ui/styles.ts'
import { type Palette, palettes } from '../../src/ui/theme.ts'

const ACCENTS = [
  '#0f6b5c',
  '#ffd500',
  '#fff',
  '#000',
  '#777777',
  '#ff0000',
  '#00ff00',
  '#0000ff',
  '#767676',
  '#1a73e8',
]

const STEPS = ['00', '33', '66', '99', 'cc', 'ff']
/** Accents from every part of the colors that there are. */
const GRID = STEPS.flatMap((red) => STEPS.flatMap((green) => STEPS.map((blue) => `#${red}${green}${blue}`)))

/** The contrast of two colors of a palette. */
function ratio(palette: Palette, first: keyof Palette, second: keyof Palette): number {
  return contrast(color(palette[first]), color(palette[second]))
}

function color(hex: string): Rgb {
  const parsed = parseHex(hex)
  if (!parsed) throw new Error(`${hex} is not a color`)
  return parsed
}

describe('the colors', () => {
  it('have their contrast measured as WCAG does', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBe(21)
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2)
  })

  it.each([...ACCENTS, ...GRID])('can be read with the accent %s, in both modes', (accent) => {
    for (const palette of Object.values(palettes(accent))) {
      expect(ratio(palette, 'on-accent', 'accent')).toBeGreaterThanOrEqual(4.5)
      expect(ratio(palette, 'on-accent', 'accent-hover')).toBeGreaterThanOrEqual(4.5)
      for (const background of ['page', 'surface', 'sunken', 'accent-soft'] as const) {
        expect(ratio(palette, 'accent-text', background)).toBeGreaterThanOrEqual(4.5)
      }
      for (const background of ['page', 'surface'] as const) {
        expect(ratio(palette, 'accent-line', background)).toBeGreaterThanOrEqual(3)
      }
    }
  })

  it('keep text and borders apart from every background', () => {
    for (const palette of Object.values(palettes('#0f6b5c'))) {
      for (const background of ['page', 'surface', 'sunken'] as const) {
        expect(ratio(palette, 'text', background)).toBeGreaterThanOrEqual(7)
        expect(ratio(palette, 'muted', background)).toBeGreaterThanOrEqual(4.5)
        expect(ratio(palette, 'danger', background)).toBeGreaterThanOrEqual(4.5)
        expect(ratio(palette, 'line-strong', background)).toBeGreaterThanOrEqual(3)
      }
      for (const kind of ['danger', 'success', 'warning'] as const) {
        expect(ratio(palette, 'text', `${kind}-soft`)).toBeGreaterThanOrEqual(4.5)
        expect(ratio(palette, kind, `${kind}-soft`)).toBeGreaterThanOrEqual(4.5)
      }
    }
  })
})

describe('the stylesheet', () => {
  it('takes nothing from the accent but a color', () => {
    const fallback = stylesheet({ accentColor: '#0f6b5c' })
    for (const accentColor of [
      'red',
      '',
      '#12',
      '#0f6b5c;}body{display:none',
      '#12345g',
      'url(https://evil.example)',
      '#0f6b5c\n',
    ]) {
      expect(stylesheet({ accentColor })).toBe(fallback)
    }
    expect(stylesheet({ accentColor: '#ABC' })).toBe(stylesheet({ accentColor: '#aabbcc' }))
  })

  it('loads nothing from elsewhere', () => {
    expect(stylesheet({ accentColor: '#0f6b5c' })).not.toMatch(/url\(|@import|https?:/)
  })

  it('is served under the hash of its content, so that a browser may keep it', async () => {
    const first = await styleAsset({ accentColor: '#0f6b5c' })
    const second = await styleAsset({ accentColor: '#1a73e8' })
    expect(first.path).toMatch(/^\/assets\/style-[\w-]{12}\.css$/)
    expect(first.path).not.toBe(second.path)
    expect(await styleAsset({ accentColor: '#0f6b5c' })).toEqual(first)
    expect(first.headers['Cache-Control']).toContain('immutable')
  })

  it('has the corner and the mode that the theme asks for', () => {
    const accentColor = '#0f6b5c'
    const usual = stylesheet({ accentColor })
    expect(stylesheet({ accentColor, corner: 'round', colorScheme: 'auto' })).toBe(usual)
    expect(usual).toContain('prefers-color-scheme:dark')
    for (const colorScheme of ['light', 'dark'] as const) {
      const fixed = stylesheet({ accentColor, colorScheme })
      expect(fixed).toContain(
        `:root{color-scheme:${colorScheme};--page:${palettes(accentColor)[colorScheme].page}`,
      )
      expect(fixed).not.toContain('prefers-color-scheme:dark')
    }
    expect(stylesheet({ accentColor, corner: 'square' })).toContain('--radius:0px')
    expect(stylesheet({ accentColor, corner: 'soft' })).toContain('--radius:5px')
  })
})
