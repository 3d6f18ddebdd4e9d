import type { Feature } from '../concepts.ts'
import { form, page, seeOther } from '../http/openapi-parts.ts'
import { invitationOf } from './by-staff.ts'
import { invitationRecords } from './records.ts'
import { admitSignUp, askForInvitation, askUrl, domainsOf, type Invitations, showAsked } from './rule.tsx'
import { INVITATION_SETTINGS } from './settings.ts'

/** Options of the feature; its variables set the rest. */
export interface InvitationOptions {
  readonly signupInvited?: boolean
  readonly signupDomains?: readonly string[]
}

/**
 * Sign-up by invitation, as a feature.
 * @param invitations their storage
 */
export function invitationFeature(invitations: Invitations, given: InvitationOptions): Feature {
  return {
    name: 'invitations',
    settings: { rows: INVITATION_SETTINGS, given: { ...given } },
    signUpRules: [async (c, params) => admitSignUp(c, params, invitations)],
    linkOffers: { invitation: invitationOf },
    adminResources: [invitationRecords(({ provider }) => invitations(provider))],
    pages: [
      {
        at: 'root',
        // It is below the sign-up page, whose requests already have a provider.
        below: () => [],
        addRoutes(app, { signUp }) {
          for (const path of [askUrl(signUp), `${askUrl(signUp)}/`]) {
            app.get(path, showAsked)
            app.post(path, async (c) => askForInvitation(c, invitations))
          }
        },
        describe: (provider) =>
          domainsOf(provider).length > 0 && provider.settings.allowSignup
            ? {
                [askUrl(provider.paths.signUp)]: {
                  get: {
                    summary: 'Says that an invitation is on its way',
                    responses: { 200: page('The page') },
                  },
                  post: {
                    summary: 'Sends an invitation to an address at one of the domains',
                    requestBody: form({ anti_forgery: 'From the page that shows the form', email: 'It' }),
                    responses: {
                      303: seeOther,
                      400: page('The problem'),
                      403: page('Not from our page'),
                      429: page('Too many mails'),
                    },
                  },
                },
              }
            : {},
      },
    ],
  }
}
