import type { Feature } from '../concepts.ts'
import { invitationFeature, type InvitationOptions } from '../invitations/index.ts'
import { createInvitationStore } from '../store/d1/invitations.ts'
import { storeOver } from '../store/store-over.ts'

/**
 * The feature that lets people sign up by invitation, or with an address at some domains, with the provider's own database.
 * @example
 * const provider = createProvider({ features: [pages(), mail(), invitations({ signupInvited: true })] })
 */
export function invitations(options: InvitationOptions = {}): Feature {
  return invitationFeature(storeOver(createInvitationStore, 'invitations are stored there'), options)
}
