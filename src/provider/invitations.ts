import type { Feature } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'
import { invitationFeature, type InvitationOptions } from '../invitations/index.ts'
import { createInvitationStore } from '../store/d1/invitations.ts'

/**
 * The feature that lets people sign up by invitation, or with an address at some domains, with the provider's own database.
 * @example
 * const provider = createProvider({ features: [pages(), mail(), invitations({ signupInvited: true })] })
 */
export function invitations(options: InvitationOptions = {}): Feature {
  return invitationFeature(({ bindings }) => {
    if (!bindings.DB) throw new ConfigurationError('DB', 'is not bound; invitations are stored there')
    return createInvitationStore(bindings.DB)
  }, options)
}
