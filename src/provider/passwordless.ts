import type { Feature } from '../concepts.ts'
import { passwordlessFeature, type PasswordlessOptions } from '../passwordless/index.tsx'
import { createPasswordlessStore } from '../store/d1/passwordless.ts'

/**
 * The feature that lets people who sign in by passkey or by mail do without a password.
 * @example
 * const provider = createProvider({ features: [pages(), passkeys(), passwordless({ passwordOptional: true })] })
 */
export function passwordless(given: PasswordlessOptions = {}): Feature {
  return passwordlessFeature(createPasswordlessStore, given)
}
