import type { Feature, Provider } from '../concepts.ts'
import { form, page, seeOther } from '../http/openapi-parts.ts'
import type { PasskeyStore } from '../store/passkey-store.ts'
import { storeOver } from '../store/store-over.ts'
import { addPasskeyPages, offerPasskey, passkeySection } from './manage.tsx'
import { relatedOrigins } from './related-origins.ts'
import { offersPasskeys } from './relying-party.ts'
import { PASSKEY_SETTINGS } from './settings.ts'
import { addPasskeySignIn, passkeyOption } from './sign-in.tsx'
import { passkeyStepUp } from './step-up.tsx'

/** Options of the feature; its variables set the rest. */
export interface PasskeyOptions {
  readonly passkeys?: boolean
  readonly passkeyRpId?: string
  readonly passkeyOrigins?: readonly string[]
}

/**
 * Passkeys as a feature (WebAuthn Level 3).
 * @param createStore the storage over a database
 */
export function passkeyFeature(
  createStore: (db: D1Database) => PasskeyStore,
  given: PasskeyOptions,
): Feature {
  const storeOf = storeOver(createStore, 'passkeys are stored there')
  return {
    name: 'passkeys',
    settings: { rows: PASSKEY_SETTINGS, given: { ...given } },
    signInOptions: [passkeyOption],
    afterSignIn: [offerPasskey],
    stepUps: [passkeyStepUp(storeOf)],
    accountSections: [passkeySection],
    metadata: [acrValues],
    endpoints: [relatedOrigins],
    pages: [
      {
        at: 'root',
        // They are below the pages for sign-in and the account, whose requests already have a provider.
        below: () => [],
        addRoutes(app, paths) {
          addPasskeySignIn(app, paths, (c) => storeOf(c.get('provider')))
          addPasskeyPages(app, paths, (c) => storeOf(c.get('provider')))
        },
        describe: describePasskeys,
      },
    ],
  }
}

/** The levels of authentication that a passkey reaches. */
function acrValues(provider: Provider): Readonly<Record<string, unknown>> {
  return offersPasskeys(provider) && provider.features.includes('openid')
    ? { acr_values_supported: ['phr', '2'] }
    : {}
}

const asks = (summary: string): object => ({ summary, responses: { 200: page('The page'), 303: seeOther } })

function describePasskeys({ paths: { account, login } }: Provider): Readonly<Record<string, unknown>> {
  const fields = {
    anti_forgery: 'From the page that shows the form',
    credential: 'What the browser has made, as JSON',
  }
  const posts = (summary: string): object => ({
    summary,
    requestBody: form({ ...fields, intent: 'add, rename, remove or decline' }),
    responses: { 303: seeOther, 400: page('The problem'), 403: page('Not from our page') },
  })
  return {
    [`${login}/passkey`]: {
      get: {
        summary: 'What the browser is asked for, anew',
        responses: {
          200: { description: 'Options (WebAuthn Level 3 5.5)', content: { 'application/json': {} } },
        },
      },
      post: posts('Signs in with a passkey'),
    },
    [`${account}/passkeys`]: { get: asks("The user's passkeys"), post: posts('Changes them') },
    [`${account}/passkeys/offer`]: { get: asks('Offers the first one'), post: posts('The answer') },
  }
}
