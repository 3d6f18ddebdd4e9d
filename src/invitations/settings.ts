import { flag, hosts, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** The feature's settings. */
export const INVITATION_SETTINGS = {
  /** Limit signing up (OAUTH_ALLOW_SIGNUP) to people with an invitation from staff. */
  signupInvited: setting('OAUTH_SIGNUP_INVITED', false, flag),
  /**
   * Like OAUTH_SIGNUP_INVITED, but people with an address at one of these domains can also request an invitation by
   * email; this needs email (OAUTH_MAIL_FROM).
   */
  signupDomains: setting('OAUTH_SIGNUP_DOMAINS', [], hosts, 'none'),
} satisfies Readonly<Record<string, Setting<unknown>>>
