import { flag, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** The feature's settings. */
export const SIGN_IN_PROVIDER_SETTINGS = {
  /** Let users sign in with accounts elsewhere, at the providers that staff have set up. */
  signInProviders: setting('OAUTH_SIGN_IN_PROVIDERS', true, flag),
} satisfies Readonly<Record<string, Setting<unknown>>>
