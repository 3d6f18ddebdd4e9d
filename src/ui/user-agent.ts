import type { Messages } from './messages.ts'

/** In this order: many browsers claim to be Chrome and Safari, too. */
const BROWSERS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\b(?:OPR|Opera|OPiOS)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Vivaldi', /\bVivaldi\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chromium', /\bChromium\//],
  ['Chrome', /\b(?:Chrome|HeadlessChrome|CriOS)\//],
  ['Safari', /\bVersion\/.*\bSafari\//],
  ['curl', /^curl\//],
]
const SYSTEMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b|\bMacintosh\b/],
  ['Linux', /\bLinux\b|\bX11\b/],
]
const MAX_RAW = 60

/**
 * Returns a browser in words, such as "Firefox on Windows".
 * @param userAgent the header as sent; null if there was none
 * @returns the browser, the system or both as far as they are known, else the beginning of the header
 */
export function describeUserAgent(userAgent: string | null, messages: Messages): string {
  const raw = (userAgent ?? '').replaceAll(/[\p{C}\s]+/gu, ' ').trim()
  if (raw === '') return messages.device.unknown
  const header = raw.slice(0, 500)
  const browser = BROWSERS.find(([, pattern]) => pattern.test(header))?.[0]
  const system = SYSTEMS.find(([, pattern]) => pattern.test(header))?.[0]
  if (browser && system) return messages.device.on(browser, system)
  return browser ?? system ?? (raw.length > MAX_RAW ? `${raw.slice(0, MAX_RAW - 1)}…` : raw)
}
