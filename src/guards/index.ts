import type { Feature } from '../concepts.ts'
import { isPwned } from './pwned.ts'
import { GUARD_SETTINGS } from './settings.ts'
import { turnstile } from './turnstile.tsx'

/** Options of the feature; its variables set the rest. */
export interface GuardOptions {
  readonly pwnedPasswords?: string
  readonly turnstileSiteKey?: string
}

/**
 * The feature that refuses breached passwords, and keeps programs from forms that everybody may send.
 * @example
 * const provider = createProvider({ features: [pages(), guards({ pwnedPasswords: 'https://api.pwnedpasswords.com' })] })
 */
export function guards(given: GuardOptions = {}): Feature {
  return {
    name: 'guards',
    settings: { rows: GUARD_SETTINGS, given: { ...given } },
    passwordChecks: [async (password, provider) => !(await isPwned(password, provider))],
    formGuards: [turnstile],
  }
}
