import { flag, type Setting } from '../settings/kinds.ts'
import { setting, settingsOf } from '../settings/settings.ts'

/** The feature's settings. */
export const DJANGO_SETTINGS = {
  /**
   * Accept tokens that another provider issued, by their SHA-256. The import reports whether there are any, and when
   * the last one expires.
   */
  importedTokens: setting('OAUTH_IMPORTED_TOKENS', false, flag),
} satisfies Readonly<Record<string, Setting<unknown>>>

/** Returns whether tokens and client secrets of another provider are accepted. */
export function takesImported(provider: Parameters<typeof settingsOf>[1]): boolean {
  return settingsOf(DJANGO_SETTINGS, provider).importedTokens
}
