import type { OperatorMark } from './admin-store.ts'
import type { MailLimit } from './mail-links.ts'
import type { RequestMark } from './records.ts'

/** An invitation to sign up. */
export interface Invitation {
  readonly id: string
  /** The address that its link was mailed to; null if it was handed over. */
  readonly email: string | null
  readonly createdAt: number
  readonly expiresAt: number
  readonly usedAt: number | null
}

/** Invitations to sign up. Each call is one round trip; the sign-up itself spends one (`Store.createUser`). */
export interface InvitationStore {
  /** Reads an invitation that is still valid. */
  readInvitation(id: string, now: number): Promise<Invitation | null>

  /** Lists the newest invitations. */
  listInvitations(limit: number): Promise<readonly Invitation[]>

  /** Saves an invitation that an operator creates. */
  invite(invitation: Pick<Invitation, 'id' | 'email' | 'expiresAt'>, mark: OperatorMark): Promise<void>

  /**
   * Saves one for somebody who asks for it, unless a limit is reached.
   * @returns when each limit ends, in their order;
   * null for one that is not reached
   */
  askForInvitation(
    invitation: { readonly id: string; readonly email: string; readonly expiresAt: number },
    limits: readonly MailLimit[],
    request: RequestMark,
  ): Promise<readonly (number | null)[]>

  /**
   * Withdraws an invitation.
   * @returns false if it was used, or there is none
   */
  withdrawInvitation(id: string, mark: OperatorMark): Promise<boolean>
}
