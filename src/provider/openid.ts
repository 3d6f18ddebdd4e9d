import type { Feature } from '../concepts.ts'
import { openIdFeature } from '../openid/index.ts'
import { openIdOver } from '../openid/open-id.ts'
import { signingKeys } from '../operations/resources/signing-keys.ts'
import { openIdLogoutPages } from '../pages/openid-logout/index.ts'
import { openIdProfilePages, profileSection } from '../pages/openid-profile/index.tsx'
import { createOpenIdStore } from '../store/d1/openid.ts'

/**
 * The feature that signs people in for other applications (OpenID Connect 1.0), with the provider's own database.
 * @example
 * const provider = createProvider({ features: [pages(), openid()] })
 */
export function openid(): Feature {
  const openId = openIdOver(createOpenIdStore)
  return {
    ...openIdFeature(openId),
    pages: [openIdLogoutPages(openId), openIdProfilePages(openId)],
    accountSections: [profileSection],
    adminResources: [signingKeys],
  }
}
