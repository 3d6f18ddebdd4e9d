import type { Feature } from '../concepts.ts'
import { signInProviderFeature, type SignInProviderOptions } from '../sign-in-providers/index.ts'
import { createSignInProviderStore } from '../store/d1/sign-in-providers.ts'

/**
 * The feature that signs people in with accounts elsewhere (OpenID Connect, GitHub), with the provider's own database. Staff
 * set up the providers; OAUTH_SIGN_IN_PROVIDERS turns the feature off.
 * @example
 * const provider = createProvider({ features: [pages(), signInProviders()] })
 */
export function signInProviders(given: SignInProviderOptions = {}): Feature {
  return signInProviderFeature(createSignInProviderStore, given)
}
