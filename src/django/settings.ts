import { flag, type Setting } from '../settings/kinds.ts'
import { setting, settingsOf } from '../settings/settings.ts'

/** Rows of the settings that the feature has. */
export const DJANGO_SETTINGS = {
  importedTokens: setting(
    'OAUTH_IMPORTED_TOKENS',
    false,
    'Take tokens that another provider made, by their SHA-256: the import says whether there are any, and when the last one expires.',
    flag,
  ),
} satisfies Readonly<Record<string, Setting<unknown>>>

/** Tells whether tokens and client secrets that another provider made are taken. */
export function takesImported(provider: Parameters<typeof settingsOf>[1]): boolean {
  return settingsOf(DJANGO_SETTINGS, provider).importedTokens
}
